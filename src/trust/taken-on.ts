// What a person takes on with --trust: directories that hold what strangers could have prepared, with all that is in
// them, as git's safe.directory names them. Apart from what is safe by itself, because it is an answer of people, not
// of the file system.

import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { FleetError, type FleetErrorCode } from '../model/errors.js';
import { shellWord } from '../model/command.js';
import { foreign, hint, type Hint } from '../model/hint.js';
import { unsafeDirectories, type Unsafe } from './safe-directory.js';

/** Looks at a path, and at every directory above it; null where nobody else can change what lies there. */
export type FindUnsafe = (path: string) => Unsafe | null;

/**
 * @param trusted directories that were taken on: what lies in one is not looked at
 * @returns a look that remembers what it has seen, so it is to be made anew for each call
 */
export function unsafeBut(trusted: readonly string[]): FindUnsafe {
  const takenOn = trusted.map(realPath);
  const unsafe = unsafeDirectories();
  return (path) => (isIn(realPath(path), takenOn) ? null : unsafe(path, 'data'));
}

/** Whether a path lies in a directory that was taken on. */
export function isTakenOn(path: string, trusted: readonly string[]): boolean {
  return isIn(realPath(path), trusted.map(realPath));
}

function isIn(path: string, directories: readonly string[]): boolean {
  return directories.some((one) => path === one || path.startsWith(one === sep ? sep : `${one}${sep}`));
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // Nothing is there, or it cannot be looked at: then it cannot be used either.
    return resolve(path);
  }
}

/** How a file is spoken of that may be somebody else's. */
export interface Work {
  /** Begins the sentence, with the path. */
  readonly what: string;
  /** What can be taken on instead. */
  readonly directory: string;
  readonly code: FleetErrorCode;
}

/**
 * Holds a file that is run, or decides what is done, to be nobody else's work.
 * @throws FleetError
 */
export function assertOwnWork(file: string, find: FindUnsafe, { what, directory, code }: Work): void {
  const unsafe = find(file);
  if (unsafe === null) return;
  throw new FleetError(code, `${what} may be another user's work: ${unsafe.words}`, {
    hint: hint`${mendOf(unsafe)}where all that is in it is to be trusted, say so with --trust ${shellWord(directory)} (FLOTILLA_TRUST)`,
  });
}

/** The same for one file alone. */
export function assertOwnFile(file: string, trusted: readonly string[], work: Work): void {
  assertOwnWork(file, unsafeBut(trusted), work);
}

/** What puts it right, before what takes it on. */
export function mendOf({ commands: [mend] }: Unsafe): Hint {
  return mend === undefined
    ? ''
    : hint`its owner or root can type: ${foreign(mend.program, ...mend.args)}; or, `;
}
