// One open SQLite database, as the port wants it. Every statement of the protocol that touches a target is here.

import type Database from 'better-sqlite3';
import type { HistoryRow } from '../../../model/history.js';
import type { Observation } from '../../../model/observation.js';
import { DatabaseError, type HistoryChange, type Session } from '../../port.js';
import { countBeyond } from './beyond.js';
import { assertColumnOrder, orderWatch } from './column-order.js';
import { contentHash, copyTo, sizeBytes, type ContentOptions } from './content.js';
import { counterWatch } from './counters.js';
import { namingDuplicates } from './duplicates.js';
import { toDatabaseError } from './errors.js';
import { execute, executeOutside, resetPragmas } from './execute.js';
import { objectExists } from './guard.js';
import { changeHistory, readHistoryIfAny } from './history.js';
import { checkIntegrity } from './integrity.js';
import { readSnapshot } from './introspect.js';
import { runModule } from './module.js';
import { dataVersion, leftHash } from './left.js';
import { fingerprint, observe } from './observe.js';
import { explainAccess } from './open.js';
import { putBack } from './restore.js';
import { createRowProof } from './row-proof.js';
import { countRows, findRows, foreignKeyViolations } from './rows.js';
import { statisticsWatch } from './statistics.js';
import { watchVirtualTables } from './virtual-tables.js';
import { watchesOf } from './watch.js';

export interface SessionOptions extends ContentOptions {
  /** The path that messages name, where another is opened in its stead. */
  readonly shown?: string;
  /** Called when it is closed. */
  readonly onClose?: () => void;
}

/** The databases of sessions, for those that work with two of them. */
const databases = new WeakMap<Session, Database.Database>();

function databaseOf(session: Session): Database.Database {
  const db = databases.get(session);
  if (db === undefined) throw new Error('the session is not one of SQLite');
  return db;
}

export function createSession(db: Database.Database, options: SessionOptions): Session {
  const { shown = db.name, memoryBytesMax, onClose } = options;
  const explained = (error: unknown, fallback: DatabaseError['code']) =>
    explainAccess(db.name, toDatabaseError(error, fallback), shown);
  // The proof of rows asks how many the last statement changed, so it looks before others ask anything.
  const virtual = watchVirtualTables(db);
  const watches = watchesOf([createRowProof(db), counterWatch(db), statisticsWatch(db), virtual.watch]);
  function guarded<T>(fallback: DatabaseError['code'], work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explained(error, fallback);
    }
  }
  async function guardedLater<T>(fallback: DatabaseError['code'], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explained(error, fallback);
    }
  }
  /** What tells whether others have committed since the first lock; null before. */
  let lockedAt: number | null = null;
  /** What Flotilla has seen and written itself: before the statements, or by the last record; else null. */
  let history: readonly HistoryRow[] | null = null;
  const session: Session = {
    lock: async () => {
      guarded('busy', () => db.exec('BEGIN IMMEDIATE'));
      lockedAt ??= guarded('corrupt', () => dataVersion(db));
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
        return checkIntegrity(db, depth === 'full' ? 'integrity_check' : 'quick_check');
      }),
    foreignKeyViolations: async () => guarded('corrupt', () => foreignKeyViolations(db)),
    countRows: async () => guarded('corrupt', () => countRows(db)),
    backUp: async (sink) => {
      const size = guarded('corrupt', () => sizeBytes(db));
      if (size > memoryBytesMax) await sink.fill((path) => copyTo(db, path));
      else sink.write(guarded('backupFailed', () => db.serialize()));
      return size;
    },
    content: () => guardedLater('corrupt', () => contentHash(db, options)),
    left: () => guardedLater('corrupt', () => leftHash(db, lockedAt, options)),
    countBeyond: async (backup) => guarded('corrupt', () => countBeyond(databaseOf(backup), db.name)),
    putBack: (backup, assertMay) =>
      guardedLater('migrationFailed', () => putBack(db, databaseOf(backup), assertMay, options)),
    findRows: async (sql, limit) => guarded('migrationFailed', () => findRows(db, sql, limit)),
    exists: async (object) => guarded('corrupt', () => objectExists(db, object)),
    execute: async (statement) =>
      guarded('migrationFailed', () => {
        watches.run(statement, () => {
          namingDuplicates(db, statement, () => {
            execute(db, statement);
          });
        });
      }),
    executeOutside: async (statement) =>
      guarded('migrationFailed', () => {
        watches.run(statement, () => {
          namingDuplicates(db, statement, () => {
            executeOutside(db, statement);
          });
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
        history ??= readHistoryIfAny(db);
        watches.begin(begun);
      }),
    endRevision: async () =>
      guarded('migrationFailed', () => {
        watches.end();
        resetPragmas(db);
      }),
    record: async (change: HistoryChange) =>
      guarded('migrationFailed', () => {
        history = changeHistory(db, change, { before: history ?? readHistoryIfAny(db), shown });
      }),
    commit: async () => {
      commit(db);
    },
    rollback: async () => {
      if (!db.open || !db.inTransaction) return false;
      db.exec('ROLLBACK');
      return true;
    },
    close: async () => {
      db.close();
      onClose?.();
    },
  };
  databases.set(session, db);
  return session;
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
