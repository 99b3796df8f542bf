// Which columns of which tables a query puts where: as they are, or as part of something that is computed. Columns are
// followed through subqueries, WITH, views and compounds. Pure: what a table is, whoever asks says. Where a query is
// more than one plain table, nothing is said of values, and tables that are only asked within expressions count by
// their names.

import { traverse, type AstNodeMap } from 'sqlite3-parser';
import { fold } from '../schema/sql-text.js';
import {
  keyOf,
  readQuery,
  readUpdate,
  type Column,
  type Joins,
  type Origin,
  type ShapeOf,
} from './query-columns.js';
import { mentionsIn, nameOf, type TableName } from './row-effects.js';

type Select = AstNodeMap['Select'];

/** What becomes of the columns of one table. */
export interface SourceColumns {
  /** The query takes rows of this table and no others, each at most once: values can be compared. */
  readonly isPlain: boolean;
  readonly table: TableName;
  /** Copied as they are: the source's column, and the one that it goes into. */
  readonly asIs: readonly (readonly [source: string, into: string])[];
  /** Columns, folded, that went into what the statement computes. */
  readonly computed: ReadonlySet<string>;
  /**
   * Columns, folded, that only say which rows of other tables belong to a row, whose values are copied in their stead.
   */
  readonly joined: ReadonlySet<string>;
  /**
   * Some are copied only as columns of other tables that they are equal to: a row that has no such other is not there.
   */
  readonly isMatched: boolean;
}

/** @param into the columns that the query's go into, in order */
export function copiedColumns(
  select: Select,
  into: readonly string[],
  shapeOf: ShapeOf,
): readonly SourceColumns[] {
  const { columns, tables, asked, joins } = readQuery(select, shapeOf);
  const isPlain = isPlainQuery(select, { shapeOf, common: new Map() });
  const read = [...tables.values()].map((table) => ({
    isPlain,
    ...sourceColumns(table, columns, { into, joins, asked }),
  }));
  // What is asked for its own sake, and comes as it is, is known as well as what is joined.
  const found = [...asked.values()]
    .filter((table) => !tables.has(keyOf(table)) && columns.some(({ asIs }) => asIs.some(isOf(table))))
    .map((table) => ({ isPlain: false, ...sourceColumns(table, columns, { into, joins }) }));
  const known = new Set([...tables.keys(), ...found.map(({ table }) => keyOf(table))]);
  const others = tablesAsked(select, shapeOf).filter(({ table }) => !known.has(keyOf(table)));
  return [...read, ...found, ...byName(others, select, into)];
}

/**
 * What an UPDATE puts into rows that are there, of tables besides its own: as it is, or computed, which is said only
 * where the statement takes all that belong to a row.
 */
export function mergedColumns(update: AstNodeMap['UpdateStmt'], shapeOf: ShapeOf): readonly SourceColumns[] {
  const { columns, into, tables, asked, joins } = readUpdate(update, shapeOf);
  const isGiven = (table: TableName): boolean =>
    columns.some(({ asIs, from }) => [...asIs, ...from].some(isOf(table)));
  const own = keyOf(nameOf(update.tblName));
  return [...new Map([...tables, ...asked])].flatMap(([key, table]): SourceColumns[] => {
    if (key === own || !isGiven(table)) return [];
    const found = sourceColumns(table, columns, { into, joins });
    const isFrom = (column: string): boolean =>
      columns.some(({ from }) => from.some((one) => isOf(table)(one) && fold(one.column) === column));
    const computed = new Set([...found.computed].filter((column) => !joins.narrows && isFrom(column)));
    return [{ ...found, computed, isPlain: false, isMatched: true }];
  });
}

const isOf =
  (table: TableName) =>
  (origin: Origin): boolean =>
    keyOf(origin.table) === keyOf(table);

/** What isPlainQuery needs to look names up. */
interface Names {
  readonly shapeOf: ShapeOf;
  /** What the query itself calls a table, folded; null while the inside of that one is read. */
  readonly common: ReadonlyMap<string, AstNodeMap['CommonTableExpr'] | null>;
}

/** One table, directly or through queries that take rows of it and no others, each at most once. */
function isPlainQuery({ select, compounds, with: own }: Select, around: Names): boolean {
  if (select.type !== 'SelectFrom' || (compounds ?? []).length > 0 || select.groupBy !== undefined)
    return false;
  const { from } = select;
  const source = from?.select;
  if (source === undefined || (from?.joins ?? []).length > 0) return false;
  const common = new Map(around.common);
  for (const expression of own?.ctes ?? []) common.set(fold(expression.tblName.text), expression);
  if (source.type === 'SelectSelectTable') return isPlainQuery(source.select, { ...around, common });
  if (source.type !== 'TableSelectTable') return false;
  const table = nameOf(source.tblName);
  const known = table.database === null ? common.get(fold(table.name)) : undefined;
  if (known === null) return false;
  if (known !== undefined)
    return isPlainQuery(known.select, { ...around, common: new Map([...common, [fold(table.name), null]]) });
  const shape = around.shapeOf(table);
  if (shape?.kind === 'view') return isPlainQuery(shape.select, { ...around, common: new Map() });
  return shape !== null;
}

function sourceColumns(
  table: TableName,
  columns: readonly Column[],
  {
    into,
    joins,
    asked = new Map(),
  }: {
    readonly into: readonly string[];
    readonly joins: Joins;
    /** Tables that a value is asked from: one that is not there makes NULL of it, on purpose. */
    readonly asked?: ReadonlyMap<string, TableName>;
  },
): Omit<SourceColumns, 'isPlain'> {
  const isOwn = isOf(table);
  const asIs: [string, string][] = [];
  const matched: [string, string][] = [];
  const computed = new Set<string>();
  for (const [index, column] of columns.entries()) {
    const target = into[index];
    if (target === undefined) break;
    for (const origin of column.asIs.filter(isOwn)) asIs.push([origin.column, target]);
    for (const origin of column.from.filter(isOwn)) computed.add(fold(origin.column));
    // What is equal to a column of another table is where that one is.
    for (const origin of column.asIs.filter((one) => !isOwn(one) && !asked.has(keyOf(one.table))))
      for (const equal of equalTo(origin, joins).filter(isOwn)) matched.push([equal.column, target]);
    // What a column is given instead of what it held is computed on purpose.
    if (column.asIs.length === 0) computed.add(fold(target));
  }
  const takesOthers = columns.some(({ asIs: all, from }) => [...all, ...from].some((one) => !isOwn(one)));
  const used = joins.used.filter((one) => isOwn(one.origin) && (takesOthers || one.isArgument));
  const joined = new Set(used.map(({ origin }) => fold(origin.column)));
  const more = matched.filter(([column]) => asIs.every(([own]) => fold(own) !== fold(column)));
  return { table, asIs: [...asIs, ...more], computed, joined, isMatched: more.length > 0 };
}

function equalTo(origin: Origin, { equal }: Joins): readonly Origin[] {
  const isSame = (one: Origin): boolean =>
    keyOf(one.table) === keyOf(origin.table) && fold(one.column) === fold(origin.column);
  return equal.flatMap(([one, other]) => (isSame(one) ? [other] : isSame(other) ? [one] : []));
}

interface Within {
  readonly table: TableName;
  readonly columns: readonly string[];
}

/** Tables of queries within what a query computes. */
function tablesAsked(select: Select, shapeOf: ShapeOf): readonly Within[] {
  const found = new Map<string, Within>();
  const note = ({ tblName }: AstNodeMap['TableSelectTable']): void => {
    const table = nameOf(tblName);
    const shape = shapeOf(table);
    if (shape?.kind === 'table') found.set(keyOf(table), { table, columns: shape.columns });
  };
  traverse(select, {
    nodes: {
      ExprResultColumn: ({ expr }) => {
        traverse(expr, { nodes: { TableSelectTable: note } });
      },
    },
  });
  return [...found.values()];
}

/**
 * What comes out of a subquery within an expression goes into what it computes; a column of its name is taken for it.
 */
function byName(
  tables: readonly Within[],
  select: Select,
  into: readonly string[],
): readonly SourceColumns[] {
  if (tables.length === 0) return [];
  const { columns, star } = mentionsIn(select);
  const mentioned = new Set([...columns].map(fold));
  const named = new Map(into.map((column) => [fold(column), column]));
  return tables.map(({ table, columns: all }) => ({
    isPlain: false,
    table,
    asIs: all.flatMap((column): [string, string][] => {
      const target = named.get(fold(column));
      return target === undefined ? [] : [[column, target]];
    }),
    computed: new Set(all.map(fold).filter((column) => star || mentioned.has(column))),
    joined: new Set(),
    isMatched: false,
  }));
}
