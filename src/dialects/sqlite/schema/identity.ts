// What makes two pieces of structure the same, as strings to compare. Fingerprint and difference both use these, so
// that the difference is empty exactly where the fingerprints are equal.

import { byName, fold } from './sql-text.js';
import type {
  Check,
  Column,
  ForeignKey,
  Index,
  IndexColumn,
  Key,
  KeyColumn,
  Snapshot,
  Table,
} from './snapshot.js';

/** Everything in a snapshot that is identity, in an order that does not depend on how it was written. */
export function snapshotIdentity(snapshot: Snapshot): string {
  return JSON.stringify([
    snapshot.tables.map(tableIdentity),
    snapshot.indexes.map(indexIdentity),
    snapshot.views.map((view) => [fold(view.name), view.definition.canonical]),
    snapshot.triggers.map(({ name, table, definition }) => [fold(name), fold(table), definition.canonical]),
  ]);
}

function tableIdentity(table: Table): readonly unknown[] {
  return [
    fold(table.name),
    table.virtual,
    table.strict,
    table.withoutRowid,
    table.autoincrement,
    [...table.columns].sort(byName).map(columnIdentity),
    table.primaryKey === null ? null : keyIdentity(table.primaryKey),
    table.uniques.map((unique) => keyIdentity(unique)).sort(),
    table.checks.map(checkIdentity).sort(),
    table.foreignKeys.map((foreignKey) => foreignKeyIdentity(foreignKey)).sort(),
    table.definition?.canonical ?? null,
  ];
}

function columnIdentity(column: Column): readonly unknown[] {
  return [
    fold(column.name),
    column.type.canonical,
    column.notNull,
    column.notNullConflict,
    column.default?.canonical ?? null,
    column.collation,
    generatedIdentity(column),
  ];
}

export function generatedIdentity({ generated }: Column): string {
  return generated === null
    ? ''
    : `${generated.stored ? 'stored' : 'virtual'} ${generated.expression.canonical}`;
}

/** @param own collations of columns by folded name: one that is the column's own is then left out */
export function keyIdentity(key: Key, own?: Collations): string {
  return JSON.stringify([key.columns.map((column) => keyColumnIdentity(column, own)), key.onConflict]);
}

export type Collations = ReadonlyMap<string, string>;

export function collationsOf(table: Table): Collations {
  return new Map(table.columns.map(({ name, collation }) => [fold(name), collation]));
}

export function keyColumnIdentity({ name, collation, descending }: KeyColumn, own?: Collations): string {
  const inherited = own?.get(fold(name)) === collation;
  return JSON.stringify([fold(name), inherited ? '' : collation, descending]);
}

export function checkIdentity(check: Check): string {
  return check.expression.canonical;
}

/** @param parentColumns in place of the key's own */
export function foreignKeyIdentity(
  foreignKey: ForeignKey,
  parentColumns: readonly string[] | null = foreignKey.parentColumns,
): string {
  const columns = foreignKey.columns.map(fold);
  const pairs =
    parentColumns === null
      ? columns
      : columns.map((column, i) => JSON.stringify([column, fold(parentColumns[i] ?? '')])).sort();
  const { onDelete, onUpdate, deferred } = foreignKey;
  return JSON.stringify([pairs, fold(foreignKey.parent), onDelete, onUpdate, deferred]);
}

export function indexIdentity(index: Index): readonly unknown[] {
  const { name, table, unique, columns, where } = index;
  const parts = columns.map((column) => indexColumnIdentity(column));
  return [fold(name), fold(table), unique, parts, where?.canonical ?? null];
}

/** @param own as for keyIdentity */
export function indexColumnIdentity(
  { key, column, collation, descending }: IndexColumn,
  own?: Collations,
): string {
  const inherited = column !== null && own?.get(fold(column)) === collation;
  return JSON.stringify([key.canonical, column !== null, inherited ? '' : collation, descending]);
}
