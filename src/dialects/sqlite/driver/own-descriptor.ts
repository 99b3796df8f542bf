// Reads from files that SQLite has open in this process, by SQLite's own descriptors: opening one plainly and closing
// it again would drop the locks that this process has on it
// (sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_). Nothing is closed
// here.

import { fstatSync, lstatSync, readSync } from 'node:fs';
import { DatabaseError } from '../../port.js';

/** A process has few files open, and SQLite's are among them. */
const DESCRIPTORS_MAX = 4096;

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** @throws DatabaseError `replaced` where that file is not open in this process */
export function readBytes(path: string, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (readAt(descriptorOf(path), bytes, position) === length) return bytes;
  throw new DatabaseError('replaced', `${path} is not the file that was opened`);
}

/**
 * The first bytes of a file, from its start. Each chunk is good until the next one.
 * @throws DatabaseError like `readBytes`
 */
export function* readChunks(path: string, sizeBytes: number, chunkBytes: number): Iterable<Buffer> {
  const descriptor = descriptorOf(path);
  const room = Buffer.alloc(Math.min(chunkBytes, sizeBytes));
  for (let position = 0; position < sizeBytes;) {
    const wanted = room.subarray(0, Math.min(room.byteLength, sizeBytes - position));
    const count = readAt(descriptor, wanted, position);
    if (count === 0) throw new DatabaseError('io', `${path} ends after ${position} of ${sizeBytes} bytes`);
    yield wanted.subarray(0, count);
    position += count;
  }
}

/** What stands in the index of a log, which is in the byte order of its machine. */
export function readNative32(path: string, position: number): number {
  const bytes = readBytes(path, position, 4);
  return IS_LITTLE_ENDIAN ? bytes.readUInt32LE() : bytes.readUInt32BE();
}

function readAt(descriptor: number, room: Buffer, position: number): number {
  return readSync(descriptor, room, 0, room.byteLength, position);
}

function descriptorOf(path: string): number {
  const { dev, ino } = lstatSync(path, { bigint: true });
  for (let descriptor = 3; descriptor < DESCRIPTORS_MAX; descriptor++) {
    if (isOn(descriptor, dev, ino)) return descriptor;
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
