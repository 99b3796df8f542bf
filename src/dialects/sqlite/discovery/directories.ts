// The directories that a search starts from and keeps out of, as absolute paths without symbolic links, so that they
// can be compared.

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { FleetError } from '../../../model/errors.js';

/**
 * @returns the absolute data directory without symbolic links
 * @throws FleetError `dataDirectory`
 */
export function openDataDir(dataDir: string): string {
  if (/^[\s\p{Cc}]/u.test(dataDir))
    throw dataDirError(
      dataDir,
      'starts with white space or a control character, which better-sqlite3 would cut off',
      'give its absolute path, or rename it',
    );
  try {
    // The slash lets nothing but a directory pass.
    return realpathSync.native(`${resolve(dataDir)}/`);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    const reason =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'ENOTDIR'
          ? 'is not a directory'
          : `cannot be searched: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw dataDirError(dataDir, reason, 'name the directory of the databases with --data-dir', cause);
  }
}

export function dataDirError(dataDir: string, reason: string, hint: string, cause?: unknown): FleetError {
  const message = `The data directory ${JSON.stringify(dataDir)} ${reason}`;
  return new FleetError('dataDirectory', message, { hint, cause });
}

/**
 * @returns the state directory, where it lies under the data directory
 * @throws FleetError `stateDirectory` where it is the data directory itself
 */
export function closedDirectory(root: string, stateDir: string): string | null {
  const closed = realStateDirectory(stateDir);
  if (closed === null) return null;
  if (closed === root)
    throw new FleetError('stateDirectory', 'The state directory is the data directory itself', {
      hint: 'give the state a directory of its own with --state-dir',
    });
  return isWithin(closed, root) ? closed : null;
}

/** The state directory without symbolic links; where there is none, or none that can be entered, null. */
export function realStateDirectory(stateDir: string): string | null {
  try {
    return realpathSync.native(stateDir);
  } catch {
    return null;
  }
}

/** Whether a path is the directory or lies in it; both without symbolic links. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
