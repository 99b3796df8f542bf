// The history table in a target: its definition, and how it is read and written.

import type Database from 'better-sqlite3';
import {
  HISTORY_TABLE,
  type HistoryEntry,
  type HistoryRow,
  type HistoryStatus,
} from '../../../model/history.js';
import { DatabaseError, type HistoryChange, type ScriptPart } from '../../port.js';
import { textSql } from '../schema/sql-text.js';

export const CREATE_HISTORY = `CREATE TABLE IF NOT EXISTS ${HISTORY_TABLE} (
  position INTEGER PRIMARY KEY,
  revision TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  sql_checksum TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('applied', 'stamped', 'started', 'leaving')),
  statements_done INTEGER NOT NULL DEFAULT 0,
  run_id TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  tool_version TEXT NOT NULL
)`;

const SELECT_HISTORY = `SELECT revision, name, checksum, sql_checksum, status, statements_done, run_id, applied_at,
  duration_ms, tool_version FROM ${HISTORY_TABLE} ORDER BY position`;

type Row = [
  revision: string,
  name: string,
  checksum: string,
  sqlChecksum: string,
  status: HistoryStatus,
  statementsDone: number,
  runId: string,
  appliedAt: string,
  durationMs: number,
  toolVersion: string,
];

/** The rows of the history table; null where there is none. */
export function readHistoryIfAny(db: Database.Database): readonly HistoryRow[] | null {
  const there = db
    .prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`)
    .get(HISTORY_TABLE);
  return there === undefined ? null : readHistory(db);
}

/** The rows of the history table; the caller has seen that it exists. */
export function readHistory(db: Database.Database): readonly HistoryRow[] {
  return readRows(db).map((row) => {
    const [revision, name, checksum, sqlChecksum, status, statementsDone, ...origin] = row;
    const [runId, appliedAt, durationMs, toolVersion] = origin;
    const entry = { revision, name, checksum, sqlChecksum, status, statementsDone };
    return { ...entry, runId, appliedAt, durationMs, toolVersion };
  });
}

/** The part of a history that decides what to do. It has no times, because targets of one cohort must compare equal. */
export function readEntries(db: Database.Database): readonly HistoryEntry[] {
  return readRows(db).map(([revision, , checksum, sqlChecksum, status, statementsDone]) => ({
    revision,
    checksum,
    sqlChecksum,
    status,
    statementsDone,
  }));
}

/** Rows as arrays: objects take twice the time, and a look at a large fleet does little else. */
function readRows(db: Database.Database): readonly Row[] {
  try {
    return db.prepare<[], Row>(SELECT_HISTORY).raw().all();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such column')) {
      throw new DatabaseError(
        'unknownRevision',
        `the table ${HISTORY_TABLE} was not written by this version of Flotilla (${error.message})`,
      );
    }
    throw error;
  }
}

/** Takes rows out, changes rows where they stand, then adds rows at the end. */
export function changeHistory(db: Database.Database, change: HistoryChange): void {
  if ([change.remove, change.add, change.restate ?? []].every(({ length }) => length === 0)) return;
  db.exec(CREATE_HISTORY);
  if (change.remove === 'all') {
    db.exec(`DELETE FROM ${HISTORY_TABLE}`);
  } else if (change.remove.length > 0) {
    const remove = db.prepare(`DELETE FROM ${HISTORY_TABLE} WHERE revision = ?`);
    for (const revision of change.remove) remove.run(revision);
  }
  const restate = db.prepare(`UPDATE ${HISTORY_TABLE} SET checksum = ?, sql_checksum = ? WHERE revision = ?`);
  for (const { id, checksum } of change.restate ?? []) restate.run(checksum, checksum, id);
  const add =
    db.prepare(`INSERT INTO ${HISTORY_TABLE} (revision, name, checksum, sql_checksum, status, statements_done,
    run_id, applied_at, duration_ms, tool_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (const row of change.add) {
    add.run(
      row.revision,
      row.name,
      row.checksum,
      row.sqlChecksum,
      row.status,
      row.statementsDone,
      row.runId,
      row.appliedAt,
      row.durationMs,
      row.toolVersion,
    );
  }
}

/** Time and run of a row that a script writes: when and by whom it is run is not known before. */
const NOW = `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`;

/**
 * Only the shell's own word stops at the first error (sqlite.org/cli.html): plain SQL would go on, and commit the rest.
 */
const SHELL = [
  '-- For the sqlite3 shell, on one target: sqlite3 FILE < SCRIPT',
  '-- .bail stops it at the first error, with the transaction rolled back; no other program knows this line',
  '.bail on',
];

/** A script for the sqlite3 shell. */
export function script(parts: readonly ScriptPart[]): string {
  const lines = parts.flatMap(({ transactional, sql, record }) => {
    const recording = statementsOf(record).map((statement) => `${statement};`);
    return transactional
      ? ['BEGIN IMMEDIATE;', ...sql, ...recording, 'COMMIT;']
      : [...sql, 'BEGIN IMMEDIATE;', ...recording, 'COMMIT;'];
  });
  return `${[...SHELL, 'PRAGMA foreign_keys = OFF;', ...lines].join('\n')}\n`;
}

function statementsOf(change: HistoryChange): readonly string[] {
  const removed =
    change.remove === 'all'
      ? [`DELETE FROM ${HISTORY_TABLE}`]
      : change.remove.map((revision) => `DELETE FROM ${HISTORY_TABLE} WHERE revision = ${textSql(revision)}`);
  const added = change.add.map((row) => {
    const { revision, name, checksum, sqlChecksum, status, runId, toolVersion } = row;
    const values = [revision, name, checksum, sqlChecksum, status].map(textSql).join(', ');
    return `INSERT INTO ${HISTORY_TABLE} (revision, name, checksum, sql_checksum, status, run_id, applied_at, duration_ms,
  tool_version) VALUES (${values}, ${textSql(runId)}, ${NOW}, 0, ${textSql(toolVersion)})`;
  });
  const restated = (change.restate ?? []).map(
    ({ id, checksum }) =>
      `UPDATE ${HISTORY_TABLE} SET checksum = ${textSql(checksum)}, sql_checksum = ${textSql(checksum)} WHERE revision = ${textSql(id)}`,
  );
  return [CREATE_HISTORY, ...removed, ...restated, ...added];
}
