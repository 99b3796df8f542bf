// `plan --sql` is a script that the sqlite3 shell runs to the same result as `upgrade`: tested with that shell.

import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MIGRATIONS, runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';
import { query, run, writeMigrations } from '../support/revisions.js';

const content = (path: string) => ({
  schema: query(path, `SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name`),
  tasks: query(path, 'SELECT * FROM tasks ORDER BY id'),
  history: query(
    path,
    'SELECT position, revision, name, checksum, sql_checksum, status FROM flotilla_history',
  ),
});

async function scriptFor(dataDir: string, migrations: string): Promise<string> {
  const { code, stdout } = await runCli([
    'plan',
    '--sql',
    '--stamp',
    '--data-dir',
    dataDir,
    '--migrations',
    migrations,
  ]);
  expect(code).toBe(0);
  return stdout;
}

test('The script of a plan does in the sqlite3 shell what upgrade does, history included.', async (context) => {
  if (spawnSync('sqlite3', ['--version']).status !== 0) context.skip('this machine has no sqlite3 shell');
  const dataDir = makeProjects(1);
  const byHand = join(temporaryDirectory(), 'by-hand.db');
  copyFileSync(join(dataDir, 'project_1.db'), byHand);
  const script = await scriptFor(dataDir, MIGRATIONS);
  // Above the first line that no other program knows it says which one does, and how to run it there.
  expect(script.split('\n.bail on\n')[0]).toContain('sqlite3 FILE < SCRIPT');
  const shell = spawnSync('sqlite3', [byHand], { input: script, encoding: 'utf8' });
  expect(shell).toMatchObject({ status: 0, stderr: '' });
  expect((await run(dataDir, MIGRATIONS, ['upgrade', '--stamp'])).code).toBe(0);
  expect(content(byHand)).toEqual(content(join(dataDir, 'project_1.db')));
  expect((await run(dataDir, MIGRATIONS, ['upgrade'])).report.summary).toEqual({ planned: 1, current: 1 });
});

test('The script stops at its first error and leaves nothing half done.', async (context) => {
  if (spawnSync('sqlite3', ['--version']).status !== 0) context.skip('this machine has no sqlite3 shell');
  const migrations = writeMigrations({
    '0001_tasks.sql': '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, owner TEXT);\n',
    '0002_other.sql':
      '-- migrate:up\nCREATE TABLE others (id INTEGER PRIMARY KEY);\nCREATE UNIQUE INDEX ux_owner ON tasks (owner);\nCREATE TABLE more (id INTEGER PRIMARY KEY);\n',
  });
  const text = `CREATE TABLE tasks (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO tasks VALUES (1, 'a'), (2, 'a');`;
  const dataDir = makeProjects(1, text);
  const path = join(dataDir, 'project_1.db');
  const shell = spawnSync('sqlite3', [path], {
    input: await scriptFor(dataDir, migrations),
    encoding: 'utf8',
  });
  expect(shell.status).not.toBe(0);
  expect(query(path, 'SELECT name FROM sqlite_schema')).toEqual([{ name: 'tasks' }]);
});

const GUARDED = {
  '0001_tasks.sql': '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, owner TEXT);\n',
  '0002_note.sql': `-- migrate:up
-- if_missing: tasks.note
ALTER TABLE tasks
  ADD COLUMN note TEXT; -- if_exists would be wrong here
-- if_exists: leftover
DROP TABLE leftover;
`,
};
const PLAIN = `CREATE TABLE tasks (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO tasks VALUES (1, 'a');`;

test('Guards are decided for each cohort, so that the shell comes to the same result as upgrade.', async (context) => {
  if (spawnSync('sqlite3', ['--version']).status !== 0) context.skip('this machine has no sqlite3 shell');
  const migrations = writeMigrations(GUARDED);
  const dataDir = makeProjects(2, PLAIN);
  await run(dataDir, migrations, ['stamp', '0001']);
  const patched = join(dataDir, 'project_2.db');
  spawnSync('sqlite3', [patched], { input: 'ALTER TABLE tasks ADD COLUMN note TEXT;' });
  for (const id of ['project_1', 'project_2']) {
    const args = ['plan', '--sql', '--only', id, '--data-dir', dataDir, '--migrations', migrations];
    const script = (await runCli(args)).stdout;
    const byHand = join(temporaryDirectory(), `${id}.db`);
    copyFileSync(join(dataDir, `${id}.db`), byHand);
    expect(spawnSync('sqlite3', [byHand], { input: script, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect((await run(dataDir, migrations, ['upgrade', '--only', id])).code).toBe(0);
    expect(content(byHand)).toEqual(content(join(dataDir, `${id}.db`)));
  }
});

test('There is no script where a revision is a program, and none that records it unrun.', async () => {
  const migrations = writeMigrations({
    '0001_tasks.sql': GUARDED['0001_tasks.sql'],
    '0002_fill.mjs': `export function up(db) { db.exec('CREATE TABLE fills (id INTEGER PRIMARY KEY)'); }\n`,
  });
  const script = await scriptFor(makeProjects(1, PLAIN), migrations);
  expect(script).toContain('a program is no SQL: run flotilla upgrade');
  expect(script).not.toContain('INSERT');
});

test('A script that goes by the order of columns stops on a target of another order, and says so.', async (context) => {
  if (spawnSync('sqlite3', ['--version']).status !== 0) context.skip('this machine has no sqlite3 shell');
  const migrations = writeMigrations({
    '0001_users.sql':
      '-- migrate:up\nCREATE TABLE users (id INTEGER PRIMARY KEY, "e\'mail" TEXT, phone TEXT);\n',
    '0002_other.sql': '-- migrate:up\nCREATE TABLE other (id INTEGER PRIMARY KEY, note TEXT);\n',
    '0003_kept.sql': `-- migrate:up
CREATE TABLE kept (id INTEGER, mail TEXT, phone TEXT);
INSERT INTO kept SELECT * FROM Users;
INSERT INTO other VALUES (1, 'one');
`,
    '0004_outside.sql': '-- transaction: false\n-- migrate:up\nINSERT INTO kept SELECT * FROM users;\n',
  });
  const right = `CREATE TABLE users (id INTEGER PRIMARY KEY, "e'mail" TEXT, phone TEXT); INSERT INTO users VALUES (1, 'b@x', '5');`;
  const dataDir = makeProjects(2, right);
  const script = await scriptFor(dataDir, migrations);
  const path = join(dataDir, 'project_1.db');
  expect(spawnSync('sqlite3', [path], { input: script, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stdout: '',
    stderr: '',
  });
  expect((await run(dataDir, migrations, ['upgrade', '--stamp'])).report.summary).toEqual({
    planned: 2,
    current: 1,
    upgraded: 1,
  });
  const all = (file: string) =>
    ['users', 'other', 'kept'].map((table) => query(file, `SELECT * FROM ${table}`));
  expect(all(path)).toEqual(all(join(dataDir, 'project_2.db')));
  const other = makeProjects(
    1,
    `CREATE TABLE users (id INTEGER PRIMARY KEY, phone TEXT, "e'mail" TEXT); INSERT INTO users VALUES (1, '5', 'b@x');`,
  );
  const stopped = spawnSync('sqlite3', [join(other, 'project_1.db')], { input: script, encoding: 'utf8' });
  expect(stopped.status).toBe(1);
  expect(stopped.stderr).toContain(
    "the script goes by the order of columns: kept (id, mail, phone) and users (id, e'mail, phone)",
  );
  expect(query(join(other, 'project_1.db'), 'SELECT name FROM sqlite_schema')).toEqual([{ name: 'users' }]);
});
