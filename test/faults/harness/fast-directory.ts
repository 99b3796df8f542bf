// A directory in memory where there is one, for points that ask nothing of the disk.

import { accessSync, constants, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

/** @param otherwise an existing directory */
export function fastDirectory(otherwise: string): string {
  const memory = '/dev/shm';
  try {
    accessSync(memory, constants.W_OK);
    return mkdtempSync(join(memory, 'flotilla-faults-'));
  } catch {
    return mkdtempSync(join(otherwise, 'fast-'));
  }
}
