// The queries by which a repair says which rows are in its way.

import { rowidColumn } from './render.js';
import { has } from './repair-goal.js';
import { nameSql } from './sql-text.js';
import type { RowCheck } from '../../structure.js';
import type { Table } from './snapshot.js';

/** A table as it is and as it is to be. */
export interface Pair {
  readonly table: Table;
  readonly target: Table;
}

/**
 * Lists rows of a table.
 * @param columns what to show of them, as SQL, beside what they are called by
 * @param where null: all rows
 */
export function rowCheck(
  table: Table,
  words: string,
  columns: readonly string[],
  where: string | null,
): RowCheck {
  const key = rowKey(table);
  const shown = [...new Set([...key, ...columns])].join(', ');
  const condition = where === null ? '' : ` WHERE ${where}`;
  const sql = `SELECT ${shown} FROM ${nameSql(table.name)}${condition} ORDER BY ${key.join(', ')}`;
  return { table: table.name, words, key, sql };
}

/** What messages call a row by, as SQL: its rowid, under a name that no column has, or its key. */
export function rowKey(table: Table): readonly string[] {
  const keys = (table.primaryKey?.columns ?? []).map(({ name }) => nameSql(name));
  if (table.withoutRowid) return keys;
  const alias = rowidColumn(table);
  if (alias !== null) return [nameSql(alias.name)];
  const free = ['rowid', '_rowid_', 'oid'].find((name) => !has(table.columns, name));
  return free === undefined ? table.columns.map(({ name }) => nameSql(name)) : [free];
}
