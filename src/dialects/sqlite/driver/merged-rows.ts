// Rows that are said to live on in another table, and went into rows that were there: that table has no more rows for
// them, so they are known by what they hold. Apart from counting, because a row that is put in later must not count for
// one that was to be merged.

import { countRowsOf, sizeNow, type RevisionWork } from './revision-work.js';
import { countGoing, countUnmerged, tableSql, type Going } from './rows-going.js';
import { readTableShape } from './table-shape.js';
import type { TrackedTable } from './tracked-tables.js';

/** Right after a merge: how many rows of a table are in others that have not grown by them. */
export function noteMerged(work: RevisionWork, table: TrackedTable): void {
  const { db, declared, sizes, merged } = work;
  const to = declared.movesTo(table);
  const shape = to.length === 0 ? null : readTableShape(db, table.database, table.name);
  if (shape === null) return;
  const side = { sql: tableSql(table), shape };
  const rows = { with: '', called: table.name, where: null };
  const all = { table, side, rows, copies: table.copies, parameters: [] };
  const grown = to.reduce((sum, name) => sum + Math.max(0, sizeNow(db, name) - (sizes.get(name) ?? 0)), 0);
  const there = countRowsOf(db, table) - countUnmerged(db, all, to) - grown;
  merged.set(table, Math.max(there, merged.get(table) ?? 0));
}

/** How many rows that go must have come to these tables as rows of their own. */
export function countMoving({ db, merged }: RevisionWork, going: Going, to: readonly string[]): number {
  const rows = countGoing(db, going);
  const known = merged.get(going.table) ?? 0;
  if (known === 0) return rows;
  const moving = Math.max(countUnmerged(db, going, to), rows - known);
  merged.set(going.table, known - (rows - moving));
  return moving;
}
