// Directories for private copies: below the run's own directory or, where that cannot be made or others could exchange
// what is in it, in a fallback, because a look must work without a state directory.

import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeOwnDirectory, unsafeInside } from '../../../trust/own-files.js';
import { unsafeDirectory } from '../../../trust/safe-directory.js';

/**
 * @param scratchDir made when the first copy is needed: a directory of its own two below the state directory
 * @returns a function that makes a directory of its own for each copy
 */
export function createScratch(scratchDir: string, fallbackDir: string): () => string {
  return () => {
    try {
      const all = dirname(scratchDir);
      const unsafe = unsafeInside(dirname(all), basename(all), basename(scratchDir));
      if (unsafe === null) {
        for (const directory of [dirname(all), all, scratchDir])
          if (!existsSync(directory)) makeOwnDirectory(directory);
        return mkdtempSync(join(scratchDir, 'copy-'));
      }
    } catch {
      // It cannot be written.
    }
    return fallback(fallbackDir);
  };
}

/** @throws where others could exchange what is in it */
function fallback(fallbackDir: string): string {
  const directory = mkdtempSync(join(fallbackDir, 'flotilla-'));
  const unsafe = unsafeDirectory(directory, 'own');
  if (unsafe === null) return directory;
  rmdirSync(directory);
  throw new Error(`no private copy can be made: ${unsafe.words}`);
}
