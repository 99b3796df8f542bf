// What counts in the checksum of what was applied, tried at random: files that say the same in other words, and files
// of which one token of `up` is another.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { times } from '../support/figures.js';
import { draftOf, parse } from './drafts.js';

/** Words of `up`; a statement is a line. The last has no semicolon, because it needs none. */
const UP = [
  [
    'CREATE',
    'TABLE',
    't',
    '(',
    'id',
    'INTEGER',
    'PRIMARY',
    'KEY',
    ',',
    'a',
    'TEXT',
    'DEFAULT',
    "'x  y'",
    ')',
    ';',
  ],
  [
    'INSERT',
    'INTO',
    't',
    '(',
    'a',
    ')',
    'VALUES',
    '(',
    "'it''s -- no comment'",
    ')',
    ',',
    '(',
    'NULL',
    ')',
    ';',
  ],
  ['UPDATE', 't', 'SET', 'a', '=', 'a', '||', "X'00'", 'WHERE', 'id', '>=', '1.5e3'],
];
const KEYWORDS = new Set(['CREATE', 'TABLE', 'PRIMARY', 'KEY', 'DEFAULT', 'INSERT', 'INTO', 'VALUES', 'SET']);
const BASE = textOf(UP, { gaps: [' '], heads: [], down: '', lower: false });

interface Form {
  /** What stands between two words, in turn. */
  readonly gaps: readonly string[];
  readonly heads: readonly string[];
  readonly down: string;
  /** Keywords in lower case. */
  readonly lower: boolean;
}

function textOf(statements: readonly (readonly string[])[], { gaps, heads, down, lower }: Form): string {
  let at = 0;
  const gap = (): string => gaps[at++ % gaps.length] ?? ' ';
  const worded = (word: string): string => (lower && KEYWORDS.has(word) ? word.toLowerCase() : word);
  const lines = statements.map((words) => words.map((word) => worded(word) + gap()).join(''));
  return [...heads, '', '-- migrate:up', ...lines, down].join('\n');
}

const forms: fc.Arbitrary<Form> = fc.record({
  gaps: fc.array(
    fc.constantFrom(' ', '\n', '\t ', '\r\n', ' /* why; */ ', ' -- because\n', '\n-- a line\n'),
    {
      minLength: 1,
      maxLength: 7,
    },
  ),
  heads: fc.subarray(['-- down_revision: base', '-- depends_on: 0000', '-- loses_rows: t, u', '-- Words.']),
  down: fc.constantFrom(
    '',
    '-- migrate:down\nDROP TABLE t;',
    '-- migrate:down\nDELETE FROM t;\nDROP TABLE t;',
  ),
  lower: fc.boolean(),
});

const tries = { numRuns: times({ standard: 300, full: 10_000 }) };

it('comments, layout, headers and the way back never change it', () => {
  fc.assert(
    fc.property(forms, fc.boolean(), (form, hasMark) => {
      const text = textOf(UP, form);
      expect(draftOf(hasMark ? `\uFEFF${text}` : text).checksum).toBe(draftOf(BASE).checksum);
    }),
    tries,
  );
});

it('another token of up, one less, one more, or a guard always changes it', () => {
  const places = UP.flatMap((words, line) => words.map((_word, at) => ({ line, at })));
  const changes = fc.constantFrom<(word: string) => readonly string[]>(
    (word) => [`${word}x`],
    (word) => [word, '1'],
    (word) => ['"other"', word],
    () => [],
    (word) => [';', '-', word],
  );
  fc.assert(
    fc.property(forms, fc.constantFrom(...places), changes, (form, { line, at }, change) => {
      const edited = UP.map((words, index) =>
        index === line ? words.flatMap((word, place) => (place === at ? change(word) : [word])) : words,
      );
      expect(parse(textOf(edited, form)).draft.checksum).not.toBe(draftOf(BASE).checksum);
    }),
    tries,
  );
  fc.assert(
    fc.property(fc.constantFrom('missing', 'exists'), fc.constantFrom('t', 't.a'), (when, object) => {
      const guarded = BASE.replace('INSERT', `\n-- if_${when}: ${object}\nINSERT`);
      expect(draftOf(guarded).checksum).not.toBe(draftOf(BASE).checksum);
    }),
  );
});
