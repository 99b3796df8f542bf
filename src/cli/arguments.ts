// From the words on the command line to a command, its argument and its options, or to what is wrong with them.
// yargs-parser splits the words; every name and value is checked here, because a misspelt `--dry-run` must not become a real run.

import parse from 'yargs-parser';
import { FleetError } from '../index.js';
import type { CommandWords } from './command.js';
import type { Values } from './configuration.js';
import { nearest } from './nearest.js';
import { CHOICES, COMMON_SWITCHES, FLEET_NAMES, flagOf, namesOf, OPTIONS, SETTINGS } from './options.js';
import type { OptionName, SwitchName } from './options.js';
import { allowed, valueOf } from './value.js';
import type { Value } from './value.js';

export interface Arguments<C extends CommandWords> {
  readonly command: C;
  readonly argument?: string;
  /** Settings that were typed. */
  readonly flags: Values;
  /** Switches that are on. */
  readonly switches: ReadonlySet<SwitchName>;
  readonly config?: string;
  /** Undefined where it was not typed. */
  readonly color?: boolean;
}

const NAMES = new Map(namesOf(OPTIONS).map((name) => [flagOf(name), name]));
const isBoolean = (name: OptionName) => OPTIONS[name].type === 'boolean';

/**
 * Parses and checks the words after the program's name.
 * @throws FleetError `usage`
 */
export function parseArguments<C extends CommandWords>(
  args: readonly string[],
  commands: readonly C[],
): Arguments<C> {
  checkNames(args);
  const { words, given } = split(args);
  const command = commandOf(words[0], commands);
  const extra = words.slice(command.argument === undefined ? 1 : 2);
  if (extra[0] !== undefined) {
    const quoted = command.argument?.word === 'MESSAGE' ? ' Put the message in quotes.' : '';
    throw usage(`${command.name} does not take '${extra[0]}'.${quoted}`, command.name);
  }
  if (command.argument?.default === null && words[1] === undefined) {
    throw usage(
      `${command.name} needs ${command.argument.word}: ${command.argument.describe}.`,
      command.name,
    );
  }
  const offered = optionsOf(command);
  const flags: Values = {};
  const switches = new Set<SwitchName>();
  let config: string | undefined;
  for (const [name, texts] of given) {
    if (!offered.includes(name)) {
      const all = offered.map((option) => `--${flagOf(option)}`).join(' ');
      throw usage(`--${flagOf(name)} is not an option of ${command.name}, which takes ${all}.`, command.name);
    }
    const value = checkValue(name, texts, command.name);
    if (name in SETTINGS) flags[name as keyof Values] = value;
    else if (name === 'config') config = String(value);
    else if (value === true) switches.add(name as SwitchName);
  }
  for (const [one, other] of [
    ['json', 'ndjson'],
    ['quiet', 'verbose'],
  ] as const) {
    if (switches.has(one) && switches.has(other)) {
      throw usage(`--${one} and --${other} exclude each other.`, command.name);
    }
  }
  const choice = CHOICES.find((name) => name in flags);
  if (choice !== undefined && command.looks === 'withFleet' && !switches.has('fleet')) {
    const message = `--${flagOf(choice)} chooses among targets, and ${command.name} looks at them with --fleet only.`;
    throw usage(message, command.name);
  }
  const color = given.get('color')?.at(-1);
  return {
    command,
    flags,
    switches,
    ...(words[1] === undefined ? {} : { argument: words[1] }),
    ...(config === undefined ? {} : { config }),
    ...(color === undefined ? {} : { color: color === true }),
  };
}

/** The options that a command takes, in the order of the help text. */
export function optionsOf({ settings, switches, looks }: CommandWords): OptionName[] {
  const common = FLEET_NAMES.filter((name) => looks !== 'never' || !CHOICES.includes(name));
  return [...settings, ...switches, ...common, ...COMMON_SWITCHES];
}

/** Refuses what the parser would let pass: unknown options, and booleans with a value that it takes for false. */
function checkNames(args: readonly string[]): void {
  const end = args.indexOf('--');
  for (const word of end < 0 ? args : args.slice(0, end)) {
    if (!word.startsWith('-') || word === '-' || /^-\d+$/.test(word)) continue;
    const [, flag = word, value] = /^(-[^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === '-h') continue;
    const plain = NAMES.get(flag.slice(2));
    const negated = flag.startsWith('--no-') ? NAMES.get(flag.slice(5)) : undefined;
    const name =
      plain ?? (negated !== undefined && isBoolean(negated) && value === undefined ? negated : undefined);
    if (!flag.startsWith('--') || name === undefined) {
      const known = [...NAMES.keys()].map((key) => `--${key}`);
      const offered = [...known, '--no-backup', '--no-color', '--version'];
      const initial = flag.startsWith('--')
        ? undefined
        : offered.find((option) => option.startsWith(`-${flag}`));
      const near = initial ?? nearest(flag, offered);
      throw usage(`Unknown option ${flag}; the nearest is ${near}.`, null);
    }
    if (isBoolean(name) && value !== undefined && value !== 'true' && value !== 'false') {
      throw usage(`${flag} takes no value but true or false, and got '${value}'.`, null);
    }
  }
}

/** The words that are no options, and the values of each option in the order in which they were typed. */
function split(args: readonly string[]): { words: string[]; given: Map<OptionName, (string | boolean)[]> } {
  const names = namesOf(OPTIONS);
  const argv = parse([...args], {
    boolean: names.filter(isBoolean).map(flagOf),
    string: names.filter((name) => !isBoolean(name)).map(flagOf),
    configuration: {
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': true,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    },
  });
  const given = new Map<OptionName, (string | boolean)[]>();
  for (const name of names) {
    const value: unknown = argv[flagOf(name)];
    if (value !== undefined)
      given.set(name, (Array.isArray(value) ? value : [value]) as (string | boolean)[]);
  }
  return { words: argv._.map(String), given };
}

function commandOf<C extends CommandWords>(word: string | undefined, commands: readonly C[]): C {
  const names = commands.map(({ name }) => name);
  if (word === undefined) throw usage(`A command is missing: one of ${names.join(', ')}.`, null);
  const command = commands.find(({ name }) => name === word);
  if (command !== undefined) return command;
  throw usage(
    `Unknown command '${word}'; the nearest is ${nearest(word, names)}, of ${names.join(', ')}.`,
    null,
  );
}

function checkValue(name: OptionName, texts: readonly (string | boolean)[], command: string): Value {
  const setting = OPTIONS[name];
  const flag = `--${flagOf(name)}`;
  if (setting.type === 'boolean') return texts.at(-1) === true;
  if (setting.type !== 'list' && texts.length > 1)
    throw usage(`${flag} is given ${texts.length} times.`, command);
  if (texts.includes('')) throw usage(`${flag} needs a value: ${allowed(setting)}.`, command);
  const value = valueOf(setting, texts.join(','));
  if (value === undefined) {
    throw usage(`${flag} takes ${allowed(setting)}, and got '${texts.join(',')}'.`, command);
  }
  return value;
}

function usage(message: string, command: string | null): FleetError {
  const about = command === null ? 'flotilla --help' : `flotilla ${command} --help`;
  return new FleetError('usage', message, { hint: `Type \`${about}\` for what there is.` });
}
