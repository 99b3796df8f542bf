// Counts and checks over the rows of a database: what the verification compares before and after.

import type Database from 'better-sqlite3';
import { HISTORY_TABLE } from '../../../model/history.js';
import type { FoundRows } from '../../port.js';

/** Tables counted by one statement. */
const TABLES_MAX = 50;

/** Rows of every ordinary table; virtual and shadow tables and Flotilla's own are left out. */
export function countRows(db: Database.Database, schema = 'main'): Readonly<Record<string, number>> {
  const tables = ordinaryTables(db, schema);
  const counts: Record<string, number> = {};
  for (let at = 0; at < tables.length; at += TABLES_MAX) {
    const part = tables.slice(at, at + TABLES_MAX);
    const sql = `SELECT ${part.map((table) => `(SELECT COUNT(*) FROM ${schema}.${quote(table)})`).join(', ')}`;
    const row = db.prepare<[], number[]>(sql).raw().get() ?? [];
    part.forEach((table, index) => (counts[table] = row[index] ?? 0));
  }
  return counts;
}

interface Violation {
  readonly table: string;
  readonly rowid: number | null;
  readonly parent: string;
  readonly fkid: number;
}

/**
 * Rows without a parent, as sorted lines of table, rowid, columns and parent. The number that SQLite gives a foreign
 * key changes when a rebuild adds another, so lines name the columns (sqlite.org/pragma.html#pragma_foreign_key_check).
 * A table whose parents SQLite cannot look up, because they have no such key, is one line.
 */
export function foreignKeyViolations(db: Database.Database): readonly string[] {
  const { violations, mismatches } = checkForeignKeys(db);
  if (violations.length === 0) return mismatches;
  const columns = db.prepare<[string, number], string>(
    'SELECT group_concat("from") FROM pragma_foreign_key_list(?) WHERE id = ?',
  );
  const names = new Map<string, string>();
  const lines = violations.map((violation) => {
    const key = `${violation.table}\0${violation.fkid}`;
    let name = names.get(key);
    if (name === undefined) {
      name = columns.pluck().get(violation.table, violation.fkid) ?? '';
      names.set(key, name);
    }
    const row = violation.rowid === null ? 'a row' : `row ${violation.rowid}`;
    return `${violation.table}: ${row} has no parent in ${violation.parent} (${name})`;
  });
  return [...lines, ...mismatches].sort();
}

interface Checked {
  readonly violations: readonly Violation[];
  readonly mismatches: readonly string[];
}

/**
 * The whole check fails at the first table with a mismatch (sqlite.org/foreignkeys.html#fk_indexes); then one by one.
 */
function checkForeignKeys(db: Database.Database): Checked {
  const check = (table?: string): Checked => {
    try {
      const argument = table === undefined ? '' : `(${quote(table)})`;
      return {
        violations: db.prepare<[], Violation>(`PRAGMA foreign_key_check${argument}`).all(),
        mismatches: [],
      };
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('foreign key mismatch')) throw error;
      if (table !== undefined) return { violations: [], mismatches: [`${table}: ${error.message}`] };
      const found = ordinaryTables(db).map(check);
      return {
        violations: found.flatMap((one) => one.violations),
        mismatches: found.flatMap((one) => one.mismatches),
      };
    }
  };
  return check();
}

/** The rows of a query, one at a time, so that a million of them take no memory. */
export function findRows(db: Database.Database, sql: string, limit: number): FoundRows {
  const first: string[][] = [];
  let count = 0;
  for (const row of db.prepare<[], Value[]>(sql).raw().safeIntegers().iterate()) {
    if (++count <= limit) first.push(row.map(literal));
  }
  return { count, first };
}

type Value = bigint | number | string | Buffer | null;

function literal(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return Buffer.isBuffer(value) ? `x'${value.toString('hex')}'` : String(value);
}

const IS_OF_THE_USER = `name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '${HISTORY_TABLE}'`;

/**
 * Only SQLite knows in which tables a virtual one keeps its content, and asking it costs four times a look at the
 * schema. So it is asked only where there is a virtual table, which is a table without a root page
 * (sqlite.org/schematab.html).
 */
function ordinaryTables(db: Database.Database, schema = 'main'): readonly string[] {
  const tables = db
    .prepare<[], [name: string, rootPage: number | null]>(
      `SELECT name, rootpage FROM ${schema}.sqlite_schema WHERE type = 'table' AND ${IS_OF_THE_USER} ORDER BY name`,
    )
    .raw()
    .all();
  if (tables.every(([, rootPage]) => rootPage !== null && rootPage > 0)) return tables.map(([name]) => name);
  return db
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list WHERE schema = '${schema}' AND type = 'table' AND ${IS_OF_THE_USER} ORDER BY name`,
    )
    .pluck()
    .all();
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
