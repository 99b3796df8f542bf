// The SQLite driver: the port's face of this folder.

import { lstatSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { TargetRef, Target } from '../../../model/target.js';
import { DatabaseError, type Driver, type InspectOptions } from '../../port.js';
import { copyQuiet } from './copy.js';
import { toDatabaseError } from './errors.js';
import { readHistoryIfAny } from './history.js';
import { readSnapshot } from './introspect.js';
import { observe } from './observe.js';
import { assertWritable, openForChange, openForReading } from './open.js';
import { createReplay } from './replay.js';
import { createSession } from './session.js';
import { lintRevisions } from '../lint/lint-revisions.js';
import { sqliteSyntax } from '../syntax/syntax.js';

interface LookOptions extends InspectOptions {
  readonly nowNs: () => bigint;
}

/** @param nowNs the time in nanoseconds since 1970, on the clock that stamps files */
export function createSqliteDriver(nowNs: () => bigint): Driver {
  return {
    open: async ({ path }, { purpose, busyTimeoutMs }) =>
      createSession(
        purpose === 'change'
          ? openForChange(path, busyTimeoutMs)
          : // One that may only read leaves the sidecars of a WAL database behind (sqlite.org/wal.html).
            openForReading(path, { readonly: false, busyTimeoutMs }),
      ),
    inspect: async (target, options) => look(target, { ...options, nowNs }, observe),
    snapshot: async (target, options) => look(target, { ...options, nowNs }, readSnapshot),
    history: async (target, options) => look(target, { ...options, nowNs }, readHistoryIfAny),
    async copy(target, directory): Promise<Target> {
      assertWritable(target.path);
      const path = await copyQuiet(target.path, directory, nowNs);
      const { dev, ino } = lstatSync(path, { bigint: true });
      return { ...target, path, identity: { device: `${dev}`, inode: `${ino}` } };
    },
    lint: lintRevisions,
    replay: createReplay,
    syntax: sqliteSyntax,
  };
}

/**
 * Reads without changing the content. What a dead process left (a log without its index, a hot journal) is read from
 * a private copy, because SQLite would fold it in. Live sidecars are shared as any reader does. A WAL database at rest
 * is opened for change: only then SQLite removes the sidecars it makes (sqlite.org/wal.html#read_only_databases).
 */
async function look<T>(
  { path, hasSidecars = true }: TargetRef,
  options: LookOptions,
  read: (db: Database.Database) => T,
): Promise<T> {
  const live = hasSidecars && exists(`${path}-shm`);
  if (hasSidecars && (hasContent(`${path}-journal`) || (hasContent(`${path}-wal`) && !live)))
    return lookAtCopy(path, options, read);
  try {
    return lookAt(path, live, options, read);
  } catch (error) {
    // A WAL database in a directory that cannot be written: SQLite has no place for its sidecars.
    if (error instanceof DatabaseError && error.code === 'permission') return lookAtCopy(path, options, read);
    throw error;
  }
}

async function lookAtCopy<T>(
  path: string,
  options: LookOptions,
  read: (db: Database.Database) => T,
): Promise<T> {
  const directory = options.makeScratch();
  try {
    return lookAt(await copyQuiet(path, directory, options.nowNs), false, options, read);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function lookAt<T>(
  path: string,
  readonly: boolean,
  options: LookOptions,
  read: (db: Database.Database) => T,
): T {
  const db = openForReading(path, { readonly, busyTimeoutMs: options.busyTimeoutMs });
  try {
    db.exec('BEGIN');
    return read(db);
  } catch (error) {
    throw toDatabaseError(error, 'corrupt');
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
