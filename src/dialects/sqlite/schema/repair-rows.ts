// The rows that would stand in the way of a repair, as queries that list them: for every rule that becomes stricter
// those that break it, and for every value that would change or go those that hold it. Apart from the statements
// because SQLite would only say that there is such a row, and of some not even that.
// Invariant: no query finds a row that could stay as it is. What only SQLite can foresee is left to the statements,
// which fail where they must.

import { describeKey } from './describe.js';
import { checkIdentity, foreignKeyIdentity, generatedIdentity, indexIdentity } from './identity.js';
import { columnsOf, find, has, namesIn, namesInIndex, type IsNamed } from './repair-goal.js';
import { affinity, valueChecks } from './repair-values.js';
import type { RowCheck } from '../../structure.js';
import { rowCheck, rowKey, type Pair } from './row-check.js';
import { fold, nameSql } from './sql-text.js';
import type { ForeignKey, Index, Key, Snapshot, Table } from './snapshot.js';

/** @param isNamed columns whose values may go */
export function rowChecks(actual: Snapshot, goal: Snapshot, isNamed: IsNamed): readonly RowCheck[] {
  return goal.tables.flatMap((target) => {
    const table = find(actual.tables, target.name);
    if (table === undefined || table.virtual || target.virtual) return [];
    const pair = { table, target };
    return [
      ...target.columns.flatMap((column) => valueChecks(pair, column, isNamed)),
      ...uniqueChecks(pair, uniqueIndexes(pair, actual, goal)),
      ...ruleChecks(pair),
      ...parentChecks(pair, actual, goal),
    ];
  });
}

/** A column or an expression, and the collation that it is compared by. */
interface Compared {
  /** Null for an expression. */
  readonly column: string | null;
  readonly sql: string;
  readonly collation: string;
}

/** As SQL. A column that names no collation is compared by its own. */
function comparedSql({ columns }: Table, { column, sql, collation }: Compared, prefix = ''): string {
  const own = column === null ? undefined : find(columns, column)?.collation;
  return own === collation ? `${prefix}${sql}` : `${prefix}${sql} COLLATE ${nameSql(collation)}`;
}

/** What no two rows may share where none of it is NULL. */
interface Unique {
  readonly words: string;
  readonly parts: readonly Compared[];
  readonly where: string | null;
}

function uniqueChecks(pair: Pair, indexes: readonly Unique[]): readonly RowCheck[] {
  const { table, target } = pair;
  const present = new Set(keysOf(table).map(strictness));
  const keys = keysOf(target)
    .filter((key) => !present.has(strictness(key)) && columnsOf(key).every((name) => keepsValue(pair, name)))
    .map((key): Unique => {
      const word = key === target.primaryKey ? 'PRIMARY KEY' : 'UNIQUE';
      const parts = key.columns.map(({ name, collation }) => ({
        column: name,
        sql: nameSql(name),
        collation,
      }));
      return { words: `${word} ${describeKey(key)}`, parts, where: null };
    });
  return [...keys, ...indexes].map(({ words, parts, where }) => {
    const alike = parts.map((part) => comparedSql(table, part)).join(', ');
    const filled = parts.map(({ sql }) => `${sql} IS NOT NULL`);
    const conditions = [...filled, ...(where === null ? [] : [`(${where})`])].join(' AND ');
    const key = rowKey(table);
    const columns = parts.filter(({ column }) => column !== null).map(({ sql }) => sql);
    const shown = [...new Set([...key, ...columns])].join(', ');
    const counted = `SELECT ${shown}, COUNT(*) OVER (PARTITION BY ${alike}) AS "rows alike" FROM ${nameSql(table.name)} WHERE ${conditions}`;
    return {
      table: table.name,
      words: `that are the same by ${words}`,
      key,
      sql: `SELECT ${shown} FROM (${counted}) WHERE "rows alike" > 1 ORDER BY ${key.join(', ')}`,
    };
  });
}

function keysOf({ primaryKey, uniques }: Table): readonly Key[] {
  return primaryKey === null ? uniques : [primaryKey, ...uniques];
}

/** What two keys that refuse the same rows have in common. */
function strictness({ columns }: Key): string {
  return JSON.stringify(columns.map(({ name, collation }) => [fold(name), collation]).sort());
}

/** The unique indexes that a table does not have yet. */
function uniqueIndexes(pair: Pair, actual: Snapshot, goal: Snapshot): readonly Unique[] {
  const { target } = pair;
  const isNew = (index: Index): boolean => {
    const there = find(actual.indexes, index.name);
    return (
      there === undefined || JSON.stringify(indexIdentity(there)) !== JSON.stringify(indexIdentity(index))
    );
  };
  return goal.indexes
    .filter((index) => index.unique && has([target], index.table) && isNew(index))
    .filter((index) => {
      const names = namesInIndex(index);
      const isPlain = index.where === null && index.columns.every(({ column }) => column !== null);
      return target.columns
        .filter(({ name }) => names.has(fold(name)))
        .every(({ name }) => (isPlain ? keepsValue(pair, name) : keepsMeaning(pair, name)));
    })
    .map(({ name, columns, where }) => ({
      words: `UNIQUE index ${name}`,
      parts: columns.map(({ key, column, collation }) => ({
        column,
        sql: column === null ? `(${key.text})` : nameSql(column),
        collation,
      })),
      where: where?.text ?? null,
    }));
}

function ruleChecks(pair: Pair): readonly RowCheck[] {
  const { table, target } = pair;
  const present = new Set(table.checks.map(checkIdentity));
  return target.checks
    .filter((check) => !present.has(checkIdentity(check)))
    .flatMap((check) => {
      const names = namesIn(check.expression.canonical);
      const columns = target.columns.map(({ name }) => name).filter((name) => names.has(fold(name)));
      if (!columns.every((name) => keepsMeaning(pair, name))) return [];
      const { text } = check.expression;
      return [rowCheck(table, `against CHECK (${text})`, columns.map(nameSql), `NOT (${text})`)];
    });
}

/** Whether a column keeps its values, apart from their type. */
function keepsValue({ table, target }: Pair, name: string): boolean {
  const [there, column] = [find(table.columns, name), find(target.columns, name)];
  return (
    there !== undefined && column !== undefined && generatedIdentity(there) === generatedIdentity(column)
  );
}

/** Whether a column means the same in an expression afterwards. Of other expressions only SQLite can tell the value. */
function keepsMeaning(pair: Pair, name: string): boolean {
  const [there, column] = [find(pair.table.columns, name), find(pair.target.columns, name)];
  return (
    there !== undefined &&
    column !== undefined &&
    keepsValue(pair, name) &&
    there.collation === column.collation &&
    affinity(there, pair.table) === affinity(column, pair.target)
  );
}

/** Foreign keys that are new, or whose parents cannot be looked up yet. */
function parentChecks(pair: Pair, actual: Snapshot, goal: Snapshot): readonly RowCheck[] {
  const { table, target } = pair;
  // Which rows have no parent does not depend on these.
  const passive = { onDelete: '', onUpdate: '', deferred: false };
  const identity = (key: ForeignKey): string => foreignKeyIdentity({ ...key, ...passive });
  const present = new Set(table.foreignKeys.map(identity));
  return target.foreignKeys.flatMap((key) => {
    const isOld = present.has(identity(key)) && hasKeyFor(actual, key);
    const isThere = key.columns.every((name) => keepsValue(pair, name));
    const orphan = !isOld && isThere && hasKeyFor(goal, key) ? orphanOf(table, key, actual, goal) : null;
    if (orphan === null) return [];
    const filled = key.columns.map((name) => `${nameSql(table.name)}.${nameSql(name)} IS NOT NULL`);
    const words = `without a parent in ${key.parent} by the foreign key (${key.columns.join(', ')})`;
    return [rowCheck(table, words, key.columns.map(nameSql), [...filled, orphan].join(' AND '))];
  });
}

/** The condition that a row has no parent; null where only SQLite can tell. */
function orphanOf(table: Table, key: ForeignKey, actual: Snapshot, goal: Snapshot): string | null {
  const [parent, other] = [find(actual.tables, key.parent), find(goal.tables, key.parent)];
  if (other === undefined || other.virtual) return null;
  if (parent === undefined) return 'TRUE';
  const { parentColumns } = key;
  if (parentColumns?.every((name) => has(parent.columns, name)) !== true) return null;
  const pairs = parentColumns.map((name, at) => {
    const collation = find(other.columns, name)?.collation ?? 'BINARY';
    const child = `${nameSql(table.name)}.${nameSql(key.columns[at] ?? '')}`;
    const compared = { column: name, sql: nameSql(name), collation };
    return `${comparedSql(parent, compared, '"its parent".')} = ${child}`;
  });
  return `NOT EXISTS (SELECT 1 FROM ${nameSql(parent.name)} AS "its parent" WHERE ${pairs.join(' AND ')})`;
}

/**
 * Whether SQLite can look up the parents of a key: they need a unique key over these columns, with their collations.
 * https://sqlite.org/foreignkeys.html#fk_indexes
 */
function hasKeyFor({ tables, indexes }: Snapshot, { parent, parentColumns }: ForeignKey): boolean {
  const table = find(tables, parent);
  if (table === undefined || parentColumns === null) return table === undefined;
  const unique = indexes.filter((index) => index.unique && index.where === null && has([table], index.table));
  const lists = [...keysOf(table), ...unique].map(({ columns }) =>
    columns.map((part) => ({
      name: ('column' in part ? part.column : part.name) ?? '',
      collation: part.collation,
    })),
  );
  return lists.some(
    (list) =>
      list.length === parentColumns.length &&
      list.every(({ name, collation }) => find(table.columns, name)?.collation === collation) &&
      parentColumns.every((name) => has(list, name)),
  );
}
