// What a check of rows must know of a table as it is at this moment: its columns and their affinities, what its rows
// are known by, and by which name SQLite's own number of a row can be asked for.
// https://sqlite.org/rowidtable.html, https://sqlite.org/lang_createtable.html#the_primary_key

import type { Database } from 'better-sqlite3';
import { affinityOf, type Affinity } from '../schema/default-value.js';
import { fold } from '../schema/sql-text.js';

export interface ShapeColumn {
  readonly name: string;
  readonly affinity: Affinity;
  /** Holds what an expression says: no value of its own. */
  readonly generated: boolean;
}

export interface TableShape {
  readonly columns: readonly ShapeColumn[];
  /**
   * The columns that a row is known by: of the primary key, else of a UNIQUE that takes no NULL; none where there is
   * neither.
   */
  readonly key: readonly string[];
  /**
   * Whether several rows may have NULL there: SQLite lets them (https://sqlite.org/lang_createtable.html#primkeyconst).
   */
  readonly keyTakesNull: boolean;
  /** A name for the number of a row; null where there is none, or columns hide it. */
  readonly rowid: string | null;
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
  readonly hidden: number;
}

interface IndexRow {
  readonly name: string;
  readonly unique: number;
  readonly origin: string;
  readonly partial: number;
}

/** Null where there is no ordinary table of this name. */
export function readTableShape(db: Database, database: string, table: string): TableShape | null {
  const [kind] = db
    .prepare<[string, string], { type: string; wr: number; strict: number }>(
      'SELECT type, wr, strict FROM pragma_table_list(?) WHERE schema = ?',
    )
    .all(table, database);
  if (kind?.type !== 'table') return null;
  const rows = db
    .prepare<[string, string], ColumnRow>('SELECT * FROM pragma_table_xinfo(?, ?) WHERE hidden <> 1')
    .all(table, database);
  const columns = rows.map(({ name, type, hidden }) => ({
    name,
    affinity: affinityOf(type, kind.strict === 1),
    generated: hidden > 1,
  }));
  const indexes = db
    .prepare<[string, string], IndexRow>('SELECT * FROM pragma_index_list(?, ?)')
    .all(table, database);
  const primary = rows.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const isNumber = kind.wr === 0 && primary.length === 1 && !indexes.some(({ origin }) => origin === 'pk');
  const hides = new Set(rows.map(({ name }) => fold(name)));
  const rowid = kind.wr === 1 ? null : (['rowid', '_rowid_', 'oid'].find((name) => !hides.has(name)) ?? null);
  const whole = { columns, rowid: isNumber ? (primary[0]?.name ?? null) : rowid };
  if (primary.length > 0) {
    const keyTakesNull = kind.wr === 0 && !isNumber && primary.some(({ notnull }) => notnull === 0);
    return { ...whole, key: primary.map(({ name }) => name), keyTakesNull };
  }
  return { ...whole, key: uniqueColumns(db, database, indexes, rows), keyTakesNull: false };
}

function uniqueColumns(
  db: Database,
  database: string,
  indexes: readonly IndexRow[],
  columns: readonly ColumnRow[],
): readonly string[] {
  const inIndex = db
    .prepare<[string, string], string | null>('SELECT name FROM pragma_index_info(?, ?) ORDER BY seqno')
    .pluck();
  const isNeverNull = (name: string | null): name is string =>
    columns.some((column) => column.name === name && column.notnull === 1 && column.hidden === 0);
  for (const { name, unique, partial } of indexes) {
    if (unique === 0 || partial === 1) continue;
    const names = inIndex.all(name, database);
    if (names.every(isNeverNull)) return names;
  }
  return [];
}
