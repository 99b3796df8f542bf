// Downgrades, guarded statements, programs as revisions, and revisions that no transaction may hold: all through the
// built command line and the one pipeline.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { StatusReport } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const TASKS = `-- migrate:up
CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
-- migrate:down
DROP TABLE tasks;
`;
const NOTE = `-- migrate:up
ALTER TABLE tasks ADD COLUMN note TEXT;
-- migrate:down
ALTER TABLE tasks DROP COLUMN note;
`;
const FILLED = `CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL); INSERT INTO tasks VALUES (1, 'a'), (2, 'b');`;
const schemaOf = (path: string) =>
  query(path, `SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '%flotilla%' ORDER BY name`);

describe('downgrade', () => {
  const migrations = writeMigrations({ '0001_tasks.sql': TASKS, '0002_note.sql': NOTE });

  test('gives back the schema and the rows of the tables that stay', async () => {
    const dataDir = makeProjects(2, FILLED);
    const path = join(dataDir, 'project_1.db');
    const before = schemaOf(path);
    await run(dataDir, migrations, ['upgrade', '--stamp']);
    const { code, report } = await run(dataDir, migrations, ['downgrade', '-1']);
    expect(code).toBe(0);
    expect(report.targets[0]).toMatchObject({
      outcome: 'downgraded',
      from: '0002',
      to: '0001',
      applied: ['0002'],
    });
    expect(schemaOf(path)).toEqual(before);
    expect(query(path, 'SELECT * FROM tasks')).toHaveLength(2);
    expect(query(path, 'SELECT revision FROM flotilla_history')).toEqual([{ revision: '0001' }]);
  });

  test('is rehearsed without touching a byte, and reports what it then does', async () => {
    const dataDir = makeProjects(2, FILLED);
    await run(dataDir, migrations, ['upgrade', '--stamp']);
    const before = treeOf(dataDir, ['.flotilla']);
    const rehearsal = await run(dataDir, migrations, ['downgrade', 'base', '--dry-run']);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
    const real = await run(dataDir, migrations, ['downgrade', 'base']);
    const compare = (targets: typeof real.report.targets) =>
      targets.map(({ id, outcome, from, to, applied }) => ({ id, outcome, from, to, applied }));
    expect(compare(rehearsal.report.targets)).toEqual(compare(real.report.targets));
  });

  test('leaves a target alone whose own way has a down missing, naming every such revision, and takes the others back', async () => {
    const oneWay = writeMigrations({
      '0001_tasks.sql': TASKS,
      '0002_note.sql': NOTE.slice(0, NOTE.indexOf('-- migrate:down')),
      '0003_nothing.mjs': 'export function up() {}',
    });
    const dataDir = makeProjects(2, FILLED);
    await run(dataDir, oneWay, ['upgrade', '--stamp', '--only', 'project_1']);
    await run(dataDir, oneWay, ['stamp']);
    const before = readFileSync(join(dataDir, 'project_1.db'));
    const { code, report } = await run(dataDir, oneWay, ['downgrade', 'base']);
    expect(code).toBe(1);
    expect(report.targets.map(({ outcome }) => outcome)).toEqual(['skipped', 'downgraded']);
    expect(report.targets[0]?.failure?.message).toMatch(/0002_note\.sql.*0003_nothing\.mjs/);
    expect(readFileSync(join(dataDir, 'project_1.db')).equals(before)).toBe(true);
    const { code: alone, stdout } = await look(dataDir, oneWay, ['downgrade', 'base']);
    expect(alone).toBe(78);
    expect(stdout).toContain('0002_note.sql');
    expect(stdout).toContain('0003_nothing.mjs');
  });
});

test('the next step that is told after steps back can be typed as it stands', async () => {
  const migrations = writeMigrations({ '0001_tasks.sql': TASKS });
  const place = ['--data-dir', makeProjects(1, FILLED), '--migrations', migrations];
  await runCli(['stamp', '0001', ...place]);
  const { code, stdout } = await runCli(['downgrade', ...place, '--', '-9']);
  expect(code).toBe(2);
  const next = /flotilla (downgrade -9 .* --dry-run --only project_1)$/m.exec(stdout)?.[1] ?? '';
  expect(await runCli(next.split(' '))).toMatchObject({ code: 2, stderr: '' });
});

test('a guarded statement runs where its column is missing, is left out where somebody added it by hand, and the report says where', async () => {
  const migrations = writeMigrations({
    '0001_tasks.sql': TASKS,
    '0002_note.sql': `-- migrate:up\n-- if_missing: tasks.note\nALTER TABLE tasks ADD COLUMN note TEXT;\nUPDATE tasks SET note = 'x';\n`,
  });
  const dataDir = makeProjects(2, FILLED);
  await run(dataDir, migrations, ['stamp', '0001']);
  const db = new Database(join(dataDir, 'project_2.db'));
  db.exec('ALTER TABLE tasks ADD COLUMN note TEXT');
  db.close();
  const skipped = [{ revision: '0002', line: 3, when: 'missing', object: 'tasks.note' }];
  const rehearsal = await run(dataDir, migrations, ['upgrade', '--dry-run']);
  expect(rehearsal.report.targets.map((target) => target.skippedStatements)).toEqual([undefined, skipped]);
  const { code, stdout } = await runCli(['upgrade', '--data-dir', dataDir, '--migrations', migrations]);
  expect(code).toBe(0);
  expect(stdout.replaceAll(/ +/g, ' ')).toContain('0002 3 tasks.note is there already 1 project_2');
  for (const name of ['project_1.db', 'project_2.db']) {
    expect(query(join(dataDir, name), 'SELECT note FROM tasks')).toEqual([{ note: 'x' }, { note: 'x' }]);
  }
});

test('a target that drifted in another way than a guard mends is left to the byte as it was', async () => {
  const migrations = writeMigrations({
    '0001_tasks.sql': TASKS,
    '0002_note.sql': `-- migrate:up\n-- if_missing: tasks.note\nALTER TABLE tasks ADD COLUMN note TEXT;\n`,
  });
  const dataDir = makeProjects(1, FILLED);
  const path = join(dataDir, 'project_1.db');
  await run(dataDir, migrations, ['stamp', '0001']);
  const db = new Database(path);
  db.exec('ALTER TABLE tasks ADD COLUMN other TEXT');
  db.close();
  const before = readFileSync(path);
  const { code, report } = await run(dataDir, migrations, ['upgrade']);
  expect(code).toBe(2);
  expect(report.targets[0]?.failure).toMatchObject({ code: 'schemaMismatch', step: 'verify' });
  expect(readFileSync(path).equals(before)).toBe(true);
});

describe('a revision that is a program', () => {
  const program = `export async function up(db: { run(sql: string, ...p: unknown[]): void; all(sql: string): { id: number }[]; exec(sql: string): void }): Promise<void> {
  db.exec('ALTER TABLE tasks ADD COLUMN slug TEXT');
  for (const { id } of db.all('SELECT id FROM tasks')) db.run('UPDATE tasks SET slug = ? WHERE id = ?', 'task-' + String(id), id);
}
export function down(db: { exec(sql: string): void }): void {
  db.exec('ALTER TABLE tasks DROP COLUMN slug');
}
`;

  test('runs up and down in the transaction of its target', async () => {
    const migrations = writeMigrations({ '0001_tasks.sql': TASKS, '0002_slug.ts': program });
    const dataDir = makeProjects(1, FILLED);
    const path = join(dataDir, 'project_1.db');
    expect((await run(dataDir, migrations, ['upgrade', '--stamp'])).code).toBe(0);
    expect(query(path, 'SELECT slug FROM tasks ORDER BY id')).toEqual([
      { slug: 'task-1' },
      { slug: 'task-2' },
    ]);
    expect((await run(dataDir, migrations, ['downgrade', '-1'])).code).toBe(0);
    expect(query(path, 'SELECT * FROM tasks')).toEqual([
      { id: 1, title: 'a' },
      { id: 2, title: 'b' },
    ]);
  });

  test('that throws leaves its target to the byte as it was, and the failure says where it threw', async () => {
    const migrations = writeMigrations({
      '0001_tasks.sql': TASKS,
      '0002_slug.mjs': `export function up(db) {\n  db.exec('ALTER TABLE tasks ADD COLUMN slug TEXT');\n  if (db.all('SELECT id FROM tasks').length > 1) throw new Error('too many tasks');\n}\n`,
    });
    const dataDir = makeProjects(1, FILLED);
    const path = join(dataDir, 'project_1.db');
    const before = readFileSync(path);
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
    expect(code).toBe(2);
    expect(report.targets[0]?.failure).toMatchObject({ code: 'migrationFailed', revision: '0002' });
    expect(report.targets[0]?.failure?.message).toMatch(/too many tasks.*0002_slug\.mjs:3/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('cannot end the transaction that it runs in', async () => {
    const migrations = writeMigrations({
      '0001_tasks.sql': TASKS,
      '0002_commit.mjs': `export function up(db) { if (db.get('SELECT count(*) AS n FROM tasks').n > 0) db.exec('DELETE FROM tasks; COMMIT'); }\n`,
    });
    const dataDir = makeProjects(1, FILLED);
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp', '--at', '0001']);
    expect(code).toBe(2);
    expect(report.targets[0]?.failure?.message).toContain('COMMIT');
    expect(query(join(dataDir, 'project_1.db'), 'SELECT * FROM tasks')).toHaveLength(2);
  });
});

describe('a revision outside a transaction', () => {
  const vacuum = (second: string) =>
    `-- transaction: false\n-- migrate:up\nPRAGMA page_size = 8192;\nVACUUM;\n${second};\n-- migrate:down\nDROP INDEX ix_title;\n`;
  const good = vacuum('CREATE INDEX ix_title ON tasks (title)');

  test('runs alone between others, and the way through all of them is one outcome', async () => {
    const migrations = writeMigrations({
      '0001_tasks.sql': TASKS,
      '0002_note.sql': NOTE,
      '0003_pages.sql': good,
      '0004_end.sql':
        '-- migrate:up\nCREATE TABLE ends (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE ends;\n',
    });
    const dataDir = makeProjects(2, FILLED);
    const path = join(dataDir, 'project_1.db');
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
    expect(code).toBe(0);
    expect(report.targets[0]).toMatchObject({
      outcome: 'upgraded',
      from: '0001',
      to: '0004',
      applied: ['0002', '0003', '0004'],
      rows: { tasks: [2, 2] },
    });
    expect(query(path, 'PRAGMA page_size')).toEqual([{ page_size: 8192 }]);
    expect((await run(dataDir, migrations, ['downgrade', '0001'])).code).toBe(0);
    expect(query(path, 'SELECT revision FROM flotilla_history')).toEqual([{ revision: '0001' }]);
  });

  test('that fails half-way leaves its target dirty and partly done, and the next run goes on with the next statement', async () => {
    const failing = writeMigrations({
      '0001_tasks.sql': TASKS,
      '0002_pages.sql': vacuum('CREATE UNIQUE INDEX ix_title ON tasks (title)'),
    });
    const dataDir = makeProjects(1, FILLED.replace(`'b'`, `'a'`));
    const path = join(dataDir, 'project_1.db');
    const stopped = await run(dataDir, failing, ['upgrade', '--stamp']);
    expect(stopped.code).toBe(2);
    expect(stopped.report.targets[0]).toMatchObject({
      outcome: 'partial',
      failure: { code: 'migrationFailed', revision: '0002', line: 5 },
    });
    const status = (await look(dataDir, failing, ['status'])).json() as StatusReport;
    expect(status.summary.states).toEqual({ dirty: 1 });
    expect(status.targets[0]?.problem?.message).toContain('stopped after 2 statements');
    const db = new Database(path);
    db.exec(`UPDATE tasks SET title = 'b' WHERE id = 2`);
    db.close();
    const rehearsal = await runCli(['upgrade', '--dry-run', '--data-dir', dataDir, '--migrations', failing]);
    expect(rehearsal.stdout).toContain('project_1: 0002, 2 statements done before');
    const { code, report } = await run(dataDir, failing, ['upgrade']);
    expect(code).toBe(0);
    expect(report.targets[0]).toMatchObject({
      outcome: 'upgraded',
      from: '0001',
      to: '0002',
      resumed: { revision: '0002', statementsDone: 2 },
    });
  });
});
