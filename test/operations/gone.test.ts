// What goes away, or cannot be written, while a run is at work: targets, the state directory, reports, the output. Each
// is told, changes the exit code, and hides nothing of what the run did.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { DriftReport, RunReport } from '../../src/index.js';
import { PROGRAM, runCli } from '../support/cli.js';
import { makeProjects } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const TASKS = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)';
const FIRST = { '0001_tasks.sql': `-- migrate:up\n${TASKS};\n` };
const NOTE = '-- migrate:up\nALTER TABLE tasks ADD COLUMN note TEXT;\n';
/** A program that does something outside, on a target that has a row with its name. */
const meddle = (what: string) =>
  `import { renameSync, rmSync } from 'node:fs';
export function up(db) {
  if (db.get("SELECT 1 FROM tasks WHERE title = 'first'") !== undefined) ${what};
  db.exec('ALTER TABLE tasks ADD COLUMN note TEXT');
}\n`;

function write(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

/** Two targets at 0001, of which the first has its turn first, and has the row that a program looks for. */
async function fleet(second: Readonly<Record<string, string>>) {
  const dataDir = makeProjects(2, `${TASKS};`);
  write(join(dataDir, 'project_1.db'), `INSERT INTO tasks VALUES (1, 'first')`);
  const migrations = writeMigrations({ ...FIRST, ...second });
  expect((await run(dataDir, migrations, ['stamp', '0001'])).code).toBe(0);
  return { dataDir, migrations };
}

describe('a target that is deleted while the run goes on', () => {
  test('before its turn is left alone as gone, and the others are done', async () => {
    const { dataDir, migrations } = await fleet({});
    writeFileSync(join(migrations, '0002_note.mjs'), meddle(`rmSync('${join(dataDir, 'project_2.db')}')`));
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--jobs', '1']);
    expect(report.targets).toMatchObject([
      { id: 'project_1', outcome: 'upgraded' },
      { id: 'project_2', outcome: 'skipped', failure: { code: 'gone' } },
    ]);
    expect(code).toBe(1);
    const text = JSON.stringify(report.failures);
    expect(text).not.toContain('replaced');
    expect(text).toContain('flotilla discover');
  });

  test('in the middle of its upgrade is gone too, and never called upgraded or in doubt', async () => {
    const { dataDir, migrations } = await fleet({});
    writeFileSync(join(migrations, '0002_note.mjs'), meddle(`rmSync('${join(dataDir, 'project_1.db')}')`));
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--jobs', '1']);
    expect(report.targets).toMatchObject([
      { id: 'project_1', outcome: 'skipped', failure: { code: 'gone' } },
      { id: 'project_2', outcome: 'upgraded' },
    ]);
    expect(code).toBe(1);
  });

  test('in a rehearsal, which looks at it when it is copied, is gone as well', async () => {
    const { dataDir, migrations } = await fleet({});
    writeFileSync(join(migrations, '0002_note.mjs'), meddle(`rmSync('${join(dataDir, 'project_2.db')}')`));
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--dry-run', '--jobs', '1']);
    expect(report.targets[1]).toMatchObject({ outcome: 'skipped', failure: { code: 'gone' } });
    expect(code).toBe(1);
  });

  test('and replaced by another file is still told as replaced', async () => {
    const { dataDir, migrations } = await fleet({});
    const other = join(makeProjects(1, `${TASKS};`), 'project_1.db');
    writeFileSync(
      join(migrations, '0002_note.mjs'),
      meddle(`renameSync('${other}', '${join(dataDir, 'project_2.db')}')`),
    );
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--jobs', '1']);
    expect(report.targets[1]).toMatchObject({ outcome: 'failed', failure: { code: 'replaced' } });
    expect(code).toBe(2);
  });
});

test('drift exits 1 where a target cannot be compared, and says how many of which state', async () => {
  const { dataDir, migrations } = await fleet({ '0002_note.sql': NOTE });
  const well = await look(dataDir, migrations, ['drift']);
  expect(well.code).toBe(0);
  write(join(dataDir, 'project_3.db'), 'CREATE TABLE other (a)');
  const { code, stdout } = await runCli(['drift', '--data-dir', dataDir, '--migrations', migrations]);
  expect(code).toBe(1);
  expect(stdout).toContain('Not compared, because there is nothing whole to compare: 1 legacy; see');
  const report = (await look(dataDir, migrations, ['drift'])).json() as DriftReport;
  expect(report).toMatchObject({ exitCode: 1, summary: { drifted: 0 } });
});

describe('what cannot be written', () => {
  test('a report makes of exit code 0 a 1, leaves others, and the result is printed all the same', async () => {
    const { dataDir, migrations } = await fleet({ '0002_note.sql': NOTE });
    const place = ['--data-dir', dataDir, '--migrations', migrations];
    const { code, stdout, stderr } = await runCli(['upgrade', ...place, '--report', '/dev/full', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout) as RunReport).toMatchObject({ exitCode: 1, summary: { upgraded: 2 } });
    expect(stderr).toContain('problem: The report could not be written to /dev/full');
    const wrong = await runCli(['upgrade', '0009', ...place, '--report', '/dev/full']);
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain('0009');
  });

  test('the report that is kept makes of 0 a 1 as well', async () => {
    const { dataDir, migrations } = await fleet({ '0002_note.sql': NOTE });
    const reports = join(dataDir, '.flotilla', 'reports');
    rmSync(reports, { recursive: true });
    writeFileSync(reports, 'in the way');
    const { code, report } = await run(dataDir, migrations, ['upgrade']);
    expect(code).toBe(1);
    expect(report).toMatchObject({ report: null, exitCode: 1, summary: { upgraded: 2 } });
  });

  test('the output is exit code 74, and what failed stays 2', async () => {
    const { dataDir, migrations } = await fleet({ '0002_note.sql': NOTE });
    const place = ['--data-dir', dataDir, '--migrations', migrations];
    const toFull = (args: readonly string[]) =>
      spawnSync('bash', ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, PROGRAM, ...args, ...place]);
    expect(toFull(['status']).status).toBe(74);
    expect(toFull(['upgrade', '--json']).status).toBe(74);
    mkdirSync(join(dataDir, 'project_3.db'));
    expect(toFull(['upgrade', '--json']).status).toBe(2);
  });
});

describe('the state directory', () => {
  test('keeps a report of what was to be done or failed, a row alone of a run with nothing to do, and names no other', async () => {
    const { dataDir, migrations } = await fleet({ '0002_note.sql': NOTE });
    const reports = () => readdirSync(join(dataDir, '.flotilla', 'reports'));
    const first = await run(dataDir, migrations, ['upgrade']);
    expect(first.report.report).toContain(first.report.runId);
    const kept = reports();
    expect(kept).toContain(`${first.report.runId}.json`);
    for (const args of [
      ['upgrade'],
      ['upgrade', '--dry-run'],
      ['stamp'],
      ['upgrade', '--only', 'project_1'],
    ]) {
      const { code, report } = await run(dataDir, migrations, args);
      expect([code, report.report]).toEqual([0, null]);
      const [row] = query<{ exit_code: number }>(
        join(dataDir, '.flotilla', 'ledger.db'),
        `SELECT exit_code FROM run WHERE run_id = '${report.runId}'`,
      );
      expect(row).toEqual({ exit_code: 0 });
    }
    const place = ['--data-dir', dataDir, '--migrations', migrations];
    expect((await runCli(['upgrade', ...place])).stdout).not.toContain('Report ');
    expect(reports()).toEqual(kept);
    writeFileSync(join(dataDir, 'project_3.db'), 'no database '.repeat(100));
    expect((await run(dataDir, migrations, ['upgrade'])).report.report).not.toBeNull();
    expect(reports()).toHaveLength(kept.length + 1);
  });

  test('that vanishes during a run is told, and the exit code is 78 where the targets are well', async () => {
    const { dataDir, migrations } = await fleet({});
    const state = join(dataDir, '.flotilla');
    writeFileSync(join(migrations, '0002_note.mjs'), meddle(`renameSync('${state}', '${state}-away')`));
    const { code, report, stderr } = await run(dataDir, migrations, [
      'upgrade',
      '--jobs',
      '1',
      '--no-backup',
    ]);
    expect(report.summary).toMatchObject({ planned: 2, upgraded: 2 });
    expect(stderr).toContain('vanished while the run went on');
    expect(report.exitCode).toBe(78);
    expect(code).toBe(78);
    rmSync(state, { recursive: true, force: true });
    renameSync(`${state}-away`, state);
    expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
  });

  test('loses what runs left unfinished, also runs that no ledger knows', async () => {
    const { dataDir, migrations } = await fleet({ '0002_note.sql': NOTE });
    const { report } = await run(dataDir, migrations, ['upgrade']);
    const backups = join(dataDir, '.flotilla', 'backups');
    const kept = readdirSync(join(backups, report.runId));
    for (const run of [report.runId, '20200101T000000Z-abcdef']) {
      mkdirSync(join(backups, run), { recursive: true });
      writeFileSync(join(backups, run, 'project_1.0001.tmp'), 'half');
    }
    writeFileSync(join(dataDir, '.flotilla', 'reports', 'x.json.tmp'), 'half');
    await run(dataDir, migrations, ['upgrade']);
    expect(readdirSync(join(backups, report.runId))).toEqual(kept);
    expect(readdirSync(join(backups, '20200101T000000Z-abcdef'))).toEqual([]);
    expect(existsSync(join(dataDir, '.flotilla', 'reports', 'x.json.tmp'))).toBe(false);
  });
});

test('a time stamp in the future is no writer: the target is rehearsed, looked at and upgraded', async () => {
  const { dataDir, migrations } = await fleet({ '0002_note.sql': NOTE });
  const path = join(dataDir, 'project_1.db');
  const future = new Date(Date.now() + 3 * 86_400_000);
  utimesSync(path, future, future);
  const rehearsal = await run(dataDir, migrations, ['upgrade', '--dry-run']);
  expect(rehearsal.report.summary).toMatchObject({ upgraded: 2 });
  expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
  expect(query(path, 'SELECT count(*) AS n FROM flotilla_history')).toEqual([{ n: 2 }]);
});

describe('a short --timeout', () => {
  test('is the time of one target, and of neither the start of processes nor the revisions', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [
        `${String(n + 2).padStart(4, '0')}_t.sql`,
        `-- migrate:up\nCREATE TABLE t${n} (${Array.from({ length: 30 }, (_, c) => `c${c}`).join(', ')});\n`,
      ]),
    );
    const { dataDir, migrations } = await fleet(many);
    await run(dataDir, migrations, ['upgrade', '0060']);
    // Starting a process and working out what 61 revisions leave takes longer.
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--timeout', '100']);
    expect(report).toMatchObject({ failures: [] });
    expect(code).toBe(0);
  });

  test('that passes is told of the target', async () => {
    const { dataDir, migrations } = await fleet({});
    const wait = '{ const end = Date.now() + 400; while (Date.now() < end); }';
    writeFileSync(
      join(migrations, '0002_note.mjs'),
      meddle(wait).replace('import { renameSync, rmSync }', 'import {}'),
    );
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--timeout', '200', '--jobs', '1']);
    expect(code).toBe(2);
    expect(report.targets).toMatchObject([
      { outcome: 'failed', failure: { code: 'timeout' } },
      { outcome: 'upgraded' },
    ]);
  });
});
