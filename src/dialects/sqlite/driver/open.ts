// Opens project files. Every connection gets the settings that make changing it safe, each read back, because a
// setting that SQLite silently ignores is no setting.

import { accessSync, constants, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { hint, onTarget } from '../../../model/hint.js';
import { DatabaseError } from '../../port.js';
import { connect, trustsSchema } from './connect.js';
import { toDatabaseError } from './errors.js';
import { openProven } from './opened-file.js';
import { formatFault } from './format.js';

type Settings = readonly (readonly [pragma: string, value: number])[];

/** Values to set and to read back. */
const SETTINGS: Settings = [
  // A rebuild drops the old table, which deletes the children's rows where this is ON (sqlite.org/foreignkeys.html).
  ['foreign_keys', 0],
  ['recursive_triggers', 0],
  ['cell_size_check', 1],
  // EXTRA also syncs the directory after the journal is gone; in WAL mode it is FULL. The default in WAL, NORMAL,
  // loses commits at a power cut (sqlite.org/pragma.html#pragma_synchronous).
  ['synchronous', 3],
  ['mmap_size', 0],
];

/** Largest page cache in KiB: a change that overflows the cache locks readers out before the commit. */
const CACHE_KIB_MAX = 262_144;

interface OpenOptions {
  readonly busyTimeoutMs: number;
  /** The path that messages name, where another is opened in its stead. */
  readonly shown?: string;
  /** The file that it must be, by `Target.identity`; left out: the one that is there. */
  readonly identity?: string | undefined;
}

/** Opens for change; the file must exist. Recovers a hot journal or a WAL that a dead process left. */
export function openForChange(path: string, options: OpenOptions): Database.Database {
  const db = openForReading(path, { ...options, readonly: false });
  try {
    const sizeKib = Math.ceil(lstatSync(path).size / 1024);
    // Functions in the schema of a file from elsewhere are not to be run, but for those that the settings give it
    // (sqlite.org/pragma.html#pragma_trusted_schema).
    const settings: Settings = [...SETTINGS, ['trusted_schema', trustsSchema() ? 1 : 0]];
    const setAll = settings.map(([pragma, value]) => `PRAGMA ${pragma} = ${value}`).join('; ');
    db.exec(`${setAll}; PRAGMA cache_size = -${Math.min(CACHE_KIB_MAX, 2_048 + 2 * sizeKib)}`);
    assertSet(db, settings);
    return db;
  } catch (error) {
    const explained = explainAccess(path, toDatabaseError(error, 'corrupt'), options.shown);
    db.close();
    throw explained;
  }
}

/** Opens for a look. Nothing is run that a schema could hide a function in: no view, no trigger, no expression. */
export function openForReading(
  path: string,
  options: OpenOptions & { readonly readonly: boolean },
): Database.Database {
  const { shown = path, identity, readonly, busyTimeoutMs: timeout } = options;
  try {
    return openProven(path, { shown, identity }, () =>
      connect(path, { fileMustExist: true, readonly, timeout }),
    );
  } catch (error) {
    throw explainAccess(path, toDatabaseError(error, 'io'), shown);
  }
}

function assertSet(db: Database.Database, settings: Settings): void {
  for (const [pragma, value] of settings) {
    // `mmap_size` has no value where mapping is compiled out.
    const actual = Number(db.prepare(`PRAGMA ${pragma}`).pluck().get() ?? 0);
    if (actual !== value)
      throw new DatabaseError('internal', `PRAGMA ${pragma} is ${actual}, and ${value} was set`);
  }
}

/**
 * Says why a file could not be opened, and where it could not be written. `access` opens nothing, so no lock of this
 * process is dropped (sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
 */
export function assertWritable(path: string): void {
  for (const needed of [path, dirname(path)]) {
    try {
      accessSync(needed, constants.W_OK);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      // As SQLite tells it: a file that it may only read, or a journal that it cannot make beside it.
      throw new DatabaseError(
        code === 'EROFS' || needed === path ? 'readOnly' : 'permission',
        `${needed} cannot be written (${String(code)})`,
      );
    }
  }
}

/**
 * To be called while the file is still open.
 * SQLite tells a missing right, too many open files and a directory in the place of a journal by one and the same
 * error, and opens for reading what it could not open for writing; only a look at the rights tells them apart.
 */
export function explainAccess(path: string, error: DatabaseError, shown = path): DatabaseError {
  if (error.code === 'notADatabase') return withFormat(path, error);
  if (error.code !== 'permission' && error.code !== 'readOnly') return error;
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    return new DatabaseError('gone', `${shown} is gone`, { cause: error });
  }
  try {
    accessSync(path, constants.R_OK);
  } catch {
    return new DatabaseError('permission', `${shown} cannot be read by this user`, { cause: error });
  }
  try {
    assertWritable(path);
  } catch {
    return error;
  }
  const format = withFormat(path, error);
  if (format !== error) return format;
  const why = 'though the rights allow it: too many open files, or something in the way of its sidecars?';
  return error.code === 'permission'
    ? new DatabaseError('io', `${shown}: ${error.message}, ${why}`, { cause: error })
    : new DatabaseError('readOnly', `${shown}: ${error.message}, ${why}`, { cause: error });
}

/** What the header says, where that is the reason; else the error. */
function withFormat(path: string, error: DatabaseError): DatabaseError {
  const fault = formatFault(path);
  if (fault === null) return error;
  const code = fault.mayRead ? 'readOnly' : 'notADatabase';
  return new DatabaseError(code, fault.words, { cause: error, hint: NEWER });
}

const NEWER = hint`where its application uses a newer SQLite, wait for a version of Flotilla that has it; else put a backup back: ${onTarget('restore')}`;
