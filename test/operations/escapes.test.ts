// Names come from anybody: a script for a shell must be the same script whatever a target or a table is called.

import { execFileSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { PlanReport } from '../../src/index.js';
import { graphMermaid } from '../../src/report/graph-text.js';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';
import { writeMigrations } from '../support/revisions.js';

const EVIL = '\n; DROP TABLE kept; --';

test('A target whose name has an end of a line puts no statement into the script of a plan.', async () => {
  const dataDir = makeProjects(1, 'CREATE TABLE t (a INTEGER);');
  renameSync(join(dataDir, 'project_1.db'), join(dataDir, `project_${EVIL}.db`));
  const migrations = writeMigrations({
    '0001_t.sql': '-- migrate:up\nCREATE TABLE t (a INTEGER);\n-- migrate:down\nDROP TABLE t;\n',
    '0002_u.sql': '-- migrate:up\nCREATE TABLE u (a INTEGER);\n-- migrate:down\nDROP TABLE u;\n',
  });
  const words = ['--data-dir', dataDir, '--migrations', migrations];
  expect((await runCli(['stamp', '0001', ...words])).code).toBe(0);
  const { stdout } = await runCli(['plan', '--sql', ...words]);
  expect(stdout).toContain(String.raw`like project_\n; DROP TABLE kept; --`);
  const report = (await runCli(['plan', '--json', ...words])).json() as PlanReport;
  const plain = report.cohorts.flatMap(({ script }) => script ?? []).join('');
  const statements = (text: string) =>
    text.split('\n').filter((line) => !line.startsWith('--') && line.trim() !== '');
  expect(statements(stdout)).toEqual(statements(plain));
  expect(statements(stdout).join('\n')).not.toContain('DROP TABLE kept');
});

test('A table whose name has an end of a line puts no statement into what a repair would run.', async () => {
  const name = `x${EVIL}`;
  const dataDir = makeProjects(1, 'CREATE TABLE t (a INTEGER);');
  const migrations = writeMigrations({
    '0001_t.sql': '-- migrate:up\nCREATE TABLE t (a INTEGER);\n-- migrate:down\nDROP TABLE t;\n',
  });
  const words = ['--data-dir', dataDir, '--migrations', migrations];
  expect((await runCli(['stamp', '0001', ...words])).code).toBe(0);
  const db = new Database(join(dataDir, 'project_1.db'));
  db.exec(`CREATE TABLE "${name}" (a); CREATE INDEX "i${EVIL}" ON t (a); CREATE TABLE kept (a)`);
  db.close();
  const { stdout } = await runCli(['repair', '--plan', '--drop-extra', 'kept', ...words]);
  const lines = stdout.split('\n').filter((line) => line.trimStart().startsWith(';'));
  expect(stdout).toContain('-- ');
  expect(lines).toEqual([]);
});

test('The text of a baseline is the same SQL whatever the target is called.', async () => {
  const dataDir = makeProjects(1, 'CREATE TABLE kept (a INTEGER);');
  renameSync(join(dataDir, 'project_1.db'), join(dataDir, `project_${EVIL}.db`));
  const { stdout } = await runCli(['baseline', `project_${EVIL}`, '--data-dir', dataDir]);
  const file = join(temporaryDirectory(), 'x.db');
  const up = stdout.slice(0, stdout.indexOf('-- migrate:down'));
  execFileSync(process.execPath, [
    '-e',
    `const D = require(process.argv[1]); const db = new D(process.argv[2]); db.exec(process.argv[3]); process.exit(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'kept'").get().n === 1 ? 0 : 1)`,
    join(import.meta.dirname, '../../node_modules/better-sqlite3'),
    file,
    up,
  ]);
});

test('What a diagram would take for its own is spelled out in it.', () => {
  const name = 'a"]\n  x["<script>alert(`1`)</script>&#34;';
  const text = graphMermaid({ order: [{ id: '1', name, parents: [], dependsOn: [] }], heads: [] });
  expect(text.split('\n')).toHaveLength(3);
  expect(text).not.toMatch(/<|`|&|a"/);
});
