// The state directory: making it, and saying what is wrong with it. Whatever keeps the ledger, the lock or a report
// from being written is a fault of the whole run, told before any target is touched.

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FleetError } from '../model/errors.js';
import { unsafeError } from '../trust/refusal.js';
import { unsafeDirectory } from '../trust/safe-directory.js';

/**
 * Makes the directory, for its owner alone, where it is missing; the one above it must be there, so that a typing
 * mistake in --state-dir does not create a tree of directories.
 * @throws FleetError `stateDirectory`
 */
export function makeStateDirectory(stateDir: string): void {
  try {
    assertSafe(stateDir);
    if (statSync(stateDir, { throwIfNoEntry: false })?.isDirectory() === true) return;
    mkdirSync(stateDir, { mode: 0o700 });
    syncDirectory(dirname(resolve(stateDir)));
  } catch (error) {
    // Another process may have been faster.
    if (codeOf(error) === 'EEXIST' && statSync(stateDir, { throwIfNoEntry: false })?.isDirectory() === true)
      return;
    throw stateDirectoryError(stateDir, error);
  }
}

/** What others could exchange is neither read nor written. @throws FleetError `stateDirectory` */
function assertSafe(stateDir: string): void {
  const unsafe = unsafeDirectory(stateDir, 'own');
  if (unsafe !== null) throw unsafeError(unsafe, `The state directory ${stateDir}`, '--state-dir');
}

/** What tells a file from another one of its name; null where there is none. */
export function fileIdentity(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** Whether the directory is there. */
export function isStateDirectory(stateDir: string): boolean {
  return existsSync(stateDir);
}

/**
 * Makes a directory, for its owner alone, and those above it, where they are missing. Step by step, because mkdir with
 * `recursive` says ENOENT where a step fails for another reason, a disk that is read-only or full.
 */
export function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
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
 * @param path the path, or words that begin a sentence and name it
 * @param option the option that says where it is
 * @returns a FleetError `stateDirectory`, or the error itself where neither of them threw it
 */
export function stateDirectoryError(path: string, error: unknown, option = '--state-dir'): unknown {
  const code = codeOf(error);
  if (code === null || !(error instanceof Error)) return error;
  const { reason, hint } = explain(code, error.message, option);
  return new FleetError('stateDirectory', `${path} ${reason}`, { hint, cause: error });
}

/** Codes: https://www.sqlite.org/rescode.html */
function explain(
  code: string,
  message: string,
  option: string,
): { readonly reason: string; readonly hint: string } {
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
  if (/^(?:SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EROFS)/.test(code))
    return {
      reason: `cannot be written (${code}: ${message})`,
      hint: `give this user the right to write it and its directory, ${elsewhere}`,
    };
  return {
    reason: `cannot be used (${code}: ${message})`,
    hint: `mend what the message names, ${elsewhere}`,
  };
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
