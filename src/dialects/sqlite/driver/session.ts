// One open SQLite database, as the port wants it. Every statement of the protocol that touches a target is here.

import Database from 'better-sqlite3';
import type { Observation } from '../../../model/observation.js';
import { DatabaseError, type HistoryChange, type Session } from '../../port.js';
import { assertColumnOrder, orderWatch } from './column-order.js';
import { counterWatch } from './counters.js';
import { toDatabaseError } from './errors.js';
import { execute, executeOutside, resetPragmas } from './execute.js';
import { objectExists } from './guard.js';
import { changeHistory, readHistoryIfAny } from './history.js';
import { checkIntegrity } from './integrity.js';
import { readSnapshot } from './introspect.js';
import { runModule } from './module.js';
import { fingerprint, observe } from './observe.js';
import { explainAccess } from './open.js';
import { countRows, findRows, foreignKeyViolations } from './rows.js';
import { statisticsWatch } from './statistics.js';
import { watchVirtualTables } from './virtual-tables.js';
import { watchesOf } from './watch.js';

/** Above this many bytes the content is not held in memory. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;

/** @param shown the path that messages name, where another is opened in its stead */
export function createSession(db: Database.Database, shown = db.name): Session {
  const virtual = watchVirtualTables(db);
  const watches = watchesOf([counterWatch(db), statisticsWatch(db), virtual.watch]);
  function guarded<T>(fallback: DatabaseError['code'], work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explainAccess(db.name, toDatabaseError(error, fallback), shown);
    }
  }
  return {
    lock: async () => {
      guarded('busy', () => db.exec('BEGIN IMMEDIATE'));
    },
    proveWritable: async () =>
      guarded('readOnly', () => {
        proveWritable(db);
      }),
    readHistory: async () => guarded('corrupt', () => readHistoryIfAny(db)),
    observe: async (): Promise<Observation> => guarded('corrupt', () => observe(db)),
    fingerprint: async () => guarded('corrupt', () => fingerprint(db).fingerprint),
    structure: async () => guarded('corrupt', () => readSnapshot(db)),
    checkIntegrity: async (depth) =>
      guarded('corrupt', () => {
        virtual.assertWorking();
        return checkIntegrity(db, depth);
      }),
    foreignKeyViolations: async () => guarded('corrupt', () => foreignKeyViolations(db)),
    countRows: async () => guarded('corrupt', () => countRows(db)),
    backUp: async (sink) => {
      const size = guarded('corrupt', () => sizeBytes(db));
      if (size > MEMORY_BYTES_MAX) await sink.fill((path) => copyTo(db, path));
      else sink.write(guarded('backupFailed', () => db.serialize()));
      return size;
    },
    findRows: async (sql, limit) => guarded('migrationFailed', () => findRows(db, sql, limit)),
    exists: async (object) => guarded('corrupt', () => objectExists(db, object)),
    execute: async (statement) =>
      guarded('migrationFailed', () => {
        watches.run(statement, () => {
          execute(db, statement);
        });
      }),
    executeOutside: async (statement) =>
      guarded('migrationFailed', () => {
        watches.run(statement, () => {
          executeOutside(db, statement);
        });
      }),
    executeModule: async (file, direction, accepted = []) =>
      runModule(db, file, direction, watches.and(orderWatch(db, accepted))),
    assertColumnOrder: async (accepted) =>
      guarded('migrationFailed', () => {
        assertColumnOrder(db, accepted);
      }),
    beginRevision: async (begun) =>
      guarded('migrationFailed', () => {
        watches.begin(begun);
      }),
    endRevision: async () =>
      guarded('migrationFailed', () => {
        watches.end();
        resetPragmas(db);
      }),
    record: async (change: HistoryChange) =>
      guarded('migrationFailed', () => {
        changeHistory(db, change);
      }),
    commit: async () => {
      commit(db);
    },
    rollback: async () => {
      if (db.open && db.inTransaction) db.exec('ROLLBACK');
    },
    close: async () => {
      db.close();
    },
  };
}

/**
 * Writes, and takes the write back. BEGIN IMMEDIATE succeeds without any lock on a file that SQLite could only open
 * for reading; only a write tells. Not a byte reaches the file.
 */
function proveWritable(db: Database.Database): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  db.exec(
    `SAVEPOINT flotilla_probe; PRAGMA user_version = ${version}; ROLLBACK TO flotilla_probe; RELEASE flotilla_probe`,
  );
}

function pageCount(db: Database.Database): number {
  return Number(db.pragma('page_count', { simple: true }));
}

function sizeBytes(db: Database.Database): number {
  return pageCount(db) * Number(db.pragma('page_size', { simple: true }));
}

/**
 * Copies through a second connection, in one step: it may read while this one holds the write lock. better-sqlite3
 * resolves a backup that met a lock as if it were done, with no page copied, so the pages are counted.
 */
async function copyTo(db: Database.Database, path: string): Promise<void> {
  const pages = pageCount(db);
  let source: Database.Database | null = null;
  try {
    source = new Database(db.name, { fileMustExist: true, readonly: true });
    const result = await source.backup(path, { progress: () => 0x7fffffff });
    if (result.totalPages !== pages || result.remainingPages !== 0) {
      const copied = result.totalPages - result.remainingPages;
      throw new DatabaseError('backupFailed', `${copied} of ${pages} pages were copied`);
    }
  } catch (error) {
    throw toDatabaseError(error, 'backupFailed');
  } finally {
    source?.close();
  }
}

/** A COMMIT that failed with the transaction still open may be tried again; any other may have committed. */
function commit(db: Database.Database): void {
  try {
    db.exec('COMMIT');
  } catch (error) {
    const translated = toDatabaseError(error, 'migrationFailed');
    if (translated.code === 'busy' && db.inTransaction) throw translated;
    throw new DatabaseError('commitUncertain', translated.message, { cause: translated });
  }
}
