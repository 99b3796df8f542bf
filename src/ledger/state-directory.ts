// The state directory: making it, and saying what is wrong with it. Whatever keeps the ledger, the lock or a report
// from being written is a fault of the whole run, told before any target is touched.

import { closeSync, existsSync, fsyncSync, lstatSync, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FleetError } from '../model/errors.js';
import { foreign, hint, type Hint } from '../model/hint.js';
import type { Fault } from '../trust/fault.js';
import { fileFault, makeOwnDirectory, PRIVATE } from '../trust/own-files.js';
import { unsafeError } from '../trust/refusal.js';
import { unsafeDirectory } from '../trust/safe-directory.js';
import { thisUser } from '../trust/user.js';

/** Directories in it, and files that are opened by their names. */
const DIRECTORIES = ['backups', 'reports', 'scratch'];
const FILES = [
  ...['', '-wal', '-shm', '-journal'].map((part) => `ledger.db${part}`),
  ...['run.lock', 'run.lock-journal'],
];

/**
 * Makes the directory where it is missing; the one above it must be there, so that a typing mistake in --state-dir does
 * not create a tree of directories.
 * @param mode what a group may do, in it and in all that is made in it
 * @throws FleetError `stateDirectory`
 */
export function makeStateDirectory(stateDir: string, mode = PRIVATE): void {
  try {
    assertSafe(stateDir);
    if (makeOwnDirectory(stateDir, mode)) syncDirectory(dirname(resolve(stateDir)));
  } catch (error) {
    throw stateDirectoryError(stateDir, error);
  }
}

/**
 * What others could exchange, and what is no file or directory of ours, is neither read nor written.
 * @throws FleetError `stateDirectory`
 */
export function assertSafe(stateDir: string): void {
  try {
    const fault =
      unsafeDirectory(stateDir, 'own') ??
      firstOf(DIRECTORIES, (name) => unsafeDirectory(join(stateDir, name), 'own')) ??
      firstOf(FILES, (name) => fileFault(join(stateDir, name)));
    if (fault !== null) throw unsafeError(fault, `The state directory ${stateDir}`, '--state-dir');
  } catch (error) {
    throw stateDirectoryError(stateDir, error);
  }
}

function firstOf(names: readonly string[], look: (name: string) => Fault | null): Fault | null {
  for (const name of names) {
    const fault = look(name);
    if (fault !== null) return fault;
  }
  return null;
}

/** What tells a file from another one of its name; null where there is none. */
export function fileIdentity(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** Whether the directory, or anything in its place, is there. */
export function isStateDirectory(stateDir: string): boolean {
  try {
    return lstatSync(stateDir, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // It may not even be looked at.
    return true;
  }
}

/**
 * Makes a directory, and those above it, where they are missing. Step by step, because mkdir with `recursive` says
 * ENOENT where a step fails for another reason, a disk that is read-only or full.
 */
export function makeDirectory(directory: string, mode = PRIVATE): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory), mode);
  makeOwnDirectory(directory, mode);
}

/** Makes the names in a directory durable. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * What SQLite or the file system said of a path in the state directory, in words and with the next step.
 * @param option the option that says where it is
 * @param what words that begin a sentence and name it; default: the path
 * @returns a FleetError `stateDirectory`, or the error itself where neither of them threw it
 */
export function stateDirectoryError(
  path: string,
  error: unknown,
  option = '--state-dir',
  what = path,
): unknown {
  const code = codeOf(error);
  if (error instanceof FleetError || code === null || !(error instanceof Error)) return error;
  const { reason, hint: said } = explain(code, error.message.replace(`${code}: `, ''), { path, option });
  return new FleetError('stateDirectory', `${what} ${reason}`, { hint: said, cause: error });
}

/** Codes: https://www.sqlite.org/rescode.html */
function explain(
  code: string,
  message: string,
  { path, option }: { readonly path: string; readonly option: string },
): { readonly reason: string; readonly hint: Hint } {
  const elsewhere = `or choose another place with ${option}`;
  if (/^(?:SQLITE_FULL|ENOSPC|EDQUOT)/.test(code))
    return { reason: `cannot be written: no space left (${code})`, hint: `free some space, ${elsewhere}` };
  if (/^(?:SQLITE_NOTADB|SQLITE_CORRUPT)/.test(code))
    return {
      reason: `is damaged (${code}: ${message})`,
      hint: 'move it away, its -wal and -shm with it, and run again: what a target is at is recorded in the target itself',
    };
  if (/^SQLITE_BUSY/.test(code))
    return { reason: 'is held by another process', hint: 'wait until that process has ended, and run again' };
  if (/^(?:EEXIST|ENOTDIR)/.test(code))
    return { reason: `is not a directory (${code})`, hint: `move that file away, ${elsewhere}` };
  if (code === 'ENOENT')
    return {
      reason: 'cannot be made: there is no directory above it',
      hint: `make that one first, ${elsewhere}`,
    };
  if (/^(?:SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EROFS)/.test(code)) {
    const whole = `cannot be written (${code}: ${message})`;
    const locked = code === 'EROFS' ? null : lockedOut(path);
    if (locked === null)
      return {
        reason: whole,
        hint: `give this user the right to write it and its directory, ${elsewhere}`,
      };
    const { directory, ownerUid, user } = locked;
    const chown = foreign('chown', '-R', `${user.uid}:${user.gids[0] ?? user.uid}`, directory);
    return {
      reason: `${whole}: ${directory} belongs to uid ${ownerUid}, and this is uid ${user.uid}`,
      hint: hint`root can give it to this user: ${chown}; ${elsewhere}`,
    };
  }
  return {
    reason: `cannot be used (${code}: ${message})`,
    hint: `mend what the message names, ${elsewhere}`,
  };
}

/** The directory that another user made, of which this one can do nothing; null where it is this user's. */
function lockedOut(path: string) {
  const user = thisUser();
  try {
    const directory = lstatSync(path).isDirectory() ? path : dirname(path);
    const ownerUid = lstatSync(directory).uid;
    return user === null || ownerUid === user.uid ? null : { directory, ownerUid, user };
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
