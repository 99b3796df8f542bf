// Reads a database without changing its content. What a dead process left (a log without its index, a hot journal) is
// read from a private copy, because SQLite would fold it in. Live sidecars are shared as any reader does. A WAL
// database at rest is opened for change: only then SQLite removes the sidecars it makes
// (sqlite.org/wal.html#read_only_databases).

import { lstatSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { TargetRef } from '../../../model/target.js';
import { DatabaseError } from '../../port.js';
import { copyQuiet } from './copy.js';
import { toDatabaseError } from './errors.js';
import { explainAccess, openForReading } from './open.js';

export interface LookOptions {
  /** The time in nanoseconds since 1970, on the clock that stamps files. */
  readonly nowNs: () => bigint;
  /** Makes a directory for a private copy. */
  readonly makeScratch: () => string;
}

/** @throws DatabaseError */
export type Look = <T>(
  target: TargetRef,
  busyTimeoutMs: number,
  read: (db: Database.Database) => T,
) => Promise<T>;

export function createLook({ nowNs, makeScratch }: LookOptions): Look {
  async function lookAtCopy<T>(
    path: string,
    busyTimeoutMs: number,
    read: (db: Database.Database) => T,
  ): Promise<T> {
    const directory = makeScratch();
    try {
      const copy = await copyQuiet(path, directory, nowNs);
      return lookAt(copy, { readonly: false, busyTimeoutMs, shown: path }, read);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  return async ({ path, isAtRest = false, identity }, busyTimeoutMs, read) => {
    const live = !isAtRest && exists(`${path}-shm`);
    if (!isAtRest && (hasContent(`${path}-journal`) || (hasContent(`${path}-wal`) && !live)))
      return lookAtCopy(path, busyTimeoutMs, read);
    try {
      return lookAt(path, { readonly: live, busyTimeoutMs, shown: path, identity }, read);
    } catch (error) {
      // A WAL database in a directory that cannot be written: SQLite has no place for its sidecars.
      if (error instanceof DatabaseError && error.code === 'permission')
        return lookAtCopy(path, busyTimeoutMs, read);
      throw error;
    }
  };
}

function lookAt<T>(
  path: string,
  options: Parameters<typeof openForReading>[1],
  read: (db: Database.Database) => T,
): T {
  const db = openForReading(path, options);
  try {
    db.exec('BEGIN');
    return read(db);
  } catch (error) {
    const found = toDatabaseError(error, 'corrupt');
    throw found.code === 'notADatabase' ? explainAccess(path, found, options.shown) : found;
  } finally {
    db.close();
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function hasContent(path: string): boolean {
  return (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
