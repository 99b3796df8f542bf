// The exit codes of the contract, line by line, through the program: what is told by each, and that 0 means that every
// target that was asked for is where it was asked to be.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { RunReport, StatusReport } from '../../src/index.js';
import { runCli, type CliResult } from '../support/cli.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';
import { look, run, writeMigrations } from '../support/revisions.js';

const TASKS = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)';
const FILES = {
  '0001_tasks.sql': `-- migrate:up\n${TASKS};\n-- migrate:down\nDROP TABLE tasks;\n`,
  '0002_note.sql':
    '-- migrate:up\nALTER TABLE tasks ADD COLUMN note TEXT;\n-- migrate:down\nALTER TABLE tasks DROP COLUMN note;\n',
};

async function fleet(count: number, at: '0001' | '0002' = '0001') {
  const dataDir = makeProjects(count, `${TASKS};`);
  const migrations = writeMigrations(FILES);
  await run(dataDir, migrations, ['upgrade', at, '--stamp']);
  return { dataDir, migrations, place: ['--data-dir', dataDir, '--migrations', migrations] };
}

const summaryOf = (result: CliResult) => (result.json() as RunReport).summary;

describe('0 and 1', () => {
  test('no target at all is 1 in every command that looks for one, says what is there, and is 0 where that is allowed', async () => {
    const dataDir = temporaryDirectory();
    const migrations = writeMigrations(FILES);
    writeFileSync(join(dataDir, 'tenant_1.sqlite'), 'x');
    const commands = ['discover', 'status', 'check', 'current', 'plan', 'drift', 'history --fleet'];
    const changing = ['upgrade', 'downgrade base', 'stamp', 'repair', 'repair --plan'];
    for (const command of [...commands, ...changing]) {
      const words = [...command.split(' '), '--data-dir', dataDir, '--migrations', migrations];
      const text = await runCli(words);
      expect([command, text.code]).toEqual([command, 1]);
      expect(text.stdout).toContain('tenant_1.sqlite');
      const allowed = await runCli([...words, '--allow-empty', '--json']);
      expect([command, allowed.code]).toEqual([command, 0]);
      expect(allowed.json()).toMatchObject({
        exitCode: 0,
        present: { count: 1, examples: ['tenant_1.sqlite'] },
      });
    }
  });

  test('check is 0 where all are at head, 1 where one is pending, legacy, drifted, unreadable or edited', async () => {
    const { dataDir, migrations, place } = await fleet(2, '0002');
    const check = async () => (await runCli(['check', ...place])).code;
    expect(await check()).toBe(0);
    writeFileSync(
      join(migrations, '0002_note.sql'),
      FILES['0002_note.sql'].replace('note TEXT', 'note TEXT DEFAULT NULL'),
    );
    const edited = await look(dataDir, migrations, ['check']);
    expect(edited.code).toBe(1);
    expect((edited.json() as StatusReport).targets[0]).toMatchObject({
      state: 'current',
      problem: { code: 'checksumMismatch' },
    });
    writeFileSync(join(migrations, '0002_note.sql'), FILES['0002_note.sql']);
    for (const spoil of [
      () => makeProjects(1, `${TASKS};`, join(dataDir, 'legacy')),
      () => mkdirSync(join(dataDir, 'project_9.db')),
    ]) {
      mkdirSync(join(dataDir, 'legacy'), { recursive: true });
      spoil();
      expect(await check()).toBe(1);
    }
    expect((await runCli(['check', ...place, '--only', 'project_1,project_2'])).code).toBe(0);
    const db = new Database(join(dataDir, 'project_1.db'));
    db.exec('ALTER TABLE tasks ADD COLUMN odd TEXT');
    db.close();
    expect((await runCli(['check', ...place, '--only', 'project_1'])).code).toBe(1);
    expect((await runCli(['drift', ...place, '--only', 'project_1'])).code).toBe(1);
    expect((await runCli(['drift', ...place, '--only', 'project_2'])).code).toBe(0);
  });

  test('a run is 1 where a target is left alone', async () => {
    const { dataDir, migrations } = await fleet(1);
    mkdirSync(join(dataDir, 'more'));
    makeProjects(1, `${TASKS};`, join(dataDir, 'more'));
    const ran = await run(dataDir, migrations, ['upgrade']);
    expect([ran.code, ran.report.summary]).toEqual([1, { planned: 2, upgraded: 1, skipped: 1 }]);
  });
});

describe('--limit', () => {
  test('takes the first targets that have something to do, and is 1 while others were not looked at', async () => {
    const { dataDir, migrations, place } = await fleet(10);
    await run(dataDir, migrations, ['upgrade', '--only', 'project_1,project_3']);
    const rehearsal = await look(dataDir, migrations, ['upgrade', '--dry-run', '--limit', '5']);
    expect([rehearsal.code, summaryOf(rehearsal)]).toEqual([1, { planned: 5, upgraded: 5 }]);
    const first = await run(dataDir, migrations, ['upgrade', '--limit', '5']);
    expect(first.report.targets.map(({ id }) => id)).toEqual([2, 4, 5, 6, 7].map((n) => `project_${n}`));
    expect([first.code, first.report.unexamined]).toEqual([1, 3]);
    const text = await runCli(['plan', ...place, '--limit', '2']);
    expect(text.stdout).toContain('Not all was looked at: --limit leaves out 1 target');
    expect(text.code).toBe(1);
    const last = await run(dataDir, migrations, ['upgrade', '--limit', '5']);
    expect([last.code, last.report.unexamined, last.report.summary]).toEqual([
      0,
      0,
      { planned: 3, upgraded: 3 },
    ]);
    const nothing = await run(dataDir, migrations, ['upgrade', '--limit', '5']);
    expect([nothing.code, nothing.report.summary]).toEqual([0, { planned: 5, current: 5 }]);
    const back = await run(dataDir, migrations, ['downgrade', '0001', '--limit', '4']);
    expect([back.code, back.report.unexamined, back.report.summary]).toEqual([
      1,
      6,
      { planned: 4, downgraded: 4 },
    ]);
  });

  test('of a look takes the first ones, and counts the others', async () => {
    const { dataDir, migrations } = await fleet(4, '0002');
    for (const command of ['status', 'check', 'current', 'drift', 'discover']) {
      const looked = await look(dataDir, migrations, [command, '--limit', '3']);
      expect([command, looked.code]).toEqual([command, 1]);
      expect(looked.json()).toMatchObject({ unexamined: 1 });
      expect((await look(dataDir, migrations, [command, '--limit', '4'])).code).toBe(0);
    }
  });
});

describe('64', () => {
  test('an id that no target has is an error, and is passed over where that is asked for', async () => {
    const { dataDir, migrations } = await fleet(2);
    const names = ['--only', 'project_1,project_7,x*'];
    const refused = await look(dataDir, migrations, ['upgrade', ...names]);
    expect(refused.code).toBe(64);
    expect(refused.stdout).toContain('project_7');
    const passed = await run(dataDir, migrations, ['upgrade', ...names, '--missing', 'skip']);
    expect([passed.code, passed.report.summary]).toEqual([0, { planned: 1, upgraded: 1 }]);
    const none = await look(dataDir, migrations, ['check', '--only', 'project_7', '--missing', 'skip']);
    expect(none.code).toBe(1);
  });
});

describe('what is behind a symbolic link to a directory', () => {
  test('is told by discover, status, doctor and runs, and never counts as current', async () => {
    const { dataDir, migrations, place } = await fleet(1, '0002');
    symlinkSync(makeProjects(1, `${TASKS};`), join(dataDir, 'elsewhere'));
    const found = await look(dataDir, migrations, ['discover']);
    expect(found.code).toBe(1);
    expect(found.json()).toMatchObject({ refused: [{ id: 'elsewhere', path: join(dataDir, 'elsewhere') }] });
    expect((await runCli(['check', ...place])).code).toBe(1);
    for (const command of ['discover', 'status', 'doctor', 'upgrade'])
      expect([command, (await runCli([command, ...place])).stdout.includes('symbolic link')]).toEqual([
        command,
        true,
      ]);
    expect((await run(dataDir, migrations, ['upgrade'])).report.targets).toMatchObject([
      { id: 'project_1', outcome: 'current' },
      { id: 'elsewhere', outcome: 'failed', failure: { code: 'refusedPath' } },
    ]);
    expect((await runCli(['check', ...place, '--exclude', 'elsewhere'])).code).toBe(0);
  });

  test('is no matter where the search would not go there, or comes there by another way', async () => {
    const { dataDir, place } = await fleet(1, '0002');
    const away = makeProjects(1, `${TASKS};`);
    symlinkSync(away, join(dataDir, '.hidden'));
    symlinkSync(dataDir, join(dataDir, 'loop'));
    symlinkSync(join(dataDir, '.flotilla'), join(dataDir, 'state'));
    symlinkSync(join(dataDir, 'project_1.db'), join(dataDir, 'other-name.txt'));
    symlinkSync('nowhere', join(dataDir, 'dangling'));
    expect((await runCli(['check', ...place])).code).toBe(0);
    symlinkSync(away, join(dataDir, 'deep'));
    expect((await runCli(['check', ...place, '--pattern', 'project_*.db'])).code).toBe(0);
    expect((await runCli(['check', ...place, '--pattern', '*/project_*.db'])).code).toBe(1);
  });
});

describe('names of targets on the command line', () => {
  test('come from a file, by the thousand, and what is suggested names the file', async () => {
    const { dataDir, migrations, place } = await fleet(3);
    const names = join(temporaryDirectory(), 'names');
    const many = Array.from({ length: 20_000 }, (_, n) => `project_${n + 2}`);
    writeFileSync(names, ['# a comment', '', 'project_1', ...many].join('\r\n'));
    const startedAt = Date.now();
    const { code, stdout } = await runCli(['upgrade', ...place, '--only', `@${names}`, '--missing', 'skip']);
    expect(code).toBe(0);
    expect(stdout).toContain('3 targets upgraded');
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    const failed = await runCli([
      'upgrade',
      '0001',
      ...place,
      '--only',
      `@${names}`,
      '--missing',
      'skip',
      '--dry-run',
    ]);
    expect(failed.stdout).toContain(`--only @${names}`);
    expect(failed.stdout).not.toContain('project_19999');
    const unreadable = await look(dataDir, migrations, ['status', '--only', '@nowhere']);
    expect(unreadable.code).toBe(64);
    expect((await look(dataDir, migrations, ['status', '--only', `@${names}`])).code).toBe(64);
  });

  test('are exact whatever they hold: commas, at signs, leading dashes, braces, and paths', async () => {
    const dataDir = temporaryDirectory();
    const migrations = writeMigrations(FILES);
    const odd = ['a,b', '@home', '-x', 'a{b', 'a[1]', 'plain'];
    for (const name of odd) {
      const db = new Database(join(dataDir, `${name}.db`));
      db.exec(TASKS);
      db.close();
    }
    const ids = async (only: string) => {
      const words = ['discover', `--only=${only}`, '--pattern', '*.db'];
      return ((await look(dataDir, migrations, words)).json() as { targets: { id: string }[] }).targets.map(
        ({ id }) => id,
      );
    };
    expect(await ids(String.raw`a\,b`)).toEqual(['a,b']);
    expect(await ids(String.raw`\@home`)).toEqual(['@home']);
    expect(await ids('-x')).toEqual(['-x']);
    expect(await ids('a[1]')).toEqual(['a[1]']);
    expect(await ids(String.raw`a\{b,plain`)).toEqual(['a{b', 'plain']);
    expect(await ids(join(dataDir, 'plain.db'))).toEqual(['plain']);
    const stuck = await look(dataDir, migrations, ['status', '--pattern', '*.db']);
    for (const { id, problem } of (stuck.json() as StatusReport).targets)
      expect([id, problem?.code]).toEqual([id, 'noBaseline']);
  });
});
