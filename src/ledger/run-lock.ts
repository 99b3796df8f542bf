// One run over a fleet at a time. The lock is a transaction that stays open on a SQLite file: the kernel lets go of
// it when the process dies, however it dies, so there is nothing to clean up and no process id to trust. The file is
// never opened otherwise: closing any descriptor on it would drop the lock (https://www.sqlite.org/howtocorrupt.html).
// It guards the ledger; what protects a target is the lock on the target.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { FleetError } from '../model/errors.js';
import { makeFile, PRIVATE } from '../trust/own-files.js';
import { openLedger, type LockHolder } from './ledger.js';
import { assertSafe, makeStateDirectory, stateDirectoryError } from './state-directory.js';

/** Of several that start together, one must win: those that collide try again for so long. */
const BUSY_MS = 200;

export interface RunLock {
  /** Lets the next run begin; harmless when called again. */
  release(): void;
}

/** A connection that nothing refers to is closed when memory is collected, and the lock with it. */
const held = new Set<Database.Database>();

/**
 * @param mode of the state directory
 * @throws FleetError `locked` where another run holds it, `stateDirectory` where it is not safe or cannot be written
 */
export function takeRunLock(stateDir: string, holder: LockHolder, mode = PRIVATE): RunLock {
  makeStateDirectory(stateDir, mode);
  const connection = lock(stateDir, mode);
  held.add(connection);
  const release = (): void => {
    if (held.delete(connection)) connection.close();
  };
  try {
    withLedger(
      stateDir,
      (ledger) => {
        ledger.noteHolder(holder);
      },
      mode,
    );
    return { release };
  } catch (error) {
    release();
    throw error;
  }
}

function lock(stateDir: string, mode: number): Database.Database {
  const path = join(stateDir, 'run.lock');
  let connection: Database.Database | null = null;
  try {
    makeFile(path, mode);
    connection = new Database(path, { timeout: BUSY_MS });
    // The transaction only ever ends by ROLLBACK, so it needs no journal on disk. Not in
    // locking_mode=EXCLUSIVE: that keeps the read lock between two tries, and two that start together both fail.
    connection.pragma('journal_mode = MEMORY');
    connection.exec('BEGIN EXCLUSIVE');
    // A file that cannot be written would be locked for reading only; a write shows it.
    connection.pragma('user_version = 1');
    return connection;
  } catch (error) {
    connection?.close();
    const isHeld = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    throw isHeld ? lockedError(stateDir, error) : stateDirectoryError(path, error);
  }
}

/** Whether a run is going on, its process alive. False where that cannot be found out. */
export function isRunGoingOn(stateDir: string): boolean {
  let connection: Database.Database | null = null;
  try {
    assertSafe(stateDir);
    connection = new Database(join(stateDir, 'run.lock'), {
      readonly: true,
      fileMustExist: true,
      timeout: 0,
    });
    connection.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
  } finally {
    connection?.close();
  }
}

function lockedError(stateDir: string, cause: unknown): FleetError {
  const holder = lastHolder(stateDir);
  const who =
    holder === null
      ? ''
      : `: ${holder.command} ${holder.runId}, started at ${holder.startedAt}${holder.pid === undefined ? '' : `, process ${holder.pid}`}`;
  return new FleetError('locked', `Another run over this fleet is going on${who}`, {
    hint: 'wait until it has ended, or stop it, and run the command again; with --wait 10m it waits by itself',
    cause,
  });
}

/** Who holds the lock, as far as the ledger tells. */
function lastHolder(stateDir: string): LockHolder | null {
  try {
    return withLedger(stateDir, (ledger) => ledger.lastHolder());
  } catch (error) {
    // The lock is certainly held; only its holder's name is not known.
    if (error instanceof FleetError) return null;
    throw error;
  }
}

function withLedger<T>(
  stateDir: string,
  work: (ledger: ReturnType<typeof openLedger>) => T,
  mode?: number,
): T {
  const ledger = openLedger(stateDir, mode);
  try {
    return work(ledger);
  } finally {
    ledger.close();
  }
}
