// The history table in a target: its definition, and how it is read and written.

import type Database from 'better-sqlite3';
import { HISTORY_TABLE, type HistoryRow, type HistoryStatus } from '../../model/history.js';
import { DatabaseError, type HistoryChange } from '../port.js';

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

interface Row {
  readonly revision: string;
  readonly name: string;
  readonly checksum: string;
  readonly sql_checksum: string;
  readonly status: HistoryStatus;
  readonly statements_done: number;
  readonly run_id: string;
  readonly applied_at: string;
  readonly duration_ms: number;
  readonly tool_version: string;
}

/** The rows of the history table; null where there is none. */
export function readHistoryIfAny(db: Database.Database): readonly HistoryRow[] | null {
  const there = db
    .prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`)
    .get(HISTORY_TABLE);
  return there === undefined ? null : readHistory(db);
}

/** The rows of the history table; the caller has seen that it exists. */
export function readHistory(db: Database.Database): readonly HistoryRow[] {
  let rows: readonly Row[];
  try {
    rows = db.prepare<[], Row>(SELECT_HISTORY).all();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such column')) {
      throw new DatabaseError(
        'unknownRevision',
        `the table ${HISTORY_TABLE} was not written by this version of Flotilla (${error.message})`,
      );
    }
    throw error;
  }
  return rows.map((row) => ({
    revision: row.revision,
    name: row.name,
    checksum: row.checksum,
    sqlChecksum: row.sql_checksum,
    status: row.status,
    statementsDone: row.statements_done,
    runId: row.run_id,
    appliedAt: row.applied_at,
    durationMs: row.duration_ms,
    toolVersion: row.tool_version,
  }));
}

/** Takes rows out, then adds rows at the end. */
export function changeHistory(db: Database.Database, change: HistoryChange): void {
  db.exec(CREATE_HISTORY);
  if (change.remove === 'all') {
    db.exec(`DELETE FROM ${HISTORY_TABLE}`);
  } else {
    const remove = db.prepare(`DELETE FROM ${HISTORY_TABLE} WHERE revision = ?`);
    for (const revision of change.remove) remove.run(revision);
  }
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

/** The change of a history as SQL, for a script that is run by hand. */
export function historyScript(change: HistoryChange): readonly string[] {
  const removed =
    change.remove === 'all'
      ? [`DELETE FROM ${HISTORY_TABLE}`]
      : change.remove.map((revision) => `DELETE FROM ${HISTORY_TABLE} WHERE revision = ${text(revision)}`);
  const added = change.add.map((row) => {
    const { revision, name, checksum, sqlChecksum, status, runId, toolVersion } = row;
    const values = [revision, name, checksum, sqlChecksum, status].map(text).join(', ');
    return `INSERT INTO ${HISTORY_TABLE} (revision, name, checksum, sql_checksum, status, run_id, applied_at, duration_ms,
  tool_version) VALUES (${values}, ${text(runId)}, ${NOW}, 0, ${text(toolVersion)})`;
  });
  return [CREATE_HISTORY, ...removed, ...added];
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
