// Several runs over one fleet at a time: one works, and the others wait for it where they are asked to.

import { expect, test } from 'vitest';
import { takeRunLock } from '../../src/ledger/run-lock.js';
import { join } from 'node:path';
import { runCli, startCli } from '../support/cli.js';
import { LEGACY_PROJECT, makeProjects } from '../support/fleet.js';
import { MIGRATIONS } from '../support/cli.js';

test('Runs that start together and may wait all end with 0; one that may not ends with 75.', async () => {
  const dataDir = makeProjects(3, LEGACY_PROJECT);
  const words = ['upgrade', '--stamp', '--data-dir', dataDir, '--migrations', MIGRATIONS];
  const ran = await Promise.all([1, 2, 3, 4].map(() => runCli([...words, '--wait', '40s'])));
  expect(ran.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(ran.map(() => [0, '']));
  expect(ran.filter(({ stdout }) => stdout.startsWith('All 3 targets upgraded'))).toHaveLength(1);

  const lock = takeRunLock(join(dataDir, '.flotilla'), { runId: 'x', command: 'upgrade', startedAt: 'then' });
  try {
    expect((await runCli(words)).code).toBe(75);
    const begun = Date.now();
    const { code, stderr } = await runCli([...words, '--wait', '1500ms']);
    expect(code).toBe(75);
    expect(Date.now() - begun).toBeGreaterThan(1500);
    expect(stderr).toContain('is going on: upgrade x');
    expect(stderr).toContain('it is waited for, 1500 ms at most');
    const waiting = startCli([...words, '--wait', '40s', '--json']);
    await waiting.said('is waited for');
    process.kill(waiting.pid, 'SIGINT');
    expect((await waiting.result).code).toBe(130);
  } finally {
    lock.release();
  }
}, 120_000);
