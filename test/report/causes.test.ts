// Causes through the program: whatever the messages hold, a statement that fails on many targets is one cause, whatever
// revision the targets began at, in documents and in texts.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { makeProjects } from '../support/fleet.js';
import { run, writeMigrations } from '../support/revisions.js';

test('a statement whose message holds a value of each target is one cause, with its file, line and tables', async () => {
  const migrations = writeMigrations({
    '0001_tasks.sql': '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);\n',
    '0002_guard.sql': `-- migrate:up
CREATE TRIGGER guard BEFORE UPDATE ON tasks WHEN new.title LIKE 'bad%'
BEGIN SELECT RAISE(ABORT, 'bad title'); END;\n`,
    '0003_touch.mjs': `export function up(db) {
  for (const { title } of db.all("SELECT title FROM tasks WHERE title LIKE 'bad%'")) throw new Error('the title ' + title);
}\n`,
    '0004_check.sql': '-- migrate:up\nUPDATE tasks SET title = title;\n',
  });
  const dataDir = makeProjects(12, 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);');
  await run(dataDir, migrations, ['upgrade', '0001', '--stamp']);
  await run(dataDir, migrations, ['upgrade', '0002', '--only', 'project_3,project_4']);
  for (let n = 1; n <= 12; n++) {
    const db = new Database(join(dataDir, `project_${n}.db`));
    db.exec(`INSERT INTO tasks (title) VALUES ('bad${n}')`);
    db.close();
  }
  const { code, report } = await run(dataDir, migrations, ['upgrade']);
  expect(code).toBe(2);
  expect(report.failures).toMatchObject([
    { code: 'migrationFailed', outcome: 'failed', count: 12, wordings: 12, revision: '0003' },
  ]);
  expect(report.failures[0]?.file).toBe(join(migrations, '0003_touch.mjs'));
  const { stdout } = await runCli(['upgrade', '--data-dir', dataDir, '--migrations', migrations]);
  expect(stdout).toMatch(/12 targets: migrationFailed, revision 0003/);
  expect(stdout).toMatch(/also: .*bad\d+/);
  expect(stdout).toContain('and 9 other wordings of it');
});
