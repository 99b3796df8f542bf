// How many rows the tables of a scratch database have. Apart, because most statements of a long history leave most
// counts as they are, and asking for one takes longer than running such a statement.

import type { Database, Statement } from 'better-sqlite3';
import { quoteName } from '../schema/sql-text.js';

/** Rows by table, under the name that the structure gives it. */
export type Counts = ReadonlyMap<string, number>;

export interface RowCounter {
  /** Counts the rows of tables; those that are not there are left out. */
  count(tables: Iterable<string>): Counts;
  /** Tables that may have other rows, or are new under an old name, are counted again; left out: any may. */
  forget(tables?: Iterable<string>): void;
}

export function createRowCounter(db: Database): RowCounter {
  const known = new Map<string, number>();
  const queries = new Map<string, Statement<[], number>>();

  function countOf(table: string): number | undefined {
    try {
      const query =
        queries.get(table) ?? db.prepare<[], number>(`SELECT count(*) FROM main.${quoteName(table)}`).pluck();
      queries.set(table, query);
      return query.get();
    } catch {
      // Not there, or a virtual table whose module is missing: neither has rows to lose.
      return undefined;
    }
  }

  return {
    count(tables) {
      const counts = new Map<string, number>();
      for (const table of tables) {
        const rows = known.get(table) ?? countOf(table);
        if (rows === undefined) continue;
        known.set(table, rows);
        counts.set(table, rows);
      }
      return counts;
    },
    forget(tables) {
      if (tables === undefined) known.clear();
      for (const table of tables ?? []) known.delete(table);
    },
  };
}
