import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeRunLock } from '../../src/ledger/run-lock.js';
import { FleetError } from '../../src/model/errors.js';
import { EXIT, exitCodeOf } from '../../src/model/exit-code.js';
import { temporaryDirectory } from '../support/fleet.js';
import { withoutPrivilege } from '../support/unprivileged.js';
import { firstOutput, startScript, startTogether } from './samples.js';

const HOLDER = {
  runId: '20261120T101500Z-3f9a1c',
  command: 'upgrade',
  startedAt: '2026-11-20T10:15:00.000Z',
};

function fault(stateDir: string): FleetError {
  try {
    takeRunLock(stateDir, HOLDER);
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
  throw new Error('the lock was free');
}

/** A process that takes the lock, says so, and holds it until it is killed. */
function holdElsewhere(stateDir: string) {
  return startScript(
    `
    import { takeRunLock } from 'LEDGER/run-lock.js';
    takeRunLock(${JSON.stringify(stateDir)}, { ...${JSON.stringify(HOLDER)}, pid: process.pid });
    console.log('held');
    let collections = 0;
    setInterval(() => {
      globalThis.gc?.();
      if (++collections === 20) console.log('collected');
    }, 10);
  `,
    ['env', 'NODE_OPTIONS=--expose-gc'],
  );
}

test('The lock is held once, and free again after its release, which may come twice.', () => {
  const stateDir = join(temporaryDirectory(), 'state');
  const lock = takeRunLock(stateDir, HOLDER);
  expect(fault(stateDir).code).toBe('locked');
  lock.release();
  lock.release();
  takeRunLock(stateDir, HOLDER).release();
});

test('A held lock says at once who holds it and what to do, and ends with exit code 75.', async () => {
  const stateDir = temporaryDirectory();
  const child = holdElsewhere(stateDir);
  expect(await firstOutput(child)).toBe('held');
  // That process collects its garbage, and nothing of the lock may be among it.
  expect(await firstOutput(child)).toBe('collected');
  const error = fault(stateDir);
  expect(error.message).toBe(
    'Another run over this fleet is going on: upgrade 20261120T101500Z-3f9a1c, ' +
      `started at 2026-11-20T10:15:00.000Z, process ${child.pid ?? 0}`,
  );
  expect(error.hint).toMatch(/^wait until it has ended, or stop it, .*--wait 10m/);
  expect(exitCodeOf(error.code)).toBe(EXIT.locked);
  child.kill('SIGKILL');
  await once(child, 'close');
});

test('The lock of a process that was killed is free at once, ten times in a row.', async () => {
  const stateDir = temporaryDirectory();
  for (let round = 0; round < 10; round++) {
    const child = holdElsewhere(stateDir);
    expect(await firstOutput(child)).toBe('held');
    expect(fault(stateDir).code).toBe('locked');
    child.kill('SIGKILL');
    await once(child, 'close');
    takeRunLock(stateDir, HOLDER).release();
  }
});

test('Of several processes that start together exactly one gets it.', async () => {
  for (let round = 0; round < 4; round++) {
    const stateDir = join(temporaryDirectory(), 'state');
    const { children, said } = await startTogether(
      4,
      () => `
        import { takeRunLock } from 'LEDGER/run-lock.js';
        start();
        try {
          takeRunLock(${JSON.stringify(stateDir)}, ${JSON.stringify(HOLDER)});
          console.log('won');
        } catch (error) {
          console.log(error.code);
        }
        setInterval(() => undefined, 1000);
      `,
    );
    for (const child of children) child.kill('SIGKILL');
    expect(said.toSorted()).toEqual(['locked', 'locked', 'locked', 'won']);
  }
});

test('A lock file that is damaged or cannot be written is told as such, and not as held.', async () => {
  const damaged = temporaryDirectory();
  writeFileSync(join(damaged, 'run.lock'), 'no database, '.repeat(100));
  expect(fault(damaged).code).toBe('stateDirectory');
  expect(fault(damaged).message).toMatch(/run\.lock is damaged \(SQLITE_NOTADB/);

  const readOnly = temporaryDirectory();
  takeRunLock(readOnly, HOLDER).release();
  chmodSync(readOnly, 0o755);
  chmodSync(join(readOnly, 'run.lock'), 0o444);
  const error = await withoutPrivilege(() => fault(readOnly));
  expect(error.code).toBe('stateDirectory');
  expect(error.message).toMatch(/run\.lock cannot be written/);
});

test('Where the ledger cannot be used, the lock is not kept.', () => {
  const stateDir = temporaryDirectory();
  writeFileSync(join(stateDir, 'ledger.db'), 'no database, '.repeat(100));
  expect(fault(stateDir).message).toMatch(/ledger\.db is damaged/);
  expect(fault(stateDir).message).toMatch(/ledger\.db is damaged/);
});
