// What is checked before and after a revision runs, and that the words name the object and the revision.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { makeProjects, treeOf } from '../support/fleet.js';
import { run, writeMigrations } from '../support/revisions.js';

const TASKS = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT, parent INTEGER REFERENCES tasks (id))';
const ROWS = `INSERT INTO tasks VALUES (1, 'a', NULL), (2, 'x', 1)`;
const revision = (sql: string) => `-- migrate:up\n${sql};\n`;

/** Upgrades one target, at 0001 with two rows, to these further revisions; it must be left to the byte. */
async function refused(further: readonly string[], drift = '', words: readonly string[] = []) {
  const first = { '0001_tasks.sql': revision(TASKS) };
  const dataDir = makeProjects(1, `${TASKS}; ${ROWS};`);
  await run(dataDir, writeMigrations(first), ['stamp']);
  const db = new Database(join(dataDir, 'project_1.db'));
  db.exec(drift);
  db.close();
  const before = treeOf(dataDir, ['.flotilla']);
  const files = further.map((sql, index) => [`000${index + 2}_more.sql`, revision(sql)] as const);
  const migrations = writeMigrations({ ...first, ...Object.fromEntries(files) });
  const { report } = await run(dataDir, migrations, ['upgrade', ...words]);
  expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  return report.targets[0];
}

test('before: a target that lacks a column of its revision is left alone, and both are named', async () => {
  const target = await refused(
    ['CREATE INDEX ix_title ON tasks (title)'],
    'ALTER TABLE tasks DROP COLUMN title',
  );
  expect(target).toMatchObject({
    outcome: 'skipped',
    failure: {
      code: 'drifted',
      step: 'read',
      revision: '0001',
      message: 'its structure is not that of revision 0001: tasks: column title is missing',
    },
  });
});

test('while it runs: a column that was allowed to be missing is named with revision, statement and line', async () => {
  const target = await refused(
    ['CREATE INDEX ix_title ON tasks (title)'],
    'ALTER TABLE tasks DROP COLUMN title',
    ['--allow-drift', 'columnMissing'],
  );
  expect(target).toMatchObject({
    outcome: 'failed',
    failure: {
      code: 'migrationFailed',
      revision: '0002',
      line: 2,
      message: expect.stringMatching(/title/) as string,
    },
  });
});

test('after: what a revision left undone is named with the revision', async () => {
  const target = await refused(
    ['CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)'],
    'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)',
    ['--allow-drift', 'tableExtra'],
  );
  expect(target?.failure).toMatchObject({
    code: 'schemaMismatch',
    step: 'verify',
    revision: '0002',
    message:
      'the structure after the change is not that of revision 0002: notes: column body is nullable, expected NOT NULL',
  });
});

test('rows that would be lost are counted, with table and revision', async () => {
  const target = await refused([`DELETE FROM tasks WHERE title = 'x'`]);
  expect(target?.failure).toMatchObject({
    code: 'rowsLost',
    revision: '0002',
    message: 'tasks loses rows, and 1 row is nowhere else: (id) = (2)',
  });
});

test('after: rows without their parent are named, with every revision that ran', async () => {
  const target = await refused([
    `UPDATE tasks SET parent = 7 WHERE title = 'x'`,
    'CREATE TABLE more (id INTEGER PRIMARY KEY)',
  ]);
  expect(target?.failure).toMatchObject({
    code: 'foreignKeyViolation',
    message: 'after revisions 0002, 0003, tasks: row 2 has no parent in tasks (parent)',
  });
  expect(target?.failure).not.toHaveProperty('revision');
});
