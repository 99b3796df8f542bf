// SQLite's own word on the syntax of a statement, for what the parser does not know.

import Database from 'better-sqlite3';

const SYNTAX = /syntax error|unrecognized token|incomplete input|unknown table option/;

/** The message of a syntax error; null where the syntax is right, whatever else may be wrong. */
export function syntaxError(sql: string): string | null {
  const db = new Database(':memory:');
  try {
    db.prepare(sql);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return SYNTAX.test(message) ? message : null;
  } finally {
    db.close();
  }
}
