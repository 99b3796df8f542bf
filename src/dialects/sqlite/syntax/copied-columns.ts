// Which columns of which tables a query puts where: as they are, or as part of something that is computed. Pure: what
// columns a table has, whoever asks says. Where a query is more than one plain table, what is not seen plainly is taken
// for copied by its name, and nothing is said of values.

import { traverse, type AstNodeMap } from 'sqlite3-parser';
import { fold } from '../schema/sql-text.js';
import { mentionsIn, nameOf, type TableName } from './row-effects.js';

type Select = AstNodeMap['Select'];
type Core = AstNodeMap['SelectFrom'];
type Expr = AstNodeMap['ExprResultColumn']['expr'];

/** What a table that a query names is: its columns, or the query of a view; null where there is none such. */
export type TableShape =
  | { readonly kind: 'table'; readonly columns: readonly string[] }
  | { readonly kind: 'view'; readonly select: Select };
export type ShapeOf = (table: TableName) => TableShape | null;

/** What becomes of the columns of one table. */
export interface SourceColumns {
  readonly table: TableName;
  /** Copied as they are: the source's column, and the one that it goes into. */
  readonly asIs: readonly (readonly [source: string, into: string])[];
  /** Columns, folded, that went into what the statement computes. */
  readonly computed: ReadonlySet<string>;
}

export interface CopiedColumns {
  /** One plain table, each of its rows at most once: values can be compared. */
  readonly isPlain: boolean;
  /** A table may be there more than once. */
  readonly sources: readonly SourceColumns[];
}

/** @param into the columns that the query's go into, in order */
export function copiedColumns(select: Select, into: readonly string[], shapeOf: ShapeOf): CopiedColumns {
  const cores = [select.select, ...(select.compounds ?? []).map((one) => one.select)];
  const found = cores.flatMap((core) =>
    core.type === 'SelectFrom' ? [readCore(core, into, { select, shapeOf })] : [],
  );
  const [first] = found;
  const isPlain = first !== undefined && cores.length === 1 && select.with === undefined && first.isPlain;
  const sources = found.flatMap((core) => core.sources);
  if (isPlain) return { isPlain, sources };
  return { isPlain, sources: [...sources, ...nestedSources(select, into, sources, shapeOf)] };
}

/** One table of a FROM, by what it is called there. */
interface Called {
  readonly called: string;
  readonly table: TableName;
  readonly columns: readonly string[];
}

interface Around {
  readonly select: Select;
  readonly shapeOf: ShapeOf;
}

function readCore(core: Core, into: readonly string[], { select, shapeOf }: Around): CopiedColumns {
  const { from } = core;
  const all = from === undefined ? [] : [from.select, ...(from.joins ?? []).map(({ table }) => table)];
  const own = new Set((select.with?.ctes ?? []).map(({ tblName }) => fold(tblName.text)));
  const tables = all.map((source): Called | null => {
    if (source?.type !== 'TableSelectTable') return null;
    const table = nameOf(source.tblName);
    if (table.database === null && own.has(fold(table.name))) return null;
    const shape = shapeOf(table);
    if (shape?.kind !== 'table') return null;
    return { called: source.alias?.name.text ?? table.name, table, columns: shape.columns };
  });
  const plain = tables.filter((table) => table !== null);
  const given = resultsOf(core, tables);
  const isPlain =
    all.length === 1 &&
    plain.length === 1 &&
    core.groupBy === undefined &&
    given.every((one) => one !== null);
  return { isPlain, sources: plain.map((table) => columnsOf(table, plain, given, into)) };
}

/** What each column of the result is; null from the first star on whose columns are not known. */
type Result = { readonly expr: Expr } | { readonly table: Called; readonly column: string } | null;

function resultsOf({ columns, from }: Core, tables: readonly (Called | null)[]): readonly Result[] {
  const results: Result[] = [];
  const merges = (from?.joins ?? []).some(
    ({ constraint, operator }) =>
      constraint?.type.startsWith('Using') === true || /Natural/i.test(JSON.stringify(operator)),
  );
  for (const column of columns) {
    if (column.type === 'ExprResultColumn') {
      results.push({ expr: column.expr });
      continue;
    }
    const meant =
      column.type === 'StarResultColumn'
        ? tables
        : tables.filter((table) => table === null || fold(table.called) === fold(column.table.text));
    if (merges || meant.length === 0 || meant.includes(null)) return [...results, null];
    for (const table of meant)
      for (const name of table?.columns ?? []) if (table !== null) results.push({ table, column: name });
  }
  return results;
}

function columnsOf(
  own: Called,
  tables: readonly Called[],
  results: readonly Result[],
  into: readonly string[],
): SourceColumns {
  const asIs: [string, string][] = [];
  const computed = new Set<string>();
  for (const [index, result] of results.entries()) {
    const target = into[index];
    if (result === null || target === undefined) break;
    const plain = plainColumn(result, tables);
    if (plain !== null) {
      if (plain.table === own) asIs.push([plain.column, target]);
    } else if ('expr' in result) {
      const { columns, star } = mentionsIn(result.expr);
      for (const name of star ? own.columns : columns) computed.add(fold(name));
      // What a column is given instead of what it held is computed on purpose.
      computed.add(fold(target));
    }
  }
  return { table: own.table, asIs, computed };
}

const ROWID = new Set(['rowid', '_rowid_', 'oid']);

/** The one column that a result is as it is; null for anything else. */
function plainColumn(
  result: NonNullable<Result>,
  tables: readonly Called[],
): { table: Called; column: string } | null {
  if ('table' in result) return result;
  let { expr } = result;
  while (expr.type === 'ParenthesizedExpr' && expr.exprs.length === 1 && expr.exprs[0] !== undefined)
    [expr] = expr.exprs;
  if (expr.type === 'QualifiedExpr') {
    const { table: called, column } = expr;
    const table = tables.find((one) => fold(one.called) === fold(called.text));
    return table === undefined ? null : { table, column: column.text };
  }
  if (expr.type !== 'Id') return null;
  const { name } = expr;
  const having = tables.filter(({ columns }) => columns.some((column) => fold(column) === fold(name)));
  const [table, another] = having;
  if (table !== undefined) return another === undefined ? { table, column: name } : null;
  const [only] = tables;
  return tables.length === 1 && only !== undefined && ROWID.has(fold(name))
    ? { table: only, column: name }
    : null;
}

/** Tables that only queries inside the query, or views, name: columns of one name are taken for copies. */
function nestedSources(
  select: Select,
  into: readonly string[],
  seen: readonly SourceColumns[],
  shapeOf: ShapeOf,
): readonly SourceColumns[] {
  const found = new Map<string, { table: TableName; columns: readonly string[] }>();
  const queries: Select[] = [];
  const visit = (query: Select): void => {
    queries.push(query);
    traverse(query, {
      nodes: {
        TableSelectTable: ({ tblName }) => {
          const table = nameOf(tblName);
          const key = fold(`${table.database ?? ''}.${table.name}`);
          const shape = shapeOf(table);
          if (shape?.kind === 'view' && !queries.includes(shape.select)) visit(shape.select);
          if (shape?.kind === 'table') found.set(key, { table, columns: shape.columns });
        },
      },
    });
  };
  visit(select);
  const { columns, star } = mentionsIn(...queries);
  const mentioned = new Set([...columns].map(fold));
  const named = new Map(into.map((column) => [fold(column), column]));
  const isSeen = (table: TableName): boolean => seen.some((one) => fold(one.table.name) === fold(table.name));
  return [...found.values()]
    .filter(({ table }) => !isSeen(table))
    .map(({ table, columns: all }) => ({
      table,
      asIs: all.flatMap((column): [string, string][] => {
        const target = named.get(fold(column));
        return target === undefined ? [] : [[column, target]];
      }),
      computed: new Set(all.map(fold).filter((column) => star || mentioned.has(column))),
    }));
}
