// What the state directory keeps of one run, and what listeners hear of it: from the lock, which keeps other runs out,
// to the report. Invariant: a run and all its targets are recorded before any work on them, and an outcome is recorded
// before it is told.

import { resolve } from 'node:path';
import { keepReport } from '../ledger/keep-report.js';
import { openLedger, type Ledger } from '../ledger/ledger.js';
import { removeLeftovers, runsWithBackups, type Directories } from '../ledger/leftovers.js';
import { takeRunLock, type RunLock } from '../ledger/run-lock.js';
import { assertSafe, makeDirectory, stateDirectoryError } from '../ledger/state-directory.js';
import { FleetError } from '../model/errors.js';
import type { RunEvent } from '../model/events.js';
import { EXIT, exitCodeOf } from '../model/exit-code.js';
import type { Outcome } from '../model/outcome.js';
import type { RunCommand, RunReport } from '../model/report.js';
import type { TargetRef } from '../model/target.js';
import type { Watcher } from '../rollout/rollout.js';
import type { Intent } from '../target/intent.js';
import type { ObservationCache } from './inspect.js';

const HINT_STATE =
  'what was done to the targets stands and is told here; mend the state directory before the next run';

export interface RunFacts {
  readonly runId: string;
  readonly command: RunCommand;
  readonly intent: Intent;
  readonly dryRun: boolean;
  readonly directories: Directories;
  readonly stateMode: number;
  /** For private copies. */
  readonly scratchDir: string;
  readonly emit: (event: RunEvent) => void;
}

export class RunRecord implements Watcher {
  readonly #facts: RunFacts;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly #lock: RunLock;
  readonly #ledger: Ledger;

  /** Keeps other runs out until `close`. @throws FleetError `locked`, `stateDirectory` */
  constructor(facts: RunFacts, startedAt: string) {
    const { runId, command, directories, stateMode } = facts;
    this.#facts = facts;
    this.startedAt = startedAt;
    this.#lock = takeRunLock(directories.stateDir, { runId, command, startedAt }, stateMode);
    try {
      this.#ledger = openLedger(directories.stateDir, stateMode);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /** What earlier looks saw. */
  get cache(): ObservationCache {
    return this.#ledger;
  }

  /** Removes what dead runs left behind. */
  removeLeftovers(): void {
    const { directories } = this.#facts;
    removeLeftovers(directories, [...this.#ledger.unfinishedRuns(), ...runsWithBackups(directories)]);
  }

  /** Enters all targets, also those that are not opened, and makes room for private copies. */
  start(head: readonly string[], targets: readonly TargetRef[]): void {
    const { runId, command, intent, dryRun, scratchDir, emit } = this.#facts;
    const { startedAt } = this;
    const start = { runId, command, dryRun, startedAt, head, arguments: { ...intent } };
    this.#ledger.startRun(start, targets);
    makeScratch(scratchDir);
    emit({ event: 'run', command, dryRun, planned: targets.length, startedAt });
  }

  onOutcome(outcome: Outcome): void {
    this.#ledger.recordOutcome(this.#facts.runId, outcome);
    this.#facts.emit({ event: 'target', ...outcome });
  }

  onRetry(id: string, message: string): void {
    this.#facts.emit({ event: 'retry', id, message });
  }

  /**
   * Keeps the end of the run, and the report where there is something to read in it: runs by the clock mostly find
   * nothing to do, and their reports would be kept for ever.
   * @returns the report to return to the caller
   */
  finish(report: RunReport): RunReport {
    const { emit } = this.#facts;
    const ended = this.#end(report);
    const kept = isIdle(report) ? { ...ended, report: null } : this.#keep(ended);
    emit({ event: 'summary', summary: kept.summary, exitCode: kept.exitCode });
    return kept;
  }

  #keep(report: RunReport): RunReport {
    const { directories, stateMode, emit } = this.#facts;
    const problem = keepReport(directories.stateDir, report, stateMode);
    if (problem === null) return report;
    emit({ event: 'problem', message: problem, hint: HINT_STATE });
    return { ...report, report: null, exitCode: report.exitCode || EXIT.findings };
  }

  /**
   * Writes the end of the run to the ledger. Where that fails, the report is returned all the same, with the exit code
   * of a state directory at fault unless a target's outcome is worse.
   */
  #end(report: RunReport): RunReport {
    const { runId, finishedAt, exitCode } = report;
    try {
      this.#ledger.finishRun(runId, { finishedAt, exitCode });
      const { stateDir } = this.#facts.directories;
      if (!this.#ledger.isInPlace()) throw vanished(stateDir);
      assertSafe(stateDir);
      return report;
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      const { message, hint, code } = error;
      this.#facts.emit({ event: 'problem', message, hint: `${hint}; ${HINT_STATE}` });
      return exitCode > EXIT.findings ? report : { ...report, exitCode: exitCodeOf(code) };
    }
  }

  /** Lets the next run begin. */
  close(): void {
    try {
      this.#ledger.close();
    } catch (error) {
      // Whatever could not be written was reported before.
      if (!(error instanceof FleetError)) throw error;
    } finally {
      this.#lock.release();
    }
  }
}

/** Whether a run had nothing to do, and nothing to tell of any target. */
function isIdle({ targets, exitCode }: RunReport): boolean {
  return (
    targets.length === 0 || (exitCode === EXIT.ok && targets.every(({ outcome }) => outcome === 'current'))
  );
}

function vanished(stateDir: string): FleetError {
  return new FleetError('stateDirectory', `The ledger in ${stateDir} vanished while the run went on`, {
    hint: 'bring the directory back where it was moved away or unmounted: backups and records of earlier runs are in it',
  });
}

/** @throws FleetError `stateDirectory` */
function makeScratch(scratchDir: string): void {
  try {
    makeDirectory(resolve(scratchDir));
  } catch (error) {
    throw stateDirectoryError(scratchDir, error);
  }
}
