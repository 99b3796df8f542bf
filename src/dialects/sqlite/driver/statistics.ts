// What ANALYZE found about a table goes with it, and with each index that is dropped; the planner then guesses until
// somebody analyzes again (https://sqlite.org/lang_analyze.html). It is put back where a table and an index of the same
// names are there afterwards, the index over the same columns, and nothing newer is known.

import type Database from 'better-sqlite3';
import { tableChangeOf, type TableChange } from './table-change.js';
import type { StatementWatch } from './watch.js';

/** https://sqlite.org/fileformat2.html#stat4tab; the second is there only where SQLite was built with it. */
const TABLES = ['sqlite_stat1', 'sqlite_stat4'] as const;

/** What was known of an index, or of a table without one. */
interface Known {
  readonly source: string;
  readonly table: string;
  readonly index: string | null;
  readonly columns: string | null;
  readonly rows: Row[];
}

/** Of either table: they have these two columns in common. */
interface Row extends Readonly<Record<string, unknown>> {
  readonly tbl: string;
  readonly idx: string | null;
}

export function statisticsWatch(db: Database.Database): StatementWatch {
  let known = new Map<string, Known>();
  return {
    begin() {
      known = new Map();
    },
    before(statement) {
      const change = tableChangeOf(statement);
      if (change === null) return;
      for (const one of goingWith(db, change)) {
        const key = JSON.stringify([one.source, one.table, one.index]);
        // What is dropped a second time in one revision was known best the first time.
        if (!known.has(key)) known.set(key, one);
      }
    },
    end() {
      for (const one of known.values()) putBack(db, one);
      known = new Map();
    },
  };
}

function goingWith(db: Database.Database, { kind, name }: TableChange): readonly Known[] {
  if (kind !== 'dropTable' && kind !== 'dropIndex') return [];
  const where = kind === 'dropTable' ? 'tbl = ? COLLATE NOCASE' : 'idx = ? COLLATE NOCASE';
  return TABLES.filter((source) => exists(db, source)).flatMap((source) => {
    const found = new Map<string, Known>();
    const rows = db.prepare<[string], Row>(`SELECT * FROM main.${source} WHERE ${where}`);
    for (const row of rows.safeIntegers().all(name)) {
      const { tbl: table, idx: index } = row;
      const key = JSON.stringify([table, index]);
      const columns = index === null ? null : columnsOf(db, index);
      const one = found.get(key) ?? { source, table, index, columns, rows: [] };
      one.rows.push(row);
      found.set(key, one);
    }
    return [...found.values()];
  });
}

function putBack(db: Database.Database, { source, table, index, columns, rows }: Known): void {
  if (!exists(db, source) || !exists(db, table)) return;
  if (index !== null && (columns === null || columnsOf(db, index, table) !== columns)) return;
  const sql = `SELECT 1 FROM main.${source} WHERE tbl = ? COLLATE NOCASE AND idx IS ? COLLATE NOCASE`;
  if (db.prepare(sql).get(table, index) !== undefined) return;
  for (const row of rows) {
    const places = Object.keys(row).map(() => '?');
    db.prepare(
      `INSERT INTO main.${source} (${Object.keys(row).join(', ')}) VALUES (${places.join(', ')})`,
    ).run(...Object.values(row));
  }
}

/**
 * The columns of an index, or of the key of a table WITHOUT ROWID, which goes by the table's name.
 * @param table the one that it must be on; default any
 */
function columnsOf(db: Database.Database, index: string, table?: string): string | null {
  const on = db
    .prepare<[string], string>(`SELECT tbl_name FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE`)
    .pluck()
    .get(index);
  if (on === undefined || (table !== undefined && on.toLowerCase() !== table.toLowerCase())) return null;
  const sql = `SELECT json_group_array(json_array(name, coll, "desc")) FROM pragma_index_xinfo(?, 'main') WHERE key`;
  return db.prepare<[string], string>(sql).pluck().get(index) ?? null;
}

function exists(db: Database.Database, table: string): boolean {
  const sql = `SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`;
  return db.prepare(sql).get(table) !== undefined;
}
