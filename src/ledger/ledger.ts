// The fleet's record of runs: evidence and schedule, never the truth, which is in each target's own history. One
// process writes runs, the one that holds the run lock; others may read, and write the cache.

import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Observation } from '../model/observation.js';
import type { Outcome } from '../model/outcome.js';
import type { FailedAttempt } from '../model/report.js';
import type { Target } from '../model/target.js';
import { VERSION } from '../model/version.js';
import { Deeds } from './deeds.js';
import { GroupCommit } from './group-commit.js';
import { Observations, type Observed } from './observations.js';
import { openLedgerFile } from './open.js';
import {
  Runs,
  type OutcomeCounts,
  type Planned,
  type RecordedBackup,
  type RecordedOutcome,
  type RunStart,
  type UnfinishedRun,
} from './runs.js';
import { readRun, realRuns, type ResumableRun, type RunHead } from './resumable.js';
import type { WaveProgress } from './stages.js';
import { fileIdentity, makeStateDirectory, stateDirectoryError } from './state-directory.js';

/** Whose observations are answered. The second part counts what an observation consists of, within a version. */
const OBSERVER = `${VERSION}/3`;

/** Who holds the run lock. */
export interface LockHolder {
  readonly runId: string;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Its process, where it is known. */
  readonly pid?: number | undefined;
}

/** Every method but those of the cache throws FleetError `stateDirectory` where the ledger cannot be used. */
export interface Ledger {
  /** Enters a run and all its targets, refused ones too, as `planned`, durably and in one transaction. */
  startRun(run: RunStart, planned: readonly Planned[]): void;
  /** Begins another leg of a run. */
  resumeRun(runId: string, terms: object, leg: Pick<RunStart, 'startedAt' | 'host'>): void;
  /** Real runs, the newest first. */
  realRuns(): readonly RunHead[];
  /** All that there is of a run; null where there is no such run. */
  readRun(runId: string): ResumableRun | null;
  /** Records how far a wave is, and every outcome before, durably. */
  recordWave(runId: string, progress: WaveProgress): void;
  /** Records how a target ended; durable within 100 ms, or with the end of the run. Never throws. */
  recordOutcome(runId: string, outcome: Outcome): void;
  /** Makes every outcome so far durable first; those that could not be written are tried again. */
  finishRun(runId: string, end: { readonly finishedAt: string; readonly exitCode: number }): void;
  /** Runs without an end, the oldest first: they are going on, or they died. */
  unfinishedRuns(): readonly UnfinishedRun[];
  /** Of those, the real runs (no rehearsals) after which no real run ended: nobody has continued their work yet. */
  stoppedRuns(): readonly UnfinishedRun[];
  /** What is recorded so far, in the order of the plan. */
  outcomes(runId: string): Iterable<Outcome>;
  /** `planned` counts the targets that nothing is recorded of. */
  countByOutcome(runId: string): OutcomeCounts;
  /** By id: how the last real run over a target failed; targets that it did not fail on are left out. */
  lastFailures(): ReadonlyMap<string, FailedAttempt>;
  /** The backups that real runs recorded of these targets. */
  backupsOf(ids: readonly string[]): readonly RecordedBackup[];
  /** Of each real run that recorded one, a backup. */
  backupOfEach(): readonly string[];
  /** The ids of all targets that there ever were. */
  targetIds(): readonly string[];
  hasRun(runId: string): boolean;
  /** Reads from what runs did to targets. */
  askDeeds<T>(read: (deeds: Deeds) => T): T;
  /** By id: what an earlier look found in targets that have not changed since; empty where the cache cannot be read. */
  cachedObservations(targets: readonly Pick<Target, 'id' | 'version'>[]): ReadonlyMap<string, Observation>;
  /**
   * Remembers what a look found in files that had not been written in the two seconds before it.
   * @param lookedAt when the versions were read, in milliseconds since 1970
   * @returns how many are remembered; none where the ledger cannot be written
   */
  rememberObservations(pairs: readonly Observed[], lookedAt: number): number;
  /** False where it was removed or replaced meanwhile: what is written to it is lost with the last process that has it open. */
  isInPlace(): boolean;
  noteHolder(holder: LockHolder): void;
  /** Who took the run lock last. */
  lastHolder(): LockHolder | null;
  /** Writes what is still to be written. */
  close(): void;
}

/**
 * Opens the ledger of a state directory; both are made where they are missing.
 * @param mode of the directory
 * @throws FleetError `stateDirectory`: it is not safe, cannot be written, is full, damaged, newer, or another program's
 */
export function openLedger(stateDir: string, mode?: number): Ledger {
  makeStateDirectory(stateDir, mode);
  const path = join(stateDir, 'ledger.db');
  return new SqliteLedger(openLedgerFile(path, mode), path);
}

class SqliteLedger implements Ledger {
  readonly #database: Database.Database;
  readonly #path: string;
  readonly #identity: string | null;
  readonly #runs: Runs;
  readonly #observations: Observations;
  readonly #outcomes: GroupCommit<RecordedOutcome>;

  constructor(database: Database.Database, path: string) {
    this.#database = database;
    this.#path = path;
    this.#identity = fileIdentity(path);
    this.#runs = this.#explained(() => new Runs(database));
    this.#observations = this.#explained(() => new Observations(database, OBSERVER));
    this.#outcomes = new GroupCommit((outcomes) => {
      this.#explained(() => {
        this.#runs.record(outcomes);
      });
    });
  }

  startRun(run: RunStart, planned: readonly Planned[]): void {
    this.#explained(() => {
      this.#runs.start(run, planned);
    });
  }

  resumeRun(runId: string, terms: object, leg: Pick<RunStart, 'startedAt' | 'host'>): void {
    this.#explained(() => {
      this.#runs.resume(runId, terms, leg);
    });
  }

  realRuns(): readonly RunHead[] {
    return this.#explained(() => realRuns(this.#database));
  }

  readRun(runId: string): ResumableRun | null {
    this.#outcomes.commit();
    return this.#explained(() => readRun(this.#database, runId));
  }

  recordWave(runId: string, progress: WaveProgress): void {
    this.#outcomes.commit();
    this.#explained(() => {
      this.#runs.stages.recordWave(runId, progress);
    });
  }

  recordOutcome(runId: string, outcome: Outcome): void {
    this.#outcomes.add({ runId, outcome });
  }

  finishRun(runId: string, { finishedAt, exitCode }: { finishedAt: string; exitCode: number }): void {
    this.#outcomes.commit();
    this.#explained(() => {
      this.#runs.finish(runId, finishedAt, exitCode);
    });
  }

  unfinishedRuns(): readonly UnfinishedRun[] {
    return this.#explained(() => this.#runs.unfinished());
  }

  stoppedRuns(): readonly UnfinishedRun[] {
    return this.#explained(() => this.#runs.stopped());
  }

  outcomes(runId: string): Iterable<Outcome> {
    this.#outcomes.commit();
    return this.#runs.outcomes(runId);
  }

  countByOutcome(runId: string): OutcomeCounts {
    this.#outcomes.commit();
    return this.#explained(() => this.#runs.countByOutcome(runId));
  }

  lastFailures(): ReadonlyMap<string, FailedAttempt> {
    this.#outcomes.commit();
    return this.#explained(() => this.#runs.lastFailures());
  }

  backupsOf(ids: readonly string[]): readonly RecordedBackup[] {
    return this.#explained(() => this.#runs.backupsOf(ids));
  }

  backupOfEach(): readonly string[] {
    return this.#explained(() => this.#runs.backupOfEach());
  }

  targetIds(): readonly string[] {
    return this.#explained(() => this.#runs.targetIds());
  }

  hasRun(runId: string): boolean {
    return this.#explained(() => this.#runs.has(runId));
  }

  askDeeds<T>(read: (deeds: Deeds) => T): T {
    return this.#explained(() => read(new Deeds(this.#database)));
  }

  cachedObservations(targets: readonly Pick<Target, 'id' | 'version'>[]): ReadonlyMap<string, Observation> {
    return this.#observations.cached(targets);
  }

  rememberObservations(pairs: readonly Observed[], lookedAt: number): number {
    return this.#observations.remember(pairs, lookedAt);
  }

  isInPlace(): boolean {
    return this.#identity !== null && fileIdentity(this.#path) === this.#identity;
  }

  noteHolder({ runId, command, startedAt, pid }: LockHolder): void {
    this.#explained(() =>
      this.#database
        .prepare(`INSERT OR REPLACE INTO lock_holder VALUES (1, ?, ?, ?, ?)`)
        .run(runId, command, startedAt, pid ?? null),
    );
  }

  lastHolder(): LockHolder | null {
    const row = this.#explained(() =>
      this.#database
        .prepare<[], { runId: string; command: string; startedAt: string; pid: number | null }>(
          `SELECT run_id AS runId, command, started_at AS startedAt, pid FROM lock_holder`,
        )
        .get(),
    );
    return row === undefined ? null : { ...row, pid: row.pid ?? undefined };
  }

  close(): void {
    try {
      this.#outcomes.commit();
    } finally {
      this.#database.close();
    }
  }

  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw stateDirectoryError(this.#path, error);
    }
  }
}
