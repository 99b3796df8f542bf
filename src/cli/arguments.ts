// From the words on the command line to a command, its argument and its options, or to what is wrong with them. yargs
// takes the words apart; every name and value is checked here against the table of options, before anything is done.

import { nearest } from '../index.js';
import type { FleetError, Setting } from '../index.js';
import type { Command } from './command.js';
import type { Values } from './configuration.js';
import { checkNames } from './option-names.js';
import { optionsOf } from './offered.js';
import { CHOICES, flagOf, OPTIONS, SETTINGS } from './options.js';
import type { OptionName, SettingName, SwitchName } from './options.js';
import { namesFile } from './name-lists.js';
import { commandHere } from './other-tools.js';
import { takeApart } from './parser.js';
import { usage } from './usage.js';
import { allowed, valueOf } from './value.js';
import type { Value } from './value.js';

export interface Arguments {
  readonly command: Command;
  readonly argument?: string;
  /** Settings that were typed. */
  readonly flags: Values;
  /** Lists that name a file, as they were typed: what is suggested names it again. */
  readonly named: Readonly<Record<string, string>>;
  /** Switches that are on. */
  readonly switches: ReadonlySet<SwitchName>;
  readonly config?: string;
  /** Undefined where it was not typed. */
  readonly color?: boolean;
}

/**
 * Parses and checks the words after the program's name.
 * @throws FleetError `usage`
 */
export function parseArguments(args: readonly string[], commands: readonly Command[]): Arguments {
  checkNames(args);
  const { command, args: values, given } = takeApart(args, commands);
  if (command === undefined) throw noCommand(args, values, commands);
  const several = command.argument?.several;
  const argument = several === undefined ? checkArgument(command, values) : undefined;
  const flags: Values = {};
  const switches = new Set<SwitchName>();
  const named: Record<string, string> = {};
  let config: string | undefined;
  const offered = optionsOf(command);
  for (const [name, texts] of given) {
    if (!offered.includes(name)) throw notOffered(name, offered, command);
    const value = checkValue(name, texts, command.name);
    const text = texts.join(',');
    if (namesFile(name, text)) named[name] = text;
    if (isSetting(name)) flags[name] = value;
    else if (name === 'config') config = String(value);
    else if (value === true) switches.add(name);
  }
  if (several !== undefined) takeSeveral(command, several, values, flags);
  checkTogether(command, flags, switches);
  const color = given.get('color')?.at(-1);
  return {
    command,
    flags,
    named,
    switches,
    ...(argument === undefined ? {} : { argument }),
    ...(config === undefined ? {} : { config }),
    ...(color === undefined ? {} : { color: color === true }),
  };
}

/** The fault of a word that is no command, with what may have been meant. */
export function unknownCommand(word: string, commands: readonly Command[], argument?: string): FleetError {
  const names = commands.map(({ name }) => name);
  const all = names.join(', ');
  const here = commandHere(word, argument);
  if (here !== undefined) return usage(`Unknown command '${word}'; here it is ${here}`, null);
  const [near] = nearest(word, names);
  const what = near === undefined ? `there are ${all}` : `the nearest is ${near}, of ${all}`;
  return usage(`Unknown command '${word}'; ${what}`, null);
}

function noCommand(
  args: readonly string[],
  [word, argument]: readonly string[],
  commands: readonly Command[],
): FleetError {
  const names = commands.map(({ name }) => name);
  if (word !== undefined && !names.includes(word)) return unknownCommand(word, commands, argument);
  // The words after it are never commands, whatever they are.
  const where = args.includes('--') ? ' before --' : '';
  return usage(`A command is missing${where}: one of ${names.join(', ')}`, null);
}

/** Arguments that are the value of a setting, which may be typed as that as well. */
function takeSeveral(
  { name, argument }: Command,
  several: SettingName,
  values: readonly string[],
  flags: Values,
): void {
  const flag = `--${flagOf(several)}`;
  if (several in flags && values.length > 0)
    throw usage(`${name} takes ${argument?.word ?? ''} or ${flag}, and not both`, name);
  if (values.includes('')) throw usage(`${name} needs a value: ${allowed(OPTIONS[several])}`, name);
  if (values.length > 0) flags[several] = values;
  else if (!(several in flags))
    throw usage(`${name} needs ${argument?.word ?? ''}: ${argument?.describe ?? ''}`, name);
}

function checkArgument({ name, argument }: Command, args: readonly string[]): string | undefined {
  const [word] = args;
  const extra = args[argument === undefined ? 0 : 1];
  if (extra !== undefined) {
    const quoted = argument?.word === 'MESSAGE' ? '; put the message in quotes' : '';
    throw usage(`${name} does not take '${extra}'${quoted}`, name);
  }
  if (argument === undefined) return undefined;
  if (word === undefined) {
    if (argument.default !== null) return undefined;
    throw usage(`${name} needs ${argument.word}: ${argument.describe}`, name);
  }
  const { choices } = argument;
  if (choices !== undefined && !choices.includes(word)) {
    throw usage(`${name} takes ${choices.join(' or ')}, and got '${word}'`, name);
  }
  return word;
}

function notOffered(name: OptionName, offered: readonly OptionName[], { name: command }: Command) {
  const all = offered.map((option) => `--${flagOf(option)}`).join(' ');
  return usage(`--${flagOf(name)} is not an option of ${command}, which takes ${all}`, command);
}

function checkValue(name: OptionName, texts: readonly (string | boolean)[], command: string): Value {
  const setting = OPTIONS[name];
  const flag = `--${flagOf(name)}`;
  if (setting.type === 'boolean') return texts.at(-1) === true;
  if (setting.type !== 'list' && texts.length > 1)
    throw usage(`${flag} is given ${texts.length} times`, command);
  if (texts.includes('')) throw usage(`${flag} needs a value: ${allowed(setting)}`, command);
  const value =
    setting.type === 'list' ? itemsOf(setting, texts, name) : valueOf(setting, String(texts[0]), name);
  if (value === undefined) {
    throw usage(`${flag} takes ${allowed(setting)}, and got '${texts.join(',')}'`, command);
  }
  return value;
}

/** The items of a list that is given by one option or by several; undefined where one of them has none. */
function itemsOf(
  setting: Setting,
  texts: readonly (string | boolean)[],
  name: OptionName,
): readonly string[] | undefined {
  const lists = texts.map((text) => valueOf(setting, String(text), name));
  return lists.every((list) => typeof list === 'object') ? lists.flat() : undefined;
}

function checkTogether({ name, looks }: Command, flags: Values, switches: ReadonlySet<SwitchName>): void {
  for (const [one, other] of [
    ['json', 'ndjson'],
    ['quiet', 'verbose'],
  ] as const) {
    if (switches.has(one) && switches.has(other))
      throw usage(`--${one} and --${other} exclude each other`, name);
  }
  if (looks !== 'withFleet' || switches.has('fleet')) return;
  const choice = CHOICES.find((setting) => setting in flags);
  if (choice !== undefined) {
    const message = `--${flagOf(choice)} chooses among targets, and ${name} looks at them with --fleet only`;
    throw usage(message, name);
  }
  if ('jobs' in flags)
    throw usage(`--jobs is for looking at targets, which ${name} does with --fleet only`, name);
}

function isSetting(name: OptionName): name is SettingName {
  return name in SETTINGS;
}
