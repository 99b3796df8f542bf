// The database that has a row in every table: follows the empty one revision by revision, and tells what only rows
// show. Where a statement fails on rows it is run again with fewer, and then without any, so that the next statements
// can be tried.

import type { Database } from 'better-sqlite3';
import type { Orphans, RevisionTrace, RowsLost, StepTrace } from '../../../revisions/lint/trace.js';
import type { Revision, Script, Statement } from '../../../model/revision.js';
import type { Snapshot } from '../schema/snapshot.js';
import { fold, quoteName } from '../schema/sql-text.js';
import { createSeeder, type Seeder } from './seed.js';
import { memory } from '../driver/connect.js';
import { rowEffectOf } from '../syntax/row-effects.js';
import { shapesIn } from './lookup.js';
import { createCarriedRows } from './carried-rows.js';
import { createRowCounter, type Counts } from './row-counts.js';
import { tablesInTheMaking } from './in-the-making.js';
import { changesRows, dependsOnRows, tablesAtRisk, tablesNamed } from './trace-tables.js';
import { run, runDown, statementsOf, type DownFailure } from './trace-run.js';

export const NOTHING = { seededError: null, rowsLost: [] } as const;

/** The database that has a row in every table. */
export interface Seeded {
  begin(structure: Snapshot, revision: Revision): void;
  run(
    script: Script,
    statement: Statement,
    structure: Snapshot,
  ): Promise<Pick<StepTrace, 'seededError' | 'rowsLost'>>;
  /** Gives the tables that were emptied a row again, after a statement that failed on rows. */
  refill(structure: Snapshot): void;
  end(before: Snapshot, after: Snapshot): Pick<RevisionTrace, 'rowsLost' | 'orphans'>;
  tryDown(script: Script): Promise<DownFailure | null>;
  /** Whether it could not follow a revision. */
  isLost(): boolean;
  /** Becomes a copy of the empty database, to be seeded anew. */
  takeOver(empty: Database): void;
  seeder(): Seeder;
  close(): void;
}

/** @param order the revisions that will be run */
export function createSeeded(order: readonly Revision[]): Seeded {
  const inTheMaking = tablesInTheMaking(order);
  let isMaking: ReadonlySet<string> = new Set();
  const carried = createCarriedRows();
  let db = memory();
  let seeder = createSeeder(db);
  let counter = createRowCounter(db);
  let lost = false;
  /** Tables that were emptied because a statement failed on their rows: how many rows they have says nothing. */
  let disturbed: ReadonlySet<string> = new Set();
  /** Of this revision, in order. */
  let renames: (readonly [from: string, to: string])[] = [];
  let start: Counts = new Map();
  let orphansBefore: ReadonlyMap<string, number> = new Map();
  /** What was found at the end of the revision before, if that changed rows. */
  let atEnd: { readonly writes: number; readonly orphans: ReadonlyMap<string, number> } | null = null;
  let isChanging = false;

  /** To be told of tables that may have other rows than before. */
  function readAgain(tables: readonly string[]): void {
    seeder.readAgain(tables);
    counter.forget(tables);
  }

  /** Gives every table a row that has none; triggers may make more of it. */
  function fill(structure: Snapshot): void {
    if (seeder.fill(structure, isMaking)) counter.forget();
  }

  /** Runs a statement that failed on rows with one row in each of its tables, else with none. */
  async function runWithLess(
    script: Script,
    statement: Statement,
    structure: Snapshot,
    atRisk: readonly string[],
  ): Promise<boolean> {
    const tables = [...new Set([...atRisk, ...tablesNamed(statement, structure)])];
    for (const take of [keepOne, emptyTable]) {
      for (const table of tables) take(db, table);
      readAgain(tables);
      // What is counted from here on is what is left.
      if (take === keepOne)
        start = new Map([...start, ...counter.count(tables.filter((each) => start.has(each)))]);
      else disturbed = new Set([...disturbed, ...tables]);
      const isDone = (await run(db, script, statement, 'up')) === null;
      readAgain(tables);
      if (isDone) return true;
    }
    return false;
  }

  function addedTo(table: string, statement: Statement, before: Counts): number {
    const rows = counter.count([table]).get(table);
    const former = [...before].find(([name]) => fold(name) === table)?.[1] ?? 0;
    // Of a temporary table no count is kept.
    if (rows !== undefined && statement.kind !== 'CreateTableStmt') return rows - former;
    return rows ?? db.prepare<[], number>('SELECT changes()').pluck().get() ?? 0;
  }

  /** A table that has its rows under the name it got last. */
  function isNotRenamed({ table, before }: RowsLost): boolean {
    let name = fold(table);
    for (const [from, to] of renames) if (from === name) name = to;
    return name === fold(table) || ([...counter.count([name]).values()][0] ?? 0) < before;
  }

  function withoutCarried(lost: readonly RowsLost[]): RowsLost[] {
    const isThere = (table: string): boolean => counter.count([table]).has(table);
    return lost.filter(({ table, before, after }) => carried.count(table, isThere) < before - after);
  }

  return {
    begin(structure, revision) {
      isMaking = inTheMaking.get(revision.id) ?? new Set();
      fill(structure);
      disturbed = new Set();
      renames = [];
      const statements = statementsOf(revision.up);
      const atRisk = new Set(statements.flatMap((statement) => tablesAtRisk(statement, structure)));
      isChanging = statements.some(changesRows);
      start = counter.count(atRisk);
      if (isChanging) orphansBefore = atEnd?.writes === writesOf(db) ? atEnd.orphans : orphansOf(db);
      atEnd = null;
      db.pragma('legacy_alter_table = OFF');
      if (revision.transactional) db.exec('BEGIN');
    },
    async run(script, statement, structure) {
      if (lost) return NOTHING;
      const atRisk = tablesAtRisk(statement, structure);
      const before = counter.count(atRisk);
      readAgain(atRisk);
      const wasInside = db.inTransaction;
      const error = await run(db, script, statement, 'up');
      // It ended the transaction (RAISE(ROLLBACK)), and what was done before it is gone.
      lost = wasInside && !db.inTransaction;
      if (lost) return { seededError: error, rowsLost: [] };
      if (error === null) {
        const effect = rowEffectOf(statement);
        if (effect.kind === 'renameTable') renames.push([fold(effect.table.name), fold(effect.to)]);
        carried.follow(statement, shapesIn(structure), (table) => addedTo(table, statement, before));
        // A table that is renamed takes its rows along.
        const isRename = statement.kind === 'AlterTableStmt';
        return {
          seededError: null,
          rowsLost: isRename ? [] : withoutCarried(losses(before, counter.count(before.keys()))),
        };
      }
      lost = script.kind === 'module' || !(await runWithLess(script, statement, structure, atRisk));
      return { seededError: error, rowsLost: [] };
    },
    refill(structure) {
      const wasInside = db.inTransaction;
      if (!lost) fill(structure);
      // A trigger may answer a row that is tried by ending the transaction.
      lost ||= wasInside && !db.inTransaction;
    },
    end(before, after) {
      if (db.inTransaction) db.exec('COMMIT');
      if (lost || !isChanging) return { rowsLost: [], orphans: [] };
      atEnd = { writes: writesOf(db), orphans: orphansOf(db) };
      const known = new Set(before.tables.map((table) => table.name));
      const names = after.tables.map((table) => table.name);
      const counts = counter.count(names.filter((name) => start.has(name) || !known.has(name)));
      return {
        rowsLost: withoutCarried(withoutRenamed(losses(start, counts), start, counts))
          .filter(isNotRenamed)
          .filter(({ table }) => !disturbed.has(table)),
        orphans: newOrphans(orphansBefore, atEnd.orphans).filter(
          ({ table, parent }) => !disturbed.has(table) && !disturbed.has(parent),
        ),
      };
    },
    async tryDown(script) {
      if (lost || !statementsOf(script).some(dependsOnRows)) return null;
      db.exec('BEGIN');
      try {
        return await runDown(db, script);
      } finally {
        if (db.inTransaction) db.exec('ROLLBACK');
      }
    },
    isLost: () => lost,
    takeOver(empty) {
      db.close();
      db = memory(empty.serialize());
      seeder = createSeeder(db);
      counter = createRowCounter(db);
      atEnd = null;
      lost = false;
    },
    seeder: () => seeder,
    close() {
      db.close();
    },
  };
}

function emptyTable(db: Database, table: string): void {
  try {
    db.exec(`DELETE FROM main.${quoteName(table)}`);
  } catch {
    // A trigger may forbid it: then the statement fails once more, and the copy starts over from the empty database.
  }
}

/** The oldest row is the one that has no NULL. */
function keepOne(db: Database, table: string): void {
  const name = quoteName(table);
  try {
    db.exec(`DELETE FROM main.${name} WHERE rowid <> (SELECT min(rowid) FROM main.${name})`);
  } catch {
    // Without a rowid: then it is emptied.
  }
}

function losses(before: Counts, after: Counts): RowsLost[] {
  return [...before].flatMap(([table, rows]) => {
    const remaining = after.get(table) ?? 0;
    return remaining < rows ? [{ table, before: rows, after: remaining }] : [];
  });
}

/** A table that is gone has lost nothing where a new one has at least its rows: it was renamed. */
function withoutRenamed(lost: readonly RowsLost[], start: Counts, after: Counts): RowsLost[] {
  const added = [...after].filter(([name]) => !start.has(name)).map(([, rows]) => rows);
  return lost.filter(({ table, before }) => after.has(table) || !added.some((rows) => rows >= before));
}

const writesOf = (db: Database): number =>
  db.prepare<[], number>('SELECT total_changes()').pluck().get() ?? 0;

/** Rows without a parent, by table and parent. */
function orphansOf(db: Database): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  try {
    for (const { table, parent } of db
      .prepare<[], { table: string; parent: string }>('PRAGMA foreign_key_check')
      .all()) {
      const key = JSON.stringify([table, parent]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  } catch {
    // A foreign key whose parent has no fitting key: the rule `foreign-key-target` tells that from the structure.
  }
  return counts;
}

function newOrphans(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Orphans[] {
  return [...after].flatMap(([key, rows]) => {
    const added = rows - (before.get(key) ?? 0);
    const [table = '', parent = ''] = JSON.parse(key) as string[];
    return added > 0 ? [{ table, parent, rows: added }] : [];
  });
}
