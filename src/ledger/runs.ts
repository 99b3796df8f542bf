// Runs and what became of each target, in the ledger's tables. Every target is entered as `planned` before any
// work, so that targets that were never started can be seen.

import type Database from 'better-sqlite3';
import { isUndone, type Outcome, type OutcomeKind } from '../model/outcome.js';
import type { FailedAttempt, RunCommand } from '../model/report.js';
import type { Target } from '../model/target.js';
import { Stages, type RecordedWave } from './stages.js';

/** A run at its start. */
export interface RunStart {
  readonly runId: string;
  readonly command: RunCommand;
  readonly dryRun: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly head: readonly string[];
  /** What the run was asked to do, JSON-safe. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** What it takes to go on with it, JSON-safe. */
  readonly terms?: object;
  readonly waves?: readonly RecordedWave[];
  readonly host?: string;
}

/** A target as it is entered before any work. */
export interface Planned extends Pick<Target, 'id' | 'path'> {
  /** The number of its wave. */
  readonly wave?: number;
  /** The way that was found for it, JSON-safe. */
  readonly way?: object;
}

/** A run that has no end: it is going on, or it died. */
export type UnfinishedRun = Pick<RunStart, 'runId' | 'command' | 'dryRun' | 'startedAt'>;

/** Targets by outcome; what no target has is left out. */
export type OutcomeCounts = Readonly<Partial<Record<OutcomeKind | 'planned', number>>>;

export interface RecordedOutcome {
  readonly runId: string;
  readonly outcome: Outcome;
}

/** A backup of a target, as a run recorded it. */
export interface RecordedBackup {
  readonly runId: string;
  readonly id: string;
  /** Where the target was. */
  readonly target: string;
  /** Where the backup is, seen from where the run was. */
  readonly path: string;
}

const BATCH = 500;

export class Runs {
  readonly #database: Database.Database;
  readonly #record: Database.Statement;
  readonly stages: Stages;

  constructor(database: Database.Database) {
    this.#database = database;
    this.stages = new Stages(database);
    this.#record = database.prepare(
      `INSERT INTO run_target (run, path, id, outcome, document)
       SELECT run, :path, :id, :kind, :document FROM run WHERE run_id = :runId
       ON CONFLICT (run, path) DO UPDATE SET outcome = excluded.outcome, document = excluded.document`,
    );
  }

  start(run: RunStart, planned: readonly Planned[]): void {
    const insertRun = this.#database.prepare(
      `INSERT INTO run (run_id, command, dry_run, head, arguments, started_at, terms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    const insertTarget = this.#database.prepare(
      `INSERT INTO run_target (run, path, id, outcome, wave, way) VALUES (?, ?, ?, 'planned', ?, ?)`,
    );
    this.#inTransaction(() => {
      const { lastInsertRowid } = insertRun.run(
        run.runId,
        run.command,
        run.dryRun ? 1 : 0,
        JSON.stringify(run.head),
        JSON.stringify(run.arguments),
        run.startedAt,
        run.terms === undefined ? null : JSON.stringify(run.terms),
      );
      this.stages.enter(lastInsertRowid, run.waves ?? []);
      this.stages.beginLeg(lastInsertRowid, run.startedAt, run.host ?? null);
      for (const { path, id, wave = null, way } of planned) {
        insertTarget.run(lastInsertRowid, path, id, wave, way === undefined ? null : JSON.stringify(way));
      }
    });
  }

  /** Goes on with a run that had ended, or died; its checksums are those of the files as they are. */
  resume(runId: string, terms: object, { startedAt, host }: Pick<RunStart, 'startedAt' | 'host'>): void {
    this.#inTransaction(() => {
      const run = this.#database
        .prepare<[string], number>('SELECT run FROM run WHERE run_id = ?')
        .pluck()
        .get(runId);
      if (run === undefined) throw new Error(`${runId} was never started`);
      this.#database
        .prepare('UPDATE run SET finished_at = NULL, exit_code = NULL, terms = ? WHERE run = ?')
        .run(JSON.stringify(terms), run);
      this.stages.beginLeg(run, startedAt, host ?? null);
    });
  }

  record(outcomes: readonly RecordedOutcome[]): void {
    this.#inTransaction(() => {
      for (const { runId, outcome } of outcomes) {
        const { id, path, outcome: kind } = outcome;
        const { changes } = this.#record.run({ runId, path, id, kind, document: JSON.stringify(outcome) });
        if (changes !== 1) throw new Error(`an outcome was recorded for ${runId}, which was never started`);
      }
    });
  }

  finish(runId: string, finishedAt: string, exitCode: number): void {
    this.#inTransaction(() => {
      this.#database
        .prepare(`UPDATE run SET finished_at = ?, exit_code = ? WHERE run_id = ?`)
        .run(finishedAt, exitCode, runId);
      this.stages.finishLeg(runId, finishedAt, exitCode);
    });
  }

  unfinished(): readonly UnfinishedRun[] {
    return this.#database
      .prepare<[], { runId: string; command: RunCommand; dryRun: number; startedAt: string }>(
        `SELECT run_id AS runId, command, dry_run AS dryRun, started_at AS startedAt
         FROM run WHERE finished_at IS NULL ORDER BY run`,
      )
      .all()
      .map((row) => ({ ...row, dryRun: row.dryRun === 1 }));
  }

  /** Real runs (no rehearsals) without an end, after which no real run ended. */
  stopped(): readonly UnfinishedRun[] {
    const last = this.#database
      .prepare<[], string>(
        `SELECT coalesce(max(started_at), '') FROM run WHERE finished_at IS NOT NULL AND dry_run = 0`,
      )
      .pluck()
      .get();
    return this.unfinished().filter(({ dryRun, startedAt }) => !dryRun && startedAt > (last ?? ''));
  }

  /** In batches, so that memory stays flat and the ledger can be written in between. */
  *outcomes(runId: string): Iterable<Outcome> {
    const select = this.#database.prepare<[string, number], { position: number; document: string }>(
      `SELECT position, document FROM run_target
       WHERE run = (SELECT run FROM run WHERE run_id = ?) AND position > ? AND document IS NOT NULL
       ORDER BY position LIMIT ${BATCH}`,
    );
    for (let after = 0; ;) {
      const rows = select.all(runId, after);
      for (const { document } of rows) yield JSON.parse(document) as Outcome;
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.position;
    }
  }

  countByOutcome(runId: string): OutcomeCounts {
    const rows = this.#database
      .prepare<[string], { outcome: OutcomeKind | 'planned'; count: number }>(
        `SELECT outcome, count(*) AS count FROM run_target
         WHERE run = (SELECT run FROM run WHERE run_id = ?) GROUP BY outcome`,
      )
      .all(runId);
    return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
  }

  /** By id: how the last real run over a target failed; targets that it did not fail on, or got to, are left out. */
  lastFailures(): ReadonlyMap<string, FailedAttempt> {
    // The other columns come from the row with the maximum: https://www.sqlite.org/lang_select.html#bareagg
    const rows = this.#database
      .prepare<[], { id: string; document: string; runId: string; command: RunCommand; startedAt: string }>(
        `SELECT id, document, runId, command, startedAt FROM (
           SELECT id, outcome, document, run_id AS runId, command, started_at AS startedAt, max(position)
           FROM run_target JOIN run USING (run)
           WHERE dry_run = 0 AND outcome NOT IN ('planned', 'skipped') GROUP BY id
         ) WHERE outcome IN ('failed', 'partial', 'inDoubt')`,
      )
      .all();
    return new Map(
      rows.flatMap(({ id, document, ...run }) => {
        const { outcome, failure } = JSON.parse(document) as Outcome;
        return isUndone(outcome) && failure !== null ? [[id, { ...run, outcome, failure }]] : [];
      }),
    );
  }

  /** The backups that real runs recorded of these targets. */
  backupsOf(ids: readonly string[]): readonly RecordedBackup[] {
    return this.#database
      .prepare<[string], RecordedBackup>(
        `SELECT run_id AS runId, id, path AS target, json_extract(document, '$.backup') AS path
         FROM run_target JOIN run USING (run)
         WHERE dry_run = 0 AND document IS NOT NULL AND id IN (SELECT value FROM json_each(?))
           AND json_extract(document, '$.backup') IS NOT NULL`,
      )
      .all(JSON.stringify(ids));
  }

  /** Of each real run that recorded one, a backup. */
  backupOfEach(): readonly string[] {
    return this.#database
      .prepare<[], string | null>(
        `SELECT (SELECT json_extract(document, '$.backup') FROM run_target
                 WHERE run_target.run = run.run AND json_extract(document, '$.backup') IS NOT NULL LIMIT 1)
         FROM run WHERE dry_run = 0`,
      )
      .pluck()
      .all()
      .filter((path) => path !== null);
  }

  /** The ids of all targets that there ever were. */
  targetIds(): readonly string[] {
    return this.#database.prepare<[], string>('SELECT DISTINCT id FROM run_target').pluck().all();
  }

  has(runId: string): boolean {
    return this.#database.prepare('SELECT 1 FROM run WHERE run_id = ?').get(runId) !== undefined;
  }

  #inTransaction(work: () => void): void {
    this.#database.transaction(work).immediate();
  }
}
