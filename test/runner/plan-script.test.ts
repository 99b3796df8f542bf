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
