// Where suites work: in memory where there is room, because points ask nothing of a disk but what the shim sees of it.

import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** What the largest suites may take; a container often has 64 MiB. */
const ROOM_BYTES = 4 * 1024 ** 3;

/** A new directory in memory, or on the disk where memory has no room for it. */
export function fastDirectory(): string {
  return hasRoom() ? mkdtempSync(join(MEMORY, 'flotilla-faults-')) : slowDirectory();
}

/** A new directory where temporary files go. */
export function slowDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'flotilla-faults-'));
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ROOM_BYTES;
  } catch {
    return false;
  }
}
