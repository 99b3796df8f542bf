// AUTOINCREMENT counters go with the table that is dropped, and ids of deleted rows would be given out again. They are
// carried over to the table that bears its name afterwards, whoever rebuilds it.
// https://sqlite.org/autoinc.html: sqlite_sequence has no key, and a row for each table that ever had a rowid.
// Invariant: a counter is raised and never lowered, and only that of a table that has AUTOINCREMENT.

import type Database from 'better-sqlite3';
import { fold, tokensOf } from '../schema/sql-text.js';
import { tableChangeOf } from './table-change.js';
import type { StatementWatch } from './watch.js';

export function counterWatch(db: Database.Database): StatementWatch {
  /** By folded name: what the counter of a table of this name was when it was dropped or renamed. */
  let counters = new Map<string, bigint>();
  /** By folded name, the names that a table had before. */
  let former = new Map<string, ReadonlySet<string>>();

  const namesOf = (table: string): ReadonlySet<string> => former.get(fold(table)) ?? new Set([fold(table)]);

  return {
    begin() {
      counters = new Map();
      former = new Map();
    },
    before(statement) {
      const change = tableChangeOf(statement);
      if (change?.kind !== 'dropTable' && change?.kind !== 'rename') return;
      const counter = counterOf(db, change.name);
      if (counter === null) return;
      for (const name of namesOf(change.name)) {
        const known = counters.get(name);
        if (known === undefined || known < counter) counters.set(name, counter);
      }
    },
    after(statement) {
      const change = tableChangeOf(statement);
      if (change?.kind !== 'rename') return;
      former.set(fold(change.to), new Set([...namesOf(change.name), fold(change.to)]));
      former.delete(fold(change.name));
    },
    end() {
      for (const [name, counter] of counters) raise(db, name, counter);
      counters = new Map();
    },
  };
}

function counterOf(db: Database.Database, table: string): bigint | null {
  if (!hasSequence(db)) return null;
  const sql = `SELECT max(seq) FROM main.sqlite_sequence WHERE name = ? COLLATE NOCASE AND typeof(seq) = 'integer'`;
  return db.prepare<[string], bigint | null>(sql).pluck().safeIntegers().get(table) ?? null;
}

function raise(db: Database.Database, name: string, counter: bigint): void {
  const sql = `SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`;
  const table = db.prepare<[string], { name: string; sql: string }>(sql).get(name);
  if (table === undefined || !tokensOf(table.sql).some(({ kind }) => kind === 'AUTOINCR')) return;
  const now = counterOf(db, table.name);
  if (now !== null && now >= counter) return;
  db.prepare('DELETE FROM main.sqlite_sequence WHERE name = ?').run(table.name);
  db.prepare('INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)').run(table.name, counter);
}

function hasSequence(db: Database.Database): boolean {
  return db.prepare(`SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'`).get() !== undefined;
}
