import { execFileSync } from 'node:child_process';
import { linkSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { discover } from '../../../../src/dialects/sqlite/discovery/discover.js';
import {
  assertSameFile,
  changedAt,
  statTarget,
} from '../../../../src/dialects/sqlite/discovery/target-files.js';
import { DatabaseError } from '../../../../src/dialects/port.js';
import type { Target } from '../../../../src/model/target.js';
import { makeProjects, temporaryDirectory } from '../../../support/fleet.js';

async function planned(): Promise<Target> {
  const dataDir = makeProjects(1);
  const { targets } = await discover({ dataDir, pattern: '*.db', stateDir: join(dataDir, '.flotilla') });
  const [target] = targets;
  if (target === undefined) throw new Error('there is no target');
  return target;
}

/** Code and message of the objection, or null where there is none. */
function objection(target: Target): string | null {
  try {
    assertSameFile(target);
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return `${error.code}: ${error.message.replace(target.path, 'PATH')}`;
  }
}

test('The time of a target is the latest of its own and of what lies beside it.', () => {
  const file = (modifiedNs: bigint, changedNs: bigint) => ({
    kind: 'regular file' as const,
    sizeBytes: 512n,
    modifiedNs,
    changedNs,
    inode: 1n,
    device: 1n,
    links: 1n,
  });
  const main = file(5_000_000n, 6_000_000n);
  expect(changedAt({ main, sidecars: [null, file(9_000_000n, 8_000_000n), null] })).toBe(9);
  expect(changedAt({ main, sidecars: [null, null, null] })).toBe(6);
});

test('Nothing is there where nothing is there.', () => {
  expect(statTarget(join(temporaryDirectory(), 'project_1.db'))).toBeNull();
});

test('A file that was written to in between is still the same file.', async () => {
  const target = await planned();
  expect(objection(target)).toBeNull();
  const database = new Database(target.path);
  database.pragma('journal_mode = WAL');
  database.exec(`CREATE TABLE more (a); INSERT INTO more VALUES (zeroblob(100000))`);
  expect(objection(target)).toBeNull();
  database.close();
  expect(objection(target)).toBeNull();
});

test('Another file in its place is noticed, and so is none.', async () => {
  const target = await planned();
  const other = `${target.path}.other`;
  writeFileSync(other, Buffer.alloc(4096));
  renameSync(other, target.path);
  expect(objection(target)).toBe('replaced: PATH is another file than the one that was planned');
  rmSync(target.path);
  expect(objection(target)).toBe('gone: PATH is gone');
});

test('A symbolic link to the very file is not the file.', async () => {
  const target = await planned();
  renameSync(target.path, `${target.path}.moved`);
  symlinkSync(`${target.path}.moved`, target.path);
  expect(objection(target)).toMatch(/^replaced/);
});

test('A second name, a lost content or a FIFO for a journal forbids to open it.', async () => {
  const linked = await planned();
  linkSync(linked.path, `${linked.path}.link`);
  expect(objection(linked)).toMatch(/^refusedPath: PATH has 2 names \(hard links\)/);
  const cut = await planned();
  truncateSync(cut.path, 0);
  expect(objection(cut)).toBe('refusedPath: PATH is empty (0 bytes), so it is no database');
  const trapped = await planned();
  execFileSync('mkfifo', [`${trapped.path}-journal`]);
  expect(objection(trapped)).toMatch(/^refusedPath: PATH has a -journal that is a FIFO/);
});

test('A path that cannot be looked at says why.', async () => {
  const target = await planned();
  const path = `${target.path}${'x'.repeat(300)}`;
  expect(objection({ ...target, path })).toMatch(/^io: ENAMETOOLONG/);
});
