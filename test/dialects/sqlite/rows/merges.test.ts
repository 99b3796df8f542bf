// Random tables whose values an UPDATE puts into the rows of another one, before they go: what is all there is never
// stopped, and what is not always is. What is there says a comparison of contents in this file.

import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { times } from '../../../support/figures.js';
import { pass } from './passes.js';

const tries = { numRuns: times({ standard: 250, full: 10_000 }) };

const KEYS = {
  same: 'user_id INTEGER PRIMARY KEY',
  unique: 'user_id INTEGER NOT NULL UNIQUE',
  none: 'user_id INTEGER',
  own: 'id INTEGER PRIMARY KEY, user_id INTEGER',
} as const;
const VALUES = ["'a'", "'A'", "'008'", '8', '8.0', 'NULL', "x'61'", "''"];
const TYPES = ['TEXT', 'INTEGER', 'REAL', '', 'TEXT COLLATE NOCASE'];
const FORMS: readonly ((more: string) => string)[] = [
  (more) => `UPDATE u SET v = (SELECT v FROM p WHERE p.user_id = u.id${more})`,
  (more) => `UPDATE u AS x SET v = (SELECT q.v FROM p AS q WHERE user_id = x.id${more})`,
  (more) => `UPDATE u SET v = p.v FROM p WHERE p.user_id = u.id${more}`,
  (more) => `UPDATE u SET (v, n) = (SELECT v, 1 FROM p WHERE u.id IS p.user_id${more})`,
  (more) => `UPDATE u SET v = s.w FROM (SELECT user_id AS k, v AS w FROM p) AS s WHERE (s.k = u.id)${more}`,
  (more) => `WITH c AS (SELECT * FROM p) UPDATE u SET v = c.v FROM c WHERE c.user_id = u.id${more}`,
];
const AFTER = [
  'SELECT 1',
  'DELETE FROM u WHERE id = 3',
  'UPDATE u SET n = 90 WHERE id = 2',
  'INSERT INTO u(id, v) SELECT user_id, v FROM p WHERE user_id NOT IN (SELECT id FROM u)',
  'ALTER TABLE u RENAME COLUMN v TO w',
] as const;

const merge = fc.record({
  key: fc.constantFrom(...(Object.keys(KEYS) as (keyof typeof KEYS)[])),
  from: fc.constantFrom(...TYPES),
  to: fc.constantFrom(...TYPES),
  users: fc.subarray([1, 2, 3, 4, 5], { minLength: 1 }),
  rows: fc.uniqueArray(fc.tuple(fc.nat(6), fc.constantFrom(...VALUES)), {
    minLength: 1,
    maxLength: 5,
    selector: ([user]) => user,
  }),
  form: fc.constantFrom(...FORMS),
  narrowed: fc.boolean(),
  after: fc.constantFrom(...AFTER),
});

function contentOf(db: Database.Database, table: string, [key, value]: readonly [string, string]): string[] {
  const sql = `SELECT ${key} || ' ' || typeof(${value}) || ' ' || hex(${value}) FROM ${table}`;
  return db.prepare<[], string>(sql).pluck().all();
}

test('A merge by an UPDATE is stopped exactly where something of the other table is nowhere.', async () => {
  await fc.assert(
    fc.asyncProperty(merge, async ({ key, from, to, users, rows, form, narrowed, after }) => {
      const start = [
        `CREATE TABLE u(id INTEGER PRIMARY KEY, n, v ${to})`,
        `CREATE TABLE p(${KEYS[key]}, v ${from})`,
        ...users.map((id) => `INSERT INTO u(id, n) VALUES (${id}, ${id})`),
        ...rows.map(([user, value]) => `INSERT INTO p(user_id, v) VALUES (${user}, ${value})`),
      ].join(';\n');
      // Rows of u may go here: what becomes of those of p is the question.
      const headers = ['-- loses_rows: u', ...(key === 'own' ? ['-- moves: p -> u'] : [])].join('\n');
      const work = `${headers}\n-- migrate:up\n${form(narrowed ? ' AND n > 2' : '')};\n${after}`;
      let before: string[] = [];
      let there: string[] = [];
      const column = after.includes('RENAME') ? 'w' : 'v';
      await pass({ start, revisions: [], then: (db) => (before = contentOf(db, 'p', ['user_id', 'v'])) });
      await pass({
        start,
        revisions: [work],
        begun: { rows: {} },
        then: (db) => (there = contentOf(db, 'u', ['id', column])),
      });
      const ended = await pass({ start, revisions: [`${work};\nDROP TABLE p`] });
      const isLost = before.some((row) => !there.includes(row));
      if (isLost) expect(['rowsLost', 'valuesChanged']).toContain(ended.code);
      else expect(ended).toMatchObject({ code: null });
    }),
    tries,
  );
}, 3_600_000);
