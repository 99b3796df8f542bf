// The words of a command line as far as they go: quotes not closed, options without their values. For what somebody is
// still typing, and to know whose help is wanted, whatever else is wrong; the parser refuses what is not complete.

import { flagOf, namesOf, OPTIONS } from './options.js';
import type { OptionName } from './options.js';

export interface TypedLine {
  /** The word at the cursor, as far as it is typed. */
  readonly current: string;
  /** Whether the word at the cursor may be an option: no `--` stands before it. */
  readonly isOption: boolean;
  /** The option whose value the word at the cursor is. */
  readonly pending: OptionName | undefined;
  /** The words before it that are no options and no values. */
  readonly args: readonly string[];
  /** Options before it, each with the value that was typed last; a switch has an empty one. */
  readonly given: ReadonlyMap<OptionName, string>;
}

const NAMES = new Map(namesOf(OPTIONS).map((name) => [flagOf(name), name]));

/** @param home what `~` stands for; itself where it is left out */
export function readTyped(typed: readonly string[], home?: string): TypedLine {
  const plain = typed.map((word) => unquoted(word, home));
  const current = plain.pop() ?? '';
  const args: string[] = [];
  const given = new Map<OptionName, string>();
  let pending: OptionName | undefined;
  let isOption = true;
  for (const word of plain) {
    if (pending !== undefined) {
      given.set(pending, word);
      pending = undefined;
    } else if (isOption && word === '--') {
      isOption = false;
    } else if (isOption && word.startsWith('--')) {
      const [, flag = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      const name = NAMES.get(flag) ?? NAMES.get(flag.replace(/^no-/, ''));
      if (name === undefined) continue;
      if (value === undefined && OPTIONS[name].type !== 'boolean') pending = name;
      else given.set(name, value ?? '');
    } else {
      args.push(word);
    }
  }
  return { current, isOption, pending, args, given };
}

/** The word without the shell's quotes and backslashes, its `~` spelled out. */
function unquoted(word: string, home: string | undefined): string {
  const path =
    home === undefined ? word : word.replace(/^((?:--[a-z-]+=)?)~(?=\/|$)/, (_, flag: string) => flag + home);
  return path.replace(/\\(.)|(['"])/gs, (_, escaped: string | undefined) => escaped ?? '');
}
