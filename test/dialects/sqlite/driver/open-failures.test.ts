// What is said of a file that cannot be opened, locked or committed to: the cause, and not the nearest number of
// SQLite.

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openForChange } from '../../../../src/dialects/sqlite/driver/open.js';
import { createSession } from '../../../../src/dialects/sqlite/driver/session.js';
import { DatabaseError } from '../../../../src/dialects/port.js';
import { SESSION_OPTIONS } from '../../../support/driver.js';
import { makeProjects } from '../../../support/fleet.js';

function project(): string {
  return join(makeProjects(1), 'project_1.db');
}

test('A schema format from the future is damage, not a defect.', () => {
  const path = project();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from([0, 0, 0, 9]), 0, 4, 44);
  closeSync(file);
  expect(() => openForChange(path, { busyTimeoutMs: 0 })).toThrow(
    expect.objectContaining({ code: 'corrupt' }) as Error,
  );
});

test('What stands in the place of a journal is not called a missing right.', async () => {
  const path = project();
  const session = await sessionOn(path);
  await session.lock();
  mkdirSync(`${path}-journal`);
  const failure = await failureOf(session.proveWritable());
  expect(failure).toMatchObject({ code: 'io' });
  expect(failure.message).toContain('though the rights allow it');
  await session.close();
});

test('A COMMIT that fails says by its cause what stands where nothing was committed.', async () => {
  const path = project();
  const session = await sessionOn(path);
  await session.lock();
  await session.rollback();
  const failure = await failureOf(session.commit());
  expect(failure).toMatchObject({ code: 'commitUncertain', cause: { code: 'migrationFailed' } });
  await session.close();
});

test('A statement that ends the transaction leaves a doubt that the target settles.', async () => {
  const path = project();
  const session = await sessionOn(path);
  await session.lock();
  const failure = await failureOf(session.execute({ sql: 'ROLLBACK', kind: 'RollbackStmt', line: 1 }));
  expect(failure).toMatchObject({ code: 'commitUncertain', cause: { code: 'migrationFailed' } });
  await session.close();
});

async function sessionOn(path: string) {
  return createSession(openForChange(path, { busyTimeoutMs: 0 }), SESSION_OPTIONS);
}

async function failureOf(work: Promise<unknown>): Promise<DatabaseError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DatabaseError)) throw new Error('nothing failed');
  return error;
}
