// What is in a database, for tests that compare it with what was there before, or is in another one.

import Database from 'better-sqlite3';

export type Row = Readonly<Record<string, unknown>>;

/** Rows by table, each in the order of its key. */
export type Content = Readonly<Record<string, readonly Row[]>>;

/**
 * All rows of all tables but the history, with all that a query tells of them.
 * @param columns of these tables alone, and these columns: `{ tasks: 'id, title' }`
 */
export function contentOf(path: string, columns: Readonly<Record<string, string>> | null = null): Content {
  const db = new Database(path, { fileMustExist: true });
  try {
    const wanted = columns ?? Object.fromEntries(tablesOf(db).map((table) => [table, '*']));
    return Object.fromEntries(
      Object.entries(wanted).map(([table, list]) => {
        const order = hasRowid(db, table) ? 'ORDER BY rowid' : '';
        return [table, db.prepare<[], Row>(`SELECT ${list} FROM "${table}" ${order}`).safeIntegers().all()];
      }),
    );
  } finally {
    db.close();
  }
}

function hasRowid(db: Database.Database, table: string): boolean {
  return db.prepare('SELECT wr FROM pragma_table_list(?)').pluck().get(table) === 0;
}

function tablesOf(db: Database.Database): readonly string[] {
  const sql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'flotilla_history' ORDER BY name`;
  return db.prepare<[], string>(sql).pluck().all();
}
