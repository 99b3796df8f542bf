// One look at an open database: history, structure, and what other tools recorded. Reads only.

import type Database from 'better-sqlite3';
import { HISTORY_TABLE } from '../../../model/history.js';
import type { Observation } from '../../../model/observation.js';
import { readClaims } from '../claims/read-claims.js';
import { readEntries } from './history.js';
import { createFingerprinter, readSchemaRows } from './introspect.js';

/** Of an open database; remembered for the life of the process. */
export const fingerprint = createFingerprinter();

/** Reads what decides about a database, in one read transaction if the caller has none. */
export function observe(db: Database.Database): Observation {
  const rows = readSchemaRows(db);
  const hasHistory = rows.some(([type, name]) => name === HISTORY_TABLE && type === 'table');
  return {
    history: hasHistory ? readEntries(db) : null,
    ...fingerprint(db, rows),
    claims: readClaims(db, rows),
  };
}
