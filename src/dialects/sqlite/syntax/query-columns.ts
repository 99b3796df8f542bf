// What the columns of a query are: which columns of which tables as they are, or computed from which. They are followed
// through subqueries, also those of one value, WITH, views and compounds; an UPDATE is read as the query that its rows
// are after it. Pure: what a table is, whoever asks says.

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

/** What a query, or an UPDATE, makes of columns. */
export interface Read {
  readonly columns: readonly Column[];
  /** Tables that rows come from, by their keys. */
  readonly tables: ReadonlyMap<string, TableName>;
  /** Tables that a value is asked from within an expression. */
  readonly asked: ReadonlyMap<string, TableName>;
  readonly joins: Joins;
}

export function readQuery(select: Select, shapeOf: ShapeOf): Read {
  const around = aroundOf(shapeOf);
  return { ...around, columns: readSelect(select, around).columns };
}

/** @returns also where each column goes: first what the statement sets, then the others as they are */
export function readUpdate(
  update: AstNodeMap['UpdateStmt'],
  shapeOf: ShapeOf,
): Read & { readonly into: readonly string[] } {
  const table = nameOf(update.tblName);
  const shape = shapeOf(table);
  const around = aroundOf(shapeOf, update.with);
  const names = shape?.kind === 'table' ? shape.columns : [];
  const target: Called = {
    called: update.tblName.alias?.text ?? table.name,
    isTable: true,
    columns: names.map((column) => ({ name: column, asIs: [{ table, column }], from: [] })),
  };
  const { from, whereClause, sets } = update;
  const sources = from === undefined ? [] : sourcesIn(from);
  const scope = { tables: [target, ...sources.map((source) => readSource(source, around))], around };
  noteJoins(from, { sources, scope, whereClause });
  const set = sets.flatMap(({ colNames, expr }) => {
    const values = valuesIn(expr, scope);
    return colNames.flatMap(({ text }, index) => {
      const value = values[index];
      return value === undefined ? [] : [{ into: text, column: { ...value, name: text } }];
    });
  });
  const isSet = (name: string): boolean =>
    sets.some(({ colNames }) => colNames.some(({ text }) => fold(text) === fold(name)));
  const others = target.columns.filter(({ name }) => name !== null && !isSet(name));
  return {
    ...around,
    columns: [...set.map(({ column }) => column), ...others],
    into: [...set.map(({ into }) => into), ...others.map(({ name }) => name ?? '')],
  };
}

/** What stands for one column, or for several at once. */
function valuesIn(written: Expr, scope: Scope): readonly Value[] {
  const expr = bare(written);
  if (expr.type === 'ParenthesizedExpr') return expr.exprs.map((one) => readExpr(one, scope));
  return expr.type === 'SubqueryExpr' ? readWithin(expr.select, scope) : [readExpr(expr, scope)];
}

function aroundOf(shapeOf: ShapeOf, own?: AstNodeMap['With']): Around {
  const common = new Map((own?.ctes ?? []).map((one) => [fold(one.tblName.text), one]));
  const joins: Joins = { equal: [], used: [], narrows: false };
  return { shapeOf, common, tables: new Map(), asked: new Map(), joins, outer: [] };
}

/** A column of a table, where it is kept. */
export interface Origin {
  readonly table: TableName;
  readonly column: string;
}

/** A column of a result: what it is as it is (in a compound, by turns), and what it was computed from. */
export interface Column {
  readonly name: string | null;
  readonly asIs: readonly Origin[];
  readonly from: readonly Origin[];
}

type Value = Pick<Column, 'asIs' | 'from'>;

interface Around {
  readonly shapeOf: ShapeOf;
  /** What the query itself calls a table, folded; null while the inside of that one is read. */
  readonly common: ReadonlyMap<string, AstNodeMap['CommonTableExpr'] | null>;
  /** All tables that columns come from, filled in. */
  readonly tables: Map<string, TableName>;
  /** All tables that a value is asked from, filled in. */
  readonly asked: Map<string, TableName>;
  /** How they are joined, filled in. */
  readonly joins: Joins;
  /** What a query within an expression can name besides its own. */
  readonly outer: readonly Called[];
}

/** What an expression can name. */
interface Scope {
  readonly tables: readonly Called[];
  readonly around: Around;
}

export interface Joins {
  /** Columns of two tables that are equal in each row. */
  readonly equal: (readonly [Origin, Origin])[];
  /** Columns that rows of others are found by, or that a table-valued function makes rows of. */
  readonly used: { readonly origin: Origin; readonly isArgument: boolean }[];
  /** Whether anything says which rows these are but columns that are equal. */
  narrows: boolean;
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
  const scope = { tables, around };
  if (sources.length + around.outer.length > 1) noteJoins(from, { sources, scope, whereClause });
  const merges = from !== undefined && mergesColumns(from);
  const found: Column[] = [];
  for (const column of columns) {
    if (column.type === 'ExprResultColumn') {
      const name = column.alias?.name.text ?? nameIn(column.expr);
      found.push({ ...readExpr(column.expr, scope), name });
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
  from: FromClause | undefined,
  {
    sources,
    scope,
    whereClause,
  }: {
    readonly sources: readonly Source[];
    readonly scope: Scope;
    readonly whereClause: Core['whereClause'];
  },
): void {
  const { joins } = scope.around;
  const note = (expr: Expr, used: readonly Origin[] | null): void => {
    const equal = equalIn(expr, scope);
    joins.equal.push(...equal);
    joins.used.push(...(used ?? equal.flat()).map((origin) => ({ origin, isArgument: false })));
    joins.narrows ||= !isMatching(expr, scope);
  };
  for (const { constraint } of from?.joins ?? [])
    if (constraint?.type === 'OnJoinConstraint') note(constraint.expr, originsIn(constraint.expr, scope));
  if (whereClause !== undefined) note(whereClause, null);
  for (const source of sources) {
    const given = source.type === 'TableCallSelectTable' ? (source.args ?? []) : [];
    for (const expr of given)
      joins.used.push(...originsIn(expr, scope).map((origin) => ({ origin, isArgument: true })));
  }
}

/** Whether a condition only says which rows belong together, or that there are such. */
function isMatching(written: Expr, scope: Scope): boolean {
  const expr = bare(written);
  if (expr.type === 'BinaryExpr' && expr.op === 'And')
    return isMatching(expr.left, scope) && isMatching(expr.right, scope);
  return (
    expr.type === 'ExistsExpr' ||
    expr.type === 'NotNullExpr' ||
    (expr.type === 'InSelectExpr' && !expr.not) ||
    equalIn(expr, scope).length > 0
  );
}

/** Pairs of columns that all of an expression says are equal. */
function equalIn(written: Expr, scope: Scope): readonly (readonly [Origin, Origin])[] {
  const expr = bare(written);
  if (expr.type !== 'BinaryExpr') return [];
  if (expr.op === 'And') return [expr.left, expr.right].flatMap((side) => equalIn(side, scope));
  if (expr.op !== 'Equals' && expr.op !== 'Is') return [];
  const [one, other] = [readExpr(expr.left, scope).asIs, readExpr(expr.right, scope).asIs];
  return one.flatMap((left) => other.map((right) => [left, right] as const));
}

function originsIn(expr: Expr, scope: Scope): readonly Origin[] {
  const found: Origin[] = [];
  const note = (part: Expr): void => {
    const { asIs, from } = readExpr(part, scope);
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
function readExpr(written: Expr, scope: Scope): Value {
  const expr = bare(written);
  const { tables, around } = scope;
  if (expr.type === 'QualifiedExpr') {
    const isMeant = ({ called }: Called): boolean =>
      called !== null && fold(called) === fold(expr.table.text);
    const own = tables.filter(isMeant);
    const named = columnNamed(expr.column.text, own.length > 0 ? own : around.outer.filter(isMeant));
    return named ?? { asIs: [], from: [] };
  }
  if (expr.type === 'Id') {
    const plain = columnNamed(expr.name, tables) ?? columnNamed(expr.name, around.outer);
    if (plain !== null) return plain;
  }
  if (expr.type === 'SubqueryExpr') {
    const { asIs, from } = readWithin(expr.select, scope)[0] ?? { asIs: [], from: [] };
    return { asIs, from: [...from, ...namedFromWithin(expr.select, scope)] };
  }
  const { columns: names, star } = mentionsIn(expr);
  const mentioned = new Set([...names].map(fold));
  const from = tables
    .flatMap(({ columns }) => columns)
    .filter(({ name }) => star || (name !== null && mentioned.has(fold(name))))
    .flatMap((column) => [...column.asIs, ...column.from]);
  const within: Origin[] = [];
  traverse(expr, {
    nodes: {
      SubqueryExpr: ({ select }) => {
        for (const one of readWithin(select, scope)) within.push(...one.asIs, ...one.from);
      },
    },
  });
  return { asIs: [], from: [...from, ...within] };
}

/** A query within an expression: what it does not have itself it names of what is around it. */
function readWithin(select: Select, { tables, around }: Scope): readonly Column[] {
  const outer = [...tables, ...around.outer];
  return readSelect(select, { ...around, tables: around.asked, outer }).columns;
}

/** What a query within an expression names of the tables around it: its value depends on that. */
function namedFromWithin(select: Select, scope: Scope): readonly Origin[] {
  const own = new Set<string>();
  const called = new Set<string>();
  const note = ({ tblName }: AstNodeMap['TableSelectTable']): void => {
    const shape = scope.around.shapeOf(nameOf(tblName));
    for (const column of shape?.kind === 'table' ? shape.columns : []) own.add(fold(column));
    called.add(fold(tblName.alias?.text ?? nameOf(tblName).name));
  };
  traverse(select, { nodes: { TableSelectTable: note } });
  const found: Origin[] = [];
  const take = ({ asIs, from }: Value): void => {
    found.push(...asIs, ...from);
  };
  traverse(select, {
    nodes: {
      Id: (expr) => {
        if (!own.has(fold(expr.name))) take(readExpr(expr, scope));
      },
      QualifiedExpr: (expr) => {
        if (!called.has(fold(expr.table.text))) take(readExpr(expr, scope));
      },
    },
  });
  return found;
}

/** The one column of this name; of several tables that have it, none. */
function columnNamed(name: string, tables: readonly Called[]): Value | null {
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

export const keyOf = ({ database, name }: TableName): string => `${database ?? ''}.${fold(name)}`;
