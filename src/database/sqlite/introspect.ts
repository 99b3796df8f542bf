// Reads the structure of an open SQLite database: a handful of queries for the facts, and one query and one hash
// where the same structure was seen before. Reads the main database alone, inside a transaction as well as outside.
// Invariant: no virtual table, view or trigger is opened, so that a missing module or table does not stand in the way.

import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { fingerprintOf } from '../../schema/fingerprint.js';
import { snapshotOf } from '../../schema/normalize.js';
import type { SchemaFacts } from '../../schema/facts.js';
import type { Snapshot } from '../../schema/snapshot.js';

// Ordinary tables are those with pages of their own; CROSS JOIN keeps the order of the loops.
const EACH_TABLE = `FROM main.sqlite_schema AS s CROSS JOIN`;
const ORDINARY = `s.type = 'table' AND s.rootpage <> 0`;

const OBJECTS = `SELECT type, name, tbl_name AS "table", sql FROM main.sqlite_schema`;
const TABLES = `SELECT name, type, wr AS withoutRowid, strict FROM pragma_table_list WHERE schema = 'main'`;
const COLUMNS = `SELECT s.name AS "table", x.name, x.type, x."notnull" AS "notNull", x.dflt_value AS defaultValue,
  x.pk AS primaryKey, x.hidden ${EACH_TABLE} pragma_table_xinfo(s.name, 'main') AS x WHERE ${ORDINARY}`;
const FOREIGN_KEYS = `SELECT s.name AS "table", x.id, x."table" AS parent, x."from" AS "column",
  x."to" AS parentColumn, x.on_update AS onUpdate, x.on_delete AS onDelete
  ${EACH_TABLE} pragma_foreign_key_list(s.name, 'main') AS x WHERE ${ORDINARY}`;
const INDEXES = `SELECT s.name AS "table", x.name, x."unique", x.origin, x.partial
  ${EACH_TABLE} pragma_index_list(s.name, 'main') AS x WHERE ${ORDINARY}`;
const INDEX_COLUMNS = `SELECT i.name AS "index", x.name, x."desc" AS descending, x.coll AS collation
  ${EACH_TABLE} pragma_index_list(s.name, 'main') AS i
  CROSS JOIN pragma_index_xinfo(i.name, 'main') AS x WHERE ${ORDINARY} AND x.key`;

/** Reads what a snapshot is made of. */
export function readFacts(db: Database): SchemaFacts {
  const rows = (sql: string): unknown => db.prepare(sql).all();
  return {
    objects: rows(OBJECTS) as SchemaFacts['objects'],
    tables: rows(TABLES) as SchemaFacts['tables'],
    columns: rows(COLUMNS) as SchemaFacts['columns'],
    foreignKeys: rows(FOREIGN_KEYS) as SchemaFacts['foreignKeys'],
    indexes: rows(INDEXES) as SchemaFacts['indexes'],
    indexColumns: rows(INDEX_COLUMNS) as SchemaFacts['indexColumns'],
  };
}

/** The normalized structure of the main database. */
export function readSnapshot(db: Database): Snapshot {
  return snapshotOf(readFacts(db));
}

/** A row of sqlite_schema, without the page. */
export type SchemaRow = readonly [type: string, name: string, table: string, sql: string | null];

/** The text that all structure follows from. */
export function readSchemaRows(db: Database): readonly SchemaRow[] {
  return db.prepare<[], SchemaRow>('SELECT type, name, tbl_name, sql FROM main.sqlite_schema').raw().all();
}

/** The fingerprint of a structure, and how many tables of the user it has. */
export interface Fingerprint {
  readonly fingerprint: string;
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
    const key = createHash('sha256').update(JSON.stringify(rows)).digest('base64');
    const found = known.get(key);
    if (found !== undefined) return found;
    const snapshot = readSnapshot(db);
    const result = { fingerprint: fingerprintOf(snapshot), tableCount: snapshot.tables.length };
    const [oldest] = known.keys();
    if (known.size >= capacity && oldest !== undefined) known.delete(oldest);
    known.set(key, result);
    return result;
  };
}
