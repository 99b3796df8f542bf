// The doctor, through the built command line: on a sound installation, and on ones where something is broken.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { sqliteVersion } from '../../src/dialects/sqlite/driver/version.js';
import type { DoctorReport } from '../../src/index.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { takeRunLock } from '../../src/ledger/run-lock.js';
import { directoryFindings, versionFindings } from '../../src/operations/doctor/directories.js';
import type { Context } from '../../src/operations/context.js';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { look, run, writeMigrations } from '../support/revisions.js';

const TASKS = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)';
const FILES = {
  '0001_tasks.sql': `-- migrate:up\n${TASKS};\n-- migrate:down\nDROP TABLE tasks;\n`,
  '0002_note.sql':
    '-- migrate:up\nALTER TABLE tasks ADD COLUMN note TEXT;\n-- migrate:down\nALTER TABLE tasks DROP COLUMN note;\n',
  '0003_state.sql':
    '-- migrate:up\nALTER TABLE tasks ADD COLUMN state TEXT;\n-- migrate:down\nALTER TABLE tasks DROP COLUMN state;\n',
};

/** Two targets at head. */
async function sound(): Promise<{ dataDir: string; migrations: string; stateDir: string }> {
  const migrations = writeMigrations(FILES);
  const dataDir = makeProjects(2, `${TASKS};`);
  await run(dataDir, migrations, ['upgrade', '--stamp']);
  return { dataDir, migrations, stateDir: join(dataDir, '.flotilla') };
}

async function doctor(dataDir: string, migrations: string, ...more: string[]) {
  const result = await look(dataDir, migrations, ['doctor', ...more]);
  const report = result.json() as DoctorReport;
  expect(result.code).toBe(report.exitCode);
  return {
    ...report,
    ids: report.findings.map(({ id }) => id),
    typed: report.next.map(({ words }) => words.join(' ')),
  };
}

const change = (path: string, sql: string) => {
  const db = new Database(path);
  db.exec(sql);
  db.close();
};

test('a sound installation has nothing to be done, and is left as it is', async () => {
  const { dataDir, migrations } = await sound();
  const before = treeOf(dataDir, ['.flotilla']);
  const report = await doctor(dataDir, migrations);
  expect(report).toMatchObject({
    version: '0.1.0',
    head: ['0003'],
    summary: { targets: 2, revisions: 3, states: { current: 2 }, errors: 0, warnings: 0 },
    findings: [],
    next: [],
    exitCode: 0,
  });
  expect(report.summary.freeBytes).toBeGreaterThan(0);
  expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  const text = await runCli(['doctor', '--data-dir', dataDir, '--migrations', migrations]);
  expect(text.stdout).toMatch(/SQLite 3\.[\s\S]*Nothing wants to be done\.\n$/);
});

describe('revisions', () => {
  test.each([
    ['missing', (directory: string) => join(directory, 'gone'), 'There is no migrations directory'],
    [
      'empty',
      (directory: string) => {
        mkdirSync(join(directory, 'empty'));
        return join(directory, 'empty');
      },
      'has no revision: it is empty',
    ],
  ])('that are %s: which targets record them, since when, and how to begin anew', async (_, after, words) => {
    const { dataDir, migrations } = await sound();
    mkdirSync(join(dataDir, 'eu'));
    makeProjects(1, `${TASKS};`, join(dataDir, 'eu'));
    const report = await doctor(dataDir, after(migrations));
    expect(report.ids).toEqual(['migrations', 'lostRevisions', 'withoutHistory']);
    const [files, lost, without] = report.findings;
    expect(files?.message).toContain(words);
    expect(lost?.message).toMatch(/^2 targets record 3 revisions that no file in .* has$/);
    expect(lost?.details).toHaveLength(3);
    expect(lost?.details[1]).toMatch(
      /^0002 \(note\): 2 targets, applied from \S+Z to \S+Z: project_1, project_2$/,
    );
    expect(without?.message).toBe('1 target has no history: eu/project_1');
    // Not of the one without history: the others have been where it may never have been.
    expect(report.typed).toEqual(['history --fleet', 'baseline project_1', 'doctor']);
    expect(report.exitCode).toBe(1);
  });

  test('of which one file is lost: that one, and the rest is judged', async () => {
    const { dataDir } = await sound();
    const rest = { '0001_tasks.sql': FILES['0001_tasks.sql'], '0003_state.sql': FILES['0003_state.sql'] };
    const report = await doctor(dataDir, writeMigrations(rest));
    expect(report.ids).toEqual(['lostRevisions']);
    expect(report.summary.states).toEqual({ unknown: 2 });
    expect(report.typed).toEqual(['history --fleet', 'doctor']);
  });

  test('that cannot be read: every mistake, with its place', async () => {
    const { dataDir } = await sound();
    const broken = writeMigrations({
      ...FILES,
      '0002_note.sql': 'CREATE TABLE early (a);\n-- migrate:up\nCREAT TABLE b (c);\n',
      '0003_state.sql': "-- migrate:up\nATTACH 'x' AS y;\n",
    });
    const report = await doctor(dataDir, broken);
    // A file that cannot be read is not lost.
    expect([report.ids, report.typed]).toEqual([['migrations'], ['lint', 'doctor']]);
    expect(report.findings[0]?.details.join('\n')).toMatch(
      /0002_note\.sql:1: [\s\S]*0002_note\.sql:3: [\s\S]*0003_state\.sql:2: /,
    );
    const fewer = writeMigrations({ '0001_tasks.sql': 'CREAT TABLE b (c);\n' });
    const lost = await doctor(dataDir, fewer);
    expect(lost.ids).toEqual(['migrations', 'lostRevisions']);
    expect(lost.findings[1]?.details.map((line) => line.slice(0, 4))).toEqual(['0002', '0003']);
    expect(lost.typed).toEqual(['lint', 'history --fleet', 'doctor']);
  });

  test('that do not run on an empty database: what lint says, and the histories all the same', async () => {
    const { dataDir } = await sound();
    const broken = writeMigrations({ ...FILES, '0004_more.sql': '-- migrate:up\nDROP TABLE nowhere;\n' });
    const report = await doctor(dataDir, broken);
    expect(report.ids).toEqual(['migrations']);
    expect(report.findings[0]?.details.join()).toContain('0004_more.sql:2');
    expect(report.summary.targets).toBe(2);
    expect(report.typed).toContain('lint');
  });

  test('with several heads: which, and how to merge them', async () => {
    const { dataDir } = await sound();
    const report = await doctor(
      dataDir,
      writeMigrations({
        ...FILES,
        '0004_a.sql':
          '-- down_revision: 0003\n-- migrate:up\nCREATE TABLE a (b);\n-- migrate:down\nDROP TABLE a;\n',
        '0005_b.sql':
          '-- down_revision: 0003\n-- migrate:up\nCREATE TABLE b (b);\n-- migrate:down\nDROP TABLE b;\n',
      }),
    );
    expect(report.ids).toEqual(['severalHeads', 'pending']);
    expect(report.findings[0]).toMatchObject({
      hint: expect.stringContaining('-- down_revision: 0004, 0005') as string,
      details: [
        expect.stringContaining('0004_a.sql') as string,
        expect.stringContaining('0005_b.sql') as string,
      ],
    });
  });
});

describe('places', () => {
  test('no data directory, and no revisions either', async () => {
    const nowhere = join(temporaryDirectory(), 'nowhere');
    const report = await doctor(nowhere, nowhere);
    expect(report.ids).toEqual(['dataDirectory', 'migrations']);
    expect(report.exitCode).toBe(1);
  });

  test('a data directory without any target', async () => {
    const report = await doctor(temporaryDirectory(), writeMigrations(FILES));
    expect([report.ids, report.typed]).toEqual([['noTarget'], ['discover', 'doctor']]);
  });

  test('a ledger that is damaged is told, and the targets are looked at without it', async () => {
    const { dataDir, migrations, stateDir } = await sound();
    for (const part of ['-wal', '-shm']) writeFileSync(join(stateDir, `ledger.db${part}`), '');
    writeFileSync(join(stateDir, 'ledger.db'), 'no database '.repeat(500));
    const report = await doctor(dataDir, migrations);
    expect(report.ids).toEqual(['ledger']);
    expect(report.findings[0]?.message).toContain('is damaged');
    expect(report.summary.states).toEqual({ current: 2 });
  });

  test('a state directory that is a file', async () => {
    const { dataDir, migrations } = await sound();
    const file = join(temporaryDirectory(), 'state');
    writeFileSync(file, '');
    const report = await doctor(dataDir, migrations, '--state-dir', file);
    expect(report.ids).toContain('ledger');
    expect(report.summary.states).toEqual({ current: 2 });
  });

  test('a backup directory that takes nothing', async () => {
    const { dataDir, migrations } = await sound();
    const file = join(temporaryDirectory(), 'backups');
    writeFileSync(file, '');
    const report = await doctor(dataDir, migrations, '--backup-dir', file);
    expect(report.ids).toEqual(['backupDirectory']);
    expect(report.summary.freeBytes).toBeNull();
  });

  test('less room than the fleet, or than its largest target, needs', () => {
    const context = { stateDir: temporaryDirectory(), randomId: () => '0123456789ab' } as Context;
    const findings = (sizeBytes: number, largestBytes: number) =>
      directoryFindings(context, temporaryDirectory(), { sizeBytes, largestBytes }).found.map(
        ({ finding }) => [finding.id, finding.severity],
      );
    expect(findings(1, 1)).toEqual([]);
    expect(findings(1e18, 1)).toEqual([['noRoom', 'warning']]);
    expect(findings(1e18, 1e18)).toEqual([['noRoom', 'error']]);
  });

  test('a run that was stopped, with what it left, until somebody has gone on with it', async () => {
    const { dataDir, migrations, stateDir } = await sound();
    const runId = '20990101T000000Z-3f9a1c';
    const ledger = openLedger(stateDir);
    const start = { command: 'upgrade', dryRun: false, head: ['0003'], arguments: {} } as const;
    ledger.startRun({ runId, startedAt: new Date().toISOString(), ...start }, [
      { id: 'project_1', path: join(dataDir, 'project_1.db') },
    ]);
    ledger.close();
    mkdirSync(join(stateDir, 'scratch', runId, 'copy-1'), { recursive: true });
    mkdirSync(join(stateDir, 'backups', runId), { recursive: true });
    writeFileSync(join(stateDir, 'backups', runId, 'project_1.tmp'), '');
    const report = await doctor(dataDir, migrations);
    expect(report.findings).toMatchObject([
      {
        id: 'stoppedRun',
        severity: 'warning',
        message: expect.stringContaining('nothing is recorded of 1 target') as string,
      },
      { id: 'leftovers', severity: 'note' },
    ]);
    await run(dataDir, migrations, ['upgrade']);
    expect((await doctor(dataDir, migrations)).ids).toEqual([]);
  });

  test('a run that is going on, whose files are no leftovers', async () => {
    const { dataDir, migrations, stateDir } = await sound();
    mkdirSync(join(stateDir, 'scratch', 'of-that-run'), { recursive: true });
    const lock = takeRunLock(stateDir, {
      runId: '20990101T000000Z-3f9a1c',
      command: 'upgrade',
      startedAt: '2099-01-01T00:00:00.000Z',
    });
    const report = await doctor(dataDir, migrations);
    lock.release();
    expect([report.ids, report.exitCode]).toEqual([['runGoingOn'], 0]);
  });

  test('the SQLite that is linked in is one that is safe, and another would be told', () => {
    const version = sqliteVersion();
    expect(version.isSafe).toBe(true);
    expect(versionFindings(version)).toEqual([]);
    expect(versionFindings({ ...version, version: '3.50.0', isSafe: false })).toMatchObject([
      { finding: { id: 'databaseVersion', severity: 'error' } },
    ]);
  });
});

describe('targets', () => {
  test('in every state, each with the way on, the urgent before the rest', async () => {
    const { dataDir, migrations } = await sound();
    const at = (n: number) => join(dataDir, `project_${n}.db`);
    for (const n of [3, 4, 5, 6, 7, 8]) change(at(n), TASKS);
    const only = (...ns: number[]) => ['--only', ns.map((n) => `project_${n}`).join()];
    await run(dataDir, migrations, ['upgrade', '0002', '--stamp', ...only(3, 4)]);
    await run(dataDir, migrations, ['upgrade', '--stamp', ...only(6)]);
    change(at(4), 'DROP TABLE tasks; CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)');
    change(at(6), `UPDATE flotilla_history SET sql_checksum = 'another' WHERE revision = '0002'`);
    change(at(7), 'ALTER TABLE tasks ADD COLUMN other TEXT');
    writeFileSync(at(8), 'no database '.repeat(100));
    writeFileSync(at(9), '');
    const report = await doctor(dataDir, migrations);
    expect(report.findings.map(({ id, severity, details }) => [id, severity, details])).toEqual([
      ['refused', 'error', [expect.stringContaining('project_9.db is empty')]],
      ['unreadable', 'error', ['1 target like project_8: file is not a database']],
      ['changedRevisions', 'error', [expect.stringContaining('project_6')]],
      ['drifted', 'error', [expect.stringContaining('tasks: column note is missing')]],
      ['unmatched', 'warning', [expect.stringContaining('tasks: column other is not expected')]],
      ['unstamped', 'warning', ['0001: 1 target like project_5']],
      ['pending', 'warning', ['at 0002: 1 target like project_3']],
    ]);
    expect(report.typed).toEqual([
      'discover',
      'status --verbose',
      'drift',
      'repair --plan',
      'stamp --dry-run',
      'upgrade --dry-run',
      'doctor',
    ]);
    expect(report.summary).toMatchObject({ targets: 8, errors: 4, warnings: 3, notes: 0 });
    const places = ['--data-dir', dataDir, '--migrations', migrations];
    const { stdout } = await runCli(['doctor', '--ndjson', ...places]);
    expect(stdout).toContain('{"event":"finding","id":"refused"');
  });

  test('stopped half-way', async () => {
    const migrations = writeMigrations({
      ...FILES,
      '0004_vacuum.sql':
        '-- transaction: false\n-- migrate:up\nVACUUM;\nCREATE UNIQUE INDEX ix ON tasks (title);\n-- migrate:down\nDROP INDEX ix;\n',
    });
    const dataDir = makeProjects(1, `${TASKS}; INSERT INTO tasks (title) VALUES ('a'), ('a');`);
    await run(dataDir, migrations, ['upgrade', '--stamp']);
    const report = await doctor(dataDir, migrations);
    expect(report.ids).toContain('dirty');
    expect(report.typed).toContain('upgrade --only project_1');
  });
});

test('words that mean nothing are a mistake of words, not a finding', async () => {
  const { dataDir, migrations } = await sound();
  const { code } = await look(dataDir, migrations, ['doctor', '--only', 'project_77']);
  expect(code).toBe(64);
});
