// The waves of a run, and its legs: the processes that worked on it, one after the other. Apart from the runs, because
// these rows change while the run goes on.

import type Database from 'better-sqlite3';
import type { WaveVerdict } from '../model/wave.js';

/** A wave as it is entered before any work. */
export interface RecordedWave {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  /** Null: all may fail. */
  readonly maxFailures: number | null;
  /** What says so, in words. */
  readonly rule: string;
}

/** How far a wave is. */
export interface WaveProgress {
  readonly number: number;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly verdict: WaveVerdict | null;
}

export class Stages {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Within the transaction that enters the run. */
  enter(run: number | bigint, waves: readonly RecordedWave[]): void {
    const insert = this.#database.prepare(
      `INSERT INTO run_wave (run, number, name, max_failures, rule) VALUES (?, ?, ?, ?, ?)`,
    );
    for (const { number, name, maxFailures, rule } of waves) insert.run(run, number, name, maxFailures, rule);
  }

  recordWave(runId: string, { number, startedAt, finishedAt, verdict }: WaveProgress): void {
    this.#database
      .prepare(
        `UPDATE run_wave SET started_at = ?, finished_at = ?, verdict = ?
         WHERE run = (SELECT run FROM run WHERE run_id = ?) AND number = ?`,
      )
      .run(startedAt, finishedAt, verdict, runId, number);
  }

  /** A process begins, or goes on with, a run. */
  beginLeg(run: number | bigint, startedAt: string, host: string | null): void {
    this.#database
      .prepare(
        `INSERT INTO run_leg (run, number, started_at, host)
         SELECT ?, 1 + coalesce(max(number), 0), ?, ? FROM run_leg WHERE run = ?`,
      )
      .run(run, startedAt, host, run);
  }

  /** The leg that goes on has ended. */
  finishLeg(runId: string, finishedAt: string, exitCode: number): void {
    this.#database
      .prepare(
        `UPDATE run_leg SET finished_at = ?, exit_code = ?
         WHERE run = (SELECT run FROM run WHERE run_id = ?)
           AND number = (SELECT max(number) FROM run_leg AS other WHERE other.run = run_leg.run)`,
      )
      .run(finishedAt, exitCode, runId);
  }
}
