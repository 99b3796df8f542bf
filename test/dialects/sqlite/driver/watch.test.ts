// What runs on a session is looked at statement by statement, by everybody who asked for it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { runModule } from '../../../../src/dialects/sqlite/driver/module.js';
import { watchesOf, type StatementWatch } from '../../../../src/dialects/sqlite/driver/watch.js';
import { temporaryDirectory } from '../../../support/fleet.js';

const PROGRAM = `export function up(db) {
  db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a')");
  db.run('UPDATE t SET v = ? WHERE id = ?', 'b', 1);
  db.all('SELECT v FROM t WHERE id > ?', 0);
  db.get('SELECT count(*) FROM t');
  db.rebuild('t', 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL)');
}
`;

test('Each statement of a program is looked at before and after it, with its values, by all who look.', async () => {
  const file = join(temporaryDirectory(), '0001_program.mjs');
  writeFileSync(file, PROGRAM);
  const db = new Database(':memory:');
  const seen: unknown[] = [];
  const rows = () => db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 't'").pluck().get();
  const looking = (name: string): StatementWatch => ({
    before: ({ sql }, parameters) => void seen.push([name, 'before', firstWords(sql), rows(), ...parameters]),
    after: ({ sql }) => void seen.push([name, 'after', firstWords(sql), rows()]),
  });
  db.exec('BEGIN');
  await runModule(db, file, 'up', watchesOf([looking('one'), looking('two')]));
  const one = seen.filter((line) => Array.isArray(line) && line[0] === 'one');
  expect(seen.length).toBe(2 * one.length);
  expect(one.slice(0, 10)).toEqual([
    ['one', 'before', 'CREATE TABLE', 0],
    ['one', 'after', 'CREATE TABLE', 1],
    ['one', 'before', 'INSERT INTO', 1],
    ['one', 'after', 'INSERT INTO', 1],
    ['one', 'before', 'UPDATE t', 1, 'b', 1],
    ['one', 'after', 'UPDATE t', 1],
    ['one', 'before', 'SELECT v', 1, 0],
    ['one', 'after', 'SELECT v', 1],
    ['one', 'before', 'SELECT count(*)', 1],
    ['one', 'after', 'SELECT count(*)', 1],
  ]);
  expect(one).toContainEqual(['one', 'before', 'DROP TABLE', 1]);
  db.close();
});

test('One who throws before a statement keeps it from running.', () => {
  const watches = watchesOf([
    {
      before: () => {
        throw new Error('no');
      },
    },
  ]);
  let ran = false;
  expect(() => watches.run({ sql: 'SELECT 1' }, () => (ran = true))).toThrow('no');
  expect(ran).toBe(false);
});

const firstWords = (sql: string): string => sql.split(/\s+/).slice(0, 2).join(' ');
