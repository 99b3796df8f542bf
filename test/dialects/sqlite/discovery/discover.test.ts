// What is found, what is left out, and what stops a search before it begins; refusals are in refusals.test.ts.

import { chmodSync, renameSync, statSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FleetError } from '../../../../src/model/errors.js';
import { makeProjects, sampleFleet, temporaryDirectory, treeOf } from '../../../support/fleet.js';
import { withoutPrivilege } from '../../../support/unprivileged.js';
import { find, PATTERN, put } from './tree.js';

describe('Targets', () => {
  test('are found at any depth, in natural order, with their id, path and size.', async () => {
    const dataDir = temporaryDirectory();
    for (const name of ['project_10.db', 'project_2.db', 'eu/west/project_1.db', 'notes.txt', 'other.db'])
      put(dataDir, name);
    const { targets, refused } = await find(dataDir);
    expect(refused).toEqual([]);
    expect(targets.map(({ id, path, sizeBytes }) => ({ id, path, sizeBytes }))).toEqual(
      ['eu/west/project_1', 'project_2', 'project_10'].map((id) => ({
        id,
        path: join(dataDir, `${id}.db`),
        sizeBytes: 512,
      })),
    );
    const stats = statSync(join(dataDir, 'project_2.db'), { bigint: true });
    expect(targets[1]?.identity).toBe(`${stats.dev}:${stats.ino}`);
  });

  test('have the path under the data directory as it was given.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'project_1.db');
    const { targets } = await find(relative('.', dataDir));
    expect(targets[0]?.path).toBe(join(relative('.', dataDir), 'project_1.db'));
  });

  test('are found through a data directory that is itself a symbolic link.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'fleet/project_1.db');
    put(dataDir, 'fleet/state/project_2.db');
    symlinkSync('fleet', join(dataDir, 'current'));
    const { targets } = await find(join(dataDir, 'current'), PATTERN, join(dataDir, 'fleet/state'));
    expect(targets.map(({ path }) => path)).toEqual([join(dataDir, 'current/project_1.db')]);
  });

  test('of the sample fleet are eleven, and looking at them leaves every byte and time as it was.', async () => {
    const dataDir = sampleFleet({ refused: true });
    const before = treeOf(dataDir);
    const { targets } = await find(dataDir);
    expect(targets.length).toBeGreaterThanOrEqual(11);
    expect(treeOf(dataDir)).toEqual(before);
  });

  test('may have names with blanks inside, quotes, wildcards, backslashes, line breaks and emoji.', async () => {
    const dataDir = temporaryDirectory();
    const names = [
      'a b',
      "o'brien",
      '"',
      '%41?#',
      '[1]',
      '(2)',
      '{3,4}',
      '*',
      '\\5',
      '\n6',
      '😀',
      'e\u0301',
      '-rf',
    ];
    for (const name of names) put(dataDir, `project_${name}.db`);
    const { targets, refused } = await find(dataDir);
    expect(refused).toEqual([]);
    expect(targets.map(({ id }) => id).sort()).toEqual(names.map((name) => `project_${name}`).sort());
  });

  test('are found in directories whose names hold line breaks, at any depth.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'a\nb/c\u2028d/project_1.db');
    put(dataDir, 'a\nb/.hidden/project_2.db');
    const { targets } = await find(dataDir);
    expect(targets.map(({ id }) => id)).toEqual(['a\nb/c\u2028d/project_1']);
  });

  test('are found by the ten thousand, in the order of their numbers.', async () => {
    const dataDir = temporaryDirectory();
    for (let n = 0; n < 10_000; n++) put(dataDir, `project_${n}.db`);
    const { targets } = await find(dataDir);
    expect(targets.map(({ id }) => id)).toEqual(Array.from({ length: 10_000 }, (_, n) => `project_${n}`));
  });
});

describe('A version', () => {
  test.each(['', '-journal', '-wal', '-shm'])('changes when project_1.db%s is written.', async (suffix) => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'project_1.db');
    const versionNow = async () => (await find(dataDir)).targets[0]?.version;
    const versions = [await versionNow(), await versionNow()];
    expect(versions[0]).toBe(versions[1]);
    put(dataDir, `project_1.db${suffix}`, Buffer.alloc(600, 'y'));
    versions.push(await versionNow());
    // The same size and time of modification again: the time of change still tells.
    const { atime, mtime } = statSync(join(dataDir, `project_1.db${suffix}`));
    await new Promise((done) => setTimeout(done, 20));
    put(dataDir, `project_1.db${suffix}`, Buffer.alloc(600, 'z'));
    utimesSync(join(dataDir, `project_1.db${suffix}`), atime, mtime);
    versions.push(await versionNow());
    expect(new Set(versions).size).toBe(3);
  });

  test('changes when another file takes the place.', async () => {
    const dataDir = temporaryDirectory();
    const path = put(dataDir, 'project_1.db');
    const before = (await find(dataDir)).targets[0];
    renameSync(put(dataDir, 'other'), path);
    const after = (await find(dataDir)).targets[0];
    expect(after?.version).not.toBe(before?.version);
    expect(after?.identity).not.toEqual(before?.identity);
  });
});

describe('Left out without a word is', () => {
  test('the state directory, wherever it lies and whatever the pattern matches, links to it included.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'project_1.db');
    put(dataDir, 'ops/state/backups/project_2.db');
    symlinkSync(join(dataDir, 'ops/state'), join(dataDir, '.link'));
    for (const pattern of [PATTERN, '**', 'ops/state/**/*.db', 'ops/state/backups/project_2.db']) {
      for (const stateDir of ['ops/state', '.link']) {
        const { targets, refused } = await find(dataDir, pattern, join(dataDir, stateDir));
        const own = [...targets, ...refused].filter(({ path }) => path.includes('ops/state'));
        expect(own, pattern).toEqual([]);
      }
    }
  });

  test('a backup of an earlier run, where backups were put under the data directory.', async () => {
    const dataDir = temporaryDirectory();
    put(dataDir, 'project_1.db');
    put(dataDir, `backups/20261120T101500Z-3f9a1c/project_1.base.${'0a'.repeat(32)}.db`);
    const { targets, refused } = await find(dataDir);
    expect(targets.map(({ id }) => id)).toEqual(['project_1']);
    expect(refused).toEqual([]);
  });

  test('a sidecar of a target, and a directory on the way to one.', async () => {
    const dataDir = temporaryDirectory();
    for (const name of ['eu/project_1.db', 'eu/project_1.db-wal', 'eu/project_1.db-shm']) put(dataDir, name);
    const { targets, refused } = await find(dataDir, '**');
    expect(targets.map(({ id }) => id)).toEqual(['eu/project_1']);
    expect(refused).toEqual([]);
  });

  test('what vanishes while the search goes on.', async () => {
    const dataDir = makeProjects(40);
    const removed = (async () => {
      for (let n = 40; n > 20; n--) {
        unlinkSync(join(dataDir, `project_${n}.db`));
        await new Promise((done) => setImmediate(done));
      }
    })();
    const { targets, refused } = await find(dataDir);
    await removed;
    expect(refused).toEqual([]);
    expect(targets.length).toBeGreaterThanOrEqual(20);
  });
});

describe('A search that cannot begin tells', () => {
  async function fault(dataDir: string, pattern?: string, stateDir?: string): Promise<FleetError> {
    try {
      await find(dataDir, pattern, stateDir);
    } catch (error) {
      if (error instanceof FleetError) return error;
      throw error;
    }
    throw new Error('nothing was wrong');
  }

  test('that there is no such directory.', async () => {
    const error = await fault(join(temporaryDirectory(), 'nowhere'));
    expect(error.code).toBe('dataDirectory');
    expect(error.message).toMatch(/^The data directory ".*nowhere" does not exist$/);
    expect(error.hint).toBe('name the directory of the databases with --data-dir');
  });

  test('that it is not a directory.', async () => {
    const error = await fault(put(temporaryDirectory(), 'project_1.db'));
    expect(error.code).toBe('dataDirectory');
    expect(error.message).toMatch(/project_1\.db" is not a directory$/);
  });

  test('that it cannot be read.', async () => {
    const dataDir = temporaryDirectory();
    chmodSync(dataDir, 0o311);
    const error = await withoutPrivilege(() => fault(dataDir));
    expect(error.code).toBe('dataDirectory');
    expect(error.message).toMatch(/cannot be read: permission denied \(EACCES\)$/);
  });

  test('that better-sqlite3 would cut white space off its name.', async () => {
    const error = await fault(' data');
    expect(error.code).toBe('dataDirectory');
    expect(error.hint).toBe('give its absolute path, or rename it');
  });

  test('that the state directory is the data directory.', async () => {
    const dataDir = temporaryDirectory();
    expect((await fault(dataDir, PATTERN, dataDir)).code).toBe('stateDirectory');
  });

  test.each([
    ['is empty', ''],
    ['is empty', './'],
    ['leads out of the data directory', '../**/*.db'],
    ['leads out of the data directory', 'eu/../../x.db'],
    ['leads out of the data directory', '/etc/*'],
    ['only leaves out, and matches nothing', '!*.db'],
    ['cannot be read', 'project_{1..99999999}.db'],
    ['cannot be read', 'x'.repeat(70_000)],
  ])('that the pattern %s (%#).', async (what, pattern) => {
    const error = await fault(temporaryDirectory(), pattern);
    expect(error.code).toBe('usage');
    expect(error.message).toContain(what);
  });
});
