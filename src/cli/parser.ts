// yargs, set up as this program wants it: it takes the words apart and lays out the help, and does nothing else.
// Apart because it is loose where a fleet is at stake: it makes NaN of `--jobs abc`, lets a missing value pass, reads a
// list over the argument after it, and runs a command's handler although what it was called with was refused, unless
// the refusal is thrown. So values stay the texts that were typed, no handler does any work, and arguments.ts checks.

import yargs from 'yargs';
import type { Argv } from 'yargs';
import type { Command, CommandDescription } from './command.js';
import { isSwitch } from './option-names.js';
import { flagOf, namesOf, OPTIONS } from './options.js';
import type { OptionName } from './options.js';
import { usage } from './usage.js';

/** A command line in parts, none of them checked. */
export interface Parts {
  /** Undefined where the first word is no command. */
  readonly command: Command | undefined;
  /** The words that are no options and no values of any, without the command. */
  readonly args: readonly string[];
  /** What was typed for each option, in that order. */
  readonly given: ReadonlyMap<OptionName, readonly (string | boolean)[]>;
}

/**
 * Takes a command line apart. The names of its options must have been checked.
 * @throws FleetError `usage` in the words of yargs, where it does not understand
 */
export function takeApart(typed: readonly string[], commands: readonly Command[]): Parts {
  let command: Command | undefined;
  let argument: unknown;
  const flags = namesOf(OPTIONS);
  const parser = createParser()
    .boolean(flags.filter(isSwitch).map(flagOf))
    .string(flags.filter((name) => !isSwitch(name)).map(flagOf))
    .strictOptions();
  for (const each of commands) {
    parser.command(
      synopsisOf(each, false),
      each.summary,
      (own) => (each.argument === undefined ? own : own.positional(each.argument.word, { type: 'string' })),
      (argv) => {
        command = each;
        argument = each.argument === undefined ? undefined : argv[each.argument.word];
      },
    );
  }
  const { _: positional, ...argv } = parser.parseSync(typed);
  const args = positional.map(String).slice(command === undefined ? 0 : 1);
  const given = new Map<OptionName, readonly (string | boolean)[]>();
  for (const name of flags) {
    const value: unknown = argv[flagOf(name)];
    const values = (Array.isArray(value) ? value : [value]).filter(isTyped);
    if (values.length > 0) given.set(name, values);
  }
  const own = Array.isArray(argument) ? argument.map(String) : typeof argument === 'string' ? [argument] : [];
  return { command, args: [...own, ...args], given };
}

/** What parsing and help have in common. @param about the command whose help is wanted */
export function createParser(...about: readonly string[]): Argv {
  return (
    yargs([...about])
      .scriptName('flotilla')
      .locale('en')
      .help(false)
      .version(false)
      .exitProcess(false)
      .fail((message, error: Error | undefined) => {
        throw error ?? usage(message, null);
      })
      // Every value is the text that was typed: `007` is a revision, and so is one of twenty digits.
      .parserConfiguration({
        'camel-case-expansion': false,
        'dot-notation': false,
        'duplicate-arguments-array': true,
        'parse-numbers': false,
        'parse-positional-numbers': false,
      })
  );
}

/** `downgrade <REV>`; as optional `downgrade [REV]`, for whoever tells a missing one in words of his own. */
export function synopsisOf({ name, argument }: CommandDescription, strict = true): string {
  if (argument === undefined) return name;
  const word = argument.several === undefined ? argument.word : `${argument.word}..`;
  return strict && argument.default === null ? `${name} <${word}>` : `${name} [${word}]`;
}

function isTyped(value: unknown): value is string | boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}
