// Runs the statements of revisions, and proves after each that the transaction of the target is still open.

import type Database from 'better-sqlite3';
import type { Statement } from '../../../model/revision.js';
import { DatabaseError } from '../../port.js';
import { namedIn } from '../syntax/references.js';
import { toDatabaseError } from './errors.js';

/** @throws DatabaseError `migrationFailed`, or the code of what kept SQLite from running it */
export function execute(db: Database.Database, statement: Pick<Statement, 'sql'>): void {
  try {
    db.exec(statement.sql);
  } catch (error) {
    throw statementError(error, statement);
  }
  assertStillInside(db);
}

/** Runs a statement that no transaction may hold, such as VACUUM (sqlite.org/lang_vacuum.html). */
export function executeOutside(db: Database.Database, statement: Pick<Statement, 'sql'>): void {
  try {
    db.exec(statement.sql);
  } catch (error) {
    throw statementError(error, statement);
  }
  if (db.inTransaction) throw new DatabaseError('migrationFailed', 'the statement left a transaction open');
}

function statementError(error: unknown, { sql }: Pick<Statement, 'sql'>): DatabaseError {
  const { code, message, cause, found } = toDatabaseError(error, 'migrationFailed');
  return new DatabaseError(code, message, { cause, found, tables: namedIn(sql) });
}

/** Resets the settings that a revision may have changed, so that the next one starts as on a new connection. */
export function resetPragmas(db: Database.Database): void {
  db.exec('PRAGMA legacy_alter_table = OFF; PRAGMA defer_foreign_keys = OFF');
}

/** Proves that the last statement neither ended the transaction nor attached another database. */
export function assertStillInside(db: Database.Database): void {
  if (!db.inTransaction) {
    const cause = new DatabaseError('migrationFailed', 'the statement ended the transaction');
    throw new DatabaseError('commitUncertain', cause.message, { cause });
  }
  const others = databases(db)
    .all()
    .map(([, name]) => name)
    .filter((name) => name !== 'main' && name !== 'temp');
  if (others.length > 0)
    throw new DatabaseError('migrationFailed', `the statement attached ${others.join(', ')}`);
}

type Databases = Database.Statement<[], [number, string, string]>;

/** Prepared once for each connection: it is asked after every statement. */
const databasesOf = new WeakMap<Database.Database, Databases>();

function databases(db: Database.Database): Databases {
  const known = databasesOf.get(db);
  if (known !== undefined) return known;
  const statement = db.prepare<[], [number, string, string]>('PRAGMA database_list').raw();
  databasesOf.set(db, statement);
  return statement;
}
