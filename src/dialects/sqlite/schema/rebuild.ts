// SQLite's rebuild of a table, for the changes that ALTER TABLE cannot make, as a list of statements.
// https://sqlite.org/lang_altertable.html#otheralter: make the new table beside the old one, copy, drop, rename.
// Invariant: run inside one transaction that began with foreign_keys = OFF (with it ON, the drop deletes the rows of
// children), it loses no row, rowid, counter, index, trigger or reference; what cannot be kept fails.

import { renderIndex, renderTable, renderTrigger, rowidColumn } from './render.js';
import { fold, nameSql, textSql } from './sql-text.js';
import type { Index, Snapshot, Table, Trigger } from './snapshot.js';

export interface Rebuild {
  /** The structure as it is. */
  readonly current: Snapshot;
  /** The table to rebuild. */
  readonly table: string;
  /** What it is to be, under any name. */
  readonly target: Table;
  /**
   * By column of the target: an SQL expression over the current table. Default: the column of the same name; where
   * there is none, the default value of the new column.
   */
  readonly copy?: Readonly<Record<string, string>>;
  /** What stands on the table afterwards; default: what stands on it now. */
  readonly indexes?: readonly Index[];
  readonly triggers?: readonly Trigger[];
  /** What `PRAGMA legacy_alter_table` is now, to put it back; default false. */
  readonly legacyAlterTable?: boolean;
}

/**
 * The statements of a rebuild, in order. The caller checks foreign keys afterwards: keys that point in keep pointing
 * at the table by its name.
 * @throws Error where there is no such ordinary table
 */
export function planRebuild(rebuild: Rebuild): readonly string[] {
  const { current, target, legacyAlterTable = false } = rebuild;
  const isHere = ({ name }: { readonly name: string }): boolean => fold(name) === fold(rebuild.table);
  const source = current.tables.find(isHere);
  if (source === undefined || source.virtual || target.virtual)
    throw new Error(`there is no ordinary table ${rebuild.table} to rebuild`);
  const isOn = ({ table }: { readonly table: string }): boolean => fold(table) === fold(source.name);
  const { indexes = current.indexes.filter(isOn), triggers = current.triggers.filter(isOn) } = rebuild;
  const name = temporaryName(current, source.name);
  const rebuilt = { tables: [{ ...target, name: source.name }] };
  return [
    // Without this the rename would fail at views over the table that is gone, and rewrite what refers to it:
    // https://sqlite.org/pragma.html#pragma_legacy_alter_table
    'PRAGMA legacy_alter_table = ON',
    renderTable(target, name),
    copyRows(source, target, name, rebuild.copy ?? {}),
    ...keepCounter(source, target, name),
    `DROP TABLE ${nameSql(source.name)}`,
    `ALTER TABLE ${nameSql(name)} RENAME TO ${nameSql(source.name)}`,
    ...indexes.map((index) => renderIndex(index, rebuilt)),
    ...triggers.map(renderTrigger),
    `PRAGMA legacy_alter_table = ${legacyAlterTable ? 'ON' : 'OFF'}`,
  ];
}

/** The rows, with their rowids where the new table has any. */
function copyRows(
  source: Table,
  target: Table,
  name: string,
  copy: Readonly<Record<string, string>>,
): string {
  const given = new Map(Object.entries(copy).map(([column, expression]) => [fold(column), expression]));
  const existing = new Map(source.columns.map((column) => [fold(column.name), nameSql(column.name)]));
  const pairs = target.columns
    .filter(({ generated }) => generated === null)
    .flatMap((column) => {
      const expression = given.get(fold(column.name)) ?? existing.get(fold(column.name));
      return expression === undefined ? [] : [{ column: column.name, expression }];
    });
  const rowid = copyRowid(source, target, pairs);
  const all = rowid === null ? pairs : [rowid, ...pairs];
  const columns = all.map(({ column }) => nameSql(column)).join(', ');
  const expressions = all.map(({ expression }) => expression).join(', ');
  // An index that lies, which alone holds all columns, would be read in the place of the table.
  // OR ABORT goes before ON CONFLICT clauses of the new table, which could drop rows without a word:
  // https://sqlite.org/lang_conflict.html
  return `INSERT OR ABORT INTO ${nameSql(name)} (${columns})\nSELECT ${expressions} FROM ${nameSql(source.name)} NOT INDEXED`;
}

const ROWID_NAMES = ['rowid', '_rowid_', 'oid'] as const;

// Rowids are what indexes of full text and other outside data know rows by; a plain copy would number them anew.
function copyRowid(
  source: Table,
  target: Table,
  pairs: readonly { readonly column: string }[],
): { column: string; expression: string } | null {
  if (source.withoutRowid || target.withoutRowid) return null;
  const free = (table: Table): string | undefined =>
    ROWID_NAMES.find((name) => !table.columns.some((column) => fold(column.name) === name));
  const alias = rowidColumn(target)?.name;
  const isCopied = pairs.some(({ column }) => alias !== undefined && fold(column) === fold(alias));
  const [column, expression] = [alias ?? free(target), rowidColumn(source)?.name ?? free(source)];
  if (isCopied || column === undefined || expression === undefined) return null;
  return { column, expression: nameSql(expression) };
}

// The counter goes with the table that is dropped; without it, ids of deleted rows would be given out again.
// https://sqlite.org/autoinc.html: sqlite_sequence has no key, so the row is replaced, not updated.
function keepCounter(source: Table, target: Table, name: string): readonly string[] {
  if (!source.autoincrement || !target.autoincrement) return [];
  const [from, to] = [textSql(source.name), textSql(name)];
  return [
    `DELETE FROM sqlite_sequence WHERE name = ${to}`,
    `INSERT INTO sqlite_sequence (name, seq) SELECT ${to}, seq FROM sqlite_sequence WHERE name = ${from}`,
  ];
}

/** What the new table is called beside the old one. */
export function temporaryName({ tables, views, indexes }: Snapshot, table: string): string {
  const taken = new Set([...tables, ...views, ...indexes].map(({ name }) => fold(name)));
  let name = `_flotilla_new_${table}`;
  while (taken.has(fold(name))) name = `${name}_`;
  return name;
}
