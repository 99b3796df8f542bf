// Whether a guarded statement is to run: the one answer for targets, for the replay of revisions, and for their
// analysis.

import type Database from 'better-sqlite3';
import type { Guard } from '../../../model/revision.js';

/** Whether a `table`, a `table.column`, or an index, view or trigger of that name is there. */
export function objectExists(db: Database.Database, object: string): boolean {
  const [name = '', column] = object.split('.');
  if (column === undefined) {
    const sql = 'SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE';
    return db.prepare(sql).get(name) !== undefined;
  }
  const sql = 'SELECT 1 FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE';
  return db.prepare(sql).get(name, column) !== undefined;
}

/** Whether a statement with this guard, or with none, is to run. */
export function guardHolds(db: Database.Database, guard: Guard | undefined): boolean {
  return guard === undefined || objectExists(db, guard.object) === (guard.when === 'exists');
}
