// The history table in a target: its definition, and how it is read and written.

import type Database from 'better-sqlite3';
import {
  HISTORY_TABLE,
  type HistoryEntry,
  type HistoryRow,
  type HistoryStatus,
} from '../../../model/history.js';
import { again, foreign, hint } from '../../../model/hint.js';
import { DatabaseError, type HistoryChange, type ScriptPart } from '../../port.js';
import { nameSql, textSql } from '../schema/sql-text.js';

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

/** What a change of a history is held against. */
interface Held {
  /** The rows before, where the caller has seen them before others could change them; default: what is there. */
  readonly before?: readonly HistoryRow[] | null;
  /** The path that messages name. */
  readonly shown?: string;
}

/**
 * Takes rows out, changes rows where they stand, then adds rows at the end, and reads all of them back.
 * @returns the rows that are there now; null where there is no history
 * @throws DatabaseError `schemaMismatch` where something else changed them
 */
export function changeHistory(
  db: Database.Database,
  change: HistoryChange,
  { before = readHistoryIfAny(db), shown = db.name }: Held = {},
): readonly HistoryRow[] | null {
  if ([change.remove, change.add, change.restate ?? []].every(({ length }) => length === 0)) return before;
  write(db, change);
  const found = readHistory(db);
  const [wanted, there] = [changed(before ?? [], change), found].map((rows) => rows.map(textOf));
  const differing = (wanted ?? []).filter((text, at) => text !== there?.[at]);
  if (differing.length > 0 || wanted?.length !== there?.length) throw changedByOthers(db, shown);
  return found;
}

const textOf = (row: HistoryRow): string => JSON.stringify(valuesOf(row));

/** What a change makes of a history. */
function changed(
  before: readonly HistoryRow[],
  { remove, add, restate = [] }: HistoryChange,
): readonly HistoryRow[] {
  const kept = remove === 'all' ? [] : before.filter(({ revision }) => !remove.includes(revision));
  const restated = kept.map((row) => {
    const checksum = restate.find(({ id }) => id === row.revision)?.checksum;
    return checksum === undefined ? row : { ...row, checksum, sqlChecksum: checksum };
  });
  return [...restated, ...add];
}

/** By a trigger on the history or on a table of a revision, or by the revision itself. */
function changedByOthers(db: Database.Database, shown: string): DatabaseError {
  const triggers = db
    .prepare<[string], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND lower(tbl_name) = ?`,
    )
    .pluck()
    .all(HISTORY_TABLE);
  const what = `the table ${HISTORY_TABLE} does not hold what was recorded in it`;
  if (triggers.length === 0) {
    const remedy = hint`nothing but Flotilla may write to it: take that out of the revision, or out of the triggers of its tables; then: ${again()}`;
    const message = `${what}: a statement of a revision, or a trigger that it ran, changed it`;
    return new DatabaseError('schemaMismatch', message, { hint: remedy });
  }
  const drop = triggers.map((name) => `DROP TRIGGER ${nameSql(name)}`).join('; ');
  const remedy = hint`nothing but Flotilla may write to it; take them away: ${foreign('sqlite3', shown, drop)}; then: ${again()}`;
  const message = `${what}: a trigger on it changes that (${triggers.join(', ')})`;
  return new DatabaseError('schemaMismatch', message, { hint: remedy });
}

function write(db: Database.Database, change: HistoryChange): void {
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
  for (const row of change.add) add.run(...valuesOf(row));
}

/** In the order of the columns. */
function valuesOf(row: HistoryRow): Row {
  return [
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
  ];
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
