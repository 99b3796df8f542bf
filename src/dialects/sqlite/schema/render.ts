// From structure back to SQL that makes it: what was written is kept (names in their case, the order of columns, the
// text of expressions, names of constraints), the layout is ours.
// Invariant: what it renders, run in an empty database, has the fingerprint of what was rendered.

import { fold, nameSql, quoteName, tokensOf } from './sql-text.js';
import type {
  Check,
  Column,
  ConflictAction,
  ForeignKey,
  Index,
  Key,
  KeyColumn,
  Snapshot,
  Table,
  Trigger,
  View,
} from './snapshot.js';

/**
 * The statements that make a structure, without closing semicolons: tables, parents first where they form no cycle;
 * indexes; views, those that others read first; triggers.
 */
export function renderSnapshot(snapshot: Snapshot): readonly string[] {
  return [
    ...tablesInOrder(snapshot).map((table) => renderTable(table)),
    ...snapshot.indexes.map((index) => renderIndex(index, snapshot)),
    ...viewsInOrder(snapshot).map(renderView),
    ...snapshot.triggers.map(renderTrigger),
  ];
}

/** The statements that unmake a structure: the reverse of renderSnapshot; indexes and triggers go with their tables. */
export function renderDrops(snapshot: Snapshot): readonly string[] {
  return [
    ...viewsInOrder(snapshot).map(({ name }) => `DROP VIEW ${nameSql(name)}`),
    ...tablesInOrder(snapshot).map(({ name }) => `DROP TABLE ${nameSql(name)}`),
  ].reverse();
}

/** @param name in place of the table's own */
export function renderTable(table: Table, name = table.name): string {
  const { definition } = table;
  if (definition !== null)
    return `CREATE ${table.virtual ? 'VIRTUAL ' : ''}TABLE ${nameSql(name)} ${definition.text}`;
  const parts = [
    ...table.columns.map((column) => renderColumn(column, table)),
    ...(table.primaryKey === null || inlineKey(table) !== null
      ? []
      : [`PRIMARY KEY ${keyColumns(table.primaryKey, table)}${conflict(table.primaryKey.onConflict)}`]),
    ...table.uniques.map((key) => `${named(key)}UNIQUE ${keyColumns(key, table)}${conflict(key.onConflict)}`),
    ...table.checks.map(renderCheck),
    ...table.foreignKeys.map(renderForeignKey),
  ];
  const options = [...(table.strict ? ['STRICT'] : []), ...(table.withoutRowid ? ['WITHOUT ROWID'] : [])];
  const body = parts.map((part) => `  ${part}`).join(',\n');
  return [
    `CREATE TABLE ${nameSql(name)} (\n${body}\n)`,
    ...(options.length > 0 ? [options.join(', ')] : []),
  ].join(' ');
}

/** A column as CREATE TABLE and ADD COLUMN take it, with the primary key where it is this column alone. */
export function renderColumn(column: Column, table: Table): string {
  const key = inlineKey(table);
  const isKey = key !== null && fold(key.name) === fold(column.name);
  const isRowid = fold(rowidColumn(table)?.name ?? '') === fold(column.name);
  const clauses = [nameSql(column.name), typeSql(column.type.text)];
  if (isKey) {
    clauses.push(`PRIMARY KEY${key.descending ? ' DESC' : ''}${conflict(table.primaryKey?.onConflict)}`);
    if (table.autoincrement) clauses.push('AUTOINCREMENT');
  }
  if (column.notNull && !isRowid) {
    const { notNullName: name, notNullConflict } = column;
    clauses.push(`${named({ name })}NOT NULL${conflict(notNullConflict)}`);
  }
  if (column.default !== null) clauses.push(`DEFAULT ${defaultSql(column.default.text)}`);
  if (column.collation !== 'BINARY') clauses.push(`COLLATE ${nameSql(column.collation)}`);
  if (column.generated !== null) {
    const { expression, stored } = column.generated;
    clauses.push(`GENERATED ALWAYS AS (${expression.text}) ${stored ? 'STORED' : 'VIRTUAL'}`);
  }
  return clauses.filter((word) => word !== '').join(' ');
}

/** @param snapshot the structure it is part of, which decides what collation a column has where none is written */
export function renderIndex(index: Index, { tables }: Pick<Snapshot, 'tables'>): string {
  const table = tables.find(({ name }) => fold(name) === fold(index.table));
  const columns = index.columns.map(({ key, column, collation, descending }) => {
    const isInherited =
      column === null
        ? collation === 'BINARY' && inheritsBinary(key.canonical, table)
        : table?.columns.find(({ name }) => fold(name) === fold(column))?.collation === collation;
    const clauses = [column === null ? key.text : nameSql(column)];
    if (!isInherited) clauses.push(`COLLATE ${nameSql(collation)}`);
    if (descending) clauses.push('DESC');
    return clauses.join(' ');
  });
  const where = index.where === null ? '' : ` WHERE ${index.where.text}`;
  const unique = index.unique ? 'UNIQUE ' : '';
  return `CREATE ${unique}INDEX ${nameSql(index.name)} ON ${nameSql(index.table)} (${columns.join(', ')})${where}`;
}

export function renderView({ name, definition }: View): string {
  return `CREATE VIEW ${nameSql(name)} ${definition.text}`;
}

export function renderTrigger({ name, definition }: Trigger): string {
  return `CREATE TRIGGER ${nameSql(name)} ${definition.text}`;
}

/**
 * The column that is another name of the rowid, if a table has one: INTEGER PRIMARY KEY.
 * https://sqlite.org/lang_createtable.html#rowid
 */
export function rowidColumn({ withoutRowid, primaryKey, columns }: Table): Column | null {
  const [key, ...others] = primaryKey?.columns ?? [];
  if (withoutRowid || key === undefined || others.length > 0 || key.descending) return null;
  const column = columns.find(({ name }) => fold(name) === fold(key.name));
  return column?.type.canonical === 'integer' ? column : null;
}

// A key of one column stands beside it: only there AUTOINCREMENT and DESC mean what they say. But a collation that is
// not the column's can only be written below.
function inlineKey(table: Table): KeyColumn | null {
  const [key, ...others] = table.primaryKey?.columns ?? [];
  if (key === undefined || others.length > 0) return null;
  const column = table.columns.find(({ name }) => fold(name) === fold(key.name));
  return column?.collation === key.collation ? key : null;
}

function keyColumns({ columns }: Key, table: Table): string {
  const clauses = columns.map(({ name, collation, descending }) => {
    const own = table.columns.find((column) => fold(column.name) === fold(name))?.collation;
    return (
      nameSql(name) +
      (own === collation ? '' : ` COLLATE ${nameSql(collation)}`) +
      (descending ? ' DESC' : '')
    );
  });
  return `(${clauses.join(', ')})`;
}

/** A CHECK as it stands in a table or beside a column. */
export function renderCheck(check: Check): string {
  return `${named(check)}CHECK (${check.expression.text})`;
}

/** A foreign key as it stands beside its only column. */
export function renderReferences(key: ForeignKey): string {
  return `${named(key)}${references(key)}`;
}

function renderForeignKey(key: ForeignKey): string {
  return `${named(key)}FOREIGN KEY ${nameList(key.columns)} ${references(key)}`;
}

function references(key: ForeignKey): string {
  const parent = key.written && key.parentColumns !== null ? ` ${nameList(key.parentColumns)}` : '';
  const clauses = [`REFERENCES ${nameSql(key.parent)}${parent}`];
  if (key.onDelete !== 'NO ACTION') clauses.push(`ON DELETE ${key.onDelete}`);
  if (key.onUpdate !== 'NO ACTION') clauses.push(`ON UPDATE ${key.onUpdate}`);
  if (key.deferred) clauses.push('DEFERRABLE INITIALLY DEFERRED');
  return clauses.join(' ');
}

function nameList(names: readonly string[]): string {
  return `(${names.map(nameSql).join(', ')})`;
}

function named({ name }: Pick<Check, 'name'>): string {
  return name === null ? '' : `CONSTRAINT ${nameSql(name)} `;
}

function conflict(action: ConflictAction = 'ABORT'): string {
  return action === 'ABORT' ? '' : ` ON CONFLICT ${action}`;
}

// Anything may be a type if it is in quotes: https://sqlite.org/syntax/type-name.html
function typeSql(type: string): string {
  const isPlain = /^\w+( \w+)*( ?\( ?[+-]?\d+( ?, ?[+-]?\d+)? ?\))?$/.test(type);
  return type === '' || (isPlain && tokensOf(type).every(isTypeToken)) ? type : quoteName(type);
}

function isTypeToken({ kind }: { readonly kind: string }): boolean {
  return ['ID', 'LP', 'RP', 'INTEGER', 'COMMA', 'PLUS', 'MINUS'].includes(kind);
}

// Only an expression must be in parentheses, and a single name must not be.
function defaultSql(text: string): string {
  const tokens = tokensOf(text);
  const isConstant = tokens.length === 1 || (tokens.length === 2 && /^[+-]/.test(text));
  return isConstant ? text : `(${text})`;
}

function inheritsBinary(expression: string, table: Table | undefined): boolean {
  return (
    !/\bcollate\b/.test(expression) &&
    (table?.columns.every(({ collation }) => collation === 'BINARY') ?? false)
  );
}

/** Parents first where they form no cycle; virtual tables last. */
export function tablesInOrder({ tables }: Pick<Snapshot, 'tables'>): readonly Table[] {
  const [ordinary, virtual] = [
    tables.filter((table) => !table.virtual),
    tables.filter((table) => table.virtual),
  ];
  return [...inOrder(ordinary, (table) => table.foreignKeys.map(({ parent }) => fold(parent))), ...virtual];
}

/** Those that others read first. */
export function viewsInOrder({ views }: Pick<Snapshot, 'views'>): readonly View[] {
  return inOrder(views, ({ definition }) => tokensOf(definition.canonical).map(({ canonical }) => canonical));
}

// Depth first; where there is a cycle the first by name comes first.
function inOrder<T extends { readonly name: string }>(
  items: readonly T[],
  needs: (item: T) => readonly string[],
): readonly T[] {
  const byName = new Map(items.map((item) => [fold(item.name), item]));
  const ordered = new Set<T>();
  const visit = (item: T, path: ReadonlySet<T>): void => {
    if (ordered.has(item) || path.has(item)) return;
    for (const name of needs(item)) {
      const needed = byName.get(name);
      if (needed !== undefined) visit(needed, new Set([...path, item]));
    }
    ordered.add(item);
  };
  for (const item of items) visit(item, new Set());
  return [...ordered];
}
