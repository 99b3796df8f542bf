// SQLite's error codes, turned into Flotilla's. The only place that knows their names (sqlite.org/rescode.html).

import { fileFailureCode } from '../../../model/file-error.js';
import type { FailureCode } from '../../../model/outcome.js';
import { DatabaseError } from '../../port.js';
import { remedyOfLacking } from './lacking.js';

/**
 * Turns anything thrown by better-sqlite3 into a DatabaseError; `fallback` is the code for SQL that is merely wrong.
 */
export function toDatabaseError(error: unknown, fallback: FailureCode): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const known = fileFailureCode(error) ?? (code === null ? null : failureCodeOf(code));
  // A schema that cannot be run here is not damaged.
  const otherwise = remedyOfLacking(message) === null ? fallback : 'migrationFailed';
  return new DatabaseError(known ?? otherwise, message, { cause: error });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** The code of what kept SQLite from running a statement; null where the statement itself is wrong. */
function failureCodeOf(code: string): FailureCode | null {
  if (code === 'SQLITE_READONLY_DBMOVED') return 'replaced';
  const primary = /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code;
  switch (primary) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
    case 'SQLITE_PROTOCOL':
      return 'busy';
    case 'SQLITE_NOTADB':
      return 'notADatabase';
    case 'SQLITE_CORRUPT':
    case 'SQLITE_FORMAT':
      return 'corrupt';
    case 'SQLITE_READONLY':
      return 'readOnly';
    case 'SQLITE_PERM':
    case 'SQLITE_CANTOPEN':
      return 'permission';
    case 'SQLITE_FULL':
      return 'diskFull';
    case 'SQLITE_IOERR':
    case 'SQLITE_NOMEM':
      return 'io';
    case 'ENOENT':
      return 'gone';
    default:
      return null;
  }
}
