// Things that are no regular files, or lead to other ones, in the place of a target or of its journal, log and index.

import { execFileSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { HostileCase, Place } from './case.js';

const REFUSED = ['failed:refusedPath'];
const SIDECARS = ['-journal', '-wal', '-shm'] as const;

/** What can stand where a file should. */
const THINGS: readonly { readonly name: string; readonly make: (path: string, place: Place) => unknown }[] = [
  { name: 'fifo', make: (path) => execFileSync('mkfifo', [path]) },
  { name: 'socket', make: socket },
  { name: 'null-device', make: (path) => execFileSync('mknod', [path, 'c', '1', '3']) },
  { name: 'zero-device', make: (path) => execFileSync('mknod', [path, 'c', '1', '5']) },
  { name: 'block-device', make: (path) => execFileSync('mknod', [path, 'b', '7', '250']) },
  { name: 'directory', make: (path) => mkdirSync(path) },
  { name: 'link-to-outside', make: (path, { outside }) => symlinkSync(join(outside, 'project_1.db'), path) },
  { name: 'link-to-a-neighbour', make: (path) => symlinkSync('../project_1.db', path) },
  { name: 'link-to-nothing', make: (path) => symlinkSync('nothing-here', path) },
  { name: 'link-to-itself', make: (path) => symlinkSync(path, path) },
  { name: 'link-to-zero', make: (path) => symlinkSync('/dev/zero', path) },
  { name: 'link-to-null', make: (path) => symlinkSync('/dev/null', path) },
  {
    name: 'hard-link-to-outside',
    make: (path, { outside }) => linkSync(join(outside, 'project_1.db'), path),
  },
];

export const KIND_CASES: readonly HostileCase[] = [
  ...THINGS.map(({ name, make }): HostileCase => ({
    name: `kinds/${name}`,
    ends: REFUSED,
    make: async (place) => {
      await make(place.target, place);
    },
  })),
  ...SIDECARS.flatMap((sidecar) =>
    THINGS.map(({ name, make }): HostileCase => ({
      name: `kinds/${name}-as${sidecar}`,
      ends: REFUSED,
      make: async (place) => {
        place.healthy(place.target);
        await make(`${place.target}${sidecar}`, place);
      },
    })),
  ),
  {
    name: 'kinds/two-names',
    ends: REFUSED,
    make({ own, healthy, target }) {
      healthy(target);
      linkSync(target, join(own, 'project_10.db'));
    },
  },
  {
    name: 'kinds/directory-link-to-outside',
    // The files behind it are not followed; the link is told where the pattern could lead through it.
    ends: [...REFUSED, 'absent'],
    make({ own, outside }) {
      symlinkSync(outside, join(own, 'elsewhere'));
    },
  },
  {
    name: 'kinds/directory-link-in-a-circle',
    ends: [...REFUSED, 'absent'],
    make({ own }) {
      symlinkSync(own, join(own, 'circle'));
    },
  },
  {
    name: 'kinds/foreign-log',
    // A log that was left beside another database: its salts are its own, SQLite reads what is valid in it.
    ends: ['upgraded', 'failed:corrupt', 'failed:notADatabase', 'skipped:drifted', 'skipped:noBaseline'],
    make({ healthy, outside, target }) {
      healthy(target);
      copyFileSync(join(outside, 'project_1.db'), `${target}-wal`);
    },
  },
  {
    name: 'kinds/empty-journal',
    ends: ['upgraded'],
    make({ healthy, target }) {
      healthy(target);
      writeFileSync(`${target}-journal`, '');
    },
  },
  {
    name: 'kinds/journal-of-noise',
    ends: ['upgraded'],
    make({ healthy, target }) {
      healthy(target);
      writeFileSync(`${target}-journal`, 'this is no journal '.repeat(200));
    },
  },
];

async function socket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  server.unref();
}
