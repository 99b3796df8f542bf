// The package in an empty project: what is in it, that ESM and CommonJS can use it, that the program runs from
// node_modules/.bin, and what it says where its native module was not built.

import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../src/index.js';
import {
  addApplication,
  addNative,
  describeInstalled,
  expectItWorks,
  makeData,
  packPackage,
  runIn,
} from '../support/package.js';
import { treeOf } from '../support/fleet.js';

test('The package holds the program, its types, the licences of what is in it, and nothing else.', () => {
  const { files } = packPackage();
  const isSchema = (path: string) => /^schemas\/[a-z.-]+\.schema\.json$/.test(path);
  const isShared = (path: string) => /^dist\/shared-[a-z-]+\.js$/.test(path);
  const paths = files.map(({ path }) => path);
  expect(paths.filter(isShared)).not.toEqual([]);
  expect(paths.filter((path) => !isShared(path) && !isSchema(path)).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'dist/cli-main-index.licences.txt',
    'dist/cli/main.js',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/worker.js',
    'dist/worker.licences.txt',
    'package.json',
  ]);
  expect(files.find(({ path }) => path === 'dist/cli/main.js')?.mode).toBe(0o755);
});

describeInstalled('The package in a project', (project) => {
  const bin = join(project.directory, 'node_modules/.bin/flotilla');
  beforeAll(() => {
    addApplication(project);
  });

  describe('whose native module was not built', () => {
    const SENTENCE =
      'SQLite cannot be used: the native module of better-sqlite3 was not built when it was installed';
    const COMMAND = 'npm rebuild better-sqlite3';
    beforeAll(() => {
      rmSync(project.native, { force: true });
    });

    test.each(['status', 'upgrade --stamp', 'discover', 'lint', 'doctor', 'new column'])(
      'says so in one sentence, with the command that builds it, whatever is asked: %s.',
      (words) => {
        const dataDir = makeData();
        const before = treeOf(project.directory);
        const tree = treeOf(dataDir);
        const { status, stdout, stderr } = runIn(project, [bin, ...words.split(' '), '--data-dir', dataDir]);
        expect(stderr).toBe(
          `error: ${SENTENCE}\nhint: in the directory where it was installed, run: ${COMMAND}; for a machine that has no ready-made build, that needs a C++ compiler, make and python3\n`,
        );
        expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
        expect(treeOf(dataDir)).toEqual(tree);
        expect(treeOf(project.directory)).toEqual(before);
      },
    );

    test('says so as a document too.', () => {
      const { status, stdout } = runIn(project, [bin, 'status', '--json', '--data-dir', makeData()]);
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: 'installation', message: SENTENCE },
        exitCode: 78,
      });
      expect(status).toBe(78);
    });

    test.each(['--version', '--help', 'upgrade --help'])('answers %s all the same.', (words) => {
      const { status, stdout, stderr } = runIn(project, [bin, ...words.split(' ')]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain(words === '--version' ? VERSION : 'Exit codes:');
    });

    test('has a library that can be loaded, and rejects with the same sentence when a fleet is opened.', () => {
      const code = `import { FleetError, openFleet } from 'flotilla';
        await openFleet().catch((error) => console.log(error instanceof FleetError, error.code, error.message));`;
      const { stdout, stderr } = runIn(project, ['node', '--input-type=module', '-e', code]);
      expect({ stdout, stderr }).toEqual({ stdout: `true installation ${SENTENCE}\n`, stderr: '' });
    });
  });

  describe('as npm leaves it', () => {
    beforeAll(() => {
      addNative(project);
    });

    test('works as ESM, as CommonJS and from node_modules/.bin, a revision in TypeScript included.', () => {
      expectItWorks(project);
    });

    test('lets no file be imported but its doors.', () => {
      const { stderr } = runIn(project, ['node', '-e', "require('flotilla/dist/shared-build.js')"]);
      expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
    });

    test('has a program that can be started by its name.', () => {
      expect(statSync(bin).mode & 0o111).toBe(0o111);
    });
  });
});
