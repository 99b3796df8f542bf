// The directory of the revisions apart from what is in its files: which there are by their names, and a new one.
// Invariant: nothing that is there is ever overwritten.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FleetError } from '../model/errors.js';
import { readFileName } from './file-name.js';

export function hasRevisions(directory: string): boolean {
  return namesIn(directory).some((name) => readFileName(name) !== null);
}

/** The versions that the names of files speak of, whatever is in them. */
export function versionsIn(directory: string): readonly string[] {
  return namesIn(directory).flatMap((name) => {
    const reading = readFileName(name);
    return reading !== null && 'version' in reading ? [reading.version] : [];
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Whoever reads the files meets the same error, and says so.
    return [];
  }
}

/** @throws FleetError `usage` where something has that name already */
export function assertNewFile(file: string): void {
  if (existsSync(file)) throw fileExists(file);
}

/**
 * Writes a new revision, and the directory it is in.
 * @param elsewhere how to name another place: `another file with --output`
 * @throws FleetError `usage` where something has that name already; `migrations` where it cannot be written
 */
export function writeRevision(file: string, text: string, elsewhere: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw fileExists(file);
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new FleetError('migrations', `The file ${file} cannot be written: ${said}`, {
      hint: `give this user the right to write there, or name ${elsewhere}`,
      cause,
    });
  }
}

function fileExists(file: string): FleetError {
  return new FleetError('usage', `${file} exists already`, {
    hint: 'name another file with --output, or move that one away',
  });
}
