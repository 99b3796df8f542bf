// The header of a revision: its comment lines before `-- migrate:up`. Apart, because a key that is misspelt must be
// told from an ordinary comment: a lost `depends_on` would change the order without a word.

import type { Problem } from '../model/errors.js';
import type { Revision } from '../model/revision.js';
import type { Comment } from './syntax.js';
import { idFault } from './file-name.js';
import { nearest } from '../model/nearest.js';

export interface Header {
  readonly revision: string | null;
  /** Null: not said; none: `base`. */
  readonly downRevision: readonly string[] | null;
  readonly dependsOn: readonly string[];
  readonly replaces: readonly string[];
  readonly transaction: boolean | null;
  /** What it says that it takes, or changes. */
  readonly declared: Declared;
}

/** What a revision says beforehand of the rows that it takes or changes. No part of what it does. */
export type Declared = Pick<Revision, 'losesRows' | 'changes' | 'drops' | 'moves'>;

export const NOTHING_DECLARED: Declared = { losesRows: [], changes: [], drops: [], moves: [] };

const KEYS = [
  'revision',
  'down_revision',
  'depends_on',
  'replaces',
  'transaction',
  'loses_rows',
  'changes',
  'drops',
  'moves',
] as const;
type Key = (typeof KEYS)[number];

const isKey = (word: string): word is Key => (KEYS as readonly string[]).includes(word);

/** The keys of guards, which stand above statements. */
export const GUARD_KEYS = ['if_missing', 'if_exists'] as const;

/** `key: value` in a comment, with the key in lower case; null for other comments. */
export function keyLine(comment: Comment): { key: string; value: string } | null {
  const found = /^([A-Za-z][A-Za-z _-]{0,20}?)\s*:(?!:)\s*(.*)$/s.exec(comment.text);
  return found === null ? null : { key: (found[1] ?? '').toLowerCase(), value: (found[2] ?? '').trim() };
}

/** Whether a comment that is no line of the header can only have been meant as one. */
function isMisplacedKey(comment: Comment): boolean {
  const line = keyLine(comment);
  if (line === null) return false;
  if (line.key === 'transaction') return /^(true|false)$/i.test(line.value);
  // These two are words of prose as well.
  if (line.key === 'replaces') return list(line.value).every((id) => idFault(id) === null);
  return line.key !== 'revision' && isKey(line.key);
}

/** Keys of the header that stand below `migrate:up`, where nobody reads them. */
export function misplacedKeys(comments: readonly Comment[]): Problem[] {
  return comments.filter(isMisplacedKey).map((comment) => ({
    message: `The key in "${comment.text}" stands below \`-- migrate:up\`, outside the header`,
    hint: 'move the line above `-- migrate:up`',
    line: comment.line,
  }));
}

/** Reads the comments of a header. Problems carry the line; the caller adds the file. */
export function readHeader(comments: readonly Comment[]): { header: Header; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const values = new Map<Key, string>();
  for (const comment of comments) {
    const found = keyLine(comment);
    if (found === null) continue;
    const { key, value } = found;
    if (!comment.ownLine) {
      if (isMisplacedKey(comment)) {
        const message = `The key "${key}" does not stand on a line of its own`;
        problems.push({ message, hint: `write "-- ${key}: ${value}" on its own line`, line: comment.line });
      }
      continue;
    }
    if (GUARD_KEYS.some((guard) => guard === key)) {
      const message = `The guard "${key}: ${value}" stands in the header`;
      problems.push({
        message,
        hint: 'put it directly above the statement, below `-- migrate:up`',
        line: comment.line,
      });
      continue;
    }
    if (!isKey(key)) {
      const meant = nearest(key, KEYS, 2)[0];
      if (meant !== undefined) {
        problems.push({
          message: `Unknown key "${key}" in the header`,
          hint: `write "-- ${meant}: ${value}", or reword the comment`,
          line: comment.line,
        });
      }
      continue;
    }
    const fault = values.has(key) ? `The key "${key}" stands twice in the header` : faultOf(key, value);
    if (fault !== null) problems.push({ message: fault, hint: usage(key), line: comment.line });
    else values.set(key, value);
  }
  const down = values.get('down_revision');
  const transaction = values.get('transaction');
  return {
    header: {
      revision: values.get('revision') ?? null,
      downRevision: down === undefined ? null : down.toLowerCase() === 'base' ? [] : list(down),
      dependsOn: list(values.get('depends_on') ?? ''),
      replaces: list(values.get('replaces') ?? ''),
      transaction: transaction === undefined ? null : transaction.toLowerCase() === 'true',
      declared: {
        losesRows: list(values.get('loses_rows') ?? ''),
        changes: list(values.get('changes') ?? ''),
        drops: list(values.get('drops') ?? ''),
        moves: list(values.get('moves') ?? '').map((move) => {
          const [from = '', to = ''] = move.split(ARROW);
          return { from, to };
        }),
      },
    },
    problems,
  };
}

/** Names separated by commas, each once. */
export function list(value: string): string[] {
  const names = value.split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

function faultOf(key: Key, value: string): string | null {
  if (value === '') return `The key "${key}" has no value`;
  switch (key) {
    case 'revision':
      return wrap(key, idFault(value));
    case 'down_revision':
      return value.toLowerCase() === 'base' ? null : wrap(key, list(value).map(idFault).find(isText) ?? null);
    case 'depends_on':
    case 'replaces':
      return wrap(key, list(value).map(idFault).find(isText) ?? null);
    case 'transaction':
      return /^(true|false)$/i.test(value) ? null : `The key "transaction" is "${value}", not true or false`;
    case 'loses_rows':
      return null;
    case 'changes':
    case 'drops': {
      const odd = list(value).find((column) => !/^[^.]+\.[^.]+$/.test(column));
      return odd === undefined
        ? null
        : `The key "${key}" names "${odd}", which is not a table and its column`;
    }
    case 'moves': {
      const odd = list(value).find(
        (move) => !move.split(ARROW).every((name) => name !== '') || move.split(ARROW).length !== 2,
      );
      return odd === undefined ? null : `The key "moves" says "${odd}", which is not one table and another`;
    }
  }
}

const ARROW = /\s*->\s*/;

const isText = (fault: string | null): fault is string => fault !== null;
const wrap = (key: Key, fault: string | null): string | null =>
  fault === null ? null : `The key "${key}": ${fault}`;

function usage(key: Key): string {
  switch (key) {
    case 'revision':
      return 'write one id, for example "-- revision: e6e5369fb4d1", or leave the line out: the id is then the version in the name';
    case 'down_revision':
      return 'write "-- down_revision: base", one id, or several separated by commas';
    case 'depends_on':
      return 'write the ids that must be applied first, separated by commas';
    case 'replaces':
      return 'write the ids of the revisions that this one stands for, in their order, separated by commas';
    case 'transaction':
      return 'write "-- transaction: false" for what cannot run in a transaction, or leave the line out';
    case 'loses_rows':
      return 'write the tables that may lose rows, separated by commas';
    case 'changes':
      return 'write table.column for each column whose values it may change, separated by commas';
    case 'drops':
      return 'write table.column for each column whose values it may leave behind, separated by commas';
    case 'moves':
      return 'write "-- moves: old -> new" for rows that live on in another table; several separated by commas';
  }
}
