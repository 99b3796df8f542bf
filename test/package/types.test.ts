// What TypeScript sees of the package: every way of finding types finds them, whoever is strict with all declaration
// files finds nothing wrong, and what the types promise is there when the program runs.

import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  addApplication,
  addNative,
  describeInstalled,
  makeData,
  REVISION,
  runIn,
  writeFiles,
} from '../support/package.js';

const MODULES = resolve(import.meta.dirname, '../../node_modules');
const COMPILER = join(MODULES, 'typescript/bin/tsc');

/** As strict as a user may be; an emitted file tells whether what was compiled also runs. */
const STRICT = {
  strict: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  target: 'ES2023',
  lib: ['ES2023'],
  types: ['node'],
  outDir: 'out',
};

/** The mistakes must be found: types that are not found are `any`, which takes everything. */
const USE = `
  const fleet = await openFleet({ dataDir: process.argv[2] ?? 'data', migrations: 'migrations' });
  const report: StatusReport = await fleet.status({ signal: new AbortController().signal });
  // @ts-expect-error There is no such option.
  const refused = () => fleet.upgrade({ dryrun: true });
  // @ts-expect-error It is a number.
  const wrong: string = report.exitCode;
  const rows: readonly HistoryRow[] = [];
  console.log(report.summary.states.legacy, typeof refused, typeof wrong, rows.length, new FleetError('usage', 'no', { hint: '' }).code);
`;
const IMPORT = `import { FleetError, openFleet, type HistoryRow, type StatusReport } from 'flotilla';\n`;
const MODULE = `${IMPORT}${USE}`;
const COMMON = `${IMPORT}void (async () => {${USE}})();\n`;
/** Before require() could load ES modules, CommonJS had this way alone, and TypeScript's node16 still has. */
const DYNAMIC = `import type { HistoryRow, StatusReport } from 'flotilla' with { 'resolution-mode': 'import' };
void (async () => {
  const { FleetError, openFleet } = await import('flotilla');${USE}})();
`;

interface Case {
  readonly title: string;
  readonly options: object;
  readonly files: Readonly<Record<string, string>>;
  /** The emitted files that are run; none where only a bundler could. */
  readonly runs: readonly string[];
}

const CASES: readonly Case[] = [
  {
    title: 'node10, for CommonJS',
    options: { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
    files: { 'app.ts': COMMON },
    runs: ['app.js'],
  },
  {
    title: 'node16, from both kinds of modules',
    options: { module: 'node16' },
    files: { 'module.mts': MODULE, 'common.cts': DYNAMIC },
    runs: ['module.mjs', 'common.cjs'],
  },
  {
    title: 'nodenext, from both kinds of modules',
    options: { module: 'nodenext' },
    files: { 'module.mts': MODULE, 'common.cts': COMMON, 'revision.mts': REVISION },
    runs: ['module.mjs', 'common.cjs'],
  },
  {
    title: 'a bundler',
    options: { module: 'esnext', moduleResolution: 'bundler' },
    files: { 'app.ts': MODULE },
    runs: [],
  },
  {
    title: 'a bundler without the types of Node.js',
    options: { module: 'esnext', moduleResolution: 'bundler', lib: ['ES2023', 'DOM'], types: [] },
    files: { 'app.ts': MODULE.replace("process.argv[2] ?? 'data'", "'data'") },
    runs: [],
  },
];

describeInstalled('The types of the package', (project) => {
  beforeAll(() => {
    addNative(project);
    addApplication(project);
    mkdirSync(join(project.directory, 'node_modules/@types'));
    for (const name of ['@types/node', 'undici-types'])
      symlinkSync(join(MODULES, name), join(project.directory, 'node_modules', name));
  });

  test.each(CASES)('are found, and right, for $title', ({ title, options, files, runs }) => {
    const directory = join(project.directory, title.replaceAll(/\W+/g, '-'));
    const compilerOptions = { ...STRICT, ...options, rootDir: '.', typeRoots: ['../node_modules/@types'] };
    writeFiles(directory, { 'tsconfig.json': JSON.stringify({ compilerOptions }), ...files });
    expect(runIn({ directory }, ['node', COMPILER])).toEqual({ status: 0, stdout: '', stderr: '' });
    for (const file of runs) {
      const ended = runIn(project, ['node', join(directory, 'out', file), makeData()]);
      expect({ file, ...ended }).toEqual({
        file,
        status: 0,
        stdout: '2 function number 0 usage\n',
        stderr: '',
      });
    }
  });

  describe('in their one file', () => {
    const text = () => readFileSync(join(project.directory, 'node_modules/flotilla/dist/index.d.ts'), 'utf8');

    test('need no other file.', () => {
      expect(text()).not.toMatch(/^import |import\(|from '|<reference/m);
    });

    test('declare what can be imported, and nothing that cannot.', async () => {
      const declared = [...text().matchAll(/^export declare (?:const|function|class) (\w+)/gm)].map(
        ([, name]) => name,
      );
      const code = `console.log(JSON.stringify(Object.keys(await import('flotilla'))));`;
      const { stdout } = runIn(project, ['node', '--input-type=module', '-e', code]);
      expect(declared.sort()).toEqual((JSON.parse(stdout) as readonly string[]).toSorted());
    });

    test('keep the words that an editor shows.', () => {
      expect(text()).toContain(' * Opens the fleet of one configuration. Nothing is read or written before');
      expect(text()).toContain('/** Patience with a locked target in milliseconds; default 5000. */');
    });
  });
});
