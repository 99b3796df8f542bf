// One look at an open database: history, structure, and what other tools recorded. Reads only.

import type Database from 'better-sqlite3';
import { HISTORY_TABLE } from '../../../model/history.js';
import type { Observation, Witness } from '../../../model/observation.js';
import { readEntries } from './history.js';
import { createFingerprinter, readSchemaRows } from './introspect.js';

/** Of an open database; remembered for the life of the process. */
export const fingerprint = createFingerprinter();

/** Reads what decides about a database, in one read transaction if the caller has none. */
export function observe(db: Database.Database): Observation {
  const rows = readSchemaRows(db);
  const has = (table: string) => rows.some(([type, name]) => name === table && type === 'table');
  return {
    history: has(HISTORY_TABLE) ? readEntries(db) : null,
    ...fingerprint(db, rows),
    witness: has('alembic_version') ? readAlembic(db) : null,
  };
}

function readAlembic(db: Database.Database): Witness | null {
  const column = db
    .prepare<[], string>(`SELECT name FROM pragma_table_info('alembic_version') WHERE name = 'version_num'`)
    .pluck()
    .get();
  if (column === undefined) return null;
  const revisions = db
    .prepare<[], string>('SELECT version_num FROM alembic_version ORDER BY version_num')
    .pluck()
    .all();
  return revisions.length === 0 ? null : { tool: 'alembic', revisions };
}
