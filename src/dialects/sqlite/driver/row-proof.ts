// Proves, statement by statement, that a revision keeps the rows and values that were there before it: what it copies
// is compared with what it copied from; where rows go, each must be in a table that it was copied to. What came into
// being in the same change may go again, and what a revision computes is computed on purpose.
// Invariant: nothing is asked of the database where no row is copied, replaced or taken away.

import type { Database } from 'better-sqlite3';
import { fold } from '../schema/sql-text.js';
import {
  rowEffectOf,
  type Conflict,
  type GoingRows,
  type RowEffect,
  type TableName,
} from '../syntax/row-effects.js';
import { watchCopy, watchMerge } from './copied-rows.js';
import { earlierCopies } from './earlier-copies.js';
import { checkAtEnd, hasDeletingTrigger } from './end-of-revision.js';
import { watchReplaced } from './replaced-rows.js';
import { countMoving } from './merged-rows.js';
import { handmadeCopies, noteByHand, startWork, type RevisionWork } from './revision-work.js';
import { rowsLost } from './row-words.js';
import { findUncovered, tableSql, type Going } from './rows-going.js';
import { readTableShape } from './table-shape.js';
import { compute, trackTables, type TrackedTable, type TrackedTables } from './tracked-tables.js';
import type { Parameters, StatementWatch, WatchedStatement } from './watch.js';

export function createRowProof(db: Database): StatementWatch {
  let tables: TrackedTables | null = null;
  let work: RevisionWork | null = null;
  let finish: (() => void) | null = null;
  return {
    begin(begun) {
      tables ??= trackTables(db);
      tables.start(begun.rows);
      work = tables.anyRows ? startWork(db, tables, begun) : null;
    },
    before(statement, parameters) {
      finish = work === null ? null : look(work, statement, parameters);
    },
    after() {
      finish?.();
      finish = null;
    },
    end() {
      const ended = work;
      work = null;
      if (ended === null) return;
      checkAtEnd(ended, (table) => {
        proveGoing(ended, table, { how: 'is temporary' });
      });
    },
  };
}

type After = (() => void) | null;

/** @returns what is to be looked at afterwards */
function look(work: RevisionWork, statement: WatchedStatement, parameters: Parameters): After {
  const effect = rowEffectOf(statement);
  const { tables } = work;
  switch (effect.kind) {
    case 'none':
      return null;
    case 'unknown':
    case 'trigger':
      work.isUnsure = true;
      return null;
    case 'query':
      noteByHand(work, effect);
      return null;
    case 'copy':
      noteWrite(work);
      return both(watchCopy(work, effect, statement, parameters), lookAtWritten(work, effect));
    case 'write':
      noteWrite(work);
      noteByHand(work, effect);
      return lookAtWritten(work, effect);
    case 'update':
      noteWrite(work);
      return lookAtUpdate(work, effect, watchMerge(work, effect, statement, parameters));
    case 'delete':
      noteWrite(work);
      return lookAtDelete(work, effect, parameters);
    case 'drop': {
      const table = tables.find(effect.table);
      proveGoing(work, table, { how: 'goes', mayDrop: statement.mayDrop });
      return () => {
        tables.drop(table);
      };
    }
    case 'renameTable':
      return () => {
        tables.renameTable(tables.find(effect.table), effect.to);
      };
    case 'renameColumn':
      return () => {
        tables.renameColumn(tables.find(effect.table), effect.from, effect.to);
      };
    case 'dropColumn':
      return () => {
        tables.dropColumn(tables.find(effect.table), effect.column);
      };
  }
}

const both = (one: After, other: After): After => {
  if (one === null || other === null) return one ?? other;
  return () => {
    one();
    other();
  };
};

/** A trigger may take rows wherever one is written. */
function noteWrite(work: RevisionWork): void {
  if (work.wrote) return;
  work.wrote = true;
  work.isUnsure ||= hasDeletingTrigger(work);
}

/** What was wholly in a copy is not any more, once its table gets further rows. */
function lookAtWritten(work: RevisionWork, { into, columns, conflict, makes = false }: WrittenRows): After {
  if (makes) return null;
  const table = work.tables.find(into);
  const replaced = watchReplaced(work, table, { conflict, named: columns, adds: true });
  return () => {
    for (const copy of table.copies) copy.isWhole = false;
    replaced?.();
  };
}

interface WrittenRows {
  readonly into: TableName;
  readonly columns: readonly string[] | null;
  readonly conflict: Conflict;
  readonly makes?: boolean;
}

function lookAtUpdate(
  work: RevisionWork,
  effect: Extract<RowEffect, { kind: 'update' }>,
  merged: After,
): After {
  const { columns, conflict } = effect;
  const table = work.tables.find(effect.table);
  const replaced = watchReplaced(work, table, { conflict, named: columns, adds: false });
  return () => {
    replaced?.();
    for (const copy of work.tables.copiesInto(table)) for (const column of columns) compute(copy, column);
    merged?.();
  };
}

function lookAtDelete(
  work: RevisionWork,
  effect: Extract<RowEffect, { kind: 'delete' }>,
  parameters: Parameters,
): After {
  const table = work.tables.find(effect.table);
  proveGoing(work, table, { how: 'loses rows', rows: effect.rows, parameters });
  return () => {
    for (const copy of work.tables.copiesInto(table)) copy.isWhole = false;
  };
}

interface Leaving {
  /** What becomes of the table, for messages. */
  readonly how: string;
  /** Default: all of them. */
  readonly rows?: GoingRows | null;
  readonly parameters?: Parameters;
  readonly mayDrop?: readonly string[] | undefined;
}

/** @throws DatabaseError `rowsLost` where a row, or a value of one, would be nowhere */
function proveGoing(work: RevisionWork, table: TrackedTable, leaving: Leaving): void {
  const { db, declared, tables } = work;
  if (!table.mustKeep) return;
  const shape = readTableShape(db, table.database, table.name);
  if (shape === null) return;
  const { parameters = [], mayDrop = [] } = leaving;
  const rows = leaving.rows ?? { with: '', called: table.name, where: null };
  const side = { sql: tableSql(table), shape };
  const to = declared.movesTo(table);
  const own = table.copies.filter(({ into }) => !into.isGone && into !== table);
  const mayGo = new Set([
    ...declared.mayDrop(
      table,
      shape.columns.map(({ name }) => name),
    ),
    ...mayDrop.map(fold),
  ]);
  const copies = [...own, ...handmadeCopies(work, table, shape)];
  const going: Going = { table, side, rows, parameters, mayGo, moves: to.length > 0, copies };
  if (!declared.mayLoseRows(table)) {
    let found = findUncovered(db, going);
    const earlier = found === null ? [] : earlierCopies(work, table);
    if (earlier.length > 0) found = findUncovered(db, { ...going, copies: [...copies, ...earlier] });
    if (found !== null) throw rowsLost(table, leaving.how, found);
  }
  if (to.length > 0) work.moved.push({ table: table.called, to, rows: countMoving(work, going, to) });
  table.gaveRows = true;
  for (const { into } of copies) tables.holdFor(table, into);
}
