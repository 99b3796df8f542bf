// Files that change after they were applied, through the built program: what may change, what is told by name, what is
// accepted, and how it is with histories that 0.1.0 wrote.

import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { DoctorReport, DriftReport, Failure, RepairPlanReport, StatusReport } from '../../src/index.js';
import { argvOf } from '../../src/model/command.js';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const FILES = {
  '0001_tasks.sql': `-- migrate:up
CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
-- migrate:down
DROP TABLE tasks;
`,
  '0002_rows.sql': `-- migrate:up
INSERT INTO tasks VALUES (1, 'first');
-- migrate:down
DELETE FROM tasks WHERE id = 1;
`,
  '0003_note.sql': `-- migrate:up
ALTER TABLE tasks ADD COLUMN note TEXT;
-- migrate:down
ALTER TABLE tasks DROP COLUMN note;
`,
};
const NEXT =
  '-- migrate:up\nCREATE TABLE more (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE more;\n';

interface Place {
  readonly dataDir: string;
  readonly migrations: string;
}

/** Targets at the head of FILES. */
async function upgraded(count = 1): Promise<Place> {
  const migrations = writeMigrations(FILES);
  const dataDir = makeProjects(count, 'VACUUM;');
  expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
  return { dataDir, migrations };
}

function edit(
  { migrations }: Pick<Place, 'migrations'>,
  name: string,
  [from, to]: readonly [string, string],
): void {
  const path = join(migrations, name);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

function change(dataDir: string, sql: string): void {
  const db = new Database(join(dataDir, 'project_1.db'), { fileMustExist: true });
  db.exec(sql);
  db.close();
}

interface Row {
  readonly revision: string;
  readonly checksum: string;
  readonly sql_checksum: string;
  readonly run_id: string;
  readonly applied_at: string;
}

const rowsOf = (dataDir: string, id = 'project_1'): Row[] =>
  query<Row>(join(dataDir, `${id}.db`), 'SELECT * FROM flotilla_history ORDER BY position');

async function problems({ dataDir, migrations }: Place): Promise<(Failure | null)[]> {
  const report = (await look(dataDir, migrations, ['status'])).json() as StatusReport;
  return report.targets.map(({ problem }) => problem);
}

const TODAY = expect.stringMatching(/^up:[0-9a-f]{64}$/) as string;

describe('a file that changes after it was applied', () => {
  test('is the one that was applied in another header, another way back, other comments and another layout', async () => {
    const place = await upgraded(2);
    const { dataDir, migrations } = place;
    edit(place, '0001_tasks.sql', ['-- migrate:up', '-- loses_rows: tasks\n\n-- migrate:up']);
    edit(place, '0002_rows.sql', ['DELETE FROM tasks WHERE id = 1', 'DELETE FROM tasks']);
    edit(place, '0003_note.sql', ['ALTER TABLE tasks ADD', '-- a note\r\nalter  table tasks\n\tADD']);
    expect((await look(dataDir, migrations, ['check'])).code).toBe(0);
    writeFileSync(join(migrations, '0004_more.sql'), NEXT);
    const { code, report } = await run(dataDir, migrations, ['upgrade']);
    expect([code, report.summary]).toEqual([0, { planned: 2, upgraded: 2 }]);
    expect((await run(dataDir, migrations, ['downgrade', 'base'])).code).toBe(0);
    expect(rowsOf(dataDir)).toEqual([]);
  });

  test('is told by name before the drift that follows from it, by every command', async () => {
    const place = await upgraded();
    const { dataDir, migrations } = place;
    edit(place, '0003_note.sql', ['note TEXT', 'note TEXT NOT NULL DEFAULT 1']);
    writeFileSync(join(migrations, '0004_more.sql'), NEXT);
    const before = treeOf(dataDir, ['.flotilla']);
    const told = {
      code: 'checksumMismatch',
      revision: '0003',
      message: `revision 0003 was applied, and the SQL of ${join(migrations, '0003_note.sql')} has changed since`,
      hint: 'put the file back as it was when it was applied, and make the change a new revision',
    };
    expect(await problems(place)).toMatchObject([told]);
    const checked = await look(dataDir, migrations, ['check']);
    expect([checked.code, (checked.json() as StatusReport).targets[0]?.problem]).toMatchObject([1, told]);
    for (const args of [['upgrade'], ['upgrade', '--allow-drift', 'columnDiffers'], ['repair']]) {
      const { code, report } = await run(dataDir, migrations, args);
      expect([code, report.targets[0]?.outcome, report.targets[0]?.failure]).toMatchObject([
        1,
        'skipped',
        told,
      ]);
    }
    const drift = await look(dataDir, migrations, ['drift']);
    const report = drift.json() as DriftReport;
    expect([drift.code, report.targets[0]?.problem, report.targets[0]?.difference.length]).toMatchObject([
      1,
      told,
      2,
    ]);
    const text = await runCli(['drift', '--data-dir', dataDir, '--migrations', migrations]);
    expect(text.stdout).toContain('1 target: checksumMismatch, revision 0003');
    expect(text.stdout).not.toContain('flotilla repair');
    const status = await runCli(['status', '--data-dir', dataDir, '--migrations', migrations]);
    expect(status.stdout).not.toContain('flotilla repair');
    const { findings } = (await look(dataDir, migrations, ['doctor'])).json() as DoctorReport;
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
      { id: 'changedRevisions', details: [`1 target like project_1: ${told.message}`] },
    ]);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });

  test('is told by name where the structure is what it leaves, with the command that accepts it', async () => {
    const place = await upgraded();
    const { dataDir, migrations } = place;
    edit(place, '0002_rows.sql', ["'first'", "'the first'"]);
    const [problem] = await problems(place);
    expect(problem).toMatchObject({ code: 'checksumMismatch', revision: '0002' });
    const drift = await look(dataDir, migrations, ['drift']);
    expect([drift.code, (drift.json() as DriftReport).targets[0]?.problem?.code]).toEqual([
      1,
      'checksumMismatch',
    ]);
    const [command] = problem?.commands ?? [];
    if (command === undefined) throw new Error('no command');
    const [, ...words] = argvOf(command);
    expect(words.slice(0, 3)).toEqual(['repair', '--checksums', '0002']);
    expect((await runCli(words)).code).toBe(0);
    expect(await problems(place)).toEqual([null]);
  });
});

describe('repair --checksums', () => {
  test('accepts an edited file where the structure is what it leaves, and finds nothing the second time', async () => {
    const place = await upgraded(2);
    const { dataDir, migrations } = place;
    edit(place, '0002_rows.sql', ["'first'", "'the first'"]);
    const args = ['repair', '--checksums', 'all'];
    const before = treeOf(dataDir, ['.flotilla']);
    const planned = (await look(dataDir, migrations, [...args, '--plan'])).json() as RepairPlanReport;
    expect(planned.cohorts).toMatchObject([{ count: 2, statements: [], accepted: ['0002'], problem: null }]);
    const text = await runCli([...args, '--plan', '--data-dir', dataDir, '--migrations', migrations]);
    expect(text.stdout).toContain('-- The file of revision 0002 counts as what was applied');
    const rehearsed = await run(dataDir, migrations, [...args, '--dry-run']);
    expect([rehearsed.code, rehearsed.report.summary]).toEqual([0, { planned: 2, repaired: 2 }]);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);

    const rows = rowsOf(dataDir);
    const { code, report } = await run(dataDir, migrations, args);
    expect([code, report.summary]).toEqual([0, { planned: 2, repaired: 2 }]);
    expect(report.targets[0]?.mended).toEqual([
      `revision 0002: ${join(migrations, '0002_rows.sql')} counts as what was applied`,
    ]);
    expect(report.targets[0]?.backup).not.toBeNull();
    const accepted = { checksum: TODAY, sql_checksum: TODAY };
    expect(rowsOf(dataDir)).toEqual([rows[0], { ...rows[1], ...accepted }, rows[2]]);
    expect(rowsOf(dataDir)[1]?.checksum).not.toBe(rows[1]?.checksum);
    expect((await look(dataDir, migrations, ['check'])).code).toBe(0);
    const again = await run(dataDir, migrations, args);
    expect([again.code, again.report.summary]).toEqual([0, { planned: 2, current: 2 }]);
  });

  test('accepts the revisions that it names, and goes on telling of the others', async () => {
    const place = await upgraded();
    const { dataDir, migrations } = place;
    edit(place, '0002_rows.sql', ["'first'", "'the first'"]);
    edit(place, '0003_note.sql', ['note TEXT', '"note" TEXT']);
    expect(await problems(place)).toMatchObject([{ revision: '0002,0003' }]);
    const other = await run(dataDir, migrations, ['repair', '--checksums', '0001']);
    expect([other.code, other.report.targets[0]?.failure?.code]).toEqual([1, 'checksumMismatch']);
    expect((await run(dataDir, migrations, ['repair', '--checksums', '0002'])).code).toBe(0);
    expect(await problems(place)).toMatchObject([{ revision: '0003' }]);
    expect((await run(dataDir, migrations, ['repair', '--checksums', '1,3'])).code).toBe(0);
    expect(await problems(place)).toEqual([null]);
  });

  test('refuses, in words, a file that would have left another structure', async () => {
    const place = await upgraded();
    const { dataDir, migrations } = place;
    edit(place, '0003_note.sql', ['note TEXT', 'remark TEXT']);
    const before = treeOf(dataDir, ['.flotilla']);
    const { code, report } = await run(dataDir, migrations, ['repair', '--checksums', '0003']);
    expect([code, report.targets[0]?.outcome]).toEqual([1, 'skipped']);
    const { failure } = report.targets[0] ?? {};
    expect(failure).toMatchObject({ code: 'checksumMismatch', revision: '0003' });
    expect(failure?.message).toContain('0003_note.sql cannot be accepted as what was applied');
    expect(failure?.message).toContain('tasks: column remark is missing');
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });

  test('is refused before any target is looked at where it names no revision', async () => {
    const { dataDir, migrations } = await upgraded();
    const wrong = await look(dataDir, migrations, ['repair', '--checksums', '0009']);
    expect([wrong.code, wrong.json()]).toMatchObject([64, { error: { code: 'unknownRevision' } }]);
  });
});

test('a way back that stopped half-way goes on by the script that it began, and by no other', async () => {
  const migrations = writeMigrations({
    ...FILES,
    '0004_outside.sql': `-- transaction: false
-- migrate:up
CREATE TABLE more (id INTEGER PRIMARY KEY);
-- migrate:down
DROP TABLE more;
DROP TABLE nowhere;
`,
  });
  const dataDir = makeProjects(1, 'VACUUM;');
  expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
  await run(dataDir, migrations, ['downgrade', '0003']);
  expect(rowsOf(dataDir).at(-1)).toMatchObject({ revision: '0004', status: 'leaving', statements_done: 1 });
  edit({ migrations }, '0004_outside.sql', ['DROP TABLE more;\nDROP TABLE nowhere', 'SELECT 1']);
  const { code, report } = await run(dataDir, migrations, ['downgrade', '0003']);
  const file = join(migrations, '0004_outside.sql');
  expect([code, report.targets[0]]).toMatchObject([
    1,
    {
      outcome: 'skipped',
      failure: {
        code: 'checksumMismatch',
        message: `the down of revision 0004, which runs outside a transaction, stopped after 1 statement, and the SQL of ${file} has changed since`,
      },
    },
  ]);
  edit({ migrations }, '0004_outside.sql', ['SELECT 1', 'DROP TABLE more; -- gone\nDROP TABLE nowhere']);
  change(dataDir, 'CREATE TABLE nowhere (id)');
  expect((await run(dataDir, migrations, ['downgrade', '0003'])).code).toBe(0);
});

describe('a history that 0.1.0 wrote', () => {
  const MADE = join(import.meta.dirname, '../data-fixtures/made-by-0.1.0');

  function made(): Place {
    const migrations = join(temporaryDirectory(), 'migrations');
    cpSync(join(MADE, 'migrations'), migrations, { recursive: true });
    return { dataDir: makeProjects(1, readFileSync(join(MADE, 'project_1.sql'), 'utf8')), migrations };
  }

  test('is read as it is, and written anew with the next change and never for its own sake', async () => {
    const { dataDir, migrations } = made();
    const before = readFileSync(join(dataDir, 'project_1.db'));
    expect((await look(dataDir, migrations, ['check'])).code).toBe(0);
    for (const args of [['upgrade'], ['repair'], ['stamp']]) {
      const { code, report } = await run(dataDir, migrations, args);
      expect([code, report.summary]).toEqual([0, { planned: 1, current: 1 }]);
    }
    expect(readFileSync(join(dataDir, 'project_1.db')).equals(before)).toBe(true);

    const rows = rowsOf(dataDir);
    writeFileSync(join(migrations, '0004_more.sql'), NEXT);
    expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
    const today = { checksum: TODAY, sql_checksum: TODAY };
    expect(rowsOf(dataDir)).toEqual([
      ...rows.map((row) => ({ ...row, ...today })),
      expect.objectContaining({ revision: '0004', ...today }),
    ]);
    expect((await look(dataDir, migrations, ['check'])).code).toBe(0);
  });

  test('is taken back, and what stays is written anew', async () => {
    const { dataDir, migrations } = made();
    expect((await run(dataDir, migrations, ['downgrade', '0002'])).code).toBe(0);
    expect(rowsOf(dataDir)).toMatchObject([{ sql_checksum: TODAY }, { sql_checksum: TODAY }]);
    expect(query(join(dataDir, 'project_1.db'), 'SELECT * FROM tasks')).toHaveLength(2);
    expect((await run(dataDir, migrations, ['downgrade', 'base'])).code).toBe(0);
    expect(rowsOf(dataDir)).toEqual([]);
  });

  test('goes on where a header or a way back was changed, because the structure is what the files leave', async () => {
    const place = made();
    const { dataDir, migrations } = place;
    edit(place, '0001_tasks.sql', ['DROP TABLE tmp_list;', 'DROP TABLE IF EXISTS tmp_list;']);
    edit(place, '0003_state.sql', ['-- depends_on: 0001', '-- loses_rows: tmp_list']);
    expect((await look(dataDir, migrations, ['check'])).code).toBe(0);
    const script = join(migrations, '0004_more.sql');
    writeFileSync(script, NEXT);
    expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
    expect(rowsOf(dataDir).map(({ sql_checksum: sum }) => sum)).toEqual([TODAY, TODAY, TODAY, TODAY]);
    edit(place, '0003_state.sql', ['-- loses_rows: tmp_list', '']);
    expect((await look(dataDir, migrations, ['check'])).code).toBe(0);
  });

  test('is told of where nothing proves what was applied, and accepts the file', async () => {
    const place = made();
    const { dataDir, migrations } = place;
    edit(place, '0002_rows.sql', ['-- migrate:up', '-- loses_rows: tasks\n-- migrate:up']);
    expect(await problems(place)).toMatchObject([
      {
        code: 'checksumMismatch',
        message: `revision 0002 was applied, and ${join(migrations, '0002_rows.sql')} has changed since`,
      },
    ]);
    expect((await run(dataDir, migrations, ['repair', '--checksums', '0002'])).code).toBe(0);
    expect(rowsOf(dataDir).map(({ sql_checksum: sum }) => sum)).toEqual([TODAY, TODAY, TODAY]);
    expect((await look(dataDir, migrations, ['check'])).code).toBe(0);
  });

  test('is told of by name where an edited file and the structure disagree', async () => {
    const place = made();
    edit(place, '0003_state.sql', ["DEFAULT 'open'", "DEFAULT 'new'"]);
    expect(await problems(place)).toMatchObject([{ code: 'checksumMismatch', revision: '0003' }]);
  });

  test('is written anew by a repair of what drifted, and by the script of a plan', async () => {
    const { dataDir, migrations } = made();
    change(dataDir, 'DROP INDEX ix_tasks_state');
    expect((await run(dataDir, migrations, ['repair'])).report.summary).toEqual({ planned: 1, repaired: 1 });
    expect(rowsOf(dataDir).map(({ sql_checksum: sum }) => sum)).toEqual([TODAY, TODAY, TODAY]);

    const other = made();
    writeFileSync(join(other.migrations, '0004_more.sql'), NEXT);
    const place = ['--data-dir', other.dataDir, '--migrations', other.migrations];
    const { stdout } = await runCli(['plan', '--sql', ...place]);
    change(other.dataDir, stdout.replace(/^\..*$/gm, ''));
    expect(rowsOf(other.dataDir).map(({ sql_checksum: sum }) => sum)).toEqual([TODAY, TODAY, TODAY, TODAY]);
  });
});

test('a program counts whole', async () => {
  const migrations = writeMigrations({
    '0001_tasks.mjs': `export function up(db) { db.exec('CREATE TABLE tasks (id INTEGER PRIMARY KEY)'); }\n`,
  });
  const dataDir = makeProjects(1, 'VACUUM;');
  expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
  expect(rowsOf(dataDir)).toMatchObject([{ checksum: TODAY, sql_checksum: TODAY }]);
  appendFileSync(join(migrations, '0001_tasks.mjs'), '// why\n');
  expect(await problems({ dataDir, migrations })).toMatchObject([{ code: 'checksumMismatch' }]);
});
