// Directories for private copies: below the run's own directory or, where that cannot be made, in a fallback, because a
// look must work without a state directory.

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
