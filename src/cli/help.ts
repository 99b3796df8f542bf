// Help texts: made from the table of commands and the table of options, so that they cannot promise what is not there.

import { EXIT, wrap } from '../index.js';
import { optionsOf } from './arguments.js';
import type { CommandWords } from './command.js';
import { COMMON_SWITCHES, flagOf, FLEET_NAMES, OPTIONS } from './options.js';
import type { OptionName } from './options.js';

const WIDTH = 80;

/** Exit codes of every command, in words. */
export const EXIT_WORDS: Readonly<Record<number, string>> = {
  [EXIT.ok]: 'all is well',
  [EXIT.findings]: 'findings: something is pending, drifted, legacy or left alone, or there is no target',
  [EXIT.failed]: 'some targets failed; every one is as it was before',
  [EXIT.inDoubt]: 'some target is in doubt; a person must look',
  [EXIT.usage]: 'the command line is wrong',
  [EXIT.internal]: 'a bug of ours',
  [EXIT.locked]: 'another run holds the lock',
  [EXIT.configuration]: 'configuration or migrations are not valid',
  [EXIT.interrupted]: 'interrupted',
};

/** The text of `flotilla --help`. */
export function programHelp(commands: readonly CommandWords[]): string {
  return text([
    'flotilla COMMAND [options]',
    flow(
      'Upgrades a fleet of SQLite databases that share one schema: finds them, works out by evidence which revision each is at, rehearses the change, and upgrades them in parallel. Each database is at its old or at its new revision, whatever dies.',
    ),
    block('Commands', pairs(commands.map((command) => [synopsis(command), command.summary]))),
    block('Options of every command', pairs(optionRows([...FLEET_NAMES, ...COMMON_SWITCHES]))),
    block(
      'Settings',
      flow(
        'A flag wins over the environment (FLOTILLA_DATA_DIR for --data-dir), which wins over flotilla.config.json ({ "dataDir": "fleet" }). Paths in that file are relative to it.',
        2,
      ),
    ),
    block('Exit codes', pairs(Object.entries(EXIT_WORDS))),
    block(
      'First steps',
      pairs([
        ['flotilla discover', 'which targets are there'],
        ['flotilla status', 'at which revisions they are'],
        ['flotilla upgrade --dry-run', 'what would happen, on private copies'],
        ['flotilla upgrade', 'do it'],
      ]),
    ),
    flow(
      '`flotilla COMMAND --help` explains a command, with examples; `flotilla --version` prints the version.',
    ),
  ]);
}

/** The text of `flotilla COMMAND --help`. */
export function commandHelp(command: CommandWords): string {
  const { argument, description, settings, switches, examples, exitCodes } = command;
  const codes = Object.entries({ ...EXIT_WORDS, ...exitCodes }).filter(
    ([code]) => code in exitCodes || Number(code) >= EXIT.usage,
  );
  return text([
    `flotilla ${synopsis(command)} [options]`,
    flow(description),
    argument === undefined ? null : block('Argument', pairs([[argument.word, argumentWords(argument)]])),
    settings.length + switches.length === 0
      ? null
      : block('Options', pairs(optionRows([...settings, ...switches]))),
    block(
      'Options of every command',
      pairs(optionRows(optionsOf(command).slice(settings.length + switches.length))),
    ),
    block('Examples', examples.map(({ words, does }) => `  flotilla ${words}\n${flow(does, 6)}`).join('\n')),
    block('Exit codes', pairs(codes)),
  ]);
}

function synopsis({ name, argument }: CommandWords): string {
  if (argument === undefined) return name;
  return argument.default === null ? `${name} ${argument.word}` : `${name} [${argument.word}]`;
}

function argumentWords(argument: NonNullable<CommandWords['argument']>): string {
  const { default: otherwise, describe } = argument;
  return otherwise === null ? describe : `${describe} [default: ${otherwise}]`;
}

function optionRows(names: readonly OptionName[]): [string, string][] {
  return names.map((name) => {
    const { type, value, describe, off, defaultWords, default: fallback } = OPTIONS[name];
    if (off !== undefined) return [`--no-${flagOf(name)}`, off];
    const without = defaultWords ?? (type === 'boolean' ? undefined : fallback);
    return [
      `--${flagOf(name)}${value === undefined ? '' : ` ${value}`}`,
      without === undefined ? describe : `${describe} [default: ${without}]`,
    ];
  });
}

/** Two columns; the right one wraps. */
function pairs(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(...rows.map(([term]) => term.length));
  return rows
    .map(([term, words]) => `  ${term.padEnd(left)}  ${flow(words, left + 4).trimStart()}`)
    .join('\n');
}

function flow(words: string, indent = 0): string {
  return wrap(words, indent, { width: WIDTH });
}

function block(title: string, body: string): string {
  return `${title}:\n${body}`;
}

function text(parts: readonly (string | null)[]): string {
  return `${parts.filter((part) => part !== null).join('\n\n')}\n`;
}
