// What the histories and the ledger keep, and the commands that show it: history --fleet, current --verbose, status
// --verbose.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CurrentReport, FleetHistoryReport, StatusReport } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';
import { look, run, writeMigrations } from '../support/revisions.js';

const TASKS = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)';
const FILES = {
  '0001_tasks.sql': `-- migrate:up\n${TASKS};\n`,
  '0002_note.sql': '-- migrate:up\nALTER TABLE tasks ADD COLUMN note TEXT;\n',
  '0003_state.sql': '-- migrate:up\nALTER TABLE tasks ADD COLUMN state TEXT;\n',
};

/** Three targets: at 0003, at 0002 and legacy. */
async function threeAges(): Promise<{ dataDir: string; migrations: string }> {
  const migrations = writeMigrations(FILES);
  const dataDir = makeProjects(3, `${TASKS};`);
  await run(dataDir, migrations, ['upgrade', '0003', '--stamp', '--only', 'project_1']);
  await run(dataDir, migrations, ['upgrade', '0002', '--stamp', '--only', 'project_2']);
  return { dataDir, migrations };
}

const fleetHistory = async (dataDir: string, migrations: string, ...more: string[]) =>
  (await look(dataDir, migrations, ['history', '--fleet', ...more])).json() as FleetHistoryReport;

describe('history --fleet', () => {
  test('tells of each revision how many targets have it, and when the first and the last got it', async () => {
    const { dataDir, migrations } = await threeAges();
    const report = await fleetHistory(dataDir, migrations);
    expect(report).toMatchObject({
      summary: { targets: 3, recorded: 2, unrecorded: 1, unread: 0 },
      revisions: [
        { id: '0001', targets: 2, stamped: 2, example: 'project_1' },
        { id: '0002', targets: 2, stamped: 0, example: 'project_1' },
        { id: '0003', targets: 1, stamped: 0, example: 'project_1' },
      ],
      problem: null,
      exitCode: 0,
    });
    const [, second] = report.revisions;
    const times = [second?.firstAppliedAt ?? '', second?.lastAppliedAt ?? ''];
    expect(times[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(times).toEqual(times.toSorted());
    expect(new Set(times).size).toBe(2);
  });

  test('tells of revisions that no file has, in their place', async () => {
    const { dataDir, migrations } = await threeAges();
    rmSync(join(migrations, '0002_note.sql'));
    const { revisions } = await fleetHistory(dataDir, migrations);
    expect(revisions).toMatchObject([
      { id: '0001', name: 'tasks' },
      { id: '0002', name: 'note', file: null, targets: 2 },
      { id: '0003' },
    ]);
    const text = await runCli(['history', '--fleet', '--data-dir', dataDir, '--migrations', migrations]);
    expect(text.stdout).toMatch(/0002 +2 +\S+Z +\S+Z +note \(no file\)/);
    expect((await fleetHistory(dataDir, migrations, '0003:')).revisions).toMatchObject([{ id: '0003' }]);
  });

  test.each([
    ['are gone', (directory: string) => join(directory, 'gone')],
    [
      'are broken',
      (directory: string) => {
        writeFileSync(join(directory, '0002_note.sql'), 'oops');
        return directory;
      },
    ],
  ])('works on the day when the files %s', async (_, after) => {
    const { dataDir, migrations: before } = await threeAges();
    const migrations = after(before);
    const report = await fleetHistory(dataDir, migrations);
    expect(report.revisions.map(({ id, file }) => [id, file])).toEqual([
      ['0001', null],
      ['0002', null],
      ['0003', null],
    ]);
    expect(report.problem?.message).toContain(migrations);
    const text = await runCli(['history', '--fleet', '--data-dir', dataDir, '--migrations', migrations]);
    expect(text.stdout).toContain('The revision files cannot be used');
    expect(text.stdout).toMatch(/0002 +2 +\S+Z +\S+Z +note\n/);
    expect(text.stdout).toContain('flotilla doctor');
  });

  test('names what it cannot read, and reads the rest', async () => {
    const { dataDir, migrations } = await threeAges();
    writeFileSync(join(dataDir, 'project_4.db'), 'no database, but long enough to be looked at. '.repeat(20));
    mkdirSync(join(dataDir, 'project_5.db'));
    const report = await fleetHistory(dataDir, migrations);
    expect(report.summary).toEqual({ targets: 5, recorded: 2, unrecorded: 1, unread: 2 });
    expect(report.unread).toMatchObject([
      { id: 'project_4', problem: { code: 'notADatabase' } },
      { id: 'project_5', problem: { code: 'refusedPath' } },
    ]);
  });

  test('exits 1 where there is no target', async () => {
    const result = await look(temporaryDirectory(), writeMigrations(FILES), ['history', '--fleet']);
    expect(result.code).toBe(1);
  });
});

describe('current --verbose', () => {
  test('prints the history of each target: status, time, duration, run and version', async () => {
    const { dataDir, migrations } = await threeAges();
    const { targets } = (
      await look(dataDir, migrations, ['current', '--verbose', '--only', 'project_1,project_3'])
    ).json() as CurrentReport;
    expect(targets.map(({ history }) => history)).toMatchObject([
      [
        { revision: '0001', name: 'tasks', status: 'stamped' },
        { revision: '0002', status: 'applied', toolVersion: '0.1.0' },
        { revision: '0003', runId: expect.stringMatching(/^\d{8}T\d{6}Z-/) as string },
      ],
      null,
    ]);
    const text = await runCli(['current', '--verbose', '--data-dir', dataDir, '--migrations', migrations]);
    expect(text.stdout).toMatch(
      /project_1 .*\n +0001 +stamped +\S+Z +0 ms +run \S+ +version 0\.1\.0 +tasks\n/,
    );
    const short = (await look(dataDir, migrations, ['current'])).json() as CurrentReport;
    expect(short.targets.every((target) => !('history' in target))).toBe(true);
  });
});

describe('status --verbose', () => {
  const failing = {
    ...FILES,
    '0004_unique.sql':
      '-- migrate:up\nCREATE TABLE more (a);\nCREATE UNIQUE INDEX ix_title ON tasks (title);\n',
  };

  test('tells how the last run over a target failed: revision, file, line, tables, statement, error', async () => {
    const migrations = writeMigrations(failing);
    const dataDir = makeProjects(1, `${TASKS}; INSERT INTO tasks (title) VALUES ('a'), ('a');`);
    expect((await run(dataDir, migrations, ['upgrade', '--stamp'])).code).toBe(2);
    await run(dataDir, migrations, ['upgrade', '0003', '--stamp', '--dry-run']);
    const status = async (...more: string[]) =>
      ((await look(dataDir, migrations, ['status', ...more])).json() as StatusReport).targets[0];
    expect((await status('--verbose'))?.lastFailure).toMatchObject({
      command: 'upgrade',
      outcome: 'failed',
      failure: {
        code: 'migrationFailed',
        revision: '0004',
        line: 3,
        file: join(migrations, '0004_unique.sql'),
        tables: ['tasks'],
        statement: 'CREATE UNIQUE INDEX ix_title ON tasks (title)',
        message:
          "UNIQUE constraint failed: tasks.title; 1 value is there more than once, in 2 rows: 'a' (2 rows)",
      },
    });
    expect(await status()).not.toHaveProperty('lastFailure');
    const text = await runCli(['status', '--verbose', '--data-dir', dataDir, '--migrations', migrations]);
    expect(text.stdout).toMatch(
      /last upgrade failed: migrationFailed \(execute\), revision 0004, line 3 of\s+\S+0004_unique\.sql;[\s\S]*UNIQUE constraint failed: tasks\.title; 1 value[\s\S]*\(2\s+rows\)\n +CREATE UNIQUE INDEX ix_title/,
    );
    const current = await runCli(['current', '--verbose', '--data-dir', dataDir, '--migrations', migrations]);
    expect(current.stdout).toContain(
      'last upgrade failed: migrationFailed (execute), revision 0004, line 3 of',
    );
    expect((await run(dataDir, migrations, ['upgrade', '0003', '--stamp'])).code).toBe(0);
    expect(await status('--verbose')).not.toHaveProperty('lastFailure');
  });
});
