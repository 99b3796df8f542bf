// Compares what a statement copied with what it copied from, at SQLite's own speed. Rows are paired by what is sure:
// the number that SQLite gives them where that alone proves it, else their key, else nothing but their values.
// Invariant: values are compared as they are stored. A comparison of two columns applies their affinity and collation
// to both sides, and would find '008' equal to 8 and 'Abc' to 'abc' (https://sqlite.org/datatype3.html#comparisons).

import type { Database } from 'better-sqlite3';
import { fold, quoteName } from '../schema/sql-text.js';
import type { ShapeColumn, TableShape } from './table-shape.js';

/** One side: the rows of a table. */
export interface Side {
  /** As SQL, with its database. */
  readonly sql: string;
  readonly shape: TableShape;
}

/** A column of the source, and the one that holds its values in the copy. */
export interface Pair {
  readonly source: string;
  readonly into: string;
}

export interface Comparison {
  readonly source: Side;
  readonly into: Side;
  /** What was copied as it is. */
  readonly pairs: readonly Pair[];
  /** Whether the copy had no rows before. */
  readonly wasEmpty: boolean;
}

/**
 * How many rows of the copy have all of their values in the source: by number where that proves all of `enough`, else
 * by key.
 */
export function countEqual(db: Database, comparison: Comparison, enough: number): number {
  const { source, into, wasEmpty } = comparison;
  const [from, to] = [source.shape.rowid, into.shape.rowid];
  const keys = keyPairs(comparison);
  const isByNumber =
    wasEmpty && from !== null && to !== null && (keys !== null || source.shape.key.length === 0);
  if (isByNumber) {
    // Two numbers of rows that are equal are the same: they need not be compared again.
    const pairs = comparison.pairs.filter((pair) => pair.source !== from || pair.into !== to);
    const byNumber = count(db, { ...comparison, pairs }, `n.${quoteName(to)} = o.${quoteName(from)}`);
    if (byNumber === enough || isNumberKey(comparison, keys)) return byNumber;
  }
  if (keys === null || hasNullKeys(db, source)) return countEqualSets(db, comparison);
  return count(db, comparison, sameKey(keys));
}

/** The number of a row is its key on both sides: then there is nothing else to ask. */
function isNumberKey({ source, into }: Comparison, keys: readonly Pair[] | null): boolean {
  const [key, ...others] = keys ?? [];
  if (key === undefined || others.length > 0) return false;
  return key.source === source.shape.rowid && key.into === into.shape.rowid;
}

/** The columns that a row of the source is known by, in the copy; null where they are not all there. */
export function keyPairs({ source, pairs }: Pick<Comparison, 'source' | 'pairs'>): readonly Pair[] | null {
  const { key } = source.shape;
  const found = key.flatMap((column) => pairs.find((pair) => fold(pair.source) === fold(column)) ?? []);
  return key.length > 0 && found.length === key.length ? found : null;
}

export function hasNullKeys(db: Database, { sql, shape }: Side): boolean {
  if (!shape.keyTakesNull) return false;
  const isNull = shape.key.map((column) => `${quoteName(column)} IS NULL`).join(' OR ');
  return number(db, `SELECT EXISTS (SELECT 1 FROM ${sql} WHERE ${isNull})`) === 1;
}

const sameKey = (keys: readonly Pair[]): string =>
  keys
    .map(({ source, into }) => `n.${quoteName(into)} = o.${quoteName(source)} COLLATE BINARY`)
    .join(' AND ');

function count(db: Database, { source, into, pairs }: Comparison, on: string): number {
  const equal = [on, ...pairs.map((pair) => sameValue(pair, source.shape, into.shape))].join(' AND ');
  return number(db, `SELECT count(*) FROM ${source.sql} AS o JOIN ${into.sql} AS n ON ${equal}`);
}

/** Whether both hold the same, byte for byte and of the same storage class. */
function sameValue(pair: Pair, source: TableShape, into: TableShape): string {
  const [old, made] = [`o.${quoteName(pair.source)}`, `n.${quoteName(pair.into)}`];
  const same = `+${old} COLLATE BINARY IS +${made} COLLATE BINARY`;
  return canConvertUnseen(pair, source, into) ? `(${same} AND typeof(${old}) = typeof(${made}))` : same;
}

/** 1 and 1.0 compare as equal; where a text is on one side, nothing of another class does. */
function canConvertUnseen({ source, into }: Pair, from: TableShape, to: TableShape): boolean {
  const [old, made] = [columnOf(from, source)?.affinity, columnOf(to, into)?.affinity];
  return old !== made && old !== 'text' && made !== 'text';
}

function columnOf({ columns }: TableShape, name: string): ShapeColumn | undefined {
  return columns.find((column) => fold(column.name) === fold(name));
}

/** As sets in which a row may be more than once, because nothing says which row is which. */
function countEqualSets(db: Database, comparison: Comparison): number {
  return number(db, `SELECT coalesce(sum(min(old, made)), 0) FROM (${groupsOf(comparison)})`);
}

/** Each combination of values, and how often either side has it. */
function groupsOf({ source, into, pairs }: Comparison): string {
  const sides = [
    `SELECT 1 AS old, 0 AS made, ${valuesOf(pairs.map((pair) => pair.source))} FROM ${source.sql}`,
    `SELECT 0, 1, ${valuesOf(pairs.map((pair) => pair.into))} FROM ${into.sql}`,
  ];
  const groups = pairs.map((_, index) => `v${index}, typeof(v${index})`).join(', ');
  return `SELECT sum(old) AS old, sum(made) AS made, v0 FROM (${sides.join(' UNION ALL ')}) GROUP BY ${groups}`;
}

const valuesOf = (columns: readonly string[]): string =>
  columns.map((column, index) => `+${quoteName(column)} COLLATE BINARY AS v${index}`).join(', ');

/** A column whose values are others in the copy. */
export interface ChangedColumn {
  readonly column: string;
  readonly into: string;
  readonly rows: number;
  /** The first ones, as SQL: before, where that is known, and after. */
  readonly first: readonly (readonly [before: string | null, after: string])[];
}

const FIRST_ROWS = 3;

/** Which columns differ. */
export function changedColumns(db: Database, comparison: Comparison): readonly ChangedColumn[] {
  const keys = keyPairs(comparison);
  const isPaired = keys !== null && !hasNullKeys(db, comparison.source);
  return comparison.pairs.flatMap((pair) => {
    const changed = isPaired
      ? changedIn(db, comparison, pair, sameKey(keys))
      : newIn(db, { ...comparison, pairs: [pair] });
    return changed.rows === 0 ? [] : [{ column: pair.source, into: pair.into, ...changed }];
  });
}

type Changed = Pick<ChangedColumn, 'rows' | 'first'>;

/** In rows of one key. */
function changedIn(db: Database, { source, into }: Comparison, pair: Pair, on: string): Changed {
  const from = `${source.sql} AS o JOIN ${into.sql} AS n ON ${on} WHERE NOT (${sameValue(pair, source.shape, into.shape)})`;
  const rows = number(db, `SELECT count(*) FROM ${from}`);
  const [old, made] = [`o.${quoteName(pair.source)}`, `n.${quoteName(pair.into)}`];
  const first = db
    .prepare<[], [string, string, string, string]>(
      `SELECT quote(${old}), quote(${made}), typeof(${old}) || ' ' || hex(${old}), typeof(${made}) || ' ' || hex(${made}) FROM ${from} LIMIT ${FIRST_ROWS}`,
    )
    .raw()
    .all()
    // A NUL ends what is printed of a text.
    .map(([a, b, x, y]): [string, string] => (a === b ? [x, y] : [shorten(a), shorten(b)]));
  return { rows, first };
}

/** Values of a column that the source has less often, where nothing says which row is which. */
function newIn(db: Database, comparison: Comparison): Changed {
  const more = `FROM (${groupsOf(comparison)}) WHERE made > old`;
  const rows = number(db, `SELECT coalesce(sum(made - old), 0) ${more}`);
  const first = db.prepare<[], string>(`SELECT quote(v0) ${more} LIMIT ${FIRST_ROWS}`).pluck().all();
  return { rows, first: first.map((value): [null, string] => [null, shorten(value)]) };
}

const SHOWN_MAX = 40;
const shorten = (text: string): string => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}..` : text);

export function number(db: Database, sql: string, parameters: readonly unknown[] = []): number {
  const statement = db.prepare<unknown[], number>(sql).pluck();
  return statement.get(...parameters) ?? 0;
}
