// A command to type, as data: the one form of it in hints, next steps and documents, and the one place that turns it
// into words for a shell. Options go by their names in the library, so that nothing has to read a command back.

export type Command = FlotillaCommand | ForeignCommand;

export interface FlotillaCommand {
  readonly verb: string;
  readonly argument?: string;
  readonly options?: CommandOptions;
}

/** A command of another program. */
export interface ForeignCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** By name: `dryRun: true` is `--dry-run`, `backup: false` is `--no-backup`, a list is one option with commas. */
export type CommandOptions = Readonly<Record<string, boolean | number | string | readonly string[]>>;

/** The words of a command, the program's name first. */
export function argvOf(command: Command): readonly string[] {
  if ('program' in command) return [command.program, ...command.args];
  const { verb, argument, options = {} } = command;
  const given = optionArgs(options);
  if (argument === undefined) return ['flotilla', verb, ...given];
  // `-1` is a revision argument, and anything else behind a dash would be read as an option.
  return /^-(?!\d+$)/.test(argument)
    ? ['flotilla', verb, ...given, '--', argument]
    : ['flotilla', verb, argument, ...given];
}

/** A command line that a shell reads back as the words of the command. */
export function commandText(command: Command): string {
  return argvOf(command).map(shellWord).join(' ');
}

/** `dataDir` -> `data-dir`. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function optionArgs(options: CommandOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = flagOf(name);
    if (typeof value === 'boolean') return [value ? `--${flag}` : `--no-${flag}`];
    return textsOf(value).flatMap((text) =>
      // Behind a blank it would be read as an option of its own.
      text.startsWith('-') ? [`--${flag}=${text}`] : [`--${flag}`, text],
    );
  });
}

/** The values of one option: items that lists take apart in another way than they stand there are named one by one. */
function textsOf(value: number | string | readonly string[]): readonly string[] {
  if (typeof value !== 'object') return [String(value)];
  const items = value.map(listItem);
  return items.every((item, at) => item === value[at] && !/[{}\\]/.test(item)) ? [items.join(',')] : items;
}

/**
 * One item as a list is written: commas that do not stand in braces, and blanks around it, stand behind a backslash.
 */
function listItem(item: string): string {
  let depth = 0;
  const text = item.replace(/\\[{}]|[{},]/g, (char) => {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    return char === ',' && depth <= 0 ? String.raw`\,` : char;
  });
  return text
    .replace(/^\\*@/, String.raw`\$&`)
    .replace(/^\s/, String.raw`\$&`)
    .replace(/\s$/, String.raw`\$&`);
}

/** A word that a shell reads back as it is. */
export function shellWord(word: string): string {
  if (/^[\w./:@%+,=-]+$/.test(word)) return word;
  if (visible(word) === word && !word.includes('\n')) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  // Characters that had to be spelled out are read back by bash, zsh and ksh.
  return `$'${visible(word.replace(/[\\']/g, String.raw`\$&`)).replaceAll('\n', String.raw`\n`)}'`;
}

/** The text with control and direction characters spelled out: a file's name must not steer the reader's terminal. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for what stands within a line: an end of a line would end a comment of SQL, or a row of a table. */
export function inLine(text: string): string {
  return visible(text).replaceAll('\n', String.raw`\n`);
}

const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
