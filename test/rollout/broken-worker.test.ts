// Worker processes that die or cannot start. What breaks them is loaded into them by NODE_OPTIONS; the program is the
// one that users run.

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunReport, StatusReport } from '../../src/index.js';
import { MIGRATIONS, runCli, startCli } from '../support/cli.js';
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

test('Workers killed at any moment cost no target what it had, each is told truly, and a rerun does the rest.', async () => {
  let kills = 0;
  for (let round = 0; round < 4; round++) {
    const dataDir = makeProjects(80);
    const atWork = temporaryDirectory();
    const hook = join(temporaryDirectory(), 'hook.cjs');
    writeFileSync(
      hook,
      `if (process.argv[1]?.endsWith('worker.js')) {
         const fs = require('node:fs');
         const { renameSync } = fs;
         fs.renameSync = (...names) => {
           fs.writeFileSync(${JSON.stringify(atWork)} + '/' + process.pid, '');
           renameSync(...names);
         };
         require('node:module').syncBuiltinESMExports();
       }`,
    );
    const words = ['--data-dir', dataDir, '--migrations', MIGRATIONS, '--json'];
    const env = { NODE_OPTIONS: `--require ${hook}` };
    const { result } = startCli(['upgrade', '--stamp', '--jobs', '2', ...words], { env });
    const timer = setInterval(
      () => {
        const [pid] = readdirSync(atWork);
        if (pid === undefined || kills >= 4 * (round + 1)) return;
        rmSync(join(atWork, pid));
        if (killIfThere(Number(pid))) kills++;
      },
      11 + 13 * round,
    );
    const ended = await result;
    clearInterval(timer);
    const report = ended.json() as RunReport;
    expect(report.targets).toHaveLength(80);
    const { targets } = (await runCli(['status', ...words])).json() as StatusReport;
    const stateOf = new Map(targets.map(({ id, state }) => [id, state]));
    for (const { id, outcome } of report.targets) {
      // Whoever was to ask it was killed too.
      if (outcome === 'inDoubt') continue;
      expect(stateOf.get(id), `${id} ${outcome}`).toBe(outcome === 'upgraded' ? 'current' : 'legacy');
    }
    const { failed = 0, upgraded = 0, inDoubt = 0 } = report.summary;
    expect(failed + upgraded + inDoubt, JSON.stringify(report.summary)).toBe(80);
    expect((await runCli(['upgrade', '--stamp', ...words])).code).toBe(0);
  }
  expect(kills).toBeGreaterThan(6);
}, 300_000);

/** A process that has just ended is no fault of the test. */
function killIfThere(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
