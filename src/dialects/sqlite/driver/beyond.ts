// The rows of a live database that a copy of it does not have, by their keys: what a restore would lose.

import type Database from 'better-sqlite3';
import { countRows } from './rows.js';

/**
 * By table; tables without such rows are left out. A table's key is its declared one where the copy has those columns,
 * else the rowid; where both are lacking, or cannot be compared, every row counts as one that the copy lacks.
 * @param copy nobody else has it open
 * @param path of the live database, which may be in a transaction of another connection
 */
export function countBeyond(copy: Database.Database, path: string): Readonly<Record<string, number>> {
  copy.prepare('ATTACH ? AS live').run(path);
  try {
    const live = countRows(copy, 'live');
    const own = countRows(copy);
    const beyond: Record<string, number> = {};
    for (const [table, rows] of Object.entries(live)) {
      const there = own[table] ?? 0;
      const count =
        rows === 0 ? 0 : there === 0 ? rows : Math.max(rows - there, countUnmatched(copy, table) ?? rows);
      if (count > 0) beyond[table] = count;
    }
    return beyond;
  } finally {
    copy.exec('DETACH live');
  }
}

/** Null where the rows cannot be compared. */
function countUnmatched(copy: Database.Database, table: string): number | null {
  const name = quote(table);
  for (const key of [declaredKey(copy, table), ['rowid']]) {
    if (key.length === 0) continue;
    const same = key.map((column) => `b.${quote(column)} IS a.${quote(column)}`).join(' AND ');
    try {
      return (
        copy
          .prepare<[], number>(
            `SELECT count(*) FROM live.${name} AS a WHERE NOT EXISTS (SELECT 1 FROM main.${name} AS b WHERE ${same})`,
          )
          .pluck()
          .get() ?? null
      );
    } catch {
      // A column that the copy lacks, a collation that is not known here, or no rowid: the next key, or none.
    }
  }
  return null;
}

function declaredKey(copy: Database.Database, table: string): readonly string[] {
  return copy
    .prepare<[string], string>(`SELECT name FROM pragma_table_info(?, 'live') WHERE pk > 0 ORDER BY pk`)
    .pluck()
    .all(table);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
