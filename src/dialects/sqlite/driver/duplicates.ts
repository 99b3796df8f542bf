// Which values a UNIQUE that failed met twice. SQLite names the columns alone; the rows are asked for as the statement
// would have left them, in the same transaction, which the failed statement has left as it was
// (https://sqlite.org/lang_conflict.html). Invariant: where it cannot be told, nothing is said in the place of it.

import type { Database } from 'better-sqlite3';
import { parseStmt, type Expr, type Stmt } from 'sqlite3-parser';
import type { Statement } from '../../../model/revision.js';
import { DatabaseError } from '../../port.js';
import { fold, quoteName } from '../schema/sql-text.js';
import { treeOf } from '../syntax/tree.js';
import { toDatabaseError } from './errors.js';
import { findRows } from './rows.js';

const SHOWN = 3;
/** Characters of one value. */
const LENGTH_MAX = 80;

/** What is unique: expressions as SQL, and which rows count. */
interface Key {
  readonly parts: readonly string[];
  readonly where: string | null;
}

/** Runs a statement; where a UNIQUE refuses its rows, the error names the values that are there more than once. */
export function namingDuplicates<T>(db: Database, statement: Pick<Statement, 'sql'>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const refused = /^UNIQUE constraint failed: (.*)$/s.exec(error.message)?.[1];
    const words = refused === undefined ? null : duplicatesText(db, statement, refused);
    if (words === null) throw error;
    const message = `${error.message}; ${words}`;
    const { code, cause, found, tables } = toDatabaseError(error, 'migrationFailed');
    throw new DatabaseError(code, message, { cause, found, tables });
  }
}

function duplicatesText(db: Database, statement: Pick<Statement, 'sql'>, refused: string): string | null {
  const tree = treeOf(statement);
  if (tree === null) return null;
  const { sql } = statement;
  try {
    const created = keyOfIndex(sql, tree);
    if (created !== null && tree.type === 'CreateIndexStmt')
      return countText(db, created, quoteName(tree.tblName.text));
    const changed = rowsAfter(db, sql, tree);
    if (changed === null) return null;
    const key = keyRefused(db, changed.table, refused);
    return key === null ? null : countText(db, key, `(${changed.rows})`);
  } catch {
    // What asks is put together from the statement's own text: where that cannot be asked alone, SQLite's words stand.
    return null;
  }
}

/** NULLs are never equal to each other (https://sqlite.org/lang_createtable.html#unique_constraints). */
function countText(db: Database, { parts, where }: Key, rows: string): string | null {
  const names = parts.map((_, at) => `k${at}`);
  const keys = parts.map((part, at) => `${part} AS ${names[at] ?? ''}`).join(', ');
  const grouped = `SELECT ${names.join(', ')}, COUNT(*) AS n FROM (SELECT ${keys} FROM ${rows}${where === null ? '' : ` WHERE ${where}`})
WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')} GROUP BY ${names.join(', ')} HAVING COUNT(*) > 1`;
  const { count, first } = findRows(db, `${grouped} ORDER BY n DESC, ${names.join(', ')}`, SHOWN);
  if (count === 0) return null;
  const sum = findRows(db, `SELECT SUM(n) FROM (${grouped})`, 1).first[0]?.[0] ?? '';
  const examples = first.map(
    (row) => `${row.slice(0, -1).map(shortened).join(', ')} (${row.at(-1) ?? ''} rows)`,
  );
  const listed = `${examples.join('; ')}${count > first.length ? '; ..' : ''}`;
  return `${count} ${count === 1 ? 'value is' : 'values are'} there more than once, in ${sum} rows: ${listed}`;
}

function shortened(value: string): string {
  return value.length <= LENGTH_MAX ? value : `${value.slice(0, LENGTH_MAX)}..`;
}

/** Null where the text makes no index that is unique. */
function keyOfIndex(sql: string, tree: Stmt): Key | null {
  if (tree.type !== 'CreateIndexStmt' || !tree.unique) return null;
  const { columns, whereClause } = tree;
  return {
    parts: columns.map(({ expr }) => textOf(expr, sql)),
    where: whereClause === undefined ? null : textOf(whereClause, sql),
  };
}

function textOf({ span }: Expr, sql: string): string {
  return sql.slice(span.offset, span.offset + span.length);
}

/** The key that SQLite names, by its columns or, of expressions, by its index. */
function keyRefused(db: Database, table: string, refused: string): Key | null {
  const indexes = db
    .prepare<[string], { name: string; sql: string | null }>(
      `SELECT l.name, s.sql FROM pragma_index_list(?) AS l JOIN sqlite_schema AS s ON s.name = l.name WHERE l."unique"`,
    )
    .all(table);
  const columnsOf = db.prepare<[string], { name: string | null; coll: string }>(
    'SELECT name, coll FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno',
  );
  for (const { name, sql } of indexes) {
    const columns = columnsOf.all(name);
    const called = columns.map((column) => `${table}.${column.name ?? ''}`).join(', ');
    if (refused !== `index '${name}'` && fold(refused) !== fold(called)) continue;
    const parsed = sql === null ? null : parseStmt(sql);
    if (sql !== null) return parsed?.status === 'ok' ? keyOfIndex(sql, parsed.root) : null;
    const parts = columns.map(
      (column) => `${quoteName(column.name ?? '')} COLLATE ${quoteName(column.coll)}`,
    );
    return { parts, where: null };
  }
  // An INTEGER PRIMARY KEY has no index (https://sqlite.org/lang_createtable.html#rowid).
  const prefix = `${table}.`;
  return refused.startsWith(prefix) && !refused.includes(', ')
    ? { parts: [quoteName(refused.slice(prefix.length))], where: null }
    : null;
}

/**
 * The rows that an INSERT or UPDATE would have left in its table, as a query; null where that is more than one can ask.
 */
function rowsAfter(db: Database, sql: string, tree: Stmt): { table: string; rows: string } | null {
  if (tree.type === 'InsertStmt') {
    const { tblName, columns, body } = tree;
    if (body.type !== 'SelectInsertBody' || !/^\s*(INSERT|REPLACE)\b/i.test(sql)) return null;
    const table = tblName.objName.text;
    const names = (columns?.map(({ text }) => text) ?? columnsOf(db, table)).map(quoteName).join(', ');
    const { offset, length } = body.select.span;
    // The table first: a compound has the collations of its first part.
    return {
      table,
      rows: `SELECT ${names} FROM ${quoteName(table)} UNION ALL SELECT * FROM (${sql.slice(offset, offset + length)})`,
    };
  }
  if (tree.type !== 'UpdateStmt' || tree.from !== undefined || !/^\s*UPDATE\b/i.test(sql)) return null;
  const { tblName, sets, whereClause } = tree;
  const table = tblName.objName.text;
  const becomes = new Map(
    sets.flatMap(({ colNames, expr }) =>
      colNames.map(({ text }) => [fold(text), textOf(expr, sql)] as const),
    ),
  );
  if (sets.some(({ colNames }) => colNames.length > 1)) return null;
  const hits = whereClause === undefined ? '1' : textOf(whereClause, sql);
  const names = columnsOf(db, table);
  const values = names.map((name) => {
    const value = becomes.get(fold(name));
    return value === undefined
      ? quoteName(name)
      : `CASE WHEN ${hits} THEN ${value} ELSE ${quoteName(name)} END`;
  });
  const from = quoteName(table);
  return {
    table,
    rows: `SELECT ${names.map(quoteName).join(', ')} FROM ${from} WHERE 0 UNION ALL SELECT ${values.join(', ')} FROM ${from}`,
  };
}

/** Those that an INSERT without a list fills. */
function columnsOf(db: Database, table: string): readonly string[] {
  return db
    .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0')
    .pluck()
    .all(table);
}
