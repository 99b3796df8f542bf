// The main job through the built command line: find every database, baseline the legacy ones, upgrade them all.

import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { RunReport, StatusReport } from '../../src/index.js';
import { killGroup, MIGRATIONS, runCli, startCli } from '../support/cli.js';
import { query, writeMigrations } from '../support/revisions.js';
import { contentOf } from '../support/content.js';
import { times } from '../support/figures.js';
import { makeProjects, sampleFleet, treeOf } from '../support/fleet.js';

const HEAD = 'b81d57e3c60a';

async function cli(dataDir: string, args: readonly string[], migrations = MIGRATIONS) {
  const [command = '', ...rest] = args;
  const result = await runCli([
    command,
    '--data-dir',
    dataDir,
    '--migrations',
    migrations,
    '--json',
    ...rest,
  ]);
  return { code: result.code, stderr: result.stderr, report: result.json() as RunReport };
}

async function status(dataDir: string, migrations = MIGRATIONS): Promise<StatusReport> {
  const result = await runCli(['status', '--data-dir', dataDir, '--migrations', migrations, '--json']);
  return result.json() as StatusReport;
}

describe('the sample fleet', () => {
  test('is stamped by evidence and upgraded, and a second upgrade does nothing', async () => {
    const dataDir = sampleFleet();
    const stamped = await cli(dataDir, ['stamp']);
    expect(stamped.code).toBe(0);
    expect(stamped.report.summary).toEqual({ planned: 11, stamped: 11 });
    for (const target of stamped.report.targets) expect(target.match?.kind, target.id).toBe('exact');

    const upgraded = await cli(dataDir, ['upgrade']);
    expect(upgraded.code).toBe(0);
    expect(upgraded.report.targets.every((target) => target.to === HEAD)).toBe(true);

    const before = treeOf(dataDir, ['.flotilla']);
    const again = await cli(dataDir, ['upgrade']);
    expect(again.code).toBe(0);
    expect(again.report.summary).toEqual({ planned: 11, current: 11 });
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
    expect((await status(dataDir)).summary.states).toEqual({ current: 11 });
  });

  test('is stamped and upgraded in one pass with --stamp', async () => {
    const dataDir = sampleFleet();
    const { code, report } = await cli(dataDir, ['upgrade', '--stamp']);
    expect(code).toBe(0);
    expect(report.summary.planned).toBe(11);
    expect((await status(dataDir)).summary).toEqual({
      targets: 11,
      states: { current: 11 },
      revisions: { [HEAD]: 11 },
    });
  });

  test('keeps every row of every table through the rebuild, children of ON DELETE CASCADE included', async () => {
    const dataDir = sampleFleet();
    const { report } = await cli(dataDir, ['upgrade', '--stamp']);
    for (const { id, rows } of report.targets) {
      for (const [table, [before, after]] of Object.entries(rows))
        expect(after, `${id} ${table}`).toBe(before);
    }
    const counted = report.targets.find(({ id }) => id === 'project_1');
    expect(counted?.rows['tasks']?.[0]).toBeGreaterThan(0);
  });

  test('gets a backup of every file that equals it before the run, pages that were only in the WAL included', async () => {
    const dataDir = sampleFleet();
    const twin = sampleFleet();
    const { report } = await cli(dataDir, ['upgrade', '--stamp']);
    for (const { id, backup } of report.targets) {
      expect(backup, id).not.toBeNull();
      expect(contentOf(backup ?? '')).toEqual(contentOf(join(twin, `${id}.db`)));
    }
  });

  test('is left to the byte, name and time as it was by a rehearsal, which reports what the run then does', async () => {
    const dataDir = sampleFleet({ refused: true });
    const before = treeOf(dataDir, ['.flotilla']);
    const rehearsal = await cli(dataDir, ['upgrade', '--stamp', '--dry-run']);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
    const real = await cli(dataDir, ['upgrade', '--stamp']);
    const compare = ({ targets }: RunReport) =>
      targets.map(({ id, outcome, from, to, applied, rows, failure }) => ({
        id,
        outcome,
        from,
        to,
        applied,
        rows,
        code: failure?.code,
      }));
    expect(compare(rehearsal.report)).toEqual(compare(real.report));
    expect(rehearsal.code).toBe(real.code);
    expect(real.code).toBe(2);
  });

  test('leaves damaged files to the byte as they were and upgrades all others', async () => {
    const dataDir = sampleFleet({ refused: true });
    const before = treeOf(join(dataDir, 'damaged'));
    const { code, report } = await cli(dataDir, ['upgrade', '--stamp']);
    expect(code).toBe(2);
    expect(treeOf(join(dataDir, 'damaged'))).toEqual(before);
    const codesOf = (wanted: string) =>
      report.targets
        .filter(({ outcome, id }) => outcome === wanted && id.startsWith('damaged'))
        .map(({ failure }) => failure?.code)
        .sort();
    expect(report.summary['failed']).toBe(2);
    expect(codesOf('failed')).toEqual(['corrupt', 'notADatabase']);
    expect(codesOf('skipped')).toEqual(['refusedPath']);
  });
});

describe('a revision that fails on the data of one file', () => {
  const migrations = writeMigrations({
    '0001_tasks.sql':
      '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, owner TEXT);\n-- migrate:down\nDROP TABLE tasks;\n',
    '0002_owner.sql':
      '-- migrate:up\nCREATE TABLE new_tasks (id INTEGER PRIMARY KEY, owner TEXT NOT NULL);\n' +
      'INSERT INTO new_tasks SELECT id, owner FROM tasks;\nDROP TABLE tasks;\nALTER TABLE new_tasks RENAME TO tasks;\n',
  });

  test('leaves that file identical to the byte and upgrades the others', async () => {
    const dataDir = makeProjects(
      4,
      `CREATE TABLE tasks (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO tasks VALUES (1, 'a');`,
    );
    const bad = join(dataDir, 'project_3.db');
    const db = new Database(bad);
    db.exec('INSERT INTO tasks VALUES (2, NULL)');
    db.close();
    const before = readFileSync(bad);
    const { code, report } = await cli(dataDir, ['upgrade', '--stamp'], migrations);
    expect(code).toBe(2);
    expect(report.summary).toEqual({ planned: 4, upgraded: 3, failed: 1 });
    const target = report.targets.find(({ id }) => id === 'project_3');
    expect(target).toMatchObject({
      outcome: 'failed',
      from: '0001',
      to: '0001',
      failure: {
        code: 'migrationFailed',
        step: 'execute',
        revision: '0002',
        line: 3,
        message: 'NOT NULL constraint failed: new_tasks.owner',
      },
    });
    expect(target?.failure?.statement).toContain('INSERT INTO new_tasks');
    expect(readFileSync(bad).equals(before)).toBe(true);
    expect(report.failures).toMatchObject([
      { code: 'migrationFailed', count: 1, revision: '0002', example: 'project_3' },
    ]);
  });
});

test('a file that records a revision which no file has is unknown, skipped, and exits 1', async () => {
  const dataDir = makeProjects(2);
  await cli(dataDir, ['upgrade', '--stamp']);
  const fewer = writeMigrations(
    Object.fromEntries(
      readdirSync(MIGRATIONS)
        .filter((name) => !name.startsWith(HEAD))
        .map((name) => [name, readFileSync(join(MIGRATIONS, name), 'utf8')]),
    ),
  );
  expect((await status(dataDir, fewer)).summary.states).toEqual({ unknown: 2 });
  const { code, report } = await cli(dataDir, ['upgrade'], fewer);
  expect(code).toBe(1);
  expect(report.summary).toEqual({ planned: 2, skipped: 2 });
  expect(report.targets[0]?.failure).toMatchObject({ code: 'unknownRevision', revision: HEAD });
});

test('two upgrades started together do every file once, and one of them finds the lock held or nothing to do', async () => {
  const dataDir = makeProjects(40);
  const [a, b] = await Promise.all([
    cli(dataDir, ['upgrade', '--stamp']),
    cli(dataDir, ['upgrade', '--stamp']),
  ]);
  const codes = [a.code, b.code].sort();
  expect([
    [0, 0],
    [0, 75],
  ]).toContainEqual(codes);
  for (let number = 1; number <= 40; number++) {
    const runs = query<{ run_id: string }>(
      join(dataDir, `project_${number}.db`),
      'SELECT DISTINCT run_id FROM flotilla_history',
    );
    expect(runs).toHaveLength(1);
  }
});

/** Made of one another, but each with a value of its own, so that none can stand for another. */
function makeDistinctProjects(count: number, dataDir?: string): string {
  const directory = makeProjects(count, undefined, dataDir);
  for (let number = 1; number <= count; number++) {
    const db = new Database(join(directory, `project_${number}.db`), { fileMustExist: true });
    db.prepare('UPDATE tasks SET title = ? WHERE id = (SELECT min(id) FROM tasks)').run(`task of ${number}`);
    db.close();
  }
  return directory;
}

test('After kill -9 of the whole process group at any moment every file is old or new, with all that it held, and a rerun converges.', async () => {
  const dataDir = makeDistinctProjects(24);
  const paths = Array.from({ length: 24 }, (_, index) => join(dataDir, `project_${index + 1}.db`));
  const content = paths.map((path) => contentOf(path));
  expect(content[0]).not.toEqual(content[1]);
  const backups = join(dataDir, '.flotilla/backups');
  const backupsMade = (): number =>
    existsSync(backups)
      ? readdirSync(backups, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
          .length
      : 0;
  const rounds = times({ standard: 6, full: 30 });
  let cut = 0;
  for (let round = 0; round < rounds; round++) {
    if ((await status(dataDir)).summary.states['legacy'] === undefined) {
      rmSync(dataDir, { recursive: true });
      makeDistinctProjects(24, dataDir);
    }
    const before = backupsMade();
    const { pid, result } = startCli([
      'upgrade',
      '--stamp',
      '--data-dir',
      dataDir,
      '--migrations',
      MIGRATIONS,
      '--json',
    ]);
    // Every third is killed at its start. Of the others some backups are made, so that the work is under way, whatever
    // the machine's pace; then a few milliseconds pass, so that each is killed at another point of it.
    const run = { hasEnded: false };
    void result.then(() => (run.hasEnded = true));
    if (round % 3 === 2) await sleep(100 + (round % 10) * 20);
    else while (!run.hasEnded && backupsMade() < before + 1 + (round % 5)) await sleep(1);
    await sleep((round * 7) % 23);
    killGroup(pid);
    const { signal } = await result;
    const made = backupsMade() - before;
    const { summary } = await status(dataDir);
    const { legacy = 0, current = 0 } = summary.states;
    expect(legacy + current, JSON.stringify(summary)).toBe(24);
    if (signal === 'SIGKILL' && made > 0 && legacy > 0) cut++;
    for (const [index, path] of paths.entries()) {
      expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      expect(contentOf(path)).toEqual(content[index]);
    }
  }
  // Where none of them were cut short, nothing was tried.
  expect(cut).toBeGreaterThanOrEqual(rounds / 3);
  const { code } = await cli(dataDir, ['upgrade', '--stamp']);
  expect(code).toBe(0);
  expect((await status(dataDir)).summary.states).toEqual({ current: 24 });
});

test('SIGINT rolls back or finishes what is in flight, reports every target truly, and exits 130', async () => {
  const dataDir = makeProjects(300);
  const { pid, result } = startCli([
    'upgrade',
    '--stamp',
    '--data-dir',
    dataDir,
    '--migrations',
    MIGRATIONS,
    '--json',
  ]);
  // The first target has its backup: work has begun.
  const backups = join(dataDir, '.flotilla/backups');
  while (!existsSync(backups) || readdirSync(backups).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
  process.kill(pid, 'SIGINT');
  const ended = await result;
  expect(ended.code).toBe(130);
  const report = ended.json() as RunReport;
  expect(report.exitCode).toBe(130);
  expect(report.targets).toHaveLength(300);
  const { targets } = await status(dataDir);
  const stateOf = new Map(targets.map(({ id, state }) => [id, state]));
  for (const { id, outcome } of report.targets) {
    expect(stateOf.get(id), `${id} ${outcome}`).toBe(outcome === 'upgraded' ? 'current' : 'legacy');
  }
  expect(report.targets.some(({ failure }) => failure?.code === 'interrupted')).toBe(true);
});

test('a legacy target is left alone without --stamp, and the report says which command baselines it', async () => {
  const dataDir = makeProjects(2);
  const before = treeOf(dataDir, ['.flotilla']);
  const { code, report } = await cli(dataDir, ['upgrade']);
  expect(code).toBe(1);
  expect(report.summary).toEqual({ planned: 2, skipped: 2 });
  expect(report.targets[0]?.failure?.hint).toContain('flotilla stamp');
  expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
});
