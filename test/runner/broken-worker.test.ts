// Worker processes that die or cannot start. What breaks them is loaded into them by NODE_OPTIONS; the program is the
// one that users run.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunReport } from '../../src/index.js';
import { MIGRATIONS, runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';

/** Upgrades projects, with a script of CommonJS in every worker. */
async function upgradeWith(script: string, projects = 1, ...more: string[]) {
  const dataDir = temporaryDirectory();
  makeProjects(projects, undefined, dataDir);
  const hook = join(temporaryDirectory(), 'hook.cjs');
  writeFileSync(hook, `if (process.argv[1]?.endsWith('worker.js')) {\n${script}\n}`);
  const words = ['upgrade', '--data-dir', dataDir, '--migrations', MIGRATIONS, '--stamp', '--json', ...more];
  const result = await runCli(words, { env: { NODE_OPTIONS: `--require ${hook}` } });
  return { ...result, dataDir };
}

/** Kills the worker where the backup of a project gets its name. */
const dieAt = (project: string, when: string): string => `
  const fs = require('node:fs');
  const { renameSync } = fs;
  fs.renameSync = (from, to) => {
    if (from.includes('/${project}.') && (${when})) process.kill(process.pid, 'SIGKILL');
    renameSync(from, to);
  };
  require('node:module').syncBuiltinESMExports();
`;

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

test('Where a worker dies that had several targets, what it had committed stands, and the others are done all the same.', async () => {
  const died = join(temporaryDirectory(), 'died');
  const once = `!fs.existsSync(${JSON.stringify(died)}) && (fs.writeFileSync(${JSON.stringify(died)}, ''), true)`;
  const result = await upgradeWith(dieAt('project_3', once), 12, '--jobs', '1');
  const report = result.json() as RunReport;
  expect({ code: result.code, summary: report.summary }).toEqual({
    code: 0,
    summary: { planned: 12, upgraded: 12 },
  });
  expect(existsSync(died)).toBe(true);
  const halves = Object.keys(treeOf(result.dataDir)).filter((path) => path.endsWith('.tmp'));
  expect(halves).toEqual([]);
});

test('A target that kills every worker fails alone, and is as it was.', async () => {
  const result = await upgradeWith(dieAt('project_3', 'true'), 12, '--jobs', '1');
  const { summary, targets } = result.json() as RunReport;
  expect({ code: result.code, summary }).toEqual({
    code: 2,
    summary: { planned: 12, upgraded: 11, failed: 1 },
  });
  const failed = targets.filter(({ outcome }) => outcome === 'failed');
  expect(failed.map(({ id, failure }) => [id, failure?.code])).toEqual([['project_3', 'workerDied']]);
  const words = ['upgrade', '--data-dir', result.dataDir, '--migrations', MIGRATIONS, '--stamp', '--json'];
  const second = await runCli(words);
  expect((second.json() as RunReport).summary).toEqual({ planned: 12, upgraded: 1, current: 11 });
});
