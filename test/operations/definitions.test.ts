// What may stand in the definitions of a schema, old habits included: ROLLBACK as the answer to a conflict, a column that
// bears the name of its table.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { makeProjects } from '../support/fleet.js';
import { query, run, writeMigrations } from '../support/revisions.js';

const DEFINED = `-- migrate:up
CREATE TABLE rooms (id INTEGER PRIMARY KEY, code TEXT UNIQUE ON CONFLICT ROLLBACK);
CREATE TRIGGER kept BEFORE DELETE ON rooms BEGIN SELECT RAISE(ROLLBACK, 'rooms are kept'); END;
-- migrate:down
DROP TABLE rooms;
`;

test('ROLLBACK in the definition of a table or trigger is the schema of the application, and is upgraded to.', async () => {
  const migrations = writeMigrations({
    '0001_rooms.sql': DEFINED,
    '0002_code.sql': `-- migrate:up\nINSERT INTO rooms (code) VALUES ('a');\n-- migrate:down\n`,
  });
  const dataDir = makeProjects(1, 'PRAGMA user_version = 1');
  expect(await runCli(['lint', '--migrations', migrations])).toMatchObject({ code: 0 });
  expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
  expect(query(join(dataDir, 'project_1.db'), 'SELECT code FROM rooms')).toEqual([{ code: 'a' }]);
});

test.each([
  ['a conflict', '0002_a.sql', `CREATE TABLE other (a); INSERT INTO rooms (code) VALUES ('a');`],
  ['a trigger', '0002_a.sql', `CREATE TABLE other (a); DELETE FROM rooms;`],
  [
    'a program that goes on after it',
    '0002_a.mjs',
    `export const meta = { loses_rows: 'rooms' }; export function up(db) { db.exec('CREATE TABLE other (a)'); try { db.run('DELETE FROM rooms'); } catch {} db.exec('CREATE TABLE third (a)'); }`,
  ],
])('Where %s ends the transaction, the revision fails and the target is as it was.', async (_, file, up) => {
  const migrations = writeMigrations({
    '0001_rooms.sql': DEFINED,
    [file]: file.endsWith('.sql') ? `-- loses_rows: rooms\n-- migrate:up\n${up}\n` : up,
  });
  const dataDir = makeProjects(1, 'PRAGMA user_version = 1');
  const path = join(dataDir, 'project_1.db');
  await run(dataDir, migrations, ['upgrade', '0001']);
  const db = new Database(path);
  db.exec(`INSERT INTO rooms (code) VALUES ('a')`);
  db.close();
  const before = readFileSync(path);
  for (const words of [['upgrade', '--dry-run'], ['upgrade']]) {
    const { code, report } = await run(dataDir, migrations, words);
    expect(code).toBe(2);
    expect(report.targets[0]).toMatchObject({ outcome: 'failed', failure: { code: 'migrationFailed' } });
    expect(readFileSync(path).equals(before)).toBe(true);
  }
  expect((await runCli(['lint', '--migrations', migrations])).code).toBeLessThan(2);
});

test('A column that bears the name of its table is dropped, rebuilt and repaired like any other.', async () => {
  const migrations = writeMigrations({
    '0001_t.sql': `-- migrate:up
CREATE TABLE t (id INTEGER PRIMARY KEY, t TEXT, u TEXT, v AS (u || 'x'), parent REFERENCES t (id));
CREATE INDEX i ON t (u);
`,
    '0002_t.sql': '-- migrate:up\nALTER TABLE t DROP COLUMN t;\n',
    '0003_t.mjs': `export const up = (db) => db.rebuild('t', "CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT, v AS (u || 'x'), t TEXT, parent REFERENCES t (id))");`,
    '0004_t.mjs': `export const up = (db) => db.rebuild('t', "CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT, v AS (u || 'x'), parent REFERENCES t (id))", { drop: ['t'] });`,
  });
  const dataDir = makeProjects(1, 'PRAGMA user_version = 1');
  expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
  const db = new Database(join(dataDir, 'project_1.db'));
  db.exec('ALTER TABLE t ADD COLUMN t TEXT');
  db.close();
  expect((await run(dataDir, migrations, ['repair', '--drop-extra', 't.t'])).code).toBe(0);
  expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
});
