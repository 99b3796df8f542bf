// A copy is put back, through the built command line: which one, what is at stake, what stays of the file, what is
// refused; while applications use it, and when everything dies in the middle.

import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { BackupsReport, Outcome, RestoreToReport, StatusReport } from '../../src/index.js';
import type { Reason } from '../../src/model/outcome.js';
import { argvOf } from '../../src/model/command.js';
import type { Work } from '../../src/target/work.js';
import { targetAt } from '../faults/harness/inside.js';
import { killGroup, runCli, startCli } from '../support/cli.js';
import { contentOf } from '../support/content.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';
import { makeWork, openServer } from '../support/server.js';

const MIGRATIONS = writeMigrations({
  '0001_tasks.sql':
    '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);\n-- migrate:down\nDROP TABLE tasks;\n',
  '0002_upper.sql':
    '-- migrate:up\nALTER TABLE tasks ADD COLUMN done INTEGER;\nUPDATE tasks SET title = upper(title);\n',
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

/** Targets at 0002, each with a copy from when it was at 0001. */
async function upgraded(count = 1): Promise<{ data: string; path: string; runId: string; copy: string }> {
  const data = makeProjects(count, TEXT);
  await run(data, MIGRATIONS, ['stamp', '0001', '--no-backup']);
  const { report } = await run(data, MIGRATIONS, ['upgrade']);
  const [target] = report.targets;
  return { data, path: join(data, 'project_1.db'), runId: report.runId, copy: target?.backup ?? '' };
}

const restored = (data: string, ...args: readonly string[]) =>
  run(data, MIGRATIONS, ['restore', 'project_1', ...args]);

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

describe('A copy that is put back', () => {
  test.each(['delete', 'wal', 'persist'])(
    'leaves the content of before in the same file, whose owner, mode and way of its journal stay: %s',
    async (mode) => {
      const { data, path, copy } = await upgraded();
      change(path, `PRAGMA journal_mode = ${mode}`);
      chmodSync(path, 0o640);
      const before = statSync(path);
      const was = bytesOf(path);
      const { code, report } = await restored(data);
      expect(code).toBe(0);
      const [target] = report.targets;
      expect(target).toMatchObject({
        outcome: 'restored',
        from: '0002',
        to: '0001',
        rows: { tasks: [3, 3] },
        copy: { path: copy, revision: '0001', sizeBytes: statSync(copy).size },
      });
      const after = statSync(path);
      expect([after.ino, after.mode, after.uid]).toEqual([before.ino, before.mode, before.uid]);
      expect(query(path, 'PRAGMA journal_mode')).toEqual([
        { journal_mode: mode === 'persist' ? 'delete' : mode },
      ]);
      expect(contentOf(path)).toEqual(contentOf(copy));
      if (mode !== 'wal') expect(bytesOf(path).equals(bytesOf(copy))).toBe(true);
      // What was there is in a copy of its own, and comes back from it.
      const back = await restored(data, '--from', target?.backup ?? '');
      expect(back.report.targets[0]).toMatchObject({ outcome: 'restored', from: '0001', to: '0002' });
      if (mode !== 'wal') expect(bytesOf(path).equals(was)).toBe(true);
      const { targets } = (await look(data, MIGRATIONS, ['status'])).json() as StatusReport;
      expect(targets[0]).toMatchObject({ state: 'current', revision: '0002' });
    },
  );

  test('keeps the journal of the target though the copy was taken of another kind', async () => {
    const { data, path, copy } = await upgraded();
    const wal = join(data, 'wal.copy');
    copyFileSync(copy, wal);
    change(wal, `PRAGMA journal_mode = WAL`);
    const { code } = await restored(data, '--from', wal);
    expect(code).toBe(0);
    expect([readFileSync(wal)[18], readFileSync(path)[18]]).toEqual([2, 1]);
    expect(contentOf(path)).toEqual(contentOf(copy));
  });

  test('is not put back a second time', async () => {
    const { data, path, runId } = await upgraded();
    await restored(data);
    const before = readFileSync(path);
    const { code, report } = await restored(data, '--run', runId);
    expect([code, report.targets[0]?.outcome, report.targets[0]?.backup]).toEqual([0, 'current', null]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('is the newest, or that of a run, of a time, or a file, and says so', async () => {
    const { data, runId, copy } = await upgraded();
    const first = await restored(data);
    const newest = first.report.targets[0]?.backup ?? '';
    const copyOf = async (...args: string[]) => {
      const { report } = await restored(data, '--dry-run', '--force', ...args);
      const [target] = report.targets;
      return [target?.copy?.path ?? null, target?.copy?.runId ?? null, target?.failure?.code];
    };
    expect(await copyOf()).toEqual([newest, first.report.runId, undefined]);
    expect(await copyOf('--run', runId)).toEqual([copy, runId, undefined]);
    expect(await copyOf('--from', copy)).toEqual([copy, runId, undefined]);
    expect(await copyOf('--before', '2999-01-01')).toEqual([newest, first.report.runId, undefined]);
    expect(await copyOf('--before', '2001-01-01T00:00Z')).toEqual([null, null, 'backupFailed']);
    const text = await runCli(['restore', 'project_1', '--data-dir', data, '--migrations', MIGRATIONS]);
    expect(text.stdout).toContain(`made by run ${first.report.runId}`);
    expect(text.stdout).toContain(', revision 0002');
    expect(text.stdout).toContain(newest);
  });

  test('is put back where the revisions do not even run', async () => {
    const { data, path, copy } = await upgraded();
    const broken = writeMigrations({ '0001_a.sql': '-- migrate:up\nCREATE TABLE;\n' });
    const { code, report } = await run(data, broken, ['restore', 'project_1']);
    expect([code, report.targets[0]?.to]).toEqual([0, '0001']);
    expect(contentOf(path)).toEqual(contentOf(copy));
  });

  test('takes the place of what is damaged, where that was asked for', async () => {
    const { data, path, copy } = await upgraded();
    const bytes = readFileSync(path);
    bytes.fill(7, 4096);
    writeFileSync(path, bytes);
    const refused = await restored(data);
    expect([refused.code, refused.report.failures[0]?.code]).toEqual([1, 'changedSince']);
    expect(refused.report.failures[0]?.message).toContain('it is damaged');
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const { code, report } = await restored(data, '--force');
    expect([code, report.failures]).toEqual([0, []]);
    expect(contentOf(path)).toEqual(contentOf(copy));
    expect(
      readFileSync(report.targets[0]?.backup ?? '')
        .subarray(4096)
        .equals(bytes.subarray(4096)),
    ).toBe(true);
  });
});

describe('Rows that the copy does not have', () => {
  test('are counted by table, and keep all as it is until they may go', async () => {
    const { data, path } = await upgraded();
    change(
      path,
      `INSERT INTO tasks VALUES (7, 'seven', 0), (8, 'eight', 0); DELETE FROM tasks WHERE id < 3;
       CREATE TABLE own (a); INSERT INTO own VALUES (1)`,
    );
    const before = readFileSync(path);
    const refused = await restored(data);
    expect(refused.code).toBe(1);
    expect(refused.report.targets[0]).toMatchObject({ outcome: 'skipped', backup: null });
    const [failure] = refused.report.failures;
    expect(failure).toMatchObject({ code: 'changedSince' });
    expect(failure?.message).toContain('tasks 2 (it has 3, the copy 3)');
    expect(failure?.message).toContain('own 1 (it has 1, the copy no such table)');
    expect(readFileSync(path).equals(before)).toBe(true);
    const rehearsed = await restored(data, '--dry-run');
    expect(rehearsed.report.targets[0]?.failure?.code).toBe('changedSince');
    // The command of the hint works as it stands.
    const [command] = failure?.commands ?? [];
    if (command === undefined) throw new Error('the hint has no command');
    const forced = await runCli([...argvOf(command).slice(1), '--json']);
    expect(forced.code).toBe(0);
    expect(query(path, 'SELECT id FROM tasks')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  test('are no rows whose values alone have changed, nor rows that are gone', async () => {
    const { data, path } = await upgraded();
    change(path, `UPDATE tasks SET title = 'other'; DELETE FROM tasks WHERE id = 2`);
    const { code, report } = await restored(data);
    expect([code, report.targets[0]?.rows]).toEqual([0, { tasks: [2, 3] }]);
  });
});

test('A rehearsal says what would be, and changes nothing under the data directory.', async () => {
  const { data } = await upgraded(2);
  const before = treeOf(data, ['.flotilla']);
  const copies = readdirSync(join(data, '.flotilla/backups'));
  const { code, report } = await run(data, MIGRATIONS, ['restore', 'project_1', 'project_2', '--dry-run']);
  expect([code, report.summary]).toEqual([0, { planned: 2, restored: 2 }]);
  expect(treeOf(data, ['.flotilla'])).toEqual(before);
  expect(readdirSync(join(data, '.flotilla/backups'))).toEqual(copies);
});

describe('A copy that is no good is refused, and the target is as it was:', () => {
  const DAMAGES: Readonly<Record<string, (copy: string) => void>> = {
    'a byte is another': (copy) => {
      const bytes = readFileSync(copy);
      bytes[5000] = (bytes[5000] ?? 0) ^ 1;
      writeFileSync(copy, bytes);
    },
    'it is cut off': (copy) => {
      truncateSync(copy, 4096);
    },
    'it is empty': (copy) => {
      truncateSync(copy, 0);
    },
  };
  test.each(Object.entries(DAMAGES))('%s', async (_, damage) => {
    const { data, path, copy } = await upgraded();
    const before = readFileSync(path);
    damage(copy);
    for (const args of [[], ['--force'], ['--dry-run']]) {
      const { code, report } = await restored(data, ...args);
      expect([code, report.failures[0]?.code]).toEqual([2, 'backupFailed']);
      expect(report.failures[0]?.message).toContain(copy);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    const verified = await look(data, MIGRATIONS, ['backup', 'verify']);
    const { summary, copies } = verified.json() as BackupsReport;
    expect([verified.code, summary.damaged]).toEqual([1, 1]);
    expect(copies.find((one) => one.path === copy)?.problem?.message).toContain('damaged');
    const to = await look(data, MIGRATIONS, ['restore', 'project_1', '--to', join(data, 'copy.db')]);
    expect([to.code, existsSync(join(data, 'copy.db'))]).toEqual([2, false]);
  });

  test('a file of another kind, or damaged inside', async () => {
    const { data, path, copy } = await upgraded();
    const before = readFileSync(path);
    const other = join(data, 'other');
    writeFileSync(other, 'no database at all, but long enough: '.repeat(100));
    const inside = join(data, 'inside');
    writeFileSync(inside, readFileSync(copy).fill(7, 4096));
    for (const file of [other, inside]) {
      const { code, report } = await restored(data, '--from', file, '--force');
      expect([code, report.failures[0]?.code]).toEqual([2, 'backupFailed']);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('What is typed wrong touches nothing:', () => {
  const WRONG: readonly (readonly [args: string, words: string])[] = [
    ['', 'needs ID'],
    ['nobody', 'No target has the id "nobody"'],
    ['project_1 --only project_1', 'not both'],
    ['project_1 --run nothing', 'There is no run "nothing"'],
    ['project_1 --before yesterday', '--before takes a day or a time'],
    ['project_1 --before 2026-13-41', '--before takes a day or a time'],
    ['project_1 --from nothing.db', 'There is no file nothing.db'],
    ['project_1 --from PATH', 'is the target project_1 itself'],
    ['project_1 project_2 --from COPY', 'is one file, and 2 targets'],
    ['project_1 --run RUN --before 2026-01-01', '--run and --before exclude each other'],
    ['project_1 project_2 --to x.db', '--to writes one file'],
    ['project_1 --no-backup', 'not an option of restore'],
  ];
  test.each(WRONG)('restore %s', async (args, words) => {
    const { data, path, copy, runId } = await upgraded(2);
    const before = treeOf(data, ['.flotilla']);
    const typed = args.replace('PATH', path).replace('COPY', copy).replace('RUN', runId);
    const place = ['--data-dir', data, '--migrations', MIGRATIONS];
    const result = await runCli(['restore', ...typed.split(' ').filter((word) => word !== ''), ...place]);
    expect([result.code, result.stdout]).toEqual([64, '']);
    expect(result.stderr.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(treeOf(data, ['.flotilla'])).toEqual(before);
  });
});

describe('With --to', () => {
  test('a copy is written beside, to the byte, never over anything, and no target changes', async () => {
    const { data, path, copy } = await upgraded();
    const before = readFileSync(path);
    const to = join(temporaryDirectory(), 'old.db');
    const wanted = ['restore', 'project_1', '--to', to];
    const rehearsed = await look(data, MIGRATIONS, [...wanted, '--dry-run']);
    expect([rehearsed.code, existsSync(to)]).toEqual([0, false]);
    const written = await look(data, MIGRATIONS, wanted);
    expect(written.json()).toMatchObject({ file: to, copy: { path: copy, revision: '0001' } });
    expect(readFileSync(to).equals(readFileSync(copy))).toBe(true);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect((await look(data, MIGRATIONS, wanted)).code).toBe(64);
    rmSync(to);
    // A log without its database would be taken for the new one's.
    writeFileSync(`${to}-wal`, 'what is left of another');
    expect((await look(data, MIGRATIONS, wanted)).code).toBe(64);
    expect(existsSync(to)).toBe(false);
  });

  test('a target that is gone comes back, as the refusal says', async () => {
    const { data, path, copy } = await upgraded();
    rmSync(path);
    const refused = await runCli(['restore', 'project_1', '--data-dir', data, '--migrations', MIGRATIONS]);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain(`--to ${path}`);
    const listed = (
      await look(data, MIGRATIONS, ['backup', 'list', '--only', 'project_1'])
    ).json() as BackupsReport;
    expect(listed.copies.map((one) => [one.id, one.path, one.revision])).toEqual([
      ['project_1', copy, '0001'],
    ]);
    const back = await look(data, MIGRATIONS, ['restore', 'project_1', '--to', path]);
    expect((back.json() as RestoreToReport).problem).toBeNull();
    expect(contentOf(path)).toEqual(contentOf(copy));
  });
});

describe('backup list and verify', () => {
  test('tell every copy, also where backups go elsewhere, of one target or one run', async () => {
    const data = makeProjects(2, TEXT);
    const elsewhere = join(temporaryDirectory(), 'copies');
    mkdirSync(elsewhere);
    await run(data, MIGRATIONS, ['stamp', '0001', '--no-backup']);
    const { report } = await run(data, MIGRATIONS, ['upgrade', '--backup-dir', elsewhere]);
    await restored(data, '--backup-dir', elsewhere);
    const list = async (...args: string[]) => {
      const result = await look(data, MIGRATIONS, ['backup', 'list', ...args]);
      return [
        result.code,
        (result.json() as BackupsReport).copies.map(({ id, revision }) => `${id} ${revision ?? ''}`),
      ];
    };
    const all = ['project_1 0002', 'project_1 0001', 'project_2 0001'];
    expect(await list()).toEqual([0, all]);
    expect(await list('--only', 'project_2')).toEqual([0, ['project_2 0001']]);
    expect(await list('--run', report.runId)).toEqual([0, ['project_1 0001', 'project_2 0001']]);
    const verified = await look(data, MIGRATIONS, ['backup', 'verify']);
    expect([verified.code, (verified.json() as BackupsReport).summary]).toMatchObject([
      0,
      { copies: 3, damaged: 0 },
    ]);
  });

  test('say that there is none', async () => {
    const data = makeProjects(1, TEXT);
    const result = await runCli(['backup', 'list', '--data-dir', data, '--migrations', MIGRATIONS]);
    expect([result.code, result.stdout]).toEqual([1, 'There is no copy.\n']);
  });
});

const WRITER = `
import Database from '${import.meta.resolve('better-sqlite3')}';
import { writeSync } from 'node:fs';
const [path, id] = process.argv.slice(2);
const db = new Database(path, { timeout: 10000 });
db.pragma('synchronous = OFF');
for (let number = 1; ; number++) {
  try {
    db.prepare('INSERT INTO entries VALUES (?, ?)').run(id, number);
    writeSync(1, number + '\\n');
    const sound = db.pragma('quick_check', { simple: true });
    if (sound !== 'ok') writeSync(1, 'E ' + sound + '\\n');
  } catch (error) {
    if (!/^SQLITE_BUSY/.test(error.code)) writeSync(1, 'E ' + error + '\\n');
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}`;

test.each(['delete', 'wal'])(
  'Applications that write all the time lose no row that is not in the copy of what was there before: %s',
  async (mode) => {
    const data = makeProjects(1, `${TEXT}CREATE TABLE entries (writer, number);\n`);
    const path = join(data, 'project_1.db');
    change(path, `PRAGMA journal_mode = ${mode}`);
    const seed = join(data, 'seed');
    change(path, `VACUUM INTO '${seed}'`);
    const script = join(data, 'writer.mjs');
    writeFileSync(script, WRITER);
    const said = ['', ''];
    const writers = said.map((_, id) => {
      const child = spawn(process.execPath, [script, path, `${id}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said[id] = `${said[id] ?? ''}${text}`));
      return child;
    });
    const copies: string[] = [];
    try {
      for (let round = 0; round < 5; round++) {
        await sleep(100);
        const { report } = await restored(data, '--from', seed, '--force', '--busy-timeout', '20000');
        expect(report.targets[0]?.failure ?? null).toBeNull();
        copies.push(report.targets[0]?.backup ?? '');
      }
      await sleep(100);
    } finally {
      for (const writer of writers) writer.kill('SIGKILL');
    }
    await sleep(100);
    const kept = new Set(
      [path, ...copies].flatMap((file) =>
        query<{ key: string }>(
          file,
          `SELECT writer || ' ' || CAST(number AS INTEGER) AS key FROM entries`,
        ).map(({ key }) => key),
      ),
    );
    for (const [id, text] of said.entries()) {
      const lines = text.split('\n').slice(0, -1);
      expect(lines.filter((line) => line.startsWith('E'))).toEqual([]);
      expect(lines.length).toBeGreaterThan(20);
      expect(lines.filter((line) => !kept.has(`${id} ${line}`)).slice(0, 9)).toEqual([]);
    }
    expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  },
  60_000,
);

test('Killed in the middle, a target has its old content or that of the copy, and restoring again does the rest.', async () => {
  const data = makeProjects(1, TEXT);
  const path = join(data, 'project_1.db');
  change(
    path,
    `WITH n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO tasks SELECT i, hex(randomblob(40)) FROM n`,
  );
  const copy = join(data, 'copy');
  change(path, `VACUUM INTO '${copy}'; UPDATE tasks SET title = 'new'`);
  const [was, is] = [contentOf(path), contentOf(copy)];
  for (let round = 0; round < 8; round++) {
    const args = ['restore', 'project_1', '--from', copy, '--data-dir', data, '--migrations', MIGRATIONS];
    const started = startCli([...args, '--json']);
    await sleep(150 + round * 40);
    killGroup(started.pid);
    await started.result;
    const found = contentOf(path);
    expect([was, is]).toContainEqual(found);
    if (found['tasks']?.[0]?.['title'] !== 'new') change(path, `UPDATE tasks SET title = 'new'`);
  }
  expect((await restored(data, '--from', copy)).code).toBe(0);
  expect(contentOf(path)).toEqual(is);
}, 60_000);

const CAUSE: Reason = { code: 'workerDied', step: 'execute', message: 'it died', hint: 'none' };

test('After the death of a worker the content tells whether the copy was put back.', async () => {
  const { data, path, copy } = await upgraded();
  const server = await openServer(MIGRATIONS);
  const work: Work = makeWork({ kind: 'restore', force: true, copy });
  const target = targetAt(path, 'project_1');
  const settled = async (): Promise<unknown> => {
    const found = (await server.perform({ kind: 'settle', target, work, cause: CAUSE })) as Outcome;
    return [found.outcome, found.to, found.failure?.code];
  };
  expect(await settled()).toEqual(['failed', '0002', 'workerDied']);
  const before = readFileSync(path);
  await server.perform({ kind: 'apply', targets: [target], work, rehearse: false });
  expect(await settled()).toEqual(['restored', '0001', undefined]);
  // Somebody has written since, and the history is the copy's.
  change(path, `INSERT INTO tasks VALUES (9, 'nine')`);
  expect(await settled()).toEqual(['restored', '0001', undefined]);
  writeFileSync(path, before);
  change(path, `INSERT INTO tasks VALUES (9, 'nine', 0)`);
  expect(await settled()).toEqual(['failed', '0002', 'workerDied']);
  // History and structure are those of the copy and those of before alike: nobody can tell.
  const same: Work = makeWork({ kind: 'restore', force: true, copy: join(data, 'same') });
  change(path, `VACUUM INTO '${join(data, 'same')}'`);
  change(path, `INSERT INTO tasks VALUES (10, 'ten', 0)`);
  await server.perform({ kind: 'apply', targets: [target], work: same, rehearse: false });
  change(path, `INSERT INTO tasks VALUES (11, 'eleven', 0)`);
  const doubt = (await server.perform({ kind: 'settle', target, work: same, cause: CAUSE })) as Outcome;
  expect([doubt.outcome, doubt.failure?.code]).toEqual(['inDoubt', 'commitUncertain']);
});
