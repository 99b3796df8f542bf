// The package under every version of Node.js that it promises to run under. The programs and the native modules built
// for them are made by scripts/other-nodes/prepare.mjs; what it could not get is said here, and skipped.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { NODES, placeOf } from '../../scripts/other-nodes/list.mjs';
import {
  addApplication,
  addNative,
  describeInstalled,
  expectItWorks,
  makeData,
  runIn,
} from '../support/package.js';

const ready = NODES.filter((version) => placeOf(version).isReady());
const missing = NODES.filter((version) => !ready.includes(version));
if (missing.length > 0)
  console.warn(
    `\nNOT TESTED under Node.js ${missing.join(', ')}: \`npm run test:nodes\` fetches and builds it\n`,
  );

test('The versions are the least that package.json asks for, and one of every line after it.', () => {
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    readonly engines: { readonly node: string };
  };
  const [least = '', ...others] = NODES;
  expect(engines.node).toBe(`>=${least.replace(/\.0$/, '')}`);
  expect(others.map(majorOf)).toEqual(['22', '24']);
});

describeInstalled('The package', (project) => {
  beforeAll(() => {
    addApplication(project);
  });

  describe.each(ready)('under Node.js %s', (version) => {
    const { node, native } = placeOf(version);

    test('works as ESM, as CommonJS and from node_modules/.bin, a revision in TypeScript included.', () => {
      expect(runIn(project, ['node', '--version'], node).stdout).toBe(`v${version}\n`);
      addNative(project, native);
      expectItWorks(project, node);
    });
  });

  const others = ready.filter((version) => majorOf(version) !== majorOf(process.versions.node));
  test.each(others)('says under Node.js %s that the native module was built for another one.', (version) => {
    addNative(project);
    const args = ['node_modules/flotilla/dist/cli/main.js', 'status', '--data-dir', makeData()] as const;
    const { status, stderr } = runIn(project, ['node', ...args], placeOf(version).node);
    expect(stderr).toMatch(
      /^error: SQLite cannot be used: .* was built for another version of Node\.js\nhint: in the directory where it was installed, run: npm rebuild better-sqlite3;/,
    );
    expect(status).toBe(78);
  });

  test.skip.each(missing)('is not tested under Node.js %s, which was not fetched.', () => undefined);
});

function majorOf(version: string): string | undefined {
  return version.split('.')[0];
}
