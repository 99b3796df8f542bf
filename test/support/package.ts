// The package as its users have it: packed, and installed by npm into an empty project. What it depends on comes from
// npm's cache where our own installation has left it, and in the versions of our lock file, so that a test needs the
// registry only where that cache was emptied. The native module is not built again but copied from our installation,
// which was made for the same Node.js; before that, the project is one whose scripts did not run.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, inject, test } from 'vitest';
import type { CurrentReport, RunReport } from '../../src/index.js';
import { VERSION } from '../../src/index.js';
import { makeProjects, temporaryDirectory } from './fleet.js';

const ROOT = resolve(import.meta.dirname, '../..');
const BINARY = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node';

/** The native module that our own installation has built. */
export const NATIVE = join(ROOT, BINARY);

export interface Project {
  readonly directory: string;
  /** Where the native module goes. */
  readonly native: string;
}

/** The files of a tarball, made as `npm publish` makes it. @throws where the program did not compile */
export function packPackage(directory = temporaryDirectory()): {
  readonly tarball: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
} {
  const failure = inject('buildFailure');
  if (failure !== '') throw new Error(`The program does not compile, so it cannot be packed:\n${failure}`);
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory];
  const text = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const [packed] = JSON.parse(text) as {
    readonly filename: string;
    readonly files: readonly { readonly path: string; readonly mode: number }[];
  }[];
  if (packed === undefined) throw new Error(`npm packed nothing: ${text}`);
  return { tarball: packed.filename, files: packed.files };
}

/**
 * A group of tests of the package in a project of its own, whose native module was not built. Where npm can install
 * nothing, they are skipped, and that is said.
 */
export function describeInstalled(title: string, tests: (project: Project) => void): void {
  const installed = installPackage();
  if (typeof installed !== 'string') {
    describe(title, () => {
      tests(installed);
    });
    return;
  }
  console.warn(`\nNOT TESTED: ${title}: ${installed}\n`);
  describe(title, () => {
    test.skip(`is not tested, because ${installed}.`);
  });
}

/**
 * @returns the project, its native module not built; or why npm could not install what the package depends on, where
 *   neither its cache nor the registry has it
 * @throws where npm refuses the package for any other reason
 */
function installPackage(): Project | string {
  const directory = temporaryDirectory();
  const { tarball } = packPackage(directory);
  const root = { name: 'app', private: true, dependencies: { flotilla: `file:${tarball}` } };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(root));
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  const used = Object.entries(packages).filter(([path, { dev = false }]) => path !== '' && !dev);
  const lock = {
    name: 'app',
    lockfileVersion: 3,
    requires: true,
    packages: { '': root, ...fromEntries(used) },
  };
  writeFileSync(join(directory, 'package-lock.json'), JSON.stringify(lock));
  const args = [
    'install',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=1',
  ];
  const { status, stderr } = spawnSync('npm', args, { cwd: directory, encoding: 'utf8' });
  if (status === 0) return { directory, native: join(directory, BINARY) };
  const unreachable = /ENOTCACHED|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/.exec(
    stderr,
  );
  if (unreachable !== null) return `npm cannot reach the registry (${unreachable[0]})`;
  throw new Error(`npm cannot install the package:\n${stderr}`);
}

const fromEntries = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries(entries);

/** Puts a native module in its place, as the scripts of an installation do. */
export function addNative({ native }: Project, binary = NATIVE): void {
  mkdirSync(dirname(native), { recursive: true });
  cpSync(binary, native);
}

/** A revision that is a program, in TypeScript. */
export const REVISION = `import type { RevisionDatabase } from 'flotilla';

export function up(db: RevisionDatabase): void {
  db.exec("ALTER TABLE tasks ADD COLUMN code TEXT NOT NULL DEFAULT ''");
  for (const row of db.all('SELECT id FROM tasks') as readonly { readonly id: number }[])
    db.run('UPDATE tasks SET code = ? WHERE id = ?', \`T-\${row.id}\`, row.id);
}

export function down(db: RevisionDatabase): void {
  db.exec('ALTER TABLE tasks DROP COLUMN code');
}
`;

/** What an application has beside the package. */
const FILES: Readonly<Record<string, string>> = {
  'migrations/0001_tasks.sql': `-- migrate:up
CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
-- migrate:down
DROP TABLE tasks;
`,
  'migrations/0002_codes.ts': REVISION,
  'use.mjs': `import { CONTRACT, EXIT, VERSION, openFleet } from 'flotilla';

const fleet = await openFleet({ dataDir: process.argv[2], migrations: 'migrations' });
const { summary } = await fleet.status();
await fleet.close();
console.log(JSON.stringify({ states: summary.states, contract: CONTRACT, ok: EXIT.ok, version: VERSION }));
`,
  'require.cjs': `const { CONTRACT, EXIT, VERSION, openFleet } = require('flotilla');

(async () => {
  const fleet = await openFleet({ dataDir: process.argv[2], migrations: 'migrations' });
  const { summary } = await fleet.status();
  await fleet.close();
  console.log(JSON.stringify({ states: summary.states, contract: CONTRACT, ok: EXIT.ok, version: VERSION }));
})();
`,
  'import.cjs': `(async () => {
  const { CONTRACT, EXIT, VERSION, openFleet } = await import('flotilla');
  const fleet = await openFleet({ dataDir: process.argv[2], migrations: 'migrations' });
  const { summary } = await fleet.status();
  await fleet.close();
  console.log(JSON.stringify({ states: summary.states, contract: CONTRACT, ok: EXIT.ok, version: VERSION }));
})();
`,
};

/** Writes the files of an application into the project. */
export function addApplication({ directory }: Project): void {
  writeFiles(directory, FILES);
}

export function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

/** Two databases at the first revision that nobody has versioned. */
export function makeData(): string {
  return makeProjects(
    2,
    `CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
INSERT INTO tasks VALUES (7, 'seven'), (8, 'eight');
`,
  );
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the project, with this Node.js first in PATH and no setting of ours. */
export function runIn(
  { directory }: Pick<Project, 'directory'>,
  [program, ...args]: readonly [string, ...string[]],
  node = process.execPath,
): Ended {
  const kept = Object.entries(process.env).filter(([name]) => !/^(NODE_|FLOTILLA_|npm_|VITEST)/.test(name));
  const { status, stdout, stderr } = spawnSync(program === 'node' ? node : program, args, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...Object.fromEntries(kept), PATH: `${dirname(node)}:${process.env['PATH'] ?? ''}` },
  });
  return { status, stdout, stderr };
}

/** Has the package do what it is for, by every way that leads to it, under this Node.js. */
export function expectItWorks(project: Project, node = process.execPath): void {
  const said = { states: { legacy: 2 }, contract: 1, ok: 0, version: VERSION };
  for (const program of ['use.mjs', 'require.cjs', 'import.cjs']) {
    const { stdout, stderr } = runIn(project, ['node', program, makeData()], node);
    expect({ program, stderr, said: stdout === '' ? null : (JSON.parse(stdout) as unknown) }).toEqual({
      program,
      stderr: '',
      said,
    });
  }
  const dataDir = makeData();
  const run = (...words: readonly string[]): unknown => {
    const bin = join(project.directory, 'node_modules/.bin/flotilla');
    const { status, stdout, stderr } = runIn(project, [bin, ...words, '--json', '--data-dir', dataDir], node);
    expect({ words, status, stderr }).toEqual({ words, status: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const upgraded = run('upgrade', '--stamp') as RunReport;
  expect(upgraded.summary).toEqual({ planned: 2, upgraded: 2 });
  const { targets } = run('current') as CurrentReport;
  expect(targets.map(({ id, state, revision }) => ({ id, state, revision }))).toEqual([
    { id: 'project_1', state: 'current', revision: '0002' },
    { id: 'project_2', state: 'current', revision: '0002' },
  ]);
  expect(rowsOf(dataDir)).toEqual([
    { id: 7, title: 'seven', code: 'T-7' },
    { id: 8, title: 'eight', code: 'T-8' },
  ]);
}

function rowsOf(dataDir: string): readonly unknown[] {
  const db = new Database(join(dataDir, 'project_2.db'), { readonly: true });
  try {
    return db.prepare('SELECT id, title, code FROM tasks ORDER BY id').all();
  } finally {
    db.close();
  }
}
