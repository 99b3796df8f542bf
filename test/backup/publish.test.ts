// Backups that cannot be made: the cause is told, nothing half is left, and the next attempt is not in its way.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backUp, findBackup } from '../../src/backup/publish.js';
import type { Session } from '../../src/dialects/port.js';
import { openForChange } from '../../src/dialects/sqlite/driver/open.js';
import { createSession } from '../../src/dialects/sqlite/driver/session.js';
import { SESSION_OPTIONS } from '../support/driver.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';

async function lockedProject(): Promise<{ readonly session: Session; readonly path: string }> {
  const path = join(makeProjects(1), 'project_1.db');
  const session = createSession(openForChange(path, { busyTimeoutMs: 0 }), SESSION_OPTIONS);
  await session.lock();
  return { session, path };
}

function placeIn(directory: string) {
  return { directory, targetId: 'eu/project_1', revision: '0001' };
}

test('A backup is the file to the byte, in a directory that is made for it, and is found by its name.', async () => {
  const { session, path } = await lockedProject();
  const directory = join(temporaryDirectory(), 'state', 'backups', 'run');
  const backup = await backUp(session, placeIn(directory));
  await session.rollback();
  await session.close();
  expect(readFileSync(backup.path).equals(readFileSync(path))).toBe(true);
  expect(findBackup(directory, 'eu/project_1')).toBe(backup.path);
  expect(readdirSync(directory)).toHaveLength(1);
});

test('What is short of the file is no backup, leaves nothing behind, and is not in the way of the next attempt.', async () => {
  const { session } = await lockedProject();
  const directory = join(temporaryDirectory(), 'run');
  const short: Session = { ...session, backUp: async (sink) => (await session.backUp(sink)) + 4096 };
  await expect(backUp(short, placeIn(directory))).rejects.toMatchObject({ code: 'backupFailed' });
  expect(readdirSync(directory)).toEqual([]);
  await expect(backUp(session, placeIn(directory))).resolves.toMatchObject({
    sizeBytes: expect.any(Number) as number,
  });
  await session.rollback();
  await session.close();
});

test('A directory that cannot be made fails the backup, and is not called a defect.', async () => {
  const { session } = await lockedProject();
  const taken = join(temporaryDirectory(), 'backups');
  writeFileSync(taken, 'a file');
  await expect(backUp(session, placeIn(join(taken, 'run')))).rejects.toMatchObject({ code: 'backupFailed' });
  mkdirSync(`${taken}-2`);
  await expect(backUp(session, placeIn(join(`${taken}-2`, 'run')))).resolves.toBeDefined();
  await session.rollback();
  await session.close();
});
