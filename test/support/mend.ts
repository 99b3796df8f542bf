// Runs a planned repair on a database as the protocol does: rows in the way first, then all statements or none.

import type { Database } from 'better-sqlite3';
import { readSnapshot } from '../../src/dialects/sqlite/driver/introspect.js';
import { planRepair } from '../../src/dialects/sqlite/schema/repair.js';
import type { Repair } from '../../src/dialects/sqlite/schema/repair.js';
import type { Snapshot } from '../../src/dialects/sqlite/schema/snapshot.js';

export type Mended =
  | { readonly kind: 'repaired'; readonly repair: Repair }
  /** Nothing was tried: reasons, and what rows are in the way, as `table: count words`. */
  | { readonly kind: 'refused'; readonly repair: Repair; readonly why: readonly string[] }
  /** SQLite refused a statement, and all was rolled back. */
  | { readonly kind: 'failed'; readonly repair: Repair; readonly message: string };

/** @param force runs the statements even where rows are known to be in the way */
export function mend(
  db: Database,
  expected: Snapshot,
  { dropExtra = [], force = false }: { dropExtra?: readonly string[]; force?: boolean } = {},
): Mended {
  db.pragma('foreign_keys = OFF');
  const repair = planRepair({ actual: readSnapshot(db), expected, dropExtra });
  const inTheWay = repair.obstacles.flatMap(({ table, words, sql }) => {
    const count = db.prepare(sql).all().length;
    return count === 0 ? [] : [`${table}: ${count} ${words}`];
  });
  const why = [...repair.refused, ...inTheWay];
  if (why.length > 0 && !force) return { kind: 'refused', repair, why };
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const { sql } of repair.statements) db.exec(sql);
    db.exec('COMMIT');
    return { kind: 'repaired', repair };
  } catch (error) {
    db.exec('ROLLBACK');
    return { kind: 'failed', repair, message: error instanceof Error ? error.message : String(error) };
  }
}
