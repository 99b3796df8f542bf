// The difference between two structures, piece by piece: one real difference is one piece, and what follows
// from it is not reported again. Empty exactly where the fingerprints are equal.

import { diffTable } from './diff-table.js';
import { indexColumnIdentity, collationsOf } from './identity.js';
import { fold } from './sql-text.js';
import { leftoverOf } from './version-tables.js';
import type { Collations } from './identity.js';
import type { SchemaDifference, IndexAspect } from './difference.js';
import type { Index, Snapshot, Table } from './snapshot.js';

export type { SchemaDifference } from './difference.js';
export { describe } from './describe.js';

/** How `actual` differs from `expected`: tables first, then indexes, views, triggers, each by name. */
export function diff(expected: Snapshot, actual: Snapshot): readonly SchemaDifference[] {
  const owners = ownersOf(actual);
  const expectedOwners = ownersOf(expected);
  // What is on a table that is missing, or not expected, is not reported apart from it.
  const expectedParts = partsOn(expected, owners);
  const actualParts = partsOn(actual, expectedOwners);
  return [
    ...diffTables(expected, actual),
    ...diffIndexes(expectedParts.indexes, actualParts.indexes, expected, actual),
    ...compare(expected.views, actual.views, {
      missing: (view) => [
        {
          kind: 'viewMissing',
          expected: view,
          triggers: expected.triggers.filter(({ table }) => fold(table) === fold(view.name)),
        },
      ],
      extra: (view) => [{ kind: 'viewExtra', actual: view }],
      both: (a, b) =>
        a.definition.canonical === b.definition.canonical
          ? []
          : [{ kind: 'viewDiffers', expected: a, actual: b }],
    }),
    ...compare(expectedParts.triggers, actualParts.triggers, {
      missing: (trigger) => [{ kind: 'triggerMissing', expected: trigger }],
      extra: (trigger) => [{ kind: 'triggerExtra', actual: trigger }],
      both: (a, b) =>
        a.definition.canonical === b.definition.canonical && fold(a.table) === fold(b.table)
          ? []
          : [{ kind: 'triggerDiffers', expected: a, actual: b }],
    }),
  ];
}

/**
 * How far a structure is from the expected one: the number of objects, columns and properties that differ. For
 * comparing candidates, not an absolute measure.
 */
export function distance(differences: readonly SchemaDifference[]): number {
  return differences.reduce((sum, difference) => sum + weight(difference), 0);
}

function weight(difference: SchemaDifference): number {
  if (difference.kind === 'tableExtra') return 1 + difference.actual.columns.length;
  if (difference.kind !== 'tableMissing') return 1;
  return 1 + difference.expected.columns.length + difference.indexes.length + difference.triggers.length;
}

function diffTables(expected: Snapshot, actual: Snapshot): SchemaDifference[] {
  const names = [...expected.tables, ...actual.tables].map(({ name }) => name);
  const on =
    (table: Table) =>
    (part: { readonly table: string }): boolean =>
      fold(part.table) === fold(table.name);
  return compare<Table>(expected.tables, actual.tables, {
    missing: (table) => [
      {
        kind: 'tableMissing',
        table: table.name,
        expected: table,
        indexes: expected.indexes.filter(on(table)),
        triggers: expected.triggers.filter(on(table)),
      },
    ],
    extra: (table) => [
      { kind: 'tableExtra', table: table.name, actual: table, leftover: leftoverOf(table.name, names) },
    ],
    both: (a, b) => diffTable(a, b, expected),
  });
}

function diffIndexes(
  expectedIndexes: readonly Index[],
  actualIndexes: readonly Index[],
  expected: Snapshot,
  actual: Snapshot,
): SchemaDifference[] {
  const expectedCollations = collationsByTable(expected);
  const actualCollations = collationsByTable(actual);
  return compare(expectedIndexes, actualIndexes, {
    missing: (index) => [{ kind: 'indexMissing', expected: index }],
    extra: (index) => [{ kind: 'indexExtra', actual: index }],
    both: (a, b) => {
      const differing: Record<IndexAspect, boolean> = {
        table: fold(a.table) !== fold(b.table),
        unique: a.unique !== b.unique,
        // A collation that follows from the column's belongs to the difference of the column.
        columns:
          indexColumns(a) !== indexColumns(b) &&
          indexColumns(a, expectedCollations) !== indexColumns(b, actualCollations),
        where: (a.where?.canonical ?? '') !== (b.where?.canonical ?? ''),
      };
      return (Object.keys(differing) as IndexAspect[])
        .filter((aspect) => differing[aspect])
        .map((aspect) => ({ kind: 'indexDiffers', aspect, expected: a, actual: b }));
    },
  });
}

function indexColumns(index: Index, collations?: ReadonlyMap<string, Collations>): string {
  const own = collations?.get(fold(index.table));
  return JSON.stringify(index.columns.map((column) => indexColumnIdentity(column, own)));
}

function collationsByTable(snapshot: Snapshot): ReadonlyMap<string, Collations> {
  return new Map(snapshot.tables.map((table) => [fold(table.name), collationsOf(table)]));
}

function ownersOf(snapshot: Snapshot): ReadonlySet<string> {
  return new Set([...snapshot.tables, ...snapshot.views].map(({ name }) => fold(name)));
}

function partsOn(snapshot: Snapshot, owners: ReadonlySet<string>): Pick<Snapshot, 'indexes' | 'triggers'> {
  const isOn = ({ table }: { readonly table: string }): boolean => owners.has(fold(table));
  return { indexes: snapshot.indexes.filter(isOn), triggers: snapshot.triggers.filter(isOn) };
}

function compare<T extends { readonly name: string }>(
  expected: readonly T[],
  actual: readonly T[],
  on: {
    readonly missing: (expected: T) => readonly SchemaDifference[];
    readonly extra: (actual: T) => readonly SchemaDifference[];
    readonly both: (expected: T, actual: T) => readonly SchemaDifference[];
  },
): SchemaDifference[] {
  const byName = new Map(actual.map((item) => [fold(item.name), item]));
  const names = new Set(expected.map(({ name }) => fold(name)));
  return [
    ...expected.flatMap((item) => {
      const counterpart = byName.get(fold(item.name));
      return counterpart === undefined ? on.missing(item) : on.both(item, counterpart);
    }),
    ...actual.filter(({ name }) => !names.has(fold(name))).flatMap(on.extra),
  ];
}
