// Reads a few bytes of a file by the descriptor that SQLite has on it, which is found by the file, and never closed here:
// closing any descriptor on a database drops all locks of this process on it
// (https://www.sqlite.org/howtocorrupt.html).

import { fstatSync, lstatSync, readSync } from 'node:fs';
import { DatabaseError } from '../../port.js';

/** A process has few files open, and SQLite's are among them. */
const DESCRIPTORS_MAX = 4096;

/**
 * Bytes of a file that SQLite has open in this process.
 * @throws DatabaseError `replaced` where the file of this name is another one
 */
export function readBytes(path: string, position: number, length: number): Buffer {
  const { dev, ino } = lstatSync(path, { bigint: true });
  for (let descriptor = 3; descriptor < DESCRIPTORS_MAX; descriptor++) {
    if (!isOn(descriptor, dev, ino)) continue;
    const bytes = Buffer.alloc(length);
    if (readSync(descriptor, bytes, 0, length, position) === length) return bytes;
  }
  throw new DatabaseError('replaced', `${path} is not the file that was opened`);
}

function isOn(descriptor: number, dev: bigint, ino: bigint): boolean {
  try {
    const found = fstatSync(descriptor, { bigint: true });
    return found.dev === dev && found.ino === ino;
  } catch {
    return false;
  }
}
