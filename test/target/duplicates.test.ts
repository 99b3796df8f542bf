// A UNIQUE that rows stand against names the values that are there more than once, and changes nothing; whatever
// statement met them, and with the collation, the condition and the expressions of the key.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProjects, treeOf } from '../support/fleet.js';
import { run, writeMigrations } from '../support/revisions.js';

const TABLE = 'CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, team INTEGER, gone INTEGER);';
const ROWS = `${TABLE} INSERT INTO users VALUES (1, 'a@x', 1, 0), (2, 'A@x', 1, 0), (3, 'it''s', 2, 0),
(4, 'it''s', 2, 1), (5, 'it''s', 2, 0), (6, NULL, 3, 0), (7, NULL, 3, 0), (8, 'c', 4, 0);`;

const plain = `'it''s' (3 rows)`;
const MADE = `CREATE TABLE n(id INTEGER PRIMARY KEY, email TEXT UNIQUE, team INTEGER, UNIQUE(email COLLATE NOCASE, team));`;

describe.each([
  ['CREATE UNIQUE INDEX e ON users(email);', `1 value is there more than once, in 3 rows: ${plain}`],
  [
    'CREATE UNIQUE INDEX IF NOT EXISTS e ON users (email COLLATE NOCASE DESC, "team");',
    `2 values are there more than once, in 5 rows: 'it''s', 2 (3 rows); 'a@x', 1 (2 rows)`,
  ],
  [
    'CREATE UNIQUE INDEX e ON users(lower(email)) WHERE gone = 0;',
    `2 values are there more than once, in 4 rows`,
  ],
  [
    `${MADE}\nINSERT INTO n(id, email, team) SELECT id, email, team FROM users;`,
    `2 values are there more than once, in 5 rows: 'it''s', 2 (3 rows)`,
  ],
  [`${MADE}\nINSERT INTO n SELECT id, lower(email), 1 FROM users WHERE team = 1;`, `'a@x', 1 (2 rows)`],
  [
    `CREATE TABLE other(x);\nINSERT INTO users VALUES (9, 'n', 1, 0), (8, 'd', 1, 0);`,
    '1 value is there more than once, in 2 rows: 8 (2 rows)',
  ],
  [
    `CREATE UNIQUE INDEX e ON users(id, email);\nCREATE UNIQUE INDEX t ON users(team, id);\nUPDATE users SET id = 4 WHERE id > 6;`,
    '1 value is there more than once, in 3 rows: 4 (3 rows)',
  ],
])('%s', (up, words) => {
  test('fails with the values, and the target is as it was', async () => {
    const dataDir = makeProjects(1, ROWS);
    const migrations = writeMigrations({
      '0001_users.sql': `-- migrate:up\n${TABLE}\n`,
      '0002_unique.sql': `-- changes: users.email, users.id\n-- migrate:up\n${up}\n`,
    });
    const before = treeOf(dataDir, ['.flotilla']);
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
    expect(code).toBe(2);
    const failure = report.targets[0]?.failure;
    expect(failure).toMatchObject({ code: 'migrationFailed', revision: '0002', step: 'execute' });
    expect(failure?.message).toMatch(/^UNIQUE constraint failed: .*; \d/);
    expect(failure?.message).toContain(words);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });
});

test('A program is told the same, and targets with other values have one cause.', async () => {
  const dataDir = makeProjects(2, ROWS);
  const migrations = writeMigrations({
    '0001_users.sql': `-- migrate:up\n${TABLE}\n`,
    '0002_unique.mjs': 'export function up(db) { db.exec("CREATE UNIQUE INDEX e ON users(email)"); }\n',
  });
  const { report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
  expect(report.targets[0]?.failure?.message).toContain(plain);
  expect(report.targets[0]?.failure?.message).toContain(join(migrations, '0002_unique.mjs'));
  expect(report.failures).toHaveLength(1);
});
