// Worker processes that die or cannot start. What breaks them is loaded into them by NODE_OPTIONS; the program is the
// one that users run.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunReport } from '../../src/index.js';
import { MIGRATIONS, runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';

/** Upgrades one project, with a script of CommonJS in every worker. */
async function upgradeWith(script: string) {
  const dataDir = temporaryDirectory();
  makeProjects(1, undefined, dataDir);
  const hook = join(temporaryDirectory(), 'hook.cjs');
  writeFileSync(hook, `if (process.argv[1]?.endsWith('worker.js')) {\n${script}\n}`);
  const words = ['upgrade', '--data-dir', dataDir, '--migrations', MIGRATIONS, '--stamp', '--json'];
  const result = await runCli(words, { env: { NODE_OPTIONS: `--require ${hook}` } });
  return { ...result, dataDir };
}

test('A worker that dies while a backup gets its name leaves no half of it, and the target as it was.', async () => {
  const result = await upgradeWith(`
    const fs = require('node:fs');
    fs.renameSync = () => process.kill(process.pid, 'SIGKILL');
    require('node:module').syncBuiltinESMExports();
  `);
  const [target] = (result.json() as RunReport).targets;
  expect({ code: result.code, outcome: target?.outcome, failure: target?.failure?.code }).toEqual({
    code: 2,
    outcome: 'failed',
    failure: 'workerDied',
  });
  const left = Object.keys(treeOf(result.dataDir)).filter(
    (path) => path.endsWith('.tmp') || path.includes('scratch/'),
  );
  expect(left).toEqual([]);
});

test('A worker that may open no more files has not started: that is a matter of limits, and no bug.', async () => {
  const result = await upgradeWith(`
    const Module = require('node:module');
    const load = Module._load;
    Module._load = (name, ...others) => {
      if (name === 'bindings') throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
      return load(name, ...others);
    };
  `);
  expect(result.code).toBe(78);
  const { error } = result.json() as { readonly error: { readonly code: string; readonly hint: string } };
  expect(error.code).toBe('configuration');
  expect(error.hint).toContain('ulimit');
});

test('Where the first worker dies before the targets are listed, no other one keeps the program from its end.', async () => {
  const first = join(temporaryDirectory(), 'first');
  const hook = join(temporaryDirectory(), 'hook.cjs');
  writeFileSync(
    hook,
    `const fs = require('node:fs');
     if (process.argv[1]?.endsWith('worker.js')) {
       if (!fs.existsSync(${JSON.stringify(first)})) {
         fs.writeFileSync(${JSON.stringify(first)}, '');
         process.exit(1);
       }
     } else {
       const { readdir } = fs;
       fs.readdir = (...words) => setTimeout(() => readdir(...words), 1_000);
     }`,
  );
  const words = ['upgrade', '--data-dir', makeProjects(2), '--migrations', MIGRATIONS, '--stamp', '--json'];
  const { code } = await runCli(words, { env: { NODE_OPTIONS: `--require ${hook}` } });
  expect(code).toBe(78);
});
