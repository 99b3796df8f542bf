// All that is in a database, as text to compare: its structure, every row, and the history apart, because ids of runs,
// times and durations differ from one run to the next.

import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';

export interface Content {
  /** SHA-256 of structure and rows, the history table aside. */
  readonly hash: string;
  /** `revision status`, in order, and how many statements of one half-way are done; null without a history table. */
  readonly history: readonly string[] | null;
}

/** @throws where something cannot be read */
export function readContent(db: Database.Database): Content {
  const hash = createHash('sha256');
  const objects = db
    .prepare<[], readonly [string, string, string, string | null]>(
      `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name <> 'flotilla_history' ORDER BY type, name`,
    )
    .raw()
    .all();
  hash.update(JSON.stringify(objects));
  for (const [type, name] of objects) {
    if (type !== 'table') continue;
    hash.update(`\n${name}\n`);
    const rows = db.prepare(`SELECT * FROM "${name.replaceAll('"', '""')}" ORDER BY 1, 2`).raw();
    for (const row of rows.iterate()) hash.update(JSON.stringify(row, asText)).update('\n');
  }
  return { hash: hash.digest('hex'), history: readHistory(db) };
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

export function readHistory(db: Database.Database): readonly string[] | null {
  const there = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'flotilla_history'`).get();
  if (there === undefined) return null;
  return db
    .prepare<[], string>(
      `SELECT revision || ' ' || status || iif(status IN ('started', 'leaving'), ' ' || statements_done, '')
         FROM flotilla_history ORDER BY position`,
    )
    .pluck()
    .all();
}

/** Problems that SQLite finds by itself; none means sound. */
export function findProblems(db: Database.Database): readonly string[] {
  const integrity = db.prepare<[], string>('PRAGMA integrity_check').pluck().all();
  const orphans = db.prepare('PRAGMA foreign_key_check').all().length;
  return [
    ...integrity.filter((line) => line !== 'ok').map((line) => `integrity: ${line}`),
    ...(orphans === 0 ? [] : [`${orphans} rows without parent`]),
  ];
}
