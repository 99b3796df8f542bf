// The names of the options on a command line, checked word by word before anything else is made of them. Apart from
// the parser, which takes what it does not know for something new, and any value of a switch but `true` for false: a
// misspelt `--dry-run` must never become a real run.

import { nearest } from '../index.js';
import { optionHere } from './other-tools.js';
import { flagOf, namesOf, OPTIONS } from './options.js';
import type { OptionName } from './options.js';
import { usage } from './usage.js';

/** Options by their flags, without the hyphens before them. */
const NAMES = new Map(namesOf(OPTIONS).map((name) => [flagOf(name), name]));

/** All that may be typed: `dry-run`, and `no-backup` for what is on by default. */
const OFFERED = [
  ...NAMES.keys(),
  ...namesOf(OPTIONS)
    .filter((name) => OPTIONS[name].off !== undefined)
    .map((name) => `no-${flagOf(name)}`),
  'version',
];

export const isSwitch = (name: OptionName) => OPTIONS[name].type === 'boolean';

/**
 * Refuses every option that there is not, and every value that a switch cannot have.
 * @throws FleetError `usage`
 */
export function checkNames(args: readonly string[]): void {
  const end = args.indexOf('--');
  for (const word of end < 0 ? args : args.slice(0, end)) {
    // What a word processor makes of hyphens.
    if (/^[\u2010-\u2015\u2212][a-z][a-z-]*$/i.test(word)) throw unknown(word);
    if (!word.startsWith('-') || /^-\d+$/.test(word)) continue;
    if (word === '-') throw usage("'-' has no meaning here: nothing is read from standard input", null);
    const [, flag = word, value] = /^(-[^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === '-h') continue;
    const name = optionOf(flag, value);
    if (name === undefined) throw unknown(flag);
    if (isSwitch(name) && value !== undefined && value !== 'true' && value !== 'false') {
      throw usage(`${flag} takes no value but true or false, and got '${value}'`, null);
    }
  }
}

function optionOf(flag: string, value: string | undefined): OptionName | undefined {
  if (!flag.startsWith('--')) return undefined;
  const plain = NAMES.get(flag.slice(2));
  if (plain !== undefined || !flag.startsWith('--no-') || value !== undefined) return plain;
  const negated = NAMES.get(flag.slice(5));
  return negated !== undefined && isSwitch(negated) ? negated : undefined;
}

function unknown(flag: string) {
  const here = optionHere(flag);
  if (here !== undefined) return usage(`Unknown option ${flag}; here it is ${here}`, null);
  const [near] = nearest(flag.replace(/^[^a-z]+/i, ''), OFFERED);
  return usage(`Unknown option ${flag}${near === undefined ? '' : `; the nearest is --${near}`}`, null);
}
