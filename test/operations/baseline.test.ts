// A first revision out of a database, through the built command line, and on random structures.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sqliteDriver } from '../support/driver.js';
import type { BaselineReport } from '../../src/index.js';
import { writeBaseline } from '../../src/target/baseline.js';
import { fingerprintOf } from '../../src/dialects/sqlite/schema/fingerprint.js';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';
import { writeSchema } from '../support/schema-writer.js';
import { schemaArbitrary, snapshotAfter, styleArbitrary } from '../support/schemas.js';

const SCHEMA = `CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, project_id INT REFERENCES projects (id) ON DELETE CASCADE,
  title TEXT NOT NULL CHECK (length(title) > 0), state TEXT DEFAULT 'new');
CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE UNIQUE) STRICT;
CREATE INDEX ix_state ON tasks (state DESC) WHERE state <> 'done';
CREATE VIEW open_tasks AS SELECT * FROM tasks WHERE state <> 'done';
CREATE TRIGGER touch AFTER UPDATE ON tasks BEGIN UPDATE tasks SET state = 'x; y' WHERE id = new.id; END;
CREATE VIRTUAL TABLE notes USING fts5(body);
INSERT INTO projects VALUES (1, 'a'); INSERT INTO tasks (project_id, title) VALUES (1, 'a task');`;
const OTHER_TOOL = `CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('e6e5369fb4d1');`;

const baseline = async (dataDir: string, migrations: string, ...more: string[]) => {
  const result = await look(dataDir, migrations, ['baseline', ...more]);
  return { code: result.code, report: result.json() as BaselineReport };
};

/** Three targets of one structure, and one of another. */
function fleet(): string {
  const dataDir = makeProjects(3, `${SCHEMA}\n${OTHER_TOOL}`);
  const db = new Database(join(dataDir, 'project_4.db'));
  db.exec(`${SCHEMA} DROP INDEX ix_state;`);
  db.close();
  return dataDir;
}

describe('where there are no revisions', () => {
  test('the file is written, others of that structure are counted, and stamp records it on all of them', async () => {
    const dataDir = fleet();
    const migrations = join(temporaryDirectory(), 'migrations');
    const before = treeOf(dataDir, ['.flotilla']);
    const { code, report } = await baseline(dataDir, migrations, 'project_2');
    const file = join(migrations, '0001_baseline.sql');
    expect([code, report]).toMatchObject([
      0,
      {
        target: { id: 'project_2' },
        counts: { tables: 3, indexes: 1, views: 1, triggers: 1 },
        alike: 2,
        others: 3,
        file,
        problem: null,
      },
    ]);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
    const sql = readFileSync(file, 'utf8');
    expect(sql).toBe(report.sql);
    expect(sql).not.toContain('alembic_version');
    expect(sql.indexOf('CREATE TABLE projects')).toBeLessThan(sql.indexOf('CREATE TABLE tasks'));
    expect(sql.indexOf('DROP TABLE tasks')).toBeLessThan(sql.indexOf('DROP TABLE projects'));
    // Another tool's word is a witness against it.
    const stamped = await run(dataDir, migrations, ['stamp', '--at', '0001']);
    expect(stamped.report.targets.map(({ outcome }) => outcome)).toEqual([
      'stamped',
      'stamped',
      'stamped',
      'skipped',
    ]);
    expect(stamped.report.targets[3]?.match?.difference).toEqual(['index ix_state is missing']);
  });

  test('a directory without revisions is as good as none, and its down takes everything back', async () => {
    const migrations = temporaryDirectory();
    writeFileSync(join(migrations, 'README.md'), 'about revisions');
    const dataDir = makeProjects(1, SCHEMA);
    expect((await baseline(dataDir, migrations, 'project_1')).code).toBe(0);
    expect((await run(dataDir, migrations, ['stamp'])).code).toBe(0);
    const down = await run(dataDir, migrations, ['downgrade', 'base']);
    expect(down.report.targets[0]).toMatchObject({ outcome: 'downgraded', failure: null });
    const left = query(
      join(dataDir, 'project_1.db'),
      `SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE '%flotilla%'`,
    );
    expect(left).toEqual([]);
  });

  test('a lost history is replaced: baseline, then stamp by force', async () => {
    const dataDir = makeProjects(2, 'CREATE TABLE tasks (id INTEGER PRIMARY KEY)');
    const old = writeMigrations({
      '0001_a.sql': '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY);\n',
    });
    await run(dataDir, old, ['stamp']);
    const migrations = join(temporaryDirectory(), 'new');
    await baseline(dataDir, migrations, 'project_1');
    expect((await run(dataDir, migrations, ['stamp', 'head', '--force'])).code).toBe(0);
    const check = await look(dataDir, migrations, ['check']);
    expect(check.code).toBe(0);
  });
});

describe('where there are revisions', () => {
  const migrations = writeMigrations({ '0001_a.sql': '-- migrate:up\nCREATE TABLE a (b);\n' });

  test('the text is printed, and is a revision as it stands', async () => {
    const dataDir = fleet();
    const { stdout, code } = await runCli([
      'baseline',
      'project_4',
      '--data-dir',
      dataDir,
      '--migrations',
      migrations,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('-- 0 of 3 other targets have exactly this structure\n');
    expect(readdirSync(migrations)).toEqual(['0001_a.sql']);
    const other = writeMigrations({ '0007_from_project_4.sql': stdout });
    const stamped = await run(dataDir, other, ['stamp', '--only', 'project_4']);
    expect(stamped.report.targets[0]).toMatchObject({ outcome: 'stamped', to: '0007' });
  });

  test('--output names the file, and never one that is there', async () => {
    const dataDir = fleet();
    const file = join(temporaryDirectory(), 'deeper', 'schema.sql');
    expect((await baseline(dataDir, migrations, 'project_1', '--output', file)).report.file).toBe(file);
    const text = readFileSync(file, 'utf8');
    const again = await look(dataDir, migrations, ['baseline', 'project_4', '--output', file]);
    expect([again.code, again.stdout]).toEqual([64, expect.stringContaining('exists already')]);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

test('a database that is no target is taken by its path, without any fleet', async () => {
  const elsewhere = makeProjects(1, SCHEMA);
  const migrations = join(temporaryDirectory(), 'migrations');
  const path = join(elsewhere, 'project_1.db');
  const { code, report } = await baseline(join(elsewhere, 'nowhere'), migrations, path);
  expect([code, report]).toMatchObject([0, { target: { path }, alike: 0, others: 0 }]);
  expect(existsSync(join(migrations, '0001_baseline.sql'))).toBe(true);
});

/** Overwrites the first page of a table or index of a new database. */
function damage(path: string, name: string): void {
  const db = new Database(path);
  db.exec(`CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT); CREATE INDEX ix_title ON tasks (title);
    WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) INSERT INTO tasks SELECT i, hex(i) || 'title' FROM n`);
  const root = db.prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck();
  const at = ((root.get(name) ?? 0) - 1) * Number(db.pragma('page_size', { simple: true }));
  db.close();
  const content = readFileSync(path).fill(0xff, at, at + 400);
  writeFileSync(path, content);
}

describe('refused, with nothing written:', () => {
  const migrations = join(temporaryDirectory(), 'migrations');

  test.each([
    ['no database', (path: string) => writeFileSync(path, 'no database '.repeat(100)), 'notADatabase'],
    ['a directory', (path: string) => mkdirSync(path), 'refusedPath'],
    ['no tables', (path: string) => new Database(path).exec('PRAGMA user_version = 1').close(), 'noBaseline'],
    [
      'a module that is not here',
      (path: string) => {
        const db = new Database(path);
        db.unsafeMode().exec(
          `CREATE TABLE a (b); PRAGMA writable_schema = ON;
           INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING nowhere(a)')`,
        );
        db.close();
      },
      'schemaMismatch',
    ],
    ['a damaged table', (path: string) => damage(path, 'tasks'), 'corrupt'],
    ['a damaged index', (path: string) => damage(path, 'ix_title'), 'corrupt'],
  ])('%s', async (_, make, code) => {
    const dataDir = temporaryDirectory();
    make(join(dataDir, 'project_1.db'));
    const { code: exitCode, report } = await baseline(dataDir, migrations, 'project_1');
    expect([exitCode, report]).toMatchObject([2, { problem: { code }, file: null, sql: null }]);
    if (code === 'schemaMismatch') expect(report.problem?.message).toContain('no such module: nowhere');
    expect(existsSync(migrations)).toBe(false);
  });

  test('a name that nothing has, with the names that are near', async () => {
    const { code, stdout } = await look(fleet(), migrations, ['baseline', 'project_9']);
    expect([code, stdout]).toEqual([64, expect.stringContaining('did you mean project_')]);
  });
});

test('the baseline of any random structure leaves the same fingerprint, and its down nothing', async () => {
  const driver = sqliteDriver();
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, styleArbitrary, async (model, style) => {
      const snapshot = snapshotAfter(writeSchema(model, style));
      const { sql, fingerprint, problems } = await writeBaseline(snapshot, ['a structure'], driver);
      expect(problems).toEqual([]);
      expect(fingerprint).toBe(fingerprintOf(snapshot));
      const [up = '', down = ''] = sql.split('-- migrate:down');
      expect(fingerprintOf(snapshotAfter(up))).toBe(fingerprint);
      expect(snapshotAfter(up + down)).toEqual({ tables: [], indexes: [], views: [], triggers: [] });
    }),
    { numRuns: 150 },
  );
});
