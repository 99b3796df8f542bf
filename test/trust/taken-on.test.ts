// What strangers may have prepared is refused, under every command, unless a person takes the directory on; everyday
// places need no word.

import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type * as Library from '../../src/index.js';
import { MIGRATIONS, runCli, type CliResult } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { writeMigrations } from '../support/revisions.js';

const STRANGER = 54_321;
const isRoot = process.geteuid?.() === 0;
/** Files of another user can be made by root alone. */
const testAsRoot = test.skipIf(!isRoot);
const NO_TRUST = { FLOTILLA_TRUST: undefined };

interface Place {
  readonly dataDir: string;
  readonly migrations: string;
}

function place(): Place {
  const root = temporaryDirectory();
  const migrations = join(root, 'migrations');
  mkdirSync(join(root, 'data'));
  // A copy: whose the repository is says nothing here.
  mkdirSync(migrations);
  for (const name of readdirSync(MIGRATIONS)) cpSync(join(MIGRATIONS, name), join(migrations, name));
  return { dataDir: makeProjects(2, undefined, join(root, 'data')), migrations };
}

async function ask({ dataDir, migrations }: Place, ...words: readonly string[]): Promise<CliResult> {
  return runCli([...words, '--data-dir', dataDir, '--migrations', migrations], {
    cwd: dirname(dataDir),
    env: NO_TRUST,
  });
}

const said = ({ stdout, stderr }: CliResult): string => `${stdout}${stderr}`.replace(/\s+/g, ' ');

describe('A data directory', () => {
  const LOOKS = ['status', 'check', 'current', 'discover', 'drift', 'plan', 'history --fleet'];
  const RUNS = ['upgrade --stamp', 'upgrade --stamp --dry-run', 'stamp', 'repair', 'downgrade base'];
  const WAYS: Readonly<Record<string, (at: Place) => RegExp>> = {
    'that everybody may write': ({ dataDir }) => {
      chmodSync(dataDir, 0o777);
      return /may be written by everybody \(mode 0777\).* chmod o-w /;
    },
    'that everybody may write and the sticky bit is set': ({ dataDir }) => {
      chmodSync(dataDir, 0o1777);
      return /may be written by everybody \(mode 1777\).* chmod o-w /;
    },
    'below one that everybody may write': ({ dataDir }) => {
      chmodSync(dirname(dataDir), 0o777);
      return /may be written by everybody \(mode 0777\).* chmod o-w /;
    },
  };
  for (const [what, spoil] of Object.entries(WAYS))
    test(`${what} is refused under every command, with the command that mends it.`, async () => {
      const at = place();
      const words = spoil(at);
      const before = treeOf(at.dataDir);
      for (const line of [...LOOKS, ...RUNS]) {
        const result = await ask(at, ...line.split(' '));
        expect([line, result.code, said(result)]).toEqual([line, 78, expect.stringMatching(words)]);
        expect(treeOf(at.dataDir)).toEqual(before);
      }
      const result = await ask(at, 'doctor');
      expect([result.code, said(result)]).toEqual([1, expect.stringMatching(words)]);
      const mend = /chmod \S+ \S+(?=; or)/.exec(said(result))?.[0] ?? '';
      const [, mode = '', path = ''] = mend.split(' ');
      expect(mode).toBe('o-w');
      chmodSync(path, 0o755);
      expect((await ask(at, 'status')).code).toBe(0);
    });

  test('that is taken on needs a state directory elsewhere, and says how to make one.', async () => {
    const at = place();
    chmodSync(at.dataDir, 0o1777);
    for (const line of ['status', 'upgrade --stamp']) {
      const result = await ask(at, ...line.split(' '), '--trust', at.dataDir);
      expect(result.code).toBe(78);
      expect(said(result)).toMatch(
        /state directory .* lies in a data directory that others may write.* mkdir -p -m 700 /,
      );
    }
    const elsewhere = join(temporaryDirectory(), 'state');
    const trusted = ['--trust', `/nowhere,${dirname(at.dataDir)}`, '--state-dir', elsewhere];
    expect((await ask(at, 'upgrade', '--stamp', ...trusted)).code).toBe(0);
    expect((await ask(at, 'check', ...trusted)).code).toBe(0);
    expect(existsSync(join(at.dataDir, '.flotilla'))).toBe(false);
  });

  test('is taken on by the environment and by the library as well.', async () => {
    const at = place();
    chmodSync(at.dataDir, 0o777);
    const stateDir = join(temporaryDirectory(), 'state');
    const result = await runCli(
      ['status', '--data-dir', at.dataDir, '--migrations', at.migrations, '--state-dir', stateDir],
      {
        env: { FLOTILLA_TRUST: at.dataDir },
      },
    );
    expect(result.code).toBe(0);
    const { openFleet } = (await import(
      pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href
    )) as typeof Library;
    const own = { dataDir: at.dataDir, migrations: at.migrations, stateDir };
    const fleet = await openFleet({ ...own, trust: [at.dataDir] });
    expect((await fleet.status()).targets).toHaveLength(2);
    await expect((await openFleet(own)).status()).rejects.toMatchObject({ code: 'dataDirectory' });
  });

  test('of ours may have one inside that others may write: what is in that alone is refused.', async () => {
    const at = place();
    const eu = join(at.dataDir, 'eu');
    mkdirSync(eu);
    renameSync(join(at.dataDir, 'project_2.db'), join(eu, 'project_2.db'));
    chmodSync(eu, 0o1777);
    const run = await ask(at, 'upgrade', '--stamp');
    expect(run.code).toBe(2);
    expect(said(run)).toMatch(/eu\/project_2.*refusedPath.*lies where others may put files beside it/);
    expect(said(run)).toContain('1 of 2 targets upgraded');
    expect((await ask(at, 'upgrade', '--stamp', '--trust', eu)).code).toBe(0);
  });

  testAsRoot('of another user is refused, and so is one that a foreign group may write.', async () => {
    const foreign = place();
    chownSync(foreign.dataDir, STRANGER, STRANGER);
    const result = await ask(foreign, 'status', '--as-root');
    if (result.code !== 64) expect(said(result)).not.toMatch(/internal/);
    const grouped = place();
    chownSync(grouped.dataDir, 0, STRANGER);
    chmodSync(grouped.dataDir, 0o770);
    const other = await ask(grouped, 'status');
    expect(other.code).toBe(78);
    expect(said(other)).toMatch(/may be written by a group that this user is not in.* chmod g-w /);
  });

  const EVERYDAY: Readonly<Record<string, number>> = {
    'umask 022': 0o755,
    'umask 002': 0o775,
    fsGroup: 0o2775,
    private: 0o700,
  };
  for (const [what, mode] of Object.entries(EVERYDAY))
    test(`of ours as ${what} leaves it needs no word.`, async () => {
      const at = place();
      chmodSync(at.dataDir, mode);
      chmodSync(dirname(at.dataDir), mode);
      expect((await ask(at, 'upgrade', '--stamp')).code).toBe(0);
      expect((await ask(at, 'check')).code).toBe(0);
    });
});

const MARK = `import { writeFileSync } from 'node:fs';\nwriteFileSync(process.env.MARK, 'ran');\n`;

describe('Code and configuration that may be of others', () => {
  const SPOILS: Readonly<Record<string, (path: string) => void>> = {
    'that everybody may write': (path) => {
      chmodSync(path, 0o666);
    },
    'in a directory that everybody may write': (path) => {
      chmodSync(dirname(path), 0o777);
    },
    ...(isRoot
      ? {
          'that belongs to another user': (path: string) => {
            chownSync(path, STRANGER, STRANGER);
          },
          'in a directory of another user': (path: string) => {
            chownSync(dirname(path), STRANGER, STRANGER);
          },
        }
      : {}),
  };
  const KINDS: Readonly<Record<string, (home: string) => { file: string; words: string[] }>> = {
    'a revision that is a program': (home) => {
      const file = join(home, 'm', '0001_a.ts');
      mkdirSync(join(home, 'm'));
      writeFileSync(file, `${MARK}export function up(db) { db.exec('CREATE TABLE t (a)'); }\n`);
      return { file, words: ['--migrations', join(home, 'm')] };
    },
    'a revision in SQL': (home) => {
      const file = join(home, 'm', '0001_a.sql');
      mkdirSync(join(home, 'm'));
      writeFileSync(file, '-- migrate:up\nCREATE TABLE t (a);\n');
      return { file, words: ['--migrations', join(home, 'm')] };
    },
    'a configuration in JSON': (home) => {
      const file = join(home, 'flotilla.config.json');
      writeFileSync(file, JSON.stringify({ migrations: join(dirname(home), 'm') }));
      return { file, words: [] };
    },
    'a configuration that is a program': (home) => {
      const file = join(home, 'flotilla.config.ts');
      writeFileSync(
        file,
        `${MARK}export const config = { migrations: ${JSON.stringify(join(dirname(home), 'm'))} };\n`,
      );
      return { file, words: [] };
    },
    'a configuration that is named': (home) => {
      mkdirSync(join(home, 'c'));
      const file = join(home, 'c', 'own.mjs');
      writeFileSync(
        file,
        `${MARK}export default { migrations: ${JSON.stringify(join(dirname(home), 'm'))} };\n`,
      );
      return { file, words: ['--config', file] };
    },
  };
  for (const [kind, write] of Object.entries(KINDS))
    for (const [how, spoil] of Object.entries(SPOILS))
      test(`${kind} ${how} is not run, and not read.`, async () => {
        const root = temporaryDirectory();
        const home = join(root, 'home');
        mkdirSync(home);
        cpSync(writeMigrations({ '0001_a.sql': '-- migrate:up\nCREATE TABLE t (a);\n' }), join(root, 'm'), {
          recursive: true,
        });
        const { file, words } = write(home);
        const mark = join(root, 'mark');
        const heads = (...more: readonly string[]) =>
          runCli(['heads', ...words, ...more], { cwd: home, env: { MARK: mark, ...NO_TRUST } });
        expect((await heads()).code).toBe(0);
        const before = existsSync(mark) ? 'ran' : 'not run';
        spoil(file);
        renameSync(existsSync(mark) ? mark : file, existsSync(mark) ? `${mark}.before` : file);
        const result = await heads();
        expect([result.code, said(result)]).toEqual([
          78,
          expect.stringMatching(/may be another user's work: .*(?:chmod|chown) .*--trust /),
        ]);
        expect(existsSync(mark)).toBe(false);
        const taken = await heads('--trust', dirname(file));
        expect([taken.code, existsSync(mark) ? 'ran' : 'not run']).toEqual([0, before]);
      });

  test('is refused where it has the functions of SQL.', async () => {
    const at = place();
    const functions = join(dirname(at.dataDir), 'functions.mjs');
    writeFileSync(functions, `${MARK}export const functions = { f: () => 1 };\n`);
    chmodSync(functions, 0o666);
    const mark = join(dirname(at.dataDir), 'mark');
    const words = [
      'status',
      '--data-dir',
      at.dataDir,
      '--migrations',
      at.migrations,
      '--sqlite-functions',
      functions,
    ];
    const refused = await runCli(words, { env: { MARK: mark, ...NO_TRUST } });
    expect([refused.code, said(refused)]).toEqual([
      78,
      expect.stringMatching(/The program of functions .* may be another user's work/),
    ]);
    expect(existsSync(mark)).toBe(false);
    const taken = await runCli([...words, '--trust', dirname(functions)], {
      env: { MARK: mark, ...NO_TRUST },
    });
    expect([taken.code, existsSync(mark)]).toEqual([0, true]);
  });

  testAsRoot('is not believed through a link of another user.', async () => {
    const root = temporaryDirectory();
    const migrations = writeMigrations({ '0001_a.sql': '-- migrate:up\nCREATE TABLE t (a);\n' });
    const { lchownSync } = await import('node:fs');
    symlinkSync(migrations, join(root, 'm'));
    expect((await runCli(['heads', '--migrations', join(root, 'm')], { env: NO_TRUST })).code).toBe(0);
    lchownSync(join(root, 'm'), STRANGER, STRANGER);
    const result = await runCli(['heads', '--migrations', join(root, 'm')], { env: NO_TRUST });
    expect([result.code, said(result)]).toEqual([
      78,
      expect.stringMatching(/is a link of another user \(uid 54321\)/),
    ]);
  });
});

test('What is transpiled is kept nowhere: another user could have put it there.', async () => {
  const root = temporaryDirectory();
  const shared = join(root, 'tmp');
  mkdirSync(shared);
  mkdirSync(join(root, 'm'));
  mkdirSync(join(root, 'd'));
  makeProjects(1, 'CREATE TABLE t (a);', join(root, 'd'));
  writeFileSync(
    join(root, 'm', '0001_a.ts'),
    `const text: string = 'CREATE TABLE t (a)';\nexport function up(db: { exec(sql: string): void }): void { db.exec(text); }\n`,
  );
  writeFileSync(
    join(root, 'f.ts'),
    'const one: number = 1;\nexport const functions = { f: (): number => one };\n',
  );
  writeFileSync(
    join(root, 'flotilla.config.ts'),
    `const m: string = 'm';\nexport default { migrations: m, dataDir: 'd', sqlite: { functions: 'f.ts' } };\n`,
  );
  for (const line of ['heads', 'lint', 'status', 'upgrade --stamp', 'check', 'downgrade base']) {
    const result = await runCli(line.split(' '), { cwd: root, env: { TMPDIR: shared, ...NO_TRUST } });
    expect([line, result.code, said(result)]).toEqual([
      line,
      expect.any(Number),
      expect.not.stringMatching(/internal/),
    ]);
    expect(readdirSync(shared)).toEqual([]);
  }
  expect(readdirSync(root).sort()).toEqual(['d', 'f.ts', 'flotilla.config.ts', 'm', 'tmp']);
});
