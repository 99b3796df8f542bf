// Adds a column in a scratch database of many tables without ALTER TABLE, after which SQLite reads every object of the
// schema again (https://sqlite.org/lang_altertable.html): among a thousand tables that takes longer than all else.
// The table is made anew instead, under the text that SQLite itself gives it where it is alone.
// Invariant: what is not certain to end as the statement would is left to the statement.

import type { Database } from 'better-sqlite3';
import type { AstNodeMap } from 'sqlite3-parser';
import type { Statement } from '../../../model/revision.js';
import { memory } from '../driver/connect.js';
import { nameSql } from '../schema/sql-text.js';
import { treeOf } from '../syntax/tree.js';

/** Objects of the schema, below which ALTER TABLE is as quick. */
const WORTH = 300;

/** @returns whether it is done; else nothing is changed, and the statement is to be run */
export function addColumn(db: Database, statement: Statement): boolean {
  const tree = treeOf(statement);
  if (tree?.type !== 'AlterTableStmt' || tree.body.type !== 'AddColumnAlterTableBody') return false;
  const { dbName, objName } = tree.tblName;
  if (dbName !== undefined || !isPlain(tree.body.column) || !isLarge(db)) return false;
  const table = objName.text;
  const objects = objectsOf(db, table);
  const made = objects === null ? null : textWith(objects.table, statement);
  if (objects === null || made === null) return false;
  const columns = db
    .prepare<[string], { name: string; hidden: number }>('SELECT name, hidden FROM pragma_table_xinfo(?)')
    .all(table);
  if (columns.some(({ hidden }) => hidden > 0)) return false;
  const rows = db
    .prepare(`SELECT * FROM main.${nameSql(table)}`)
    .raw()
    .safeIntegers()
    .all() as unknown[][];
  const names = columns.map(({ name }) => nameSql(name));
  return inSavepoint(db, () => {
    db.exec(`DROP TABLE main.${nameSql(table)}; ${made}`);
    const insert = `INSERT INTO main.${nameSql(table)} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
    if (rows.length > 0) {
      const written = db.prepare(insert);
      for (const row of rows) written.run(...row);
    }
    for (const sql of objects.others) db.exec(sql);
  });
}

/** Whether rows have no say in it, nor any setting. */
function isPlain({ constraints }: AstNodeMap['ColumnDefinition']): boolean {
  const kinds = constraints.map(({ constraint }) => constraint);
  const hasValue = kinds.some((one) => one.type === 'DefaultColumnConstraint' && isValue(one.expr));
  return kinds.every((one) => {
    if (one.type === 'DefaultColumnConstraint') return isValue(one.expr) || one.expr.type === 'NullLiteral';
    return one.type === 'CollateColumnConstraint' || (one.type === 'NotNullColumnConstraint' && hasValue);
  });
}

function isValue(expr: { readonly type: string }): boolean {
  return expr.type === 'StringLiteral' || expr.type === 'NumericLiteral';
}

function isLarge(db: Database): boolean {
  const size = db.prepare<[], number>('SELECT count(*) FROM main.sqlite_schema').pluck().get() ?? 0;
  const temporary = db.prepare<[], number>('SELECT count(*) FROM temp.sqlite_schema').pluck().get() ?? 0;
  return size >= WORTH && temporary === 0;
}

/** The text of a table and of what is on it; null where there is more to it than texts. */
function objectsOf(
  db: Database,
  table: string,
): { readonly table: string; readonly others: readonly string[] } | null {
  const rows = db
    .prepare<[string], { type: string; sql: string }>(
      `SELECT type, sql FROM main.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL ORDER BY rowid`,
    )
    .all(table);
  const own = rows.find(({ type }) => type === 'table')?.sql;
  const isBare = own !== undefined && !/\b(?:AUTOINCREMENT|VIRTUAL)\b/i.test(own);
  return isBare
    ? { table: own, others: rows.filter(({ type }) => type !== 'table').map(({ sql }) => sql) }
    : null;
}

/** What SQLite makes of the text of a table; null where it takes the column nowhere. */
function textWith(table: string, { sql }: Statement): string | null {
  const alone = memory();
  try {
    alone.exec(table);
    alone.exec(sql);
    return (
      alone.prepare<[], string>(`SELECT sql FROM sqlite_schema WHERE type = 'table'`).pluck().get() ?? null
    );
  } catch {
    return null;
  } finally {
    alone.close();
  }
}

function inSavepoint(db: Database, work: () => void): boolean {
  db.exec('SAVEPOINT flotilla_addition');
  try {
    work();
    db.exec('RELEASE flotilla_addition');
    return true;
  } catch {
    db.exec('ROLLBACK TO flotilla_addition; RELEASE flotilla_addition');
    return false;
  }
}
