// What is known of one revision while its rows are watched: what it declares, what a program of it read and wrote by
// hand.

import type { Database } from 'better-sqlite3';
import type { BegunRevision } from '../../port.js';
import { fold } from '../schema/sql-text.js';
import { mentionsIn, type RowEffect } from '../syntax/row-effects.js';
import { number } from './compare-copy.js';
import { declaredLosses, type DeclaredLosses } from './declared-losses.js';
import { tableSql } from './rows-going.js';
import { readTableShape, type TableShape } from './table-shape.js';
import type { Copy, TrackedTable, TrackedTables } from './tracked-tables.js';

export interface RevisionWork {
  readonly db: Database;
  readonly tables: TrackedTables;
  readonly begun: BegunRevision;
  readonly declared: DeclaredLosses;
  readonly isProgram: boolean;
  /** Tables that a program wrote rows into, and how many rows each had before. */
  readonly byHand: Map<TrackedTable, number>;
  /** Columns, folded, that a program read. */
  readonly read: Set<string>;
  readsStars: boolean;
  /** Rows of the tables that rows are to move to, before the first statement. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Rows that went because they live on in one of these tables. */
  readonly moved: { readonly table: string; readonly to: readonly string[]; readonly rows: number }[];
  /** How many rows that are to move went into rows that were there. */
  readonly merged: Map<TrackedTable, number>;
  /** Whether a statement was seen that may fire triggers. */
  wrote: boolean;
  /** Whether rows may go that no statement shows. */
  isUnsure: boolean;
}

export function startWork(db: Database, tables: TrackedTables, begun: BegunRevision): RevisionWork {
  const declared = declaredLosses(begun);
  return {
    db,
    tables,
    begun,
    declared,
    isProgram: begun.revision?.[begun.direction]?.kind === 'module',
    byHand: new Map(),
    read: new Set(),
    readsStars: false,
    sizes: new Map(declared.destinations.map((name) => [name, sizeNow(db, name)])),
    moved: [],
    merged: new Map(),
    wrote: false,
    isUnsure: false,
  };
}

/** Rows of a table; none where there is no such table. */
export function sizeNow(db: Database, name: string): number {
  return readTableShape(db, 'main', name) === null ? 0 : countRowsOf(db, { database: 'main', name });
}

export const countRowsOf = (db: Database, table: Pick<TrackedTable, 'database' | 'name'>): number =>
  number(db, `SELECT count(*) FROM ${tableSql(table)}`);

/** A program's rows pass through its own hands: what it reads, and where it writes, is all that is seen. */
export function noteByHand(
  work: RevisionWork,
  effect: Extract<RowEffect, { kind: 'query' | 'write' }>,
): void {
  if (!work.isProgram) return;
  if (effect.kind === 'query') {
    const { columns, star } = mentionsIn(effect.select);
    for (const column of columns) work.read.add(fold(column));
    work.readsStars ||= star;
    return;
  }
  const table = work.tables.find(effect.into);
  if (!work.byHand.has(table)) work.byHand.set(table, countRowsOf(work.db, table));
}

/**
 * Copies of a table's rows that a program may have made: by columns of one name, and what it computed from those it
 * read.
 */
export function handmadeCopies(
  { db, byHand, read, readsStars }: RevisionWork,
  table: TrackedTable,
  shape: TableShape,
): readonly Copy[] {
  return [...byHand].flatMap(([into, before]): Copy[] => {
    const there = into.isGone || into === table ? null : readTableShape(db, into.database, into.name);
    if (there === null) return [];
    const names = new Map(there.columns.map(({ name }) => [fold(name), name]));
    const own = shape.columns.map(({ name }) => fold(name));
    const asIs = new Map(
      own.flatMap((name): [string, string][] => (names.has(name) ? [[name, names.get(name) ?? name]] : [])),
    );
    const computed = new Set(own.filter((name) => !asIs.has(name) && (readsStars || read.has(name))));
    const isKeyed = shape.key.every((name) => asIs.has(fold(name)) || computed.has(fold(name)));
    return isKeyed ? [{ into, asIs, computed, isWhole: false, before, isOld: false, isMatched: false }] : [];
  });
}
