// Which columns of which tables a query puts where: as they are, or as part of something that is computed. Columns are
// followed through subqueries, WITH, views and compounds. Pure: what a table is, whoever asks says. Where a query is more
// than one plain table, nothing is said of values, and tables that are only asked within expressions count by their names.

import { traverse, type AstNodeMap } from 'sqlite3-parser';
import { fold } from '../schema/sql-text.js';
import { mentionsIn, nameOf, type TableName } from './row-effects.js';

type Select = AstNodeMap['Select'];
type Core = AstNodeMap['SelectFrom'];
type FromClause = AstNodeMap['FromClause'];
type Source = NonNullable<FromClause['select']>;
type Expr = AstNodeMap['ExprResultColumn']['expr'];

/** What a table that a query names is: its columns, or the query of a view; null where there is none such. */
export type TableShape =
  | { readonly kind: 'table'; readonly columns: readonly string[] }
  | { readonly kind: 'view'; readonly select: Select };
export type ShapeOf = (table: TableName) => TableShape | null;

/** What becomes of the columns of one table. */
export interface SourceColumns {
  /** The query takes rows of this table and no others, each at most once: values can be compared. */
  readonly isPlain: boolean;
  readonly table: TableName;
  /** Copied as they are: the source's column, and the one that it goes into. */
  readonly asIs: readonly (readonly [source: string, into: string])[];
  /** Columns, folded, that went into what the statement computes. */
  readonly computed: ReadonlySet<string>;
  /** Columns, folded, that only say which rows of other tables belong to a row, whose values are copied in their stead. */
  readonly joined: ReadonlySet<string>;
  /** Some are copied only as columns of other tables that they are equal to: a row that has no such other is not there. */
  readonly isMatched: boolean;
}

/** @param into the columns that the query's go into, in order */
export function copiedColumns(
  select: Select,
  into: readonly string[],
  shapeOf: ShapeOf,
): readonly SourceColumns[] {
  const tables = new Map<string, TableName>();
  const joins: Joins = { equal: [], used: [] };
  const { columns } = readSelect(select, { shapeOf, common: new Map(), tables, joins });
  const isPlain = isPlainQuery(select, { shapeOf, common: new Map() });
  const asked = tablesAsked(select, shapeOf).filter(({ table }) => !tables.has(keyOf(table)));
  return [
    ...[...tables.values()].map((table) => ({ isPlain, ...sourceColumns(table, columns, { into, joins }) })),
    ...byName(asked, select, into),
  ];
}

/** One table, directly or through queries that take rows of it and no others, each at most once. */
function isPlainQuery(
  { select, compounds, with: own }: Select,
  around: Omit<Around, 'tables' | 'joins'>,
): boolean {
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
  { into, joins }: { readonly into: readonly string[]; readonly joins: Joins },
): Omit<SourceColumns, 'isPlain'> {
  const isOwn = (origin: Origin): boolean => keyOf(origin.table) === keyOf(table);
  const asIs: [string, string][] = [];
  const matched: [string, string][] = [];
  const computed = new Set<string>();
  for (const [index, column] of columns.entries()) {
    const target = into[index];
    if (target === undefined) break;
    for (const origin of column.asIs.filter(isOwn)) asIs.push([origin.column, target]);
    for (const origin of column.from.filter(isOwn)) computed.add(fold(origin.column));
    // What is equal to a column of another table is where that one is.
    for (const origin of column.asIs.filter((one) => !isOwn(one)))
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

/** A column of a table, where it is kept. */
interface Origin {
  readonly table: TableName;
  readonly column: string;
}

/** A column of a result: what it is as it is (in a compound, by turns), and what it was computed from. */
interface Column {
  readonly name: string | null;
  readonly asIs: readonly Origin[];
  readonly from: readonly Origin[];
}

interface Around {
  readonly shapeOf: ShapeOf;
  /** What the query itself calls a table, folded; null while the inside of that one is read. */
  readonly common: ReadonlyMap<string, AstNodeMap['CommonTableExpr'] | null>;
  /** All tables that columns come from, filled in. */
  readonly tables: Map<string, TableName>;
  /** How they are joined, filled in. */
  readonly joins: Joins;
}

interface Joins {
  /** Columns of two tables that are equal in each row. */
  readonly equal: (readonly [Origin, Origin])[];
  /** Columns that rows of others are found by, or that a table-valued function makes rows of. */
  readonly used: { readonly origin: Origin; readonly isArgument: boolean }[];
}

/** The columns of a result; from where they are not known on, there are no more. */
interface Result {
  readonly columns: readonly Column[];
}

function readSelect(select: Select, around: Around): Result {
  const common = new Map(around.common);
  for (const expression of select.with?.ctes ?? []) common.set(fold(expression.tblName.text), expression);
  const cores = [select.select, ...(select.compounds ?? []).map((one) => one.select)];
  const [first, ...others] = cores.flatMap((core) =>
    core.type === 'SelectFrom' ? [readCore(core, { ...around, common }).columns] : [],
  );
  const columns = (first ?? []).map((column, index) => ({
    name: column.name,
    asIs: [...column.asIs, ...others.flatMap((one) => one[index]?.asIs ?? [])],
    from: [...column.from, ...others.flatMap((one) => one[index]?.from ?? [])],
  }));
  return { columns };
}

/** One table, or what stands for one, of a FROM. */
interface Called extends Result {
  readonly called: string | null;
  readonly isTable: boolean;
}

function readCore({ columns, from, whereClause }: Core, around: Around): Result {
  const sources = from === undefined ? [] : sourcesIn(from);
  const tables = sources.map((source) => readSource(source, around));
  if (from !== undefined && sources.length > 1) noteJoins(from, { sources, tables, whereClause }, around);
  const merges = from !== undefined && mergesColumns(from);
  const found: Column[] = [];
  for (const column of columns) {
    if (column.type === 'ExprResultColumn') {
      const name = column.alias?.name.text ?? nameIn(column.expr);
      found.push({ ...readExpr(column.expr, tables), name });
      continue;
    }
    const meant =
      column.type === 'StarResultColumn'
        ? tables
        : tables.filter(({ called }) => called !== null && fold(called) === fold(column.table.text));
    if (merges || meant.length === 0 || meant.some((one) => one.columns.length === 0)) break;
    found.push(...meant.flatMap((one) => one.columns));
  }
  return { columns: found };
}

function sourcesIn({ select, joins }: FromClause): readonly Source[] {
  const all = [...(select === undefined ? [] : [select]), ...(joins ?? []).map(({ table }) => table)];
  return all.flatMap((source) => (source.type === 'SubSelectTable' ? sourcesIn(source.from) : [source]));
}

function noteJoins(
  from: FromClause,
  {
    sources,
    tables,
    whereClause,
  }: {
    readonly sources: readonly Source[];
    readonly tables: readonly Called[];
    readonly whereClause: Core['whereClause'];
  },
  { joins }: Around,
): void {
  for (const { constraint } of from.joins ?? []) {
    if (constraint?.type !== 'OnJoinConstraint') continue;
    joins.equal.push(...equalIn(constraint.expr, tables));
    joins.used.push(...originsIn(constraint.expr, tables).map((origin) => ({ origin, isArgument: false })));
  }
  if (whereClause !== undefined) {
    const equal = equalIn(whereClause, tables);
    joins.equal.push(...equal);
    joins.used.push(...equal.flat().map((origin) => ({ origin, isArgument: false })));
  }
  for (const source of sources) {
    const given = source.type === 'TableCallSelectTable' ? (source.args ?? []) : [];
    for (const expr of given)
      joins.used.push(...originsIn(expr, tables).map((origin) => ({ origin, isArgument: true })));
  }
}

/** Pairs of columns that all of an expression says are equal. */
function equalIn(written: Expr, tables: readonly Called[]): readonly (readonly [Origin, Origin])[] {
  const expr = bare(written);
  if (expr.type !== 'BinaryExpr') return [];
  if (expr.op === 'And') return [expr.left, expr.right].flatMap((side) => equalIn(side, tables));
  if (expr.op !== 'Equals' && expr.op !== 'Is') return [];
  const [one, other] = [readExpr(expr.left, tables).asIs, readExpr(expr.right, tables).asIs];
  return one.flatMap((left) => other.map((right) => [left, right] as const));
}

function originsIn(expr: Expr, tables: readonly Called[]): readonly Origin[] {
  const found: Origin[] = [];
  const note = (part: Expr): void => {
    const { asIs, from } = readExpr(part, tables);
    found.push(...asIs, ...from);
  };
  traverse(expr, { nodes: { Id: note, QualifiedExpr: note } });
  return found;
}

/** USING and NATURAL make one column of two, so that a star has another order. */
function mergesColumns({ joins }: FromClause): boolean {
  return (joins ?? []).some(
    ({ constraint, operator }) =>
      constraint?.type.startsWith('Using') === true || /Natural/i.test(JSON.stringify(operator)),
  );
}

function readSource(source: Source, around: Around): Called {
  if (source.type === 'SelectSelectTable')
    return { called: source.alias?.name.text ?? null, isTable: false, ...readSelect(source.select, around) };
  if (source.type !== 'TableSelectTable') return { called: null, isTable: false, columns: [] };
  const table = nameOf(source.tblName);
  const called = source.alias?.name.text ?? table.name;
  const own = table.database === null ? around.common.get(fold(table.name)) : undefined;
  if (own === null) return { called, isTable: false, columns: [] };
  if (own !== undefined) {
    const common = new Map([...around.common, [fold(table.name), null] as const]);
    const { columns } = readSelect(own.select, { ...around, common });
    const named = columns.map((column, index) => ({
      ...column,
      name: own.columns?.[index]?.colName.text ?? column.name,
    }));
    return { called, isTable: false, columns: named };
  }
  const shape = around.shapeOf(table);
  if (shape === null) return { called, isTable: false, columns: [] };
  if (shape.kind === 'view') {
    // A view knows nothing of what the query around it calls its own, and can only be over other views.
    return { called, isTable: false, ...readSelect(shape.select, { ...around, common: new Map() }) };
  }
  around.tables.set(keyOf(table), table);
  const columns = shape.columns.map((column) => ({ name: column, asIs: [{ table, column }], from: [] }));
  return { called, isTable: true, columns };
}

const ROWID = new Set(['rowid', '_rowid_', 'oid']);

/** What an expression is: one column as it is, or something computed from all that it names. */
function readExpr(written: Expr, tables: readonly Called[]): Pick<Column, 'asIs' | 'from'> {
  const expr = bare(written);
  if (expr.type === 'QualifiedExpr') {
    const own = tables.filter(({ called }) => called !== null && fold(called) === fold(expr.table.text));
    return columnNamed(expr.column.text, own) ?? { asIs: [], from: [] };
  }
  const plain = expr.type === 'Id' ? columnNamed(expr.name, tables) : null;
  if (plain !== null) return plain;
  const { columns: names, star } = mentionsIn(expr);
  const mentioned = new Set([...names].map(fold));
  const from = tables
    .flatMap(({ columns }) => columns)
    .filter(({ name }) => star || (name !== null && mentioned.has(fold(name))))
    .flatMap((column) => [...column.asIs, ...column.from]);
  return { asIs: [], from };
}

/** The one column of this name; of several tables that have it, none. */
function columnNamed(name: string, tables: readonly Called[]): Pick<Column, 'asIs' | 'from'> | null {
  const found = tables.flatMap(({ columns }) =>
    columns.filter((column) => column.name !== null && fold(column.name) === fold(name)).slice(0, 1),
  );
  const [column, another] = found;
  if (column !== undefined) return another === undefined ? column : null;
  const [only, other] = tables;
  const table = only?.isTable === true && other === undefined ? only.columns[0]?.asIs[0]?.table : undefined;
  return table !== undefined && ROWID.has(fold(name)) ? { asIs: [{ table, column: name }], from: [] } : null;
}

function bare(expr: Expr): Expr {
  const inner = expr.type === 'ParenthesizedExpr' && expr.exprs.length === 1 ? expr.exprs[0] : undefined;
  return inner === undefined ? expr : bare(inner);
}

function nameIn(written: Expr): string | null {
  const expr = bare(written);
  if (expr.type === 'Id') return expr.name;
  return expr.type === 'QualifiedExpr' ? expr.column.text : null;
}

const keyOf = ({ database, name }: TableName): string => `${database ?? ''}.${fold(name)}`;

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

/** What comes out of a subquery within an expression goes into what it computes; a column of its name is taken for it. */
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
