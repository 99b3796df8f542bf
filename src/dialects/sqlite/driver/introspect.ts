// Reads the structure of an open SQLite database: a handful of queries for the facts, and one query and one hash
// where the same structure was seen before. Reads the main database alone, inside a transaction as well as outside.
// Invariant: no virtual table, view or trigger is opened, so that a missing module or table does not stand in the way.

import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { fingerprintOf, layoutHashOf } from '../schema/fingerprint.js';
import { snapshotOf } from '../schema/normalize.js';
import type { SchemaFacts } from '../schema/facts.js';
import type { Snapshot } from '../schema/snapshot.js';

// Ordinary tables are those with pages of their own; CROSS JOIN keeps the order of the loops.
const EACH_TABLE = `FROM main.sqlite_schema AS s CROSS JOIN`;
const ORDINARY = `s.type = 'table' AND s.rootpage <> 0`;

const TABLES = `SELECT name, type, wr AS withoutRowid, strict FROM pragma_table_list WHERE schema = 'main'`;
const COLUMNS = `SELECT s.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
  ${EACH_TABLE} pragma_table_xinfo(s.name, 'main') AS x WHERE ${ORDINARY}`;
const FOREIGN_KEYS = `SELECT s.name AS "table", x.id, x."table" AS parent, x."from" AS "column",
  x."to" AS parentColumn, x.on_update AS onUpdate, x.on_delete AS onDelete
  ${EACH_TABLE} pragma_foreign_key_list(s.name, 'main') AS x WHERE ${ORDINARY}`;
const INDEXES = `SELECT s.name, i.name, i."unique", i.origin, i.partial, x.name, x."desc", x.coll
  ${EACH_TABLE} pragma_index_list(s.name, 'main') AS i
  CROSS JOIN pragma_index_xinfo(i.name, 'main') AS x WHERE ${ORDINARY} AND x.key`;

type Row<K extends keyof SchemaFacts> = SchemaFacts[K][number];
type Values<K extends keyof SchemaFacts, Keys extends readonly (keyof Row<K>)[]> = {
  readonly [I in keyof Keys]: Row<K>[Keys[I]];
};
type ColumnRow = Values<
  'columns',
  ['table', 'name', 'type', 'notNull', 'defaultValue', 'primaryKey', 'hidden']
>;
type IndexRow = readonly [
  ...Values<'indexes', ['table', 'name', 'unique', 'origin', 'partial']>,
  ...Values<'indexColumns', ['name', 'descending', 'collation']>,
];

/** Reads what a snapshot is made of. Rows come as lists where there are many: that is half the time. */
function readFacts(db: Database, schema: readonly SchemaRow[]): SchemaFacts {
  const indexes = new Map<string, Row<'indexes'>>();
  const indexColumns: Row<'indexColumns'>[] = [];
  for (const row of db.prepare<[], IndexRow>(INDEXES).raw().all()) {
    const [table, index, unique, origin, partial, name, descending, collation] = row;
    if (!indexes.has(index)) indexes.set(index, { table, name: index, unique, origin, partial });
    indexColumns.push({ index, name, descending, collation });
  }
  return {
    objects: schema.map(([type, name, table, sql]) => ({ type, name, table, sql })),
    tables: db.prepare<[], Row<'tables'>>(TABLES).all(),
    columns: db
      .prepare<[], ColumnRow>(COLUMNS)
      .raw()
      .all()
      .map(([table, name, type, notNull, defaultValue, primaryKey, hidden]) => ({
        table,
        name,
        type,
        notNull,
        defaultValue,
        primaryKey,
        hidden,
      })),
    foreignKeys: db.prepare<[], Row<'foreignKeys'>>(FOREIGN_KEYS).all(),
    indexes: [...indexes.values()],
    indexColumns,
  };
}

/** The normalized structure of the main database. */
export function readSnapshot(db: Database, schema = readSchemaRows(db)): Snapshot {
  return snapshotOf(readFacts(db, schema));
}

/** A row of sqlite_schema, without the page. */
export type SchemaRow = Values<'objects', ['type', 'name', 'table', 'sql']>;

/** The text that all structure follows from. */
export function readSchemaRows(db: Database): readonly SchemaRow[] {
  return db.prepare<[], SchemaRow>('SELECT type, name, tbl_name, sql FROM main.sqlite_schema').raw().all();
}

/** The fingerprint of a structure, its layout, and how many tables of the user it has. */
export interface Fingerprint {
  readonly fingerprint: string;
  readonly layout: string;
  readonly tableCount: number;
}

/**
 * Makes a function that fingerprints databases and remembers by the text of sqlite_schema what it found: structure is
 * a function of that text, and the files of a fleet mostly share it.
 * @param capacity how many texts are remembered at most; default 1000
 */
export function createFingerprinter(
  capacity = 1000,
): (db: Database, rows?: readonly SchemaRow[]) => Fingerprint {
  const known = new Map<string, Fingerprint>();
  return (db, rows = readSchemaRows(db)) => {
    const key = hash('sha256', JSON.stringify(rows), 'base64');
    const found = known.get(key);
    if (found !== undefined) return found;
    const snapshot = readSnapshot(db, rows);
    const result = {
      fingerprint: fingerprintOf(snapshot),
      layout: layoutHashOf(snapshot),
      tableCount: snapshot.tables.length,
    };
    const [oldest] = known.keys();
    if (known.size >= capacity && oldest !== undefined) known.delete(oldest);
    known.set(key, result);
    return result;
  };
}
