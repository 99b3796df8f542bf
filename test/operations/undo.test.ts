// A run is taken back, through the built command line: by its copies where a target is as the run left it, else by the
// revisions; what has been written since stays, or is counted and told.

import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Failure, Outcome, RunReport, StatusReport } from '../../src/index.js';
import { argvOf } from '../../src/model/command.js';
import type { Reason } from '../../src/model/outcome.js';
import type { Deed } from '../../src/target/intent.js';
import type { Work } from '../../src/target/work.js';
import { targetAt } from '../faults/harness/inside.js';
import { killGroup, runCli, startCli } from '../support/cli.js';
import { contentOf } from '../support/content.js';
import { sqliteDriver } from '../support/driver.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';
import { makeWork, openServer } from '../support/server.js';

const MIGRATIONS = writeMigrations({
  '0001_tasks.sql':
    '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);\n-- migrate:down\nDROP TABLE tasks;\n',
  '0002_done.sql':
    '-- migrate:up\nALTER TABLE tasks ADD COLUMN done INTEGER;\nUPDATE tasks SET title = upper(title);\n-- migrate:down\nALTER TABLE tasks DROP COLUMN done;\n',
  '0003_notes.sql':
    '-- migrate:up\nCREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);\n-- migrate:down\nDROP TABLE notes;\n',
});
/** The last revision has no way back. */
const ONE_WAY = writeMigrations({
  '0001_tasks.sql': '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);\n',
  '0002_done.sql': '-- migrate:up\nALTER TABLE tasks ADD COLUMN done INTEGER;\n',
});
const TEXT = `CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);
INSERT INTO tasks VALUES (1, 'one'), (2, 'two'), (3, 'three');
`;

function change(path: string, sql: string): void {
  const db = new Database(path, { fileMustExist: true });
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}

interface Fleet {
  readonly data: string;
  readonly paths: readonly string[];
  /** Runs a command that changes the fleet. */
  readonly flotilla: (...args: string[]) => ReturnType<typeof run>;
}

/** Targets at 0001, prepared by a statement. */
async function fleetOf(count: number, sql = '', migrations = MIGRATIONS): Promise<Fleet> {
  const data = makeProjects(count, TEXT);
  const paths = Array.from({ length: count }, (_, at) => join(data, `project_${at + 1}.db`));
  for (const path of paths) if (sql !== '') change(path, sql);
  await run(data, migrations, ['stamp', '0001', '--no-backup']);
  return { data, paths, flotilla: (...args) => run(data, migrations, args) };
}

/** The file but for what SQLite counts for itself. */
function bytesOf(path: string): Buffer {
  const bytes = readFileSync(path);
  for (const [from, to] of [
    [24, 28],
    [40, 44],
    [92, 100],
  ] as const)
    bytes.fill(0, from, to);
  return bytes;
}

const outcomes = ({ targets }: RunReport) => targets.map(({ outcome }) => outcome);
const failuresOf = ({ targets }: RunReport): readonly Failure[] =>
  targets.flatMap(({ failure }) => (failure === null ? [] : [failure]));

/** Types the first command of a hint with this verb. */
async function typeHint({ commands = [] }: Failure, verb: string): Promise<RunReport> {
  const command = commands.find((one) => 'verb' in one && one.verb === verb);
  if (command === undefined) throw new Error(`no ${verb} in the hint`);
  return (await runCli([...argvOf(command).slice(1), '--json'])).json() as RunReport;
}

describe('A target that is as the run left it', () => {
  test.each(['delete', 'wal', 'truncate'])('gets its content of before, to the byte: %s', async (mode) => {
    const { data, paths, flotilla } = await fleetOf(3, `PRAGMA journal_mode = ${mode}`);
    const before = paths.map(bytesOf);
    const { report } = await flotilla('upgrade');
    const was = treeOf(data, ['.flotilla']);
    const rehearsed = await flotilla('undo', report.runId, '--dry-run');
    expect([rehearsed.code, rehearsed.report.summary]).toEqual([0, { planned: 3, restored: 3 }]);
    expect(treeOf(data, ['.flotilla'])).toEqual(was);
    const undone = await flotilla('undo', report.runId);
    expect(undone.report).toMatchObject({
      command: 'undo',
      undoes: report.runId,
      exitCode: 0,
      summary: { planned: 3, restored: 3 },
    });
    expect(undone.report.targets[0]).toMatchObject({ from: '0003', to: '0001', failure: null });
    expect(paths.map((path, at) => bytesOf(path).equals(before[at] ?? Buffer.of()))).toEqual([
      true,
      true,
      true,
    ]);
    // A second time there is nothing to undo.
    const again = await flotilla('undo', report.runId);
    expect([again.code, again.report.summary]).toEqual([0, { planned: 3, current: 3 }]);
    const text = await runCli(['undo', report.runId, '--data-dir', data, '--migrations', MIGRATIONS]);
    expect(text.stdout).toContain('Nothing to undo');
    // The undo is a run, and is itself taken back.
    const redone = await flotilla('undo', 'last');
    expect([redone.report.undoes, redone.report.summary]).toEqual([
      undone.report.runId,
      { planned: 3, restored: 3 },
    ]);
    expect(query(paths[0] ?? '', 'SELECT title, done FROM tasks WHERE id = 1')).toEqual([
      { title: 'ONE', done: null },
    ]);
    const status = (await look(data, MIGRATIONS, ['status'])).json() as StatusReport;
    expect(status.summary.states).toEqual({ current: 3 });
    // And then the first run can be taken back again.
    expect((await flotilla('undo', report.runId)).report.summary).toEqual({ planned: 3, restored: 3 });
  });

  test.each([
    ['only opened it', '', 'SELECT count(*) FROM tasks'],
    ['switched its journal', '', 'PRAGMA journal_mode = WAL'],
    ['switched its journal back', 'PRAGMA journal_mode = WAL', 'PRAGMA journal_mode = DELETE'],
    ['did nothing, with pages that move at a commit', 'PRAGMA auto_vacuum = FULL; VACUUM', ''],
  ])('is so where an application %s', async (_, first, since) => {
    const { paths, flotilla } = await fleetOf(1, first);
    const [path = ''] = paths;
    const before = contentOf(path);
    const { report } = await flotilla('upgrade');
    change(path, since);
    const undone = await flotilla('undo', report.runId);
    expect(outcomes(undone.report)).toEqual(['restored']);
    expect(contentOf(path)).toEqual(before);
  });

  test.each([
    ['a value was changed to another of the same size', `UPDATE tasks SET title = 'ENO' WHERE id = 1`],
    ['it was vacuumed', 'VACUUM'],
    ['a row came', `INSERT INTO tasks (id, title) VALUES (9, 'nine')`],
    ['a number of its own was set', 'PRAGMA user_version = 7'],
  ])('is not so where %s: then the revisions go back, and nothing of it is lost', async (_, since) => {
    for (const mode of ['delete', 'wal']) {
      const { paths, flotilla } = await fleetOf(1, `PRAGMA journal_mode = ${mode}`);
      const [path = ''] = paths;
      const { report } = await flotilla('upgrade');
      change(path, since);
      const wanted = contentOf(path, { tasks: 'id, title' });
      const undone = await flotilla('undo', report.runId);
      expect([undone.code, undone.report.targets[0]]).toMatchObject([
        0,
        { outcome: 'downgraded', from: '0003', to: '0001', applied: ['0003', '0002'] },
      ]);
      expect(contentOf(path)).toEqual(wanted);
      expect(query(path, 'SELECT revision FROM flotilla_history')).toEqual([{ revision: '0001' }]);
    }
  });

  test.each(['torn', 'of another target', 'forged'])('is not proved by a file that is %s', async (how) => {
    const { data, flotilla } = await fleetOf(2);
    const { report } = await flotilla('upgrade');
    const directory = join(data, '.flotilla/backups', report.runId);
    const [first = '', second = ''] = readdirSync(directory).filter((name) => name.endsWith('.left'));
    const path = join(directory, first);
    if (how === 'torn') truncateSync(path, 100);
    else if (how === 'forged')
      writeFileSync(path, readFileSync(path, 'utf8').replace(/[0-9a-f]{4}\n/, 'abcd\n'));
    else writeFileSync(path, readFileSync(join(directory, second)));
    expect(outcomes((await flotilla('undo', report.runId)).report)).toEqual(['downgraded', 'restored']);
  });
});

describe('A target that is not, and whose revisions leave no way back,', () => {
  test('is left alone with what is at stake, until that may go', async () => {
    const { paths, flotilla } = await fleetOf(1, '', ONE_WAY);
    const [path = ''] = paths;
    const { report } = await flotilla('upgrade');
    change(
      path,
      `INSERT INTO tasks VALUES (8, 'eight', 1), (9, 'nine', 0); UPDATE tasks SET title = 'x' WHERE id = 1`,
    );
    const before = readFileSync(path);
    for (const args of [[], ['--dry-run']]) {
      const undone = await flotilla('undo', report.runId, ...args);
      expect([undone.code, outcomes(undone.report)]).toEqual([1, ['skipped']]);
      const [failure] = failuresOf(undone.report);
      expect(failure?.code).toBe('changedSince');
      expect(failure?.message).toContain(`changed since run ${report.runId}`);
      expect(failure?.message).toContain('0002');
      expect(failure?.message).toContain('tasks 2 (it has 5, the copy 3)');
      expect(readFileSync(path).equals(before)).toBe(true);
    }
    const [failure] = failuresOf((await flotilla('undo', report.runId)).report);
    if (failure === undefined) throw new Error('no failure');
    const forced = await typeHint(failure, 'undo');
    expect(forced.targets[0]).toMatchObject({
      outcome: 'restored',
      lost: { tasks: 2 },
      rows: { tasks: [5, 3] },
    });
    // What went is in the copy that was made first, and comes back.
    expect(query(path, 'SELECT count(*) AS n FROM tasks')).toEqual([{ n: 3 }]);
    expect(outcomes((await flotilla('undo', 'last')).report)).toEqual(['restored']);
    expect(query(path, 'SELECT count(*) AS n FROM tasks')).toEqual([{ n: 5 }]);
  });

  test('says so too where no row would go', async () => {
    const { data, paths, flotilla } = await fleetOf(1, '', ONE_WAY);
    const { report } = await flotilla('upgrade');
    change(paths[0] ?? '', `UPDATE tasks SET title = 'eno' WHERE id = 1`);
    const text = await runCli(['undo', report.runId, '--data-dir', data, '--migrations', ONE_WAY]);
    expect(text.code).toBe(1);
    expect(text.stdout.replaceAll(/\s+/g, ' ')).toContain('no row would go, and values');
    expect(text.stdout).toContain('--force');
  });
});

describe('The way', () => {
  test('is by the revisions alone where that is asked for, and by the copy alone', async () => {
    const { paths, flotilla } = await fleetOf(2);
    const { report } = await flotilla('upgrade');
    change(paths[0] ?? '', `INSERT INTO tasks (id, title) VALUES (9, 'nine')`);
    const byCopy = await flotilla('undo', report.runId, '--how', 'restore', '--dry-run');
    expect([byCopy.code, outcomes(byCopy.report)]).toEqual([1, ['skipped', 'restored']]);
    const byRevisions = await flotilla('undo', report.runId, '--how=downgrade');
    expect(outcomes(byRevisions.report)).toEqual(['downgraded', 'downgraded']);
  });

  test('of a run without copies, or whose copies are gone, is by the revisions', async () => {
    const { data, paths, flotilla } = await fleetOf(1);
    const first = await flotilla('upgrade', '0002', '--no-backup');
    expect(outcomes((await flotilla('undo', first.report.runId)).report)).toEqual(['downgraded']);
    const second = await flotilla('upgrade');
    rmSync(join(data, '.flotilla/backups', second.report.runId), { recursive: true });
    expect(outcomes((await flotilla('undo', second.report.runId)).report)).toEqual(['downgraded']);
    expect(query(paths[0] ?? '', 'SELECT revision FROM flotilla_history')).toEqual([{ revision: '0001' }]);
  });

  test('of a downgrade is by its copy, or by the revisions forward', async () => {
    const { paths, flotilla } = await fleetOf(2);
    const before = paths.map((path) => contentOf(path));
    await flotilla('upgrade');
    const upgraded = paths.map((path) => contentOf(path));
    const { report } = await flotilla('downgrade', '0001');
    change(paths[1] ?? '', `INSERT INTO tasks VALUES (9, 'nine')`);
    const undone = await flotilla('undo', report.runId);
    expect(outcomes(undone.report)).toEqual(['restored', 'upgraded']);
    expect(undone.report.targets[1]).toMatchObject({ from: '0001', to: '0003', applied: ['0002', '0003'] });
    expect(contentOf(paths[0] ?? '')).toEqual(upgraded[0]);
    expect(contentOf(paths[1] ?? '')['tasks']).toHaveLength((before[1]?.['tasks']?.length ?? 0) + 1);
    // And that again.
    expect(outcomes((await flotilla('undo', 'last')).report)).toEqual(['restored', 'restored']);
  });

  test('of a stamp takes its rows out of the history, and nothing else', async () => {
    const data = makeProjects(2, TEXT);
    const flotilla = (...args: string[]) => run(data, MIGRATIONS, args);
    const { report } = await flotilla('stamp', '0001');
    const path = join(data, 'project_2.db');
    change(path, `INSERT INTO tasks VALUES (9, 'nine')`);
    const undone = await flotilla('undo', report.runId);
    expect(outcomes(undone.report)).toEqual(['restored', 'stamped']);
    expect(undone.report.targets[1]).toMatchObject({ from: '0001', to: null });
    expect(query(path, 'SELECT id FROM tasks')).toHaveLength(4);
    const states = (await look(data, MIGRATIONS, ['status'])).json() as StatusReport;
    expect(states.summary.states).toEqual({ legacy: 2 });
    change(path, `INSERT INTO tasks VALUES (10, 'ten')`);
    expect(outcomes((await flotilla('undo', 'last')).report)).toEqual(['restored', 'stamped']);
    expect(query(path, 'SELECT revision FROM flotilla_history')).toEqual([{ revision: '0001' }]);
  });

  test('of an upgrade that stamped as well takes both back', async () => {
    const data = makeProjects(1, TEXT);
    const path = join(data, 'project_1.db');
    const { report } = await run(data, MIGRATIONS, ['upgrade', '--stamp']);
    change(path, `INSERT INTO notes VALUES (1, 'since'); INSERT INTO tasks (id) VALUES (9)`);
    const undone = await run(data, MIGRATIONS, ['undo', report.runId]);
    expect(undone.report.targets[0]).toMatchObject({ outcome: 'downgraded', to: null });
    expect(query(path, 'SELECT id FROM tasks')).toHaveLength(4);
    expect(query(path, 'SELECT revision FROM flotilla_history')).toEqual([]);
  });

  test('of a repair and of a restore is by their copies alone', async () => {
    const { paths, flotilla } = await fleetOf(2);
    await flotilla('upgrade');
    for (const path of paths) change(path, 'DROP TABLE notes');
    const drifted = paths.map(bytesOf);
    const repaired = await flotilla('repair');
    expect(outcomes(repaired.report)).toEqual(['repaired', 'repaired']);
    change(paths[1] ?? '', `INSERT INTO notes VALUES (1, 'since')`);
    const undone = await flotilla('undo', repaired.report.runId);
    expect(outcomes(undone.report)).toEqual(['restored', 'skipped']);
    expect(failuresOf(undone.report)[0]?.message).toContain('notes 1');
    expect(bytesOf(paths[0] ?? '').equals(drifted[0] ?? Buffer.of())).toBe(true);
    const restored = await flotilla('restore', 'project_1');
    expect(outcomes((await flotilla('undo', restored.report.runId)).report)).toEqual(['restored']);
    expect(bytesOf(paths[0] ?? '').equals(drifted[0] ?? Buffer.of())).toBe(true);
  });
});

describe('A later run', () => {
  test('is named where it touched a target, and is undone first', async () => {
    const { paths, flotilla } = await fleetOf(2);
    const before = paths.map((path) => contentOf(path));
    const first = await flotilla('upgrade', '0002');
    const second = await flotilla('upgrade', '--only', 'project_1');
    const undone = await flotilla('undo', first.report.runId);
    expect([undone.code, outcomes(undone.report).sort()]).toEqual([1, ['restored', 'skipped']]);
    const [failure] = failuresOf(undone.report);
    expect(failure).toMatchObject({ code: 'changedSince' });
    expect(failure?.message).toContain(second.report.runId);
    if (failure === undefined) throw new Error('no failure');
    expect(outcomes(await typeHint(failure, 'undo'))).toEqual(['restored']);
    const rest = await flotilla('undo', first.report.runId);
    expect([rest.code, rest.report.summary]).toEqual([0, { planned: 2, restored: 1, current: 1 }]);
    expect(paths.map((path) => contentOf(path))).toEqual(before);
  });
});

/** Enough that it is read in place. */
const MANY = `WITH n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO tasks SELECT i, hex(randomblob(40)) FROM n`;

describe('A large target', () => {
  test.each(['delete', 'wal'])('is proved too, and one byte of it counts: %s', async (mode) => {
    const { paths, flotilla } = await fleetOf(2, `PRAGMA journal_mode = ${mode}; ${MANY}`);
    const before = paths.map((path) => contentOf(path));
    expect(statSync(paths[0] ?? '').size).toBeGreaterThan(4_000_000);
    const { report } = await flotilla('upgrade');
    change(paths[1] ?? '', `UPDATE tasks SET title = 'x' || substr(title, 2) WHERE id = 59999`);
    const undone = await flotilla('undo', report.runId);
    expect(outcomes(undone.report)).toEqual(['restored', 'downgraded']);
    expect(contentOf(paths[0] ?? '')).toEqual(before[0]);
  });

  test('has one hash, whichever way it is read', async () => {
    const data = makeProjects(1, TEXT);
    const path = join(data, 'project_1.db');
    change(path, `PRAGMA journal_mode = WAL; ${MANY}`);
    const other = new Database(path);
    const driver = sqliteDriver();
    const session = await driver.open(targetAt(path), { purpose: 'change', busyTimeoutMs: 100 });
    try {
      const inPlace = await session.content();
      // What stands in the log alone is part of it.
      other.exec(`PRAGMA wal_autocheckpoint = 0; UPDATE tasks SET title = 'other' WHERE id = 1`);
      const withLog = await session.content();
      expect(withLog).not.toBe(inPlace);
      other.pragma('wal_checkpoint(PASSIVE)');
      expect(await session.content()).toBe(withLog);
      other.pragma('journal_mode');
      other.exec(`BEGIN; SELECT count(*) FROM tasks`);
      await session.lock();
      await session.execute({ sql: `UPDATE tasks SET title = 'ours' WHERE id = 2` });
      await session.commit();
      expect(await session.left()).toBe(await session.content());
    } finally {
      await session.close();
      other.close();
    }
  });
});

describe('While an application uses a target,', () => {
  test.each(['delete', 'wal'])(
    'an undo goes on beside a reader, and waits for a writer: %s',
    async (mode) => {
      const { paths, flotilla } = await fleetOf(1, `PRAGMA journal_mode = ${mode}`);
      const [path = ''] = paths;
      const before = contentOf(path);
      const { report } = await flotilla('upgrade');
      const application = new Database(path, { timeout: 10_000 });
      try {
        application.prepare('SELECT count(*) FROM tasks').get();
        application.exec('BEGIN IMMEDIATE');
        const busy = await flotilla('undo', report.runId, '--busy-timeout', '200');
        expect([busy.code, failuresOf(busy.report)[0]?.code]).toEqual([2, 'busy']);
        application.exec('ROLLBACK');
        expect(outcomes((await flotilla('undo', report.runId)).report)).toEqual(['restored']);
        expect(application.prepare('SELECT * FROM tasks ORDER BY id').safeIntegers().all()).toEqual(
          before['tasks'],
        );
        application.exec(`INSERT INTO tasks VALUES (9, 'nine')`);
      } finally {
        application.close();
      }
      expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    },
  );
});

describe('A target that stands between two revisions', () => {
  const CUT = writeMigrations({
    '0001_tasks.sql': '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);\n',
    '0002_done.sql':
      '-- migrate:up\nALTER TABLE tasks ADD COLUMN done INTEGER;\n-- migrate:down\nALTER TABLE tasks DROP COLUMN done;\n',
    '0003_alone.sql':
      '-- transaction: false\n-- migrate:up\nCREATE TABLE b (x);\nCREATE UNIQUE INDEX u ON tasks (title);\n-- migrate:down\nDROP INDEX u;\nDROP TABLE b;\n',
    '0004_c.sql': '-- migrate:up\nCREATE TABLE c (x);\n-- migrate:down\nDROP TABLE c;\n',
  });

  test('is taken back to where the run found it', async () => {
    const { paths, flotilla } = await fleetOf(1, `INSERT INTO tasks VALUES (4, 'one')`, CUT);
    const [path = ''] = paths;
    const before = bytesOf(path);
    const { report } = await flotilla('upgrade');
    expect(outcomes(report)).toEqual(['partial']);
    const undone = await flotilla('undo', report.runId);
    expect([undone.code, outcomes(undone.report)]).toEqual([0, ['restored']]);
    expect(bytesOf(path).equals(before)).toBe(true);
  });

  test('and so is one that went all the way, by its first copy or by all of its revisions', async () => {
    const { data, paths, flotilla } = await fleetOf(2, '', CUT);
    const before = paths.map((path) => contentOf(path));
    const { report } = await flotilla('upgrade');
    expect(outcomes(report)).toEqual(['upgraded', 'upgraded']);
    change(paths[1] ?? '', `INSERT INTO tasks (id, title) VALUES (9, 'nine')`);
    const undone = await flotilla('undo', report.runId);
    expect(outcomes(undone.report)).toEqual(['restored', 'downgraded']);
    expect(undone.report.targets[1]?.applied).toEqual(['0004', '0003', '0002']);
    expect(contentOf(paths[0] ?? '')).toEqual(before[0]);
    expect(contentOf(paths[1] ?? '')['tasks']).toHaveLength(4);
    expect((await look(data, CUT, ['check', '--allow-empty'])).code).toBe(1);
  });
});

test('A limit is of targets with something to undo, and one that is gone is told.', async () => {
  const { paths, flotilla } = await fleetOf(4);
  await flotilla('upgrade', '0002', '--only', 'project_1');
  const { report } = await flotilla('upgrade', '0002', '--only', 'project_1,project_2,project_3,project_4');
  rmSync(paths[3] ?? '');
  const undone = await flotilla('undo', report.runId, '--limit', '1', '--exclude', 'project_3');
  expect([undone.code, undone.report.summary]).toEqual([0, { planned: 2, restored: 1, current: 1 }]);
  const rest = await flotilla('undo', report.runId);
  expect([rest.code, rest.report.summary]).toEqual([1, { planned: 4, restored: 1, current: 2, skipped: 1 }]);
  expect(failuresOf(rest.report)[0]?.code).toBe('gone');
});

test('Killed in the middle, a target is as the run left it or as it was before, and undoing again does the rest.', async () => {
  const { data, paths, flotilla } = await fleetOf(1, MANY);
  const [path = ''] = paths;
  const before = contentOf(path);
  const { report } = await flotilla('upgrade');
  const after = contentOf(path);
  for (let round = 0; round < 6; round++) {
    const place = ['--data-dir', data, '--migrations', MIGRATIONS, '--json'];
    const started = startCli(['undo', report.runId, ...place]);
    await sleep(400 + round * 150);
    killGroup(started.pid);
    await started.result;
    const found = contentOf(path);
    expect([before, after]).toContainEqual(found);
    if ('notes' in found) continue;
    break;
  }
  const undone = await flotilla('undo', report.runId);
  expect(undone.code).toBe(0);
  expect(contentOf(path)).toEqual(before);
}, 90_000);

describe('After the death of a worker', () => {
  const CAUSE: Reason = { code: 'workerDied', step: 'execute', message: 'it died', hint: 'none' };

  test.each([
    ['by its copy', '', 'restored'],
    ['by the revisions', `INSERT INTO tasks (id) VALUES (9)`, 'downgraded'],
  ])('the target tells whether it was taken back %s', async (_, since, wanted) => {
    const { paths, flotilla } = await fleetOf(1);
    const [path = ''] = paths;
    const { report } = await flotilla('upgrade');
    change(path, since);
    const [{ from, applied, backup: copy } = { from: null, applied: [], backup: null }] = report.targets;
    const deed: Deed = { what: 'upgraded', command: 'upgrade', from, applied, copy };
    const intent = { kind: 'undo', run: report.runId, how: 'auto', force: false, deed } as const;
    const server = await openServer(MIGRATIONS);
    const target = targetAt(path, 'project_1');
    const work: Work = makeWork(intent);
    const settled = async (): Promise<unknown> => {
      const found = (await server.perform({ kind: 'settle', target, work, cause: CAUSE })) as Outcome;
      return [found.outcome, found.to, found.failure?.code];
    };
    expect(await settled()).toEqual(['failed', '0003', 'workerDied']);
    await server.perform({ kind: 'apply', targets: [target], work, rehearse: false });
    expect(await settled()).toEqual([wanted, '0001', undefined]);
    // Somebody has written since.
    change(path, `INSERT INTO tasks (id) VALUES (10)`);
    expect(await settled()).toEqual([wanted, '0001', undefined]);
  });
});

test('The word of other tools for it is told.', async () => {
  for (const [args, words] of [
    ['rollback 20261120T101500Z-3f9a1c', 'here it is undo 20261120T101500Z-3f9a1c'],
    ['rollback', 'here it is downgrade'],
    ['rollback 0002', 'here it is downgrade'],
  ] as const)
    expect((await runCli(args.split(' '))).stderr).toContain(words);
});

describe('What is typed wrong touches nothing:', () => {
  test('no such run, one that changed nothing, a rehearsal, several, and what excludes each other', async () => {
    const { data, flotilla } = await fleetOf(1);
    const rehearsal = await flotilla('upgrade', '--dry-run');
    const upgrade = await flotilla('upgrade');
    const idle = await flotilla('upgrade');
    const before = treeOf(data, ['.flotilla']);
    for (const [args, words] of [
      ['', 'undo needs RUN'],
      ['nothing', 'There is no run "nothing"'],
      [`${upgrade.report.runId}x`, `the nearest is ${upgrade.report.runId}`],
      [rehearsal.report.runId, 'was a rehearsal of upgrade'],
      [idle.report.runId, 'changed no target'],
      ['2', 'runs begin with 2'],
      [`${upgrade.report.runId} --how never`, '--how'],
      [`${upgrade.report.runId} --force --no-backup`, '--force and --no-backup exclude each other'],
      [`${upgrade.report.runId} --only nobody`, 'No target has the id "nobody"'],
    ] as const) {
      const typed = ['undo', ...args.split(' ').filter((word) => word !== '')];
      const result = await runCli([...typed, '--data-dir', data, '--migrations', MIGRATIONS]);
      expect([result.code, result.stdout], args).toEqual([64, '']);
      expect(result.stderr.replaceAll(/\s+/g, ' ')).toContain(words);
    }
    expect(treeOf(data, ['.flotilla'])).toEqual(before);
  });
});
