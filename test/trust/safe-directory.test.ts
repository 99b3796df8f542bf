// Which directories nobody else can write: places that are everyday and need no word, and places that are refused. Real
// directories; the user is this one, one that is made up, or, where the tests run as root, a process of another uid.

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unsafeDirectories, unsafeDirectory, type DirectoryUse } from '../../src/trust/safe-directory.js';
import { thisUser, type User } from '../../src/trust/user.js';

const ME = thisUser() ?? { uid: 0, gids: [0] };
const isRoot = ME.uid === 0;
const [OWN_GROUP = 0] = ME.gids;
const FOREIGN_GROUP = 54_321;
/** Somebody else, for whom what is mine is foreign where I am not root. */
const STRANGER: User = { uid: 12_345, gids: [12_345] };

let room = '';

beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), 'flotilla-trust-'));
});

afterEach(() => {
  rmSync(room, { recursive: true, force: true });
});

function directory(name: string, mode: number, owner?: { uid?: number; gid?: number }): string {
  const path = join(room, name);
  mkdirSync(path);
  if (owner !== undefined) chownSync(path, owner.uid ?? ME.uid, owner.gid ?? OWN_GROUP);
  // Not by mkdir, which the mask takes from.
  chmodSync(path, mode);
  return path;
}

function kindOf(path: string, use: DirectoryUse = 'own', user?: User): string | null {
  return unsafeDirectory(path, use, user)?.kind ?? null;
}

describe('Needs no word:', () => {
  test('a folder of ours in the shared temporary directory.', () => {
    expect(kindOf(directory('a', 0o700))).toBeNull();
  });

  test('a directory that a group of this process may write: private groups with umask 002, volumes.', () => {
    const above = directory('volume', 0o2775);
    expect(kindOf(directory('volume/data', 0o2775))).toBeNull();
    expect(kindOf(above)).toBeNull();
  });

  test('what is not there, or would be below it.', () => {
    expect(kindOf(join(room, 'a', 'b'))).toBeNull();
  });

  test('a link of this user above it, to a safe place.', () => {
    directory('real', 0o755);
    directory('real/state', 0o700);
    symlinkSync('real', join(room, 'link'));
    symlinkSync(join(room, 'link'), join(room, 'other'));
    expect(kindOf(join(room, 'other', 'state'))).toBeNull();
    expect(kindOf(join(room, 'link'), 'data')).toBeNull();
  });

  test.runIf(isRoot)('the gid 0 of a container with a uid of its own.', () => {
    expect(
      kindOf(directory('data', 0o775, { uid: 0, gid: 0 }), 'own', { uid: 1_000_770, gids: [0] }),
    ).toBeNull();
  });
});

describe('Is not safe:', () => {
  test('what everybody may write, sticky or not, itself.', () => {
    for (const mode of [0o777, 0o1777, 0o757]) {
      const path = directory(`open-${mode.toString(8)}`, mode);
      for (const use of ['own', 'data'] as const) expect(kindOf(path, use)).toBe('world');
      expect(unsafeDirectory(path, 'own')?.commands).toEqual([{ program: 'chmod', args: ['o-w', path] }]);
    }
  });

  test('what lies below a directory that everybody may write, unless that is sticky.', () => {
    const open = directory('open', 0o777);
    const below = directory('open/state', 0o700);
    expect(unsafeDirectory(below, 'own')).toMatchObject({
      path: open,
      kind: 'world',
      mode: 0o777,
      words: `${open} may be written by everybody (mode 0777)`,
    });
    chmodSync(open, 0o1777);
    expect(kindOf(below)).toBeNull();
  });

  test.runIf(isRoot)('what a group may write that this process is not in.', () => {
    const path = directory('shared', 0o2775, { gid: FOREIGN_GROUP });
    expect(unsafeDirectory(path, 'own')).toMatchObject({
      kind: 'group',
      words: `${path} may be written by a group that this user is not in (gid ${FOREIGN_GROUP}, mode 2775)`,
      commands: [{ program: 'chmod', args: ['g-w', path] }],
    });
    chmodSync(path, 0o2777);
    expect(unsafeDirectory(path, 'own')?.commands).toEqual([{ program: 'chmod', args: ['go-w', path] }]);
    chmodSync(path, 0o2755);
    expect(kindOf(path)).toBeNull();
  });

  test.runIf(isRoot)('what another user owns, and all below it.', () => {
    const path = directory('theirs', 0o755, { uid: 4711 });
    const below = directory('theirs/ours', 0o755);
    for (const at of [path, below]) {
      expect(unsafeDirectory(at, 'own')).toMatchObject({
        path,
        kind: 'owner',
        ownerUid: 4711,
        commands: [{ program: 'chown', args: ['0', path] }],
      });
    }
    expect(kindOf(path, 'code')).toBe('owner');
    expect(kindOf(below, 'code')).toBeNull();
  });

  test('a link in place of a directory of our own.', () => {
    directory('real', 0o700);
    const link = join(room, 'state');
    symlinkSync('real', link);
    for (const path of [link, `${link}/`]) {
      expect(unsafeDirectory(path, 'own')).toMatchObject({
        path: link,
        kind: 'link',
        words: `${link} is a link to real`,
        commands: [],
      });
    }
  });

  test('a link that leads through an open place, and one that never ends.', () => {
    directory('open', 0o777);
    directory('open/state', 0o700);
    symlinkSync(join('open', 'state'), join(room, 'link'));
    expect(kindOf(join(room, 'link'), 'data')).toBe('world');
    symlinkSync('round', join(room, 'round'));
    expect(kindOf(join(room, 'round', 'state'))).toBe('link');
  });

  test('the directory above what a link names, not above the link, behind two dots.', () => {
    directory('open', 0o777);
    directory('open/a', 0o700);
    symlinkSync(join('open', 'a'), join(room, 'link'));
    expect(kindOf(`${room}/link/../b`)).toBe('world');
  });

  test('what is mine, for somebody else.', () => {
    const path = directory('mine', 0o755);
    expect(kindOf(path, 'own', STRANGER)).toBe(isRoot ? null : 'owner');
  });
});

test('A look at many remembers what it saw, and a new one does not.', () => {
  const path = directory('a', 0o700);
  const look = unsafeDirectories();
  expect(look(path, 'own')).toBeNull();
  chmodSync(path, 0o777);
  expect(look(path, 'own')).toBeNull();
  expect(unsafeDirectories()(path, 'own')?.kind).toBe('world');
});

test('Code is refused where another user owns it, whatever is above it.', () => {
  const path = directory('open', 0o777);
  expect(kindOf(path, 'code')).toBeNull();
});

test.runIf(isRoot)(
  'A process of another user, without an entry in the list of users, judges by its own groups.',
  () => {
    chmodSync(room, 0o755);
    const uid = 1_000_770;
    const theirs = directory('theirs', 0o775, { uid, gid: 0 });
    const script = `console.log(JSON.stringify([process.geteuid(), process.getegid(), process.getgroups()]))`;
    const { stdout } = spawnSync(process.execPath, ['-e', script], { uid, gid: 0, encoding: 'utf8' });
    const [effective, gid, gids] = JSON.parse(stdout) as [number, number, number[]];
    expect([effective, gid]).toEqual([uid, 0]);
    expect(kindOf(theirs, 'own', { uid: effective, gids: [gid, ...gids] })).toBeNull();
    expect(kindOf(theirs, 'own', { uid: effective, gids: [uid] })).toBe('group');
  },
);
