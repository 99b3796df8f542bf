// What a repair is to leave: the expected structure and, beside it, what is not expected and was not named to be
// dropped. Apart from the statements so that what is left on purpose is known before anything is done.
// Invariant: a table or column that is there and was not named is in the goal.

import type { Named } from '../../structure.js';
import { diffTable } from './diff-table.js';
import { checkIdentity } from './identity.js';
import { resolveParents } from './normalize.js';
import { softDiffTable } from './soft.js';
import { byName, fold, tokensOf, unquote } from './sql-text.js';
import type { Check, Column, Index, Key, Snapshot, Table } from './snapshot.js';

export interface GoalOptions {
  /** What may go though it may hold data. */
  readonly isNamed: IsNamed;
  /** Whether columns are put into the expected order, and constraints get their expected names. */
  readonly arrange: boolean;
}

export function goalOf(expected: Snapshot, actual: Snapshot, options: GoalOptions): Snapshot {
  const { isNamed } = options;
  const extra = <T extends Named>(items: readonly T[], others: readonly T[]): T[] =>
    items.filter(({ name }) => !has(others, name) && !isNamed(name));
  const keptTables = extra(actual.tables, expected.tables);
  const keptViews = extra(actual.views, expected.views);
  const isOnKept = ({ table }: TablePart): boolean => has(keptTables, table) || has(keptViews, table);
  const kept = <T extends TablePart>(parts: readonly T[], others: readonly T[]): T[] =>
    parts.filter((part) => isOnKept(part) || (!has(others, part.name) && !isNamed(part.name)));
  // Tables, views and indexes share their names: what is kept stands in the way of what is expected under its name.
  const taken = [...keptTables, ...keptViews, ...kept(actual.indexes, expected.indexes)];
  const free = <T extends Named>(items: readonly T[]): T[] => items.filter(({ name }) => !has(taken, name));
  const tables = [
    ...free(expected.tables).map((table) => {
      const there = find(actual.tables, table.name);
      return there === undefined ? table : goalOfTable(table, there, expected, options);
    }),
    ...keptTables,
  ];
  const views = [...free(expected.views), ...keptViews];
  const stays = ({ table }: TablePart): boolean =>
    (has(tables, table) && has(actual.tables, table)) || (has(views, table) && has(actual.views, table));
  const comes = ({ table }: TablePart): boolean =>
    (has(tables, table) && has(expected.tables, table)) || (has(views, table) && has(expected.views, table));
  const indexes = [
    ...kept(actual.indexes, expected.indexes)
      .filter(stays)
      .filter(
        (index) => !speaksOfDropped(index, find(tables, index.table), find(actual.tables, index.table)),
      ),
    ...free(expected.indexes).filter(comes),
  ];
  const keptTriggers = kept(actual.triggers, expected.triggers).filter(stays);
  const triggers = [
    ...keptTriggers,
    ...expected.triggers.filter(({ name }) => !has(keptTriggers, name)).filter(comes),
  ];
  return {
    tables: resolveParents(tables).sort(byName),
    indexes: indexes.sort(byName),
    views: views.sort(byName),
    triggers: triggers.sort(byName),
  };
}

function goalOfTable(
  expected: Table,
  actual: Table,
  schema: Snapshot,
  { isNamed, arrange }: GoalOptions,
): Table {
  // What a virtual table holds is in no column that could be copied.
  if (expected.virtual || actual.virtual) return isNamed(expected.name) ? expected : actual;
  const kept = lacking(actual.columns, expected.columns).filter(({ name }) => !isNamed(expected.name, name));
  const toRepair = diffTable(expected, actual, schema).filter(
    (difference) => difference.kind !== 'columnExtra' || !kept.includes(difference.actual),
  );
  if (toRepair.length === 0 && !(arrange && softDiffTable(expected, actual).length > 0)) return actual;
  if (kept.length === 0) return expected;
  // No column can be put into a text that only SQLite can read.
  if (expected.definition !== null) return actual;
  const columns = [...expected.columns, ...kept];
  const dropped = lacking(actual.columns, columns);
  const follows = (names: readonly string[]): boolean =>
    names.some((name) => has(kept, name)) && !names.some((name) => has(dropped, name));
  const isExpected = (check: Check): boolean =>
    expected.checks.some((other) => checkIdentity(other) === checkIdentity(check));
  const goal: Table = {
    ...expected,
    // A column of another type cannot be in a STRICT table: https://sqlite.org/stricttables.html
    strict: expected.strict && kept.every(isStrict),
    columns,
    uniques: [...expected.uniques, ...actual.uniques.filter((key) => follows(columnsOf(key)))],
    checks: [
      ...expected.checks,
      ...actual.checks.filter(
        (check) => follows([...namesIn(check.expression.canonical)]) && !isExpected(check),
      ),
    ],
    foreignKeys: [...expected.foreignKeys, ...actual.foreignKeys.filter((key) => follows(key.columns))],
  };
  const { primaryKey } = actual;
  if (primaryKey === null || !follows(columnsOf(primaryKey))) return goal;
  // A key that differs from the expected one only by columns that are kept is kept with them.
  const inKey = ({ name }: Column): boolean =>
    columnsOf(primaryKey).some((each) => fold(each) === fold(name));
  const withKey = {
    ...goal,
    primaryKey,
    autoincrement: actual.autoincrement,
    // The key of a table without rowid is never NULL: https://sqlite.org/withoutrowid.html
    columns: columns.map((column) =>
      goal.withoutRowid && inKey(column) ? { ...column, notNull: true } : column,
    ),
  };
  const isOther = diffTable(expected, withKey, schema).some(({ kind }) => kind.startsWith('primaryKey'));
  return isOther ? goal : withKey;
}

/**
 * What would not work any more without what is to be dropped, in words. Nothing that is expected uses it, but something
 * else that is kept may.
 */
export function usesOfDropped(goal: Snapshot, expected: Snapshot, actual: Snapshot): readonly string[] {
  const gone = [
    ...lacking(actual.tables, goal.tables).map(({ name }) => ({ words: `table ${name}`, names: [name] })),
    ...lacking(actual.views, goal.views).map(({ name }) => ({ words: `view ${name}`, names: [name] })),
    ...goal.tables.flatMap((table) =>
      lacking(find(actual.tables, table.name)?.columns ?? [], table.columns).map(({ name }) => ({
        words: `column ${table.name}.${name}`,
        names: [table.name, name],
      })),
    ),
  ];
  if (gone.length === 0) return [];
  const users: readonly User[] = [
    ...lacking(goal.views, expected.views).map(({ name, definition }) => ({
      words: `view ${name}`,
      names: namesIn(definition.canonical),
    })),
    ...lacking(goal.triggers, expected.triggers).map(({ name, definition }) => ({
      words: `trigger ${name}`,
      names: namesIn(definition.canonical),
    })),
    ...goal.tables.flatMap((table) => [
      ...table.columns.map(({ name, generated }) => ({
        words: `column ${table.name}.${name}`,
        of: table.name,
        names: namesIn(generated?.expression.canonical ?? ''),
      })),
      ...table.foreignKeys.map(({ columns, parent, parentColumns }) => ({
        words: `the foreign key (${columns.join(', ')}) of ${table.name}`,
        of: parent,
        names: new Set((parentColumns ?? []).map(fold)),
      })),
    ]),
  ];
  return gone.flatMap(({ words, names }) =>
    users
      .filter((user) => names.every((name, i) => (i === 0 && isOf(user, name)) || user.names.has(fold(name))))
      .map((user) => `${words} cannot be dropped: ${user.words}, which stays, uses it; name it too`),
  );
}

/** What speaks of names, and the table whose they are where that one is meant without being named. */
interface User {
  readonly words: string;
  readonly of?: string;
  readonly names: ReadonlySet<string>;
}

// Apart from the names, because a column may bear the name of its table.
function isOf({ of }: User, table: string): boolean {
  return of !== undefined && fold(of) === fold(table);
}

/** An index or a trigger, and the table or view that it is on. */
export interface TablePart extends Named {
  readonly table: string;
}

export type IsNamed = (name: string, column?: string) => boolean;

export function namedBy(dropExtra: readonly string[]): IsNamed {
  const named = new Set(dropExtra.map(fold));
  return (name, column) => named.has(fold(column === undefined ? name : `${name}.${column}`));
}

/** The names that a piece of SQL speaks of, folded, whatever their quotes. */
export function namesIn(sql: string): ReadonlySet<string> {
  return new Set(tokensOf(sql).map(({ canonical }) => fold(unquote(canonical))));
}

/** SQLite compares names without regard to case. */
export function find<T extends Named>(items: readonly T[], name: string): T | undefined {
  const folded = fold(name);
  // Folding keeps the length, and most names differ in it.
  return items.find((item) => item.name.length === name.length && fold(item.name) === folded);
}

export function has(items: readonly Named[], name: string): boolean {
  return find(items, name) !== undefined;
}

/** What is in `items` and, by its name, not in `others`. */
export function lacking<T extends Named>(items: readonly T[], others: readonly Named[]): T[] {
  return items.filter(({ name }) => !has(others, name));
}

export function columnsOf(key: Key): readonly string[] {
  return key.columns.map(({ name }) => name);
}

/** The names that an index speaks of. */
export function namesInIndex({ columns, where }: Index): ReadonlySet<string> {
  return new Set([
    ...columns.flatMap(({ key, column }) => (column === null ? [...namesIn(key.canonical)] : [fold(column)])),
    ...namesIn(where?.canonical ?? ''),
  ]);
}

function speaksOfDropped(index: Index, goal: Table | undefined, actual: Table | undefined): boolean {
  const names = namesInIndex(index);
  return lacking(actual?.columns ?? [], goal?.columns ?? []).some(({ name }) => names.has(fold(name)));
}

function isStrict({ type }: Column): boolean {
  return ['int', 'integer', 'real', 'text', 'blob', 'any'].includes(type.canonical);
}
