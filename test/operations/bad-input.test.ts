// Bad files, bad rights and bad words, through the built command line: a clear message with what to do next, the right
// exit code, and no other target affected.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS, runCli, startCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { run, writeMigrations } from '../support/revisions.js';

const upgrade = (dataDir: string, ...args: readonly string[]) =>
  run(dataDir, MIGRATIONS, ['upgrade', '--stamp', ...args]);

describe('one bad target among good ones', () => {
  test('that another process holds locked fails as busy after the patience asked for, and the others are upgraded', async () => {
    const dataDir = makeProjects(3);
    const path = join(dataDir, 'project_2.db');
    const db = new Database(path);
    db.exec('BEGIN IMMEDIATE');
    const { code, report } = await upgrade(dataDir, '--busy-timeout', '1000');
    db.exec('ROLLBACK');
    db.close();
    expect(code).toBe(2);
    expect(report.summary).toEqual({ planned: 3, upgraded: 2, failed: 1 });
    expect(report.targets[1]?.failure).toMatchObject({ code: 'busy', step: 'lock' });
    expect(report.targets[1]?.failure?.hint).toContain('--busy-timeout');
  });

  test.each([[], ['--dry-run']])(
    'that is an empty file, as an application leaves it that has only opened it, is left alone %s',
    async (...args) => {
      const dataDir = makeProjects(2);
      const path = join(dataDir, 'project_2.db');
      writeFileSync(path, '');
      const { code, report } = await upgrade(dataDir, ...args);
      expect(code).toBe(1);
      expect(report.summary).toEqual({ planned: 2, upgraded: 1, skipped: 1 });
      expect(report.targets[1]?.failure).toMatchObject({
        code: 'refusedPath',
        hint: expect.stringContaining('let its application fill it') as string,
      });
      expect(readFileSync(path)).toHaveLength(0);
    },
  );

  test.each([
    ['may be read and not written', [3, 1], 'readOnly', 'write version 3'],
    ['may not be read', [1, 3], 'notADatabase', 'read version 3'],
    ['may not be read either', [7, 9], 'notADatabase', 'read version 9'],
  ])(
    'of a format from the future, which %s, fails with what its header says',
    async (_, versions, code, words) => {
      const dataDir = makeProjects(2);
      const path = join(dataDir, 'project_2.db');
      const content = readFileSync(path);
      content.set(versions, 18);
      writeFileSync(path, content);
      for (const args of [['--dry-run'], []]) {
        const ran = await upgrade(dataDir, ...args);
        expect(ran.code).toBe(2);
        expect(ran.report.summary).toEqual({ planned: 2, upgraded: 1, failed: 1 });
        const failure = ran.report.targets[1]?.failure;
        expect(failure).toMatchObject({ code, message: expect.stringContaining(words) as string });
        expect(failure?.hint).toContain('flotilla restore');
      }
      expect(readFileSync(path)).toEqual(content);
    },
  );

  test('that is cut to less than a database fails', async () => {
    const dataDir = makeProjects(2);
    writeFileSync(join(dataDir, 'project_2.db'), 'SQLite');
    const { code, report } = await upgrade(dataDir);
    expect([code, report.summary]).toEqual([2, { planned: 2, upgraded: 1, failed: 1 }]);
  });

  test('that is locked for a moment only is done when its turn comes again', async () => {
    const dataDir = makeProjects(2);
    const db = new Database(join(dataDir, 'project_1.db'));
    db.exec('BEGIN IMMEDIATE');
    const place = ['--data-dir', dataDir, '--migrations', MIGRATIONS];
    const { result, said } = startCli([
      'upgrade',
      '--stamp',
      '--ndjson',
      '--busy-timeout',
      '30000',
      ...place,
    ]);
    await said('"id":"project_2"');
    // Nothing tells that the other one was tried and put back, which is half a second after it was begun.
    await sleep(1_000);
    db.exec('ROLLBACK');
    db.close();
    const { code, stdout } = await result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      summary: { planned: 2, upgraded: 2 },
    });
  });

  test('that must not be written is told apart, in the rehearsal as in the run', async (context) => {
    const dataDir = makeProjects(3);
    const path = join(dataDir, 'project_2.db');
    const isRoot = process.getuid?.() === 0;
    // Rights do not bind root; the immutable flag does.
    if (isRoot && spawnSync('chattr', ['+i', path]).status !== 0)
      context.skip('this machine has no immutable files');
    if (!isRoot) chmodSync(path, 0o400);
    try {
      const rehearsal = await upgrade(dataDir, '--dry-run');
      const real = await upgrade(dataDir);
      for (const { code, report } of [rehearsal, real]) {
        expect(code).toBe(2);
        expect(report.summary).toEqual({ planned: 3, upgraded: 2, failed: 1 });
        expect(report.targets[1]?.failure?.code).toBe('readOnly');
      }
    } finally {
      if (isRoot) spawnSync('chattr', ['-i', path]);
    }
  });

  test('whose content is damaged in the middle is left to the byte as it was', async () => {
    const dataDir = makeProjects(3);
    const path = join(dataDir, 'project_2.db');
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096 * 3, 4096 * 3 + 64);
    writeFileSync(path, bytes);
    const { code, report } = await upgrade(dataDir);
    expect(code).toBe(2);
    expect(report.summary).toEqual({ planned: 3, upgraded: 2, failed: 1 });
    expect(report.targets[1]?.failure?.code).toBe('corrupt');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('whose rows break a rule of their table fails as such, also after statements that break none.', async () => {
    const dataDir = makeProjects(2, 'CREATE TABLE t (n INTEGER CHECK (n > 0));\nINSERT INTO t VALUES (1);\n');
    const path = join(dataDir, 'project_1.db');
    const db = new Database(path);
    db.pragma('ignore_check_constraints = ON');
    db.exec('UPDATE t SET n = 0');
    db.close();
    const bytes = readFileSync(path);
    const migrations = writeMigrations({
      '0001_t.sql': '-- migrate:up\nCREATE TABLE t (n INTEGER CHECK (n > 0));\n',
      '0002_u.sql': '-- migrate:up\nCREATE TABLE u (n INTEGER);\n',
    });
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp', '--verify', 'full']);
    expect(code).toBe(2);
    expect(report.summary).toEqual({ planned: 2, upgraded: 1, failed: 1 });
    expect(report.targets[0]?.failure).toMatchObject({
      code: 'integrity',
      message: expect.stringContaining('CHECK constraint failed in t') as string,
    });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('that takes longer than its deadline is stopped, and is as it was', async () => {
    const dataDir = makeProjects(2, 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)');
    const db = new Database(join(dataDir, 'project_2.db'));
    db.exec(`INSERT INTO tasks VALUES (1, 'endless')`);
    db.close();
    const migrations = temporaryDirectory();
    writeFileSync(
      join(migrations, '0001_tasks.sql'),
      '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);\n',
    );
    writeFileSync(
      join(migrations, '0002_endless.sql'),
      `-- migrate:up\nUPDATE tasks SET title = (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n);\n`,
    );
    const before = readFileSync(join(dataDir, 'project_2.db'));
    const { code, report } = await run(dataDir, migrations, [
      'upgrade',
      '--stamp',
      '--at',
      '0001',
      '--timeout',
      '3000',
    ]);
    expect(code).toBe(2);
    expect(report.summary).toEqual({ planned: 2, upgraded: 1, failed: 1 });
    expect(report.targets[1]?.failure).toMatchObject({ code: 'timeout' });
    expect(report.targets[1]?.failure?.hint).toContain('--timeout');
    expect(readFileSync(join(dataDir, 'project_2.db')).equals(before)).toBe(true);
  });

  test('that is replaced between the plan and the work is left alone', async () => {
    const dataDir = makeProjects(60);
    const other = join(temporaryDirectory(), 'other.db');
    const db = new Database(other);
    db.exec('CREATE TABLE other (id INTEGER PRIMARY KEY)');
    db.close();
    const running = upgrade(dataDir, '--jobs', '1');
    // The last in the queue: equal sizes are worked on in the order of their ids.
    renameSync(join(dataDir, 'project_60.db'), join(temporaryDirectory(), 'away.db'));
    renameSync(other, join(dataDir, 'project_60.db'));
    const { report } = await running;
    const last = report.targets.find(({ id }) => id === 'project_60');
    expect(['failed', 'skipped']).toContain(last?.outcome);
    expect(report.targets.filter(({ outcome }) => outcome === 'upgraded')).toHaveLength(59);
  });
});

describe('a run that cannot begin', () => {
  test.each([
    ['a data directory that is missing', ['--data-dir', 'nowhere'], 78, 'does not exist'],
    ['a migrations directory that is missing', ['--migrations', 'nowhere'], 78, 'no migrations directory'],
    ['an id that no target has', ['--only', 'project_99'], 64, 'No target has the id'],
    ['a revision that no file has', ['0099'], 64, 'No revision is called'],
    ['an unknown option', ['--dryrun'], 64, '--dry-run'],
  ])('because of %s touches nothing and says what to do', async (_, args, code, words) => {
    const dataDir = makeProjects(1);
    const before = treeOf(dataDir, ['.flotilla']);
    const place = args.includes('--data-dir') ? [] : ['--data-dir', dataDir];
    const revisions = args.includes('--migrations') ? [] : ['--migrations', MIGRATIONS];
    const result = await runCli(['upgrade', ...args, ...place, ...revisions], { cwd: temporaryDirectory() });
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(words);
    expect(result.stderr).toContain('hint:');
    expect(result.stdout).toBe('');
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });

  test('because the configuration has an unknown key names the nearest one and exits 78', async () => {
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'flotilla.config.json'), JSON.stringify({ dataDirr: 'data' }));
    const result = await runCli(['status'], { cwd });
    expect(result.code).toBe(78);
    expect(result.stderr).toContain('dataDir');
  });

  test('because there is no target exits 1 and says so', async () => {
    const dataDir = temporaryDirectory();
    const result = await runCli(['upgrade', '--data-dir', dataDir, '--migrations', MIGRATIONS]);
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('No target');
  });

  test('because a revision fails on an empty database touches no target and names file and line', async () => {
    const dataDir = makeProjects(1);
    const migrations = temporaryDirectory();
    writeFileSync(
      join(migrations, '0001_a.sql'),
      '-- migrate:up\nCREATE TABLE a (id INTEGER PRIMARY KEY);\nINSERT INTO b VALUES (1);\n',
    );
    const before = treeOf(dataDir, ['.flotilla']);
    const result = await runCli(['upgrade', '--data-dir', dataDir, '--migrations', migrations]);
    expect(result.code).toBe(78);
    expect(result.stderr).toMatch(/0001_a\.sql:3.*no such table: b/s);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });

  test('because of several heads tells the mistake in a statement, too', async () => {
    const dataDir = makeProjects(1);
    const migrations = temporaryDirectory();
    const write = (id: string, parent: string, sql: string) => {
      writeFileSync(join(migrations, `${id}_x.sql`), `-- down_revision: ${parent}\n-- migrate:up\n${sql}\n`);
    };
    write('a1', 'base', 'CREATE TABLE a (id INTEGER PRIMARY KEY);');
    write('b1', 'a1', 'CREATE TABLE b (id INTEGER PRIMARY KEY);');
    write('b2', 'a1', 'INSERT INTO missing VALUES (1);');
    const result = await runCli(['upgrade', '--data-dir', dataDir, '--migrations', migrations]);
    expect(result.code).toBe(78);
    expect(result.stderr).toMatch(/2 heads: b1.*b2/s);
    expect(result.stderr).toMatch(/b2_x\.sql:3.*missing/s);
  });
});

test('a disk that somebody fills meanwhile fails the targets that found it so, stops the run, and loses nothing', async (context) => {
  const mount = temporaryDirectory();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', mount]).status !== 0) {
    context.skip('this machine lets nobody mount a small file system');
  }
  try {
    const sql = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)';
    const dataDir = makeProjects(8, `${sql}; INSERT INTO tasks (title) VALUES ('a');`);
    const migrations = writeMigrations({
      '0001_tasks.sql': `-- migrate:up\n${sql};\n`,
      '0002_fill.mjs': `import { appendFileSync } from 'node:fs';
        export function up(db) {
          if (db.get('SELECT 1 FROM tasks') === undefined) return;
          try { for (;;) appendFileSync('${join(mount, 'filler')}', Buffer.alloc(4096)); } catch { /* It is full. */ }
        }
        export function down() {}`,
    });
    mkdirSync(join(mount, 'backups'));
    const args = ['upgrade', '--stamp', '--at', '0001', '--jobs', '1'];
    const { code, report } = await run(dataDir, migrations, [
      ...args,
      '--backup-dir',
      join(mount, 'backups'),
    ]);
    expect(code).toBe(2);
    expect(report.targets.some(({ failure }) => failure?.code === 'diskFull')).toBe(true);
    for (const { outcome, failure } of report.targets) {
      if (outcome === 'upgraded') continue;
      expect(['diskFull', 'interrupted']).toContain(failure?.code);
    }
    rmSync(join(mount, 'backups'), { recursive: true });
    expect((await run(dataDir, migrations, [...args, '--no-backup'])).code).toBe(0);
  } finally {
    spawnSync('umount', ['-l', mount]);
  }
});
