// The content of a copy on its way back. Invariant: what is not to the byte what its name says is refused as a whole,
// before anybody has looked into it.

import { createHash } from 'node:crypto';
import { closeSync, constants, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { BackupSource } from '../dialects/backup-content.js';
import { DatabaseError } from '../dialects/port.js';
import { syncDirectory } from '../ledger/state-directory.js';
import type { Copy } from './copies.js';

/** Each read and each write of what does not pass through memory. */
const CHUNK_BYTES = 1024 * 1024;

export function sourceOf(copy: Copy): BackupSource {
  const { sizeBytes } = copy;
  return {
    sizeBytes,
    read() {
      const content = Buffer.alloc(sizeBytes);
      let end = 0;
      readAll(copy, (chunk) => {
        end += chunk.copy(content, end);
      });
      return content;
    },
    copyTo(path) {
      const file = openSync(path, 'wx', 0o600);
      try {
        readAll(copy, (chunk) => {
          for (let offset = 0; offset < chunk.byteLength;) offset += writeSync(file, chunk, offset);
        });
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      } finally {
        closeSync(file);
      }
    },
  };
}

/**
 * Writes a copy to a file of its own, durably.
 * @throws the error of the file system, EEXIST where something is there; DatabaseError `backupFailed`
 */
export function writeCopy(copy: Copy, path: string): void {
  sourceOf(copy).copyTo(path);
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncDirectory(dirname(resolve(path)));
}

/** @throws DatabaseError `backupFailed` where it cannot be read, or is not what it should be */
function readAll(copy: Copy, take: (chunk: Buffer) => void): void {
  const { path, sizeBytes, named } = copy;
  const hash = createHash('sha256');
  let read = 0;
  eachChunk(path, (chunk) => {
    read += chunk.byteLength;
    if (read > sizeBytes) throw new DatabaseError('backupFailed', `${path} grows while it is read`);
    hash.update(chunk);
    take(chunk);
  });
  if (read < sizeBytes)
    throw new DatabaseError('backupFailed', `${path} ends after ${read} of ${sizeBytes} bytes`);
  const found = hash.digest('hex');
  if (named === null || found === named.sha256) return;
  throw new DatabaseError(
    'backupFailed',
    `${path} is damaged: its content is not the one that its name tells (SHA-256 ${found})`,
  );
}

function eachChunk(path: string, take: (chunk: Buffer) => void): void {
  const room = Buffer.alloc(CHUNK_BYTES);
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    for (;;) {
      const count = readSync(file, room);
      if (count === 0) return;
      take(room.subarray(0, count));
    }
  } catch (error) {
    if (error instanceof DatabaseError || file !== null) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new DatabaseError('backupFailed', `the copy cannot be read: ${said}`, { cause: error });
  } finally {
    if (file !== null) closeSync(file);
  }
}
