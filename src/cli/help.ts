// Help texts: laid out by yargs from the table of commands and the table of options, so that they cannot promise what
// is not there. Apart from the parsing, because what is shown of an option (`--jobs N`, `--no-backup`) is not its name.

import type { Argv } from 'yargs';
import { EXIT, wrap } from '../index.js';
import { optionsOf } from './offered.js';
import type { Command, CommandDescription } from './command.js';
import { COMMON_SWITCHES, flagOf, FLEET_NAMES, OPTIONS } from './options.js';
import type { OptionName } from './options.js';
import { createParser, synopsisOf } from './parser.js';

const WIDTH = 80;

/** Exit codes of every command, in words. */
export const EXIT_WORDS: Readonly<Record<number, string>> = {
  [EXIT.ok]: 'all is well',
  [EXIT.findings]: 'findings: something is pending, drifted, legacy or left alone, or there is no target',
  [EXIT.failed]: 'some targets failed, and are as they were before; or stand in between (partial), as told',
  [EXIT.inDoubt]: 'some target is in doubt; a person must look',
  [EXIT.usage]: 'the command line is wrong',
  [EXIT.internal]: 'a bug of ours',
  [EXIT.output]: 'the result cannot be written to standard output',
  [EXIT.locked]: 'another run holds the lock',
  [EXIT.configuration]: 'configuration or migrations are not valid',
  [EXIT.interrupted]: 'interrupted',
};

const ABOUT = [
  'Upgrades a fleet of SQLite databases that share one schema: finds them, works out by evidence which revision each',
  'is at, rehearses the change, and upgrades them in parallel. Each database is at its old or at its new revision,',
  'whatever dies.',
];

const SETTINGS_WORDS = [
  'A flag wins over the environment (FLOTILLA_DATA_DIR for --data-dir), which wins over flotilla.config.json, .ts',
  'or .mjs ({ "dataDir": "fleet" }). Paths in that file are relative to it.',
];

const FIRST_STEPS: readonly (readonly [string, string])[] = [
  ['flotilla discover', 'which targets are there'],
  ['flotilla status', 'at which revisions they are'],
  ['flotilla upgrade --dry-run', 'what would happen, on private copies'],
  ['flotilla upgrade', 'do it'],
];

const MORE = [
  '`flotilla COMMAND --help` explains a command, with examples; `flotilla --version` prints the version;',
  '`flotilla completion bash` or `zsh` prints what completes all this in the shell.',
];

/** The text of `flotilla --help`. */
export async function programHelp(commands: readonly Command[]): Promise<string> {
  const parser = createParser()
    .usage(`flotilla COMMAND [options]\n\n${flow(ABOUT)}`)
    .wrap(WIDTH);
  for (const command of commands) parser.command(synopsisOf(command), command.summary);
  addOptions(parser, 'Options of every command:', [...FLEET_NAMES, ...COMMON_SWITCHES]);
  parser.epilogue(
    [
      block('Settings', flow(SETTINGS_WORDS, 2)),
      block('Exit codes', pairs(Object.entries(EXIT_WORDS))),
      block('First steps', pairs(FIRST_STEPS)),
      flow(MORE),
    ].join('\n\n'),
  );
  return `${await parser.getHelp()}\n`;
}

/** The text of `flotilla COMMAND --help`. */
export async function commandHelp(command: Command): Promise<string> {
  const { name, argument, description, settings, switches, examples } = command;
  const synopsis = synopsisOf(command);
  const parser = createParser(name)
    .updateStrings({ 'Positionals:': 'Argument:' })
    .wrap(WIDTH)
    // Of several arguments it would tell the type.
    .command(synopsis.replace('..', ''), command.summary, (own) => {
      own.usage(`flotilla ${synopsis} [options]\n\n${flow(description)}`);
      if (argument !== undefined) own.positional(argument.word, { describe: argumentText(argument) });
      const special = settings.length + switches.length;
      const offered = optionsOf(command);
      addOptions(own, 'Options:', offered.slice(0, special), command);
      addOptions(own, 'Options of every command:', offered.slice(special), command);
      // Each on a line of its own, to be copied: beside what it does, yargs would break it in two.
      const typed = examples.map(({ args, does }) => `  flotilla ${args}\n${flow([does], 6)}`);
      return own.epilogue(
        [block('Examples', typed.join('\n')), block('Exit codes', pairs(exitCodesOf(command)))].join('\n\n'),
      );
    });
  return `${await parser.getHelp()}\n`;
}

/** Those of its own, and those that may end every command. */
function exitCodesOf(command: Command): [string, string][] {
  const own = command.exitCodes;
  const common =
    'print' in command
      ? [EXIT.usage, EXIT.internal]
      : [EXIT.usage, EXIT.internal, EXIT.locked, EXIT.configuration, EXIT.interrupted];
  const words = Object.fromEntries(common.map((code) => [code, EXIT_WORDS[code] ?? '']));
  return Object.entries({ ...words, ...own });
}

function argumentText({ default: otherwise, describe }: NonNullable<CommandDescription['argument']>): string {
  return otherwise === null ? describe : `${describe} [default: ${otherwise}]`;
}

function addOptions(
  parser: Argv,
  group: string,
  names: readonly OptionName[],
  { optionTexts = {} }: Pick<CommandDescription, 'optionTexts'> = {},
): void {
  for (const name of names) {
    const { type, value, describe, off, defaultText, default: fallback } = OPTIONS[name];
    const words = optionTexts[name] ?? off ?? describe;
    const without = defaultText ?? (type === 'boolean' ? undefined : fallback);
    const flag = off === undefined ? flagOf(name) : `no-${flagOf(name)}`;
    parser.option(value === undefined ? flag : `${flag} ${value}`, {
      group,
      describe: without === undefined ? words : `${words} [default: ${without}]`,
    });
  }
}

/** Two columns; the right one wraps. */
function pairs(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([term]) => term.length));
  return rows
    .map(([term, words]) => `  ${term.padEnd(width)}  ${flow([words], width + 4).trimStart()}`)
    .join('\n');
}

function flow(sentences: readonly string[], indent = 0): string {
  return wrap(sentences.join(' '), indent, { width: WIDTH });
}

function block(title: string, body: string): string {
  return `${title}:\n${body}`;
}
