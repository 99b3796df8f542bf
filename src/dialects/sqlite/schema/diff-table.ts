// The difference between two tables of one name. Apart from the difference of whole structures because here one
// change shows in several places: a column's collation in its keys, a missing column in its constraints.

import { defaultValue } from './default-value.js';
import {
  checkIdentity,
  collationsOf,
  foreignKeyIdentity,
  generatedIdentity,
  keyIdentity,
} from './identity.js';
import { fold, tokensOf, unquote } from './sql-text.js';
import type { ColumnAspect, SchemaDifference, TableAspect } from './difference.js';
import type { Check, Column, ForeignKey, Key, Snapshot, Table } from './snapshot.js';

/** @param schema the expected structure that the expected table is part of */
export function diffTable(expected: Table, actual: Table, schema: Snapshot): SchemaDifference[] {
  const table = expected.name;
  if (expected.virtual || actual.virtual) return diffAspects(expected, actual);
  const gone = new Set(lacking(expected.columns, actual.columns).map(({ name }) => fold(name)));
  const added = new Set(lacking(actual.columns, expected.columns).map(({ name }) => fold(name)));
  const follows = (columns: readonly string[]): boolean =>
    columns.some((column) => gone.has(fold(column)) || added.has(fold(column)));
  return [
    ...diffAspects(expected, actual),
    ...expected.columns
      .filter(({ name }) => gone.has(fold(name)))
      .map((column): SchemaDifference => ({ kind: 'columnMissing', table, expected: column })),
    ...actual.columns
      .filter(({ name }) => added.has(fold(name)))
      .map((column): SchemaDifference => ({ kind: 'columnExtra', table, actual: column })),
    ...expected.columns.flatMap((column) => diffColumn(column, expected, actual)),
    ...diffPrimaryKey(expected, actual, gone, added),
    ...diffUniques(expected, actual, follows),
    ...diffChecks(expected, actual, follows),
    ...diffForeignKeys(expected, actual, schema, follows),
  ];
}

function diffAspects(expected: Table, actual: Table): SchemaDifference[] {
  const differing: Record<TableAspect, boolean> = {
    kind: expected.virtual !== actual.virtual,
    strict: expected.strict !== actual.strict,
    withoutRowid: expected.withoutRowid !== actual.withoutRowid,
    autoincrement: expected.autoincrement !== actual.autoincrement,
    definition: expected.definition?.canonical !== actual.definition?.canonical,
  };
  const aspects = (Object.keys(differing) as TableAspect[]).filter((aspect) => differing[aspect]);
  return (differing.kind ? (['kind'] as const) : aspects).map((aspect) => ({
    kind: 'tableDiffers',
    table: expected.name,
    aspect,
    expected,
    actual,
  }));
}

function diffColumn(column: Column, expected: Table, actual: Table): SchemaDifference[] {
  const other = actual.columns.find(({ name }) => fold(name) === fold(column.name));
  if (other === undefined) return [];
  const retyped = column.type.canonical !== other.type.canonical;
  const stricter = expected.strict !== actual.strict;
  // Keys imply NOT NULL. Where it differs only because the key or the kind of table does, that is no second difference.
  const implied =
    isKeyColumn(expected, column) !== isKeyColumn(actual, column) ||
    (isKeyColumn(expected, column) &&
      (isKeyOther(expected, actual) || retyped || stricter || expected.withoutRowid !== actual.withoutRowid));
  // What a default stores follows from the type: it is compared as if the types were the same.
  const sameDefault =
    (retyped || stricter) &&
    defaultValue(other.default?.text ?? null, column.type.text, expected.strict)?.canonical ===
      column.default?.canonical;
  const differing: Record<ColumnAspect, boolean> = {
    type: retyped,
    notNull: column.notNull !== other.notNull && !implied,
    notNullConflict:
      column.notNullConflict !== other.notNullConflict && column.notNull && other.notNull && !implied,
    default: (column.default?.canonical ?? null) !== (other.default?.canonical ?? null) && !sameDefault,
    collation: column.collation !== other.collation,
    generated: generatedIdentity(column) !== generatedIdentity(other),
  };
  return (Object.keys(differing) as ColumnAspect[])
    .filter((aspect) => differing[aspect])
    .map((aspect) => ({
      kind: 'columnDiffers',
      table: expected.name,
      aspect,
      expected: column,
      actual: other,
    }));
}

function isKeyOther({ primaryKey: a }: Table, { primaryKey: b }: Table): boolean {
  return a === null || b === null || keyIdentity(a) !== keyIdentity(b);
}

function isKeyColumn(table: Table, column: Column): boolean {
  return table.primaryKey?.columns.some(({ name }) => fold(name) === fold(column.name)) ?? false;
}

function diffPrimaryKey(
  expected: Table,
  actual: Table,
  gone: ReadonlySet<string>,
  added: ReadonlySet<string>,
): SchemaDifference[] {
  const table = expected.name;
  const [a, b] = [without(expected.primaryKey, gone), without(actual.primaryKey, added)];
  if (a === null) return b === null ? [] : [{ kind: 'primaryKeyExtra', table, actual: b }];
  if (b === null) return [{ kind: 'primaryKeyMissing', table, expected: a }];
  const isSame =
    keyIdentity(a) === keyIdentity(b) ||
    keyIdentity(a, collationsOf(expected)) === keyIdentity(b, collationsOf(actual));
  return isSame ? [] : [{ kind: 'primaryKeyDiffers', table, expected: a, actual: b }];
}

function without(key: Key | null, columns: ReadonlySet<string>): Key | null {
  if (key === null) return null;
  const rest = key.columns.filter(({ name }) => !columns.has(fold(name)));
  return rest.length === 0 ? null : { ...key, columns: rest };
}

function diffUniques(expected: Table, actual: Table, follows: Follows): SchemaDifference[] {
  const table = expected.name;
  const names = (key: Key): string[] => key.columns.map(({ name }) => fold(name));
  const pairs = pairUp(expected.uniques, actual.uniques, {
    same: [
      [(key) => keyIdentity(key), (key) => keyIdentity(key)],
      [(key) => keyIdentity(key, collationsOf(expected)), (key) => keyIdentity(key, collationsOf(actual))],
    ],
    likeness: (a, b) => overlap(names(a), names(b)),
  });
  return pairs.flatMap(([a, b]): SchemaDifference[] => {
    if (follows([...(a === null ? [] : names(a)), ...(b === null ? [] : names(b))])) return [];
    if (b === null) return a === null ? [] : [{ kind: 'uniqueMissing', table, expected: a }];
    if (a === null) return [{ kind: 'uniqueExtra', table, actual: b }];
    return [{ kind: 'uniqueDiffers', table, expected: a, actual: b }];
  });
}

function diffChecks(expected: Table, actual: Table, follows: Follows): SchemaDifference[] {
  const table = expected.name;
  const tokens = (check: Check): string[] =>
    tokensOf(check.expression.canonical).map(({ canonical }) => canonical);
  const pairs = pairUp(expected.checks, actual.checks, {
    same: [[checkIdentity, checkIdentity]],
    likeness: (a, b) =>
      a.name !== null && b.name !== null && fold(a.name) === fold(b.name) ? 2 : overlap(tokens(a), tokens(b)),
  });
  return pairs.flatMap(([a, b]): SchemaDifference[] => {
    if (follows([...(a === null ? [] : tokens(a)), ...(b === null ? [] : tokens(b))].map(unquote))) return [];
    if (b === null) return a === null ? [] : [{ kind: 'checkMissing', table, expected: a }];
    if (a === null) return [{ kind: 'checkExtra', table, actual: b }];
    return [{ kind: 'checkDiffers', table, expected: a, actual: b }];
  });
}

function diffForeignKeys(
  expected: Table,
  actual: Table,
  schema: Snapshot,
  follows: Follows,
): SchemaDifference[] {
  const table = expected.name;
  const parentKey = ({ parent, columns }: ForeignKey): readonly string[] | null => {
    const key = schema.tables.find(({ name }) => fold(name) === fold(parent))?.primaryKey?.columns ?? [];
    return key.length === columns.length ? key.map(({ name }) => name) : null;
  };
  const wholeIdentity = (key: ForeignKey): string => foreignKeyIdentity(key);
  const pairs = pairUp(expected.foreignKeys, actual.foreignKeys, {
    same: [
      [wholeIdentity, wholeIdentity],
      // Compared as if the parents had the same key: that they have not is the parent's difference.
      [wholeIdentity, (key) => foreignKeyIdentity(key, key.written ? key.parentColumns : parentKey(key))],
    ],
    likeness: (a, b) => overlap(a.columns.map(fold), b.columns.map(fold)),
  });
  return pairs.flatMap(([a, b]): SchemaDifference[] => {
    if (follows([...(a?.columns ?? []), ...(b?.columns ?? [])])) return [];
    if (b === null) return a === null ? [] : [{ kind: 'foreignKeyMissing', table, expected: a }];
    if (a === null) return [{ kind: 'foreignKeyExtra', table, actual: b }];
    return [{ kind: 'foreignKeyDiffers', table, expected: a, actual: b }];
  });
}

type Follows = (columns: readonly string[]) => boolean;

type Pair<T> = readonly [expected: T | null, actual: T | null];

/**
 * Takes away what is the same on both sides, and pairs the rest by likeness (more than a half, the most alike first).
 * @param same ways of telling that two are the same, the strictest first
 */
function pairUp<T>(
  expected: readonly T[],
  actual: readonly T[],
  by: {
    readonly same: readonly (readonly [ofExpected: (item: T) => string, ofActual: (item: T) => string])[];
    readonly likeness: (expected: T, actual: T) => number;
  },
): Pair<T>[] {
  const missing = [...expected];
  const extra = [...actual];
  for (const [ofExpected, ofActual] of by.same) {
    for (const item of [...missing]) {
      const at = extra.findIndex((other) => ofActual(other) === ofExpected(item));
      if (at < 0) continue;
      extra.splice(at, 1);
      missing.splice(missing.indexOf(item), 1);
    }
  }
  const candidates = missing
    .flatMap((a) => extra.map((b) => ({ a, b, likeness: by.likeness(a, b) })))
    .filter(({ likeness }) => likeness >= 0.5)
    .sort((x, y) => y.likeness - x.likeness);
  const pairs: Pair<T>[] = [];
  for (const { a, b } of candidates) {
    if (!missing.includes(a) || !extra.includes(b)) continue;
    missing.splice(missing.indexOf(a), 1);
    extra.splice(extra.indexOf(b), 1);
    pairs.push([a, b]);
  }
  return [...pairs, ...missing.map((a): Pair<T> => [a, null]), ...extra.map((b): Pair<T> => [null, b])];
}

/** The share of equal items in two lists, 0 to 1. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const rest = [...b];
  const shared = a.filter((item) => {
    const at = rest.indexOf(item);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
  return (2 * shared.length) / (a.length + b.length);
}

function lacking(columns: readonly Column[], others: readonly Column[]): Column[] {
  const names = new Set(others.map(({ name }) => fold(name)));
  return columns.filter(({ name }) => !names.has(fold(name)));
}
