// Makes the README's table of settings from the program's: `npm run settings`. With `--check` it changes nothing, and
// fails where the two differ.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { COMMANDS } from '../src/cli/command-list.js';
import { FLEET_NAMES, flagOf, namesOf, SETTINGS, variableOf } from '../src/cli/options.js';
import type { SettingName } from '../src/cli/options.js';
import type { Setting } from '../src/index.js';

const README = join(import.meta.dirname, '../README.md');
const BEGIN = '<!-- Made by `npm run settings` from src/model/settings.ts -->';
const END = '<!-- End of what `npm run settings` makes -->';
/** Where more commands take a setting, it is one of runs in general. */
const NAMED_MAX = 3;

const readme = readFileSync(README, 'utf8');
const [before, rest] = halves(readme, BEGIN);
const [, after] = halves(rest, END);
const text = `${before}${BEGIN}\n\n${table()}\n\n${END}${after}`;
if (!process.argv.includes('--check')) writeFileSync(README, text);
else if (text !== readme) {
  console.error('README.md does not have the settings of src/model/settings.ts; type: npm run settings');
  process.exitCode = 1;
}

function table(): string {
  const rows = [['flag', 'environment', 'default', ''], ...namesOf(SETTINGS).map(rowOf)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(['', '', '', ''], '-'), ...body.map((cells) => line(cells))].join('\n');
}

function rowOf(name: SettingName): string[] {
  const setting: Setting = SETTINGS[name];
  const { describe, off, value, choices } = setting;
  const variable = variableOf(name);
  const words = `${off ?? describe}${choices === undefined ? '' : `: ${choices.map((choice) => `\`${choice}\``).join(' or ')}`}`;
  return [
    `\`--${off === undefined ? '' : 'no-'}${flagOf(name)}\``,
    setting.variable === false ? '' : `\`${variable}${off === undefined ? '' : '=false'}\``,
    defaultOf(setting),
    `${commandsOf(name)}${words}${value === 'MS' ? ', in milliseconds' : ''}`.replace(/: [A-Z]/, (start) =>
      start.toLowerCase(),
    ),
  ];
}

function defaultOf({ type, default: usual, defaultText }: Setting): string {
  if (type === 'boolean') return usual === true ? 'on' : 'off';
  return usual === undefined ? (defaultText ?? '') : `\`${usual}\``;
}

/** The commands that take it, where it is for a few. */
function commandsOf(name: SettingName): string {
  const commands = COMMANDS.filter(({ settings }) => settings.includes(name));
  if (FLEET_NAMES.includes(name) || commands.length > NAMED_MAX) return '';
  return `${commands.map((command) => `\`${command.name}\``).join(', ')}: `;
}

function halves(whole: string, mark: string): [string, string] {
  const [first, second] = whole.split(mark);
  if (first !== undefined && second !== undefined) return [first, second];
  throw new Error(`README.md has no line ${mark}`);
}
