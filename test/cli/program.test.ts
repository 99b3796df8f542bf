import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunReport } from '../../src/index.js';
import type { ErrorReport } from '../../src/report/error-text.js';
import { killGroup, MIGRATIONS, PROGRAM, runCli, startCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';

/** A working directory with `data` (two legacy projects) and `flotilla.config.json`. */
let cwd: string;
beforeEach(() => {
  cwd = temporaryDirectory();
  mkdirSync(join(cwd, 'data'));
  makeProjects(2, undefined, join(cwd, 'data'));
  writeFileSync(join(cwd, 'flotilla.config.json'), JSON.stringify({ migrations: MIGRATIONS }));
});

const flotilla = (...args: string[]) => runCli(args, { cwd });

describe('words', () => {
  test('no command: help on standard error, exit 64', async () => {
    const { code, stdout, stderr } = await flotilla();
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain('Commands:');
  });

  test.each(['--help', '-h', 'help', 'upgrade --help', 'help stamp', '--data-dir x check -h'])(
    'help is a result: flotilla %s',
    async (line) => {
      const { code, stdout, stderr } = await flotilla(...line.split(' '));
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('Exit codes:');
    },
  );

  test('--version prints that of package.json', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect(await flotilla('--version')).toMatchObject({ code: 0, stdout: `flotilla ${version}\n` });
  });

  test('a wrong word exits 64, says what is near, and touches nothing', async () => {
    const { code, stdout, stderr } = await flotilla('upgrade', '--dryrun');
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toBe(
      'error: Unknown option --dryrun; the nearest is --dry-run\nhint: type `flotilla --help` for what there is\n',
    );
    expect(existsSync(join(cwd, 'data/.flotilla'))).toBe(false);
  });

  test('with --json the fault is a document on standard output too, and with --ndjson a line', async () => {
    const wrong = await flotilla('status', '--only', 'project_9', '--json');
    expect(wrong.json()).toMatchObject({
      contract: 1,
      command: 'status',
      error: { code: 'unknownTarget', message: expect.stringContaining('project_9') as string },
      exitCode: 64,
    });
    expect(wrong.stderr).toMatch(/^error: .*project_9/);
    expect((await flotilla('statsu', '--ndjson')).json()).toMatchObject({
      event: 'error',
      command: null,
      exitCode: 64,
    });
  });
});

describe('settings', () => {
  test('flag over environment over file over default', async () => {
    const found = async (env: Record<string, string>, ...args: string[]) =>
      (await runCli(['discover', '--json', ...args], { cwd, env })).json() as { dataDir: string };
    for (const name of ['file', 'environment', 'flag']) mkdirSync(join(cwd, name));
    expect((await found({})).dataDir).toBe('data');
    writeFileSync(join(cwd, 'flotilla.config.json'), '{"dataDir": "file"}');
    expect((await found({})).dataDir).toBe('file');
    const env = { FLOTILLA_DATA_DIR: 'environment' };
    expect((await found(env)).dataDir).toBe('environment');
    expect((await found(env, '--data-dir', 'flag')).dataDir).toBe('flag');
  });

  test('an unknown key of the file or variable exits 78 and names the nearest', async () => {
    writeFileSync(join(cwd, 'flotilla.config.json'), '{"datadir": "x"}');
    const file = await flotilla('status');
    expect([file.code, file.stdout]).toEqual([78, '']);
    expect(file.stderr).toMatch(
      /flotilla\.config\.json:1: Unknown key datadir\n.*nearest known key is dataDir/,
    );
    writeFileSync(join(cwd, 'flotilla.config.json'), '{}');
    const variable = await runCli(['status'], { cwd, env: { FLOTILLA_JOB: '2' } });
    expect(variable.code).toBe(78);
    expect(variable.stderr).toMatch(/Unknown variable FLOTILLA_JOB\n.*nearest known one is FLOTILLA_JOBS/);
  });
});

describe('output', () => {
  test('standard output is the result and nothing else; each target is told on standard error', async () => {
    const run = await flotilla('upgrade', '--stamp', '--json', '--verbose');
    const { code, stderr } = run;
    expect([code, run.json()]).toMatchObject([
      0,
      { command: 'upgrade', summary: { planned: 2, upgraded: 2 } },
    ]);
    expect(stderr).toMatch(
      /^run .*: upgrade of 2 targets\nproject_\d: upgraded .*\nproject_\d: upgraded .*\n$/,
    );
  });

  test('--ndjson tells each target as it ends, between the run and the summary', async () => {
    const { stdout } = await flotilla('upgrade', '--stamp', '--ndjson');
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    expect(events.map(({ event }) => event)).toEqual(['run', 'target', 'target', 'summary']);
    expect(events.at(-1)).toMatchObject({ summary: { planned: 2, upgraded: 2 }, exitCode: 0 });
  });

  test('--quiet prints nothing where all is well, and the causes on standard error where it is not', async () => {
    expect(await flotilla('upgrade', '--stamp', '--quiet')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    writeFileSync(
      join(cwd, 'data/project_3.db'),
      'no database, but long enough to be looked at. '.repeat(20),
    );
    const failing = await flotilla('upgrade', '--quiet');
    expect([failing.code, failing.stdout]).toEqual([2, '']);
    expect(failing.stderr).toContain('notADatabase');
    expect(failing.stderr).toContain('project_3');
    expect(await flotilla('check', '--quiet')).toMatchObject({ code: 1, stdout: '', stderr: '' });
  });

  test('there is no colour and no bar where nobody looks at a terminal', async () => {
    const { stdout, stderr } = await flotilla('upgrade', '--stamp');
    expect(`${stdout}${stderr}`).not.toContain('\u001b');
    expect((await flotilla('status', '--color')).stdout).toContain('\u001b[');
  });

  test('a reader that goes away does not end the run', async () => {
    const script = `"$0" "$1" upgrade --stamp --verbose 2>/dev/null | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script, process.execPath, PROGRAM], { cwd });
    expect(stdout).toBe('0\n');
    expect(await flotilla('check', '--quiet')).toMatchObject({ code: 0 });
  });

  test.skipIf(!existsSync('/dev/full'))('a result that cannot be written is no success', async () => {
    const script = `"$0" "$1" status >/dev/full; echo "$?"`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, process.execPath, PROGRAM], {
      cwd,
    });
    expect(stdout).toBe('74\n');
    expect(stderr).toContain('Standard output cannot be written');
  });
});

describe('--report', () => {
  test('is the document that --json prints, and replaces an earlier one', async () => {
    const first = await flotilla('upgrade', '--stamp', '--json', '--report', 'run.json');
    expect(readFileSync(join(cwd, 'run.json'), 'utf8')).toBe(first.stdout);
    const second = await flotilla('upgrade', '--json', '--report', 'run.json');
    expect(readFileSync(join(cwd, 'run.json'), 'utf8')).toBe(second.stdout);
    const { report } = first.json() as RunReport;
    expect(JSON.parse(readFileSync(join(cwd, report ?? ''), 'utf8'))).toEqual(first.json());
    // It had nothing to do, and is kept nowhere but where it was asked for.
    expect(second.json()).toMatchObject({ report: null });
  });

  test.each([
    ['no/such/run.json', 'ENOENT'],
    ['data', 'EISDIR'],
    ['data/project_1.db', 'is no report'],
    ['flotilla.config.json', 'is no report'],
  ])('%s is refused before anything is done', async (path, message) => {
    const before = path.includes('.') && !path.startsWith('no') ? readFileSync(join(cwd, path)) : null;
    const { code, stderr } = await flotilla('upgrade', '--stamp', '--report', path);
    expect([code, stderr]).toEqual([64, expect.stringContaining(message)]);
    expect(existsSync(join(cwd, 'data/.flotilla'))).toBe(false);
    if (before !== null) expect(readFileSync(join(cwd, path)).equals(before)).toBe(true);
  });

  test('is the fault where the run does not come about', async () => {
    const { code } = await flotilla('upgrade', 'nowhere', '--report', 'run.json');
    const report = JSON.parse(readFileSync(join(cwd, 'run.json'), 'utf8')) as ErrorReport;
    expect([code, report.error.code, report.exitCode]).toEqual([64, 'unknownRevision', 64]);
  });
});

describe('signals', () => {
  /** Starts an upgrade that waits for a lock on project_1, and resolves when project_2 is done. */
  async function waiting(): Promise<ReturnType<typeof startCli> & { readonly release: () => void }> {
    const holder = new Database(join(cwd, 'data/project_1.db'));
    holder.exec('BEGIN IMMEDIATE');
    const run = startCli(['upgrade', '--stamp', '--json', '--busy-timeout', '40000'], { cwd });
    const done = () => {
      const reader = new Database(join(cwd, 'data/project_2.db'), { readonly: true });
      try {
        return (
          reader.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'flotilla_history'`).get() !== undefined
        );
      } finally {
        reader.close();
      }
    };
    await vi.waitFor(() => {
      expect(done()).toBe(true);
    }, 60_000);
    return {
      ...run,
      release: () => {
        holder.close();
      },
    };
  }

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends the run with exit 130 and a true report',
    async (name) => {
      const { pid, result, release } = await waiting();
      process.kill(pid, name);
      const ended = await result;
      release();
      expect(ended.code).toBe(130);
      expect(ended.stderr).toContain(`${name}: finishing or rolling back`);
      const report = ended.json() as RunReport;
      expect(report.exitCode).toBe(130);
      expect(report.targets.map(({ id, outcome }) => [id, outcome])).toEqual([
        ['project_1', expect.stringMatching(/^(skipped|failed)$/)],
        ['project_2', 'upgraded'],
      ]);
      expect(await flotilla('upgrade', '--stamp')).toMatchObject({ code: 0 });
    },
  );

  test('a second signal ends the program at once, and the target is as it was', async () => {
    mkdirSync(join(cwd, 'slow'));
    writeFileSync(
      join(cwd, 'slow/0001_tasks.sql'),
      '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, n INTEGER);\n',
    );
    writeFileSync(
      join(cwd, 'slow/0002_count.sql'),
      `-- migrate:up
UPDATE tasks SET n = (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1e9) SELECT max(n) FROM c);
`,
    );
    const target = join(temporaryDirectory(), 'project_1.db');
    const database = new Database(target);
    database.exec('CREATE TABLE tasks (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO tasks VALUES (1, 1);');
    database.close();
    const before = readFileSync(target);
    const place = ['--data-dir', dirname(target), '--migrations', 'slow'];
    const { pid, result, said } = startCli(['upgrade', '--stamp', '--at', '0001', ...place], { cwd });
    await vi.waitFor(() => {
      expect(
        readdirSync(join(dirname(target), '.flotilla/backups'), { recursive: true }).length,
      ).toBeGreaterThan(1);
    }, 60_000);
    process.kill(pid, 'SIGINT');
    // Two signals at once may be taken for one.
    await said('once more to stop at once');
    process.kill(pid, 'SIGINT');
    // The program is gone at once; a worker inside a statement outlives it, and may not commit any more.
    await vi.waitFor(() => {
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    }, 60_000);
    killGroup(pid);
    const { code, signal, stderr } = await result;
    expect([code, signal]).toEqual([null, 'SIGINT']);
    expect(stderr).toContain('no transaction is half done, and status shows where each target is');
    expect(readFileSync(target).equals(before)).toBe(true);
  });
});
