// Whether backups can be written to a directory: proved by writing a file, because permissions and free space do not
// show a failing disk or a quota. Apart from the run's own check, which refuses; this one only looks, and leaves
// nothing behind.

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PRIVATE, openNew } from '../trust/own-files.js';
import { assertRoomForBackups } from './publish.js';

export interface Room {
  /** The directory itself, or the nearest one above it that exists. */
  readonly directory: string;
  /** What this user may still write, in bytes. */
  readonly freeBytes: number;
}

/**
 * Of a directory that is known to be safe.
 * @param name a file name that nobody else uses
 * @throws FleetError `stateDirectory`, or the error of the file system, where nothing can be written
 */
export function roomForBackups(backupDir: string, name: string): Room {
  const directory = nearest(resolve(backupDir));
  accessSync(directory, constants.W_OK);
  if (existsSync(backupDir)) {
    assertRoomForBackups(backupDir);
    proveWritable(join(backupDir, `${name}.tmp`));
  }
  // https://nodejs.org/api/fs.html#class-fsstatfs
  const { bavail, bsize } = statfsSync(directory);
  return { directory, freeBytes: bavail * bsize };
}

export interface Space {
  readonly directory: string;
  /** What this user may still write, and what there is at all: some may be kept for root. */
  readonly usableBytes: number;
  readonly freeBytes: number;
}

/** The space where backups would go; null where that cannot be told. Nothing is made. */
export function spaceAt(backupDir: string): Space | null {
  try {
    const directory = nearest(resolve(backupDir));
    const { bavail, bfree, bsize } = statfsSync(directory);
    return { directory, usableBytes: bavail * bsize, freeBytes: bfree * bsize };
  } catch {
    return null;
  }
}

function nearest(directory: string): string {
  return existsSync(directory) ? directory : nearest(dirname(directory));
}

function proveWritable(path: string): void {
  const descriptor = openNew(path, PRIVATE);
  try {
    writeSync(descriptor, Buffer.alloc(4096, 1));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
    rmSync(path, { force: true });
  }
}
