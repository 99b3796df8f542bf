// The database that has a row in every table: follows the empty one revision by revision, and tells what only rows
// show. Where a statement fails on rows it is run again without them, so that the next statements can be tried.

import type { Database } from 'better-sqlite3';
import type { Orphans, RevisionTrace, RowsLost, StepTrace } from '../../../revisions/lint/trace.js';
import type { Revision, Script, Statement } from '../../../model/revision.js';
import type { Snapshot } from '../schema/snapshot.js';
import { quoteName } from '../schema/sql-text.js';
import { createSeeder, type Seeder } from './seed.js';
import { changesRows, countRowsOf, dependsOnRows, tablesAtRisk, type Counts } from './trace-tables.js';
import { memory } from '../driver/connect.js';
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

export function createSeeded(): Seeded {
  let db = memory();
  let seeder = createSeeder(db);
  let lost = false;
  /** Tables that were emptied because a statement failed on their rows: how many rows they have says nothing. */
  let disturbed: ReadonlySet<string> = new Set();
  let start: Counts = new Map();
  let orphansBefore: ReadonlyMap<string, number> = new Map();
  let isChanging = false;

  return {
    begin(structure, revision) {
      seeder.fill(structure);
      disturbed = new Set();
      const statements = statementsOf(revision.up);
      const atRisk = new Set(statements.flatMap((statement) => tablesAtRisk(statement, structure)));
      isChanging = statements.some(changesRows);
      start = countRowsOf(db, atRisk);
      orphansBefore = isChanging ? orphansOf(db) : new Map();
      db.pragma('legacy_alter_table = OFF');
      if (revision.transactional) db.exec('BEGIN');
    },
    async run(script, statement, structure) {
      if (lost) return NOTHING;
      const atRisk = tablesAtRisk(statement, structure);
      const before = countRowsOf(db, atRisk);
      seeder.readAgain(atRisk);
      const wasInside = db.inTransaction;
      const error = await run(db, script, statement, 'up');
      // It ended the transaction (RAISE(ROLLBACK)), and what was done before it is gone.
      lost = wasInside && !db.inTransaction;
      if (lost) return { seededError: error, rowsLost: [] };
      if (error === null) {
        // A table that is renamed takes its rows along.
        const isRename = statement.kind === 'AlterTableStmt';
        return {
          seededError: null,
          rowsLost: isRename ? [] : losses(before, countRowsOf(db, before.keys())),
        };
      }
      disturbed = new Set([...disturbed, ...atRisk]);
      // Without the rows it meets, the statement does what it did on the empty database.
      for (const table of atRisk) emptyTable(db, table);
      lost = script.kind === 'module' || (await run(db, script, statement, 'up')) !== null;
      return { seededError: error, rowsLost: [] };
    },
    refill(structure) {
      const wasInside = db.inTransaction;
      if (!lost) seeder.fill(structure);
      // A trigger may answer a row that is tried by ending the transaction.
      lost ||= wasInside && !db.inTransaction;
    },
    end(before, after) {
      if (db.inTransaction) db.exec('COMMIT');
      if (lost || !isChanging) return { rowsLost: [], orphans: [] };
      const known = new Set(before.tables.map((table) => table.name));
      const names = after.tables.map((table) => table.name);
      const counts = countRowsOf(
        db,
        names.filter((name) => start.has(name) || !known.has(name)),
      );
      return {
        rowsLost: withoutRenamed(losses(start, counts), start, counts).filter(
          ({ table }) => !disturbed.has(table),
        ),
        orphans: newOrphans(orphansBefore, orphansOf(db)).filter(
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
