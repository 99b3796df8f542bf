// Directories for private copies, in the run's own place, or where that one cannot be made: a look does without the
// state directory.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param scratchDir made when the first copy is needed
 * @returns a function that makes a directory of its own for each copy
 */
export function createScratch(scratchDir: string, fallbackDir: string): () => string {
  return () => {
    try {
      mkdirSync(scratchDir, { recursive: true, mode: 0o700 });
      return mkdtempSync(join(scratchDir, 'copy-'));
    } catch {
      return mkdtempSync(join(fallbackDir, 'flotilla-'));
    }
  };
}
