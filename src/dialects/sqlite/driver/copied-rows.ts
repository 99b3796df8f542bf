// Looks at a statement that copies rows: checks the indexes that it may read from beforehand, compares the values
// afterwards, and notes which rows of which table are now where.

import { traverse, parseStmt } from 'sqlite3-parser';
import { DatabaseError } from '../../port.js';
import { fold } from '../schema/sql-text.js';
import { copiedColumns, mergedColumns, type SourceColumns } from '../syntax/copied-columns.js';
import type { TableShape as NamedShape } from '../syntax/query-columns.js';
import { nameOf, type RowEffect, type TableName } from '../syntax/row-effects.js';
import { changedColumns, countEqual, number, type Comparison, type Pair } from './compare-copy.js';
import { checkIntegrity } from './integrity.js';
import { noteMerged } from './merged-rows.js';
import { countRowsOf, type RevisionWork } from './revision-work.js';
import { valuesChanged } from './row-words.js';
import { tableSql } from './rows-going.js';
import { readTableShape, type TableShape } from './table-shape.js';
import type { Copy, TrackedTable } from './tracked-tables.js';
import type { Parameters, WatchedStatement } from './watch.js';

type CopyEffect = Extract<RowEffect, { kind: 'copy' }>;

/** @returns what is to be done afterwards; null where it is about no row that must be kept */
export function watchCopy(
  work: RevisionWork,
  effect: CopyEffect,
  statement: WatchedStatement,
  parameters: Parameters,
): (() => void) | null {
  const { db, tables } = work;
  const named = tablesIn(work, effect);
  if (!named.some((table) => isWatched(work, table))) return null;
  assertIndexesSound(work, named, statement, parameters);
  // A table that is made takes the place of nothing, whatever was called so before.
  const isThere =
    !effect.makes || readTableShape(db, effect.into.database ?? 'main', effect.into.name) !== null;
  const before = isThere ? countRowsOf(db, tables.find(effect.into)) : 0;
  const equalBefore = before === 0 ? 0 : equalIn(work, effect, before);
  return () => {
    const into = tables.find(effect.into);
    if (effect.makes && isThere) return;
    const copied = before === 0 ? countRowsOf(db, into) : number(db, 'SELECT changes()');
    for (const source of read(work, effect)) {
      const table = tables.find(source.table);
      if (table === into || !isWatched(work, table)) continue;
      const known = {
        source,
        table,
        into,
        before,
        copied,
        equalBefore,
        replaces: effect.conflict === 'replace',
      };
      const isWhole = source.isPlain && effect.conflict !== 'update' && compare(work, known);
      table.copies.push({
        ...mappingOf(work, known),
        into,
        isWhole,
        before,
        isOld: false,
        isMatched: source.isMatched,
      });
    }
  };
}

/**
 * An UPDATE that takes values of other tables copies those for the rows that it matches.
 * @returns what is to be done afterwards; null where it takes none that must be kept
 */
export function watchMerge(
  work: RevisionWork,
  effect: Extract<RowEffect, { kind: 'update' }>,
  statement: WatchedStatement,
  parameters: Parameters,
): (() => void) | null {
  if (effect.merge === null) return null;
  const { db, tables } = work;
  const into = tables.find(effect.table);
  const merged = mergedColumns(effect.merge, (table) => shapeOf(work, table))
    .map((source) => ({ source, table: tables.find(source.table), into, before: 0 }))
    .filter(({ table }) => table !== into && isWatched(work, table));
  if (merged.length === 0) return null;
  assertIndexesSound(
    work,
    merged.map(({ table }) => table),
    statement,
    parameters,
  );
  return () => {
    const before = countRowsOf(db, into);
    for (const known of merged) {
      known.table.copies.push({
        ...mappingOf(work, known),
        into,
        isWhole: false,
        before,
        isOld: false,
        isMatched: true,
      });
      noteMerged(work, known.table);
    }
  };
}

const isWatched = ({ tables }: RevisionWork, table: TrackedTable): boolean =>
  table.mustKeep || tables.copiesInto(table).length > 0;

interface Known {
  readonly source: SourceColumns;
  readonly table: TrackedTable;
  readonly into: TrackedTable;
  /** Rows that were there before. */
  readonly before: number;
}

interface Copied extends Known {
  /** Rows that came. */
  readonly copied: number;
  /** Rows that were equal to one of the source before. */
  readonly equalBefore: number;
  readonly replaces: boolean;
}

/** @returns whether every row of the source is there */
function compare(work: RevisionWork, known: Copied): boolean {
  const { db } = work;
  const { copied, equalBefore, replaces } = known;
  const comparison = comparisonOf(work, known);
  if (comparison === null) return false;
  const size = countRowsOf(db, known.table);
  const isWhole = copied === size;
  if (comparison.pairs.length === 0) return isWhole;
  const equal = countEqual(db, comparison, copied);
  // Rows that were there before and were replaced are not missed.
  const isRight = replaces ? equal >= copied : equal - equalBefore >= copied;
  if (isRight) return isWhole;
  const changed = changedColumns(db, comparison);
  throw valuesChanged(known.table.called, known.into.name, changed, copied - (equal - equalBefore));
}

/** How many rows were equal already, where the table had some before the copy. */
function equalIn(work: RevisionWork, effect: CopyEffect, before: number): number {
  const source = read(work, effect).find(({ isPlain }) => isPlain);
  if (source === undefined || effect.conflict === 'update') return 0;
  const [table, into] = [work.tables.find(source.table), work.tables.find(effect.into)];
  const comparison = table === into ? null : comparisonOf(work, { source, table, into, before });
  return comparison === null || comparison.pairs.length === 0 ? 0 : countEqual(work.db, comparison, -1);
}

function comparisonOf(work: RevisionWork, known: Known): Comparison | null {
  const { db } = work;
  const { table, into, before } = known;
  const from = readTableShape(db, table.database, table.name);
  const to = readTableShape(db, into.database, into.name);
  if (from === null || to === null) return null;
  const pairs = [...mappingOf(work, known).asIs].map(([source, target]): Pair => ({ source, into: target }));
  return {
    source: { sql: tableSql(table), shape: from },
    into: { sql: tableSql(into), shape: to },
    pairs: work.begun.revision === null ? pairs.filter((pair) => isKept(pair, from, to)) : pairs,
    wasEmpty: before === 0,
  };
}

/** A repair that changes a type looks at the values beforehand, and converts those that stay what they are. */
function isKept({ source, into }: Pair, from: TableShape, to: TableShape): boolean {
  const affinity = ({ columns }: TableShape, name: string) =>
    columns.find((column) => fold(column.name) === fold(name))?.affinity;
  return affinity(from, source) === affinity(to, into);
}

/** Real columns alone; what may change counts as computed. */
function mappingOf(
  { db, declared }: RevisionWork,
  { source, table, into }: Known,
): Pick<Copy, 'asIs' | 'computed'> {
  const from = readTableShape(db, table.database, table.name);
  const to = readTableShape(db, into.database, into.name);
  const asIs = new Map<string, string>();
  // A row is not known by what only finds others.
  const isKey = (column: string): boolean => from?.key.some((name) => fold(name) === column) === true;
  const computed = new Set([...source.computed, ...[...source.joined].filter((column) => !isKey(column))]);
  for (const [column, target] of source.asIs) {
    const [own, other] = [realColumn(from, column), realColumn(to, target)];
    if (own === null || other === null) continue;
    if (declared.mayChange([table, into], own) || declared.mayChange([into], other)) computed.add(fold(own));
    else if (!asIs.has(fold(own))) asIs.set(fold(own), other);
  }
  return { asIs, computed };
}

const ROWID = ['rowid', '_rowid_', 'oid'];

/** SQLite's names for the number of a row mean the column that holds it, where there is one. */
function realColumn(shape: TableShape | null, name: string): string | null {
  const named = shape?.columns.find((column) => fold(column.name) === fold(name));
  if (named !== undefined || !ROWID.includes(fold(name))) return named?.name ?? null;
  return shape?.columns.find((column) => column.name === shape.rowid)?.name ?? null;
}

function read(work: RevisionWork, { select, into, columns }: CopyEffect) {
  const { db, tables } = work;
  const { database, name } = tables.find(into);
  const own = readTableShape(db, database, name)?.columns.filter(({ generated }) => !generated) ?? [];
  return copiedColumns(select, columns ?? own.map((column) => column.name), (table) => shapeOf(work, table));
}

/** A table, or the query of a view. */
function shapeOf({ db, tables }: RevisionWork, named: TableName): NamedShape | null {
  const { database, name } = tables.find(named);
  const shape = readTableShape(db, database, name);
  if (shape !== null) return { kind: 'table', columns: shape.columns.map((column) => column.name) };
  const sql = db
    .prepare<[string], string>(
      `SELECT sql FROM ${database === 'temp' ? 'temp' : 'main'}.sqlite_schema WHERE type = 'view' AND name = ? COLLATE NOCASE`,
    )
    .pluck()
    .get(name);
  const tree = sql === undefined ? null : parseStmt(sql);
  return tree?.status === 'ok' && tree.root.type === 'CreateViewStmt'
    ? { kind: 'view', select: tree.root.select }
    : null;
}

/** All tables that a query reads, through views too. */
function tablesIn(work: RevisionWork, { select }: CopyEffect): readonly TrackedTable[] {
  const found = new Set<TrackedTable>();
  const visit = (query: CopyEffect['select'], depth: number): void => {
    traverse(query, {
      nodes: {
        TableSelectTable: ({ tblName }) => {
          const name = nameOf(tblName);
          const table = work.tables.find(name);
          if (found.has(table)) return;
          found.add(table);
          const shape = depth === 0 ? null : shapeOf(work, name);
          if (shape?.kind === 'view') visit(shape.select, depth - 1);
        },
      },
    });
  };
  visit(select, VIEWS_DEEP);
  return [...found];
}

/** Views over views are followed as far. */
const VIEWS_DEEP = 20;

/** An index that lies becomes the truth where rows are read from it alone (sqlite.org/queryplanner.html#covidx). */
function assertIndexesSound(
  { db }: RevisionWork,
  tables: readonly TrackedTable[],
  { sql }: WatchedStatement,
  parameters: Parameters,
): void {
  const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
  if (!plan.some(({ detail }) => detail.includes('COVERING INDEX'))) return;
  for (const { database, name, mustKeep } of tables) {
    if (!mustKeep || database !== 'main' || readTableShape(db, database, name) === null) continue;
    const fault = checkIntegrity(db, 'integrity_check', name);
    if (fault === null) continue;
    throw new DatabaseError(
      fault.code,
      `${name} is to be copied out of an index, and its integrity check says: ${fault.problems[0] ?? ''}`,
    );
  }
}
