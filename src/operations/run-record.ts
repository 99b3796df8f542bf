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
import type { RunEvent, Stage } from '../model/events.js';
import { EXIT, exitCodeOf } from '../model/exit-code.js';
import type { ResumableRun } from '../ledger/resumable.js';
import type { Outcome } from '../model/outcome.js';
import type { RunCommand, RunReport } from '../model/report.js';
import type { WaveReport } from '../model/wave.js';
import type { TargetRef } from '../model/target.js';
import type { Watcher, WaveState } from '../rollout/run-waves.js';
import type { Wave } from '../rollout/waves.js';
import type { Intent, Way } from '../target/intent.js';
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
  /** The name of this machine. */
  readonly host: string;
  readonly emit: (event: RunEvent) => void;
}

/** What is entered beside the targets. */
export interface Planning {
  readonly waves: readonly Wave[];
  readonly ways: ReadonlyMap<string, Way>;
  /** What it takes to go on with the run, JSON-safe. */
  readonly terms: object;
}

export class RunRecord implements Watcher {
  readonly #facts: RunFacts;
  #waves = 0;
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
  start(head: readonly string[], targets: readonly TargetRef[], { waves, ways, terms }: Planning): void {
    const { runId, command, intent, dryRun, scratchDir, host, emit } = this.#facts;
    const { startedAt } = this;
    const waveOf = new Map(waves.flatMap(({ number, targets: all }) => all.map(({ id }) => [id, number])));
    const planned = targets.map((target) => ({
      ...target,
      ...present('wave', waveOf.get(target.id)),
      ...present('way', ways.get(target.id)),
    }));
    const start = { runId, command, dryRun, startedAt, head, arguments: { ...intent }, terms, waves, host };
    this.#ledger.startRun(start, planned);
    makeScratch(scratchDir);
    this.#waves = waves.length;
    emit({ event: 'run', command, dryRun, planned: targets.length, startedAt });
  }

  /** All that the ledger has of the run; null where it is not entered. */
  readRun(): ResumableRun | null {
    return this.#ledger.readRun(this.#facts.runId);
  }

  /** Begins another leg of the run. */
  resume(terms: object, { planned, waves }: { readonly planned: number; readonly waves: number }): void {
    const { runId, command, dryRun, scratchDir, host, emit } = this.#facts;
    const { startedAt } = this;
    this.#ledger.resumeRun(runId, terms, { startedAt, host });
    makeScratch(scratchDir);
    this.#waves = waves;
    emit({ event: 'run', command, dryRun, planned, startedAt });
  }

  onWave({ number, name, targets }: Wave, state: WaveState): void {
    const { runId, emit } = this.#facts;
    const isBegin = state.finishedAt === null && state.verdict === null;
    if (isBegin && this.#waves > 1)
      emit({ event: 'waveBegin', number, of: this.#waves, name, planned: targets.length });
    try {
      this.#ledger.recordWave(runId, { number, ...state });
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      emit({ event: 'problem', message: error.message, hint: `${error.hint}; ${HINT_STATE}` });
    }
  }

  onWaveEnd(report: WaveReport): void {
    this.#facts.emit({ event: 'wave', ...report });
  }

  onWait({ name }: Wave, what: 'soak' | 'gate', until: number | null): void {
    const at = until === null ? null : new Date(until).toISOString();
    this.#facts.emit({ event: 'between', name, what, until: at });
  }

  /** Keeps the report of a run that goes on. @returns its path; null where it could not be written */
  keepSoFar(report: RunReport): string | null {
    const { directories, stateMode, emit } = this.#facts;
    const problem = keepReport(directories.stateDir, report, stateMode);
    if (problem === null) return report.report === null ? null : resolve(report.report);
    emit({ event: 'problem', message: problem, hint: HINT_STATE });
    return null;
  }

  onOutcome(outcome: Outcome): void {
    this.#ledger.recordOutcome(this.#facts.runId, outcome);
    this.#facts.emit({ event: 'target', ...outcome });
  }

  onStage(stage: Stage): void {
    this.#facts.emit({ event: 'stage', ...stage });
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

/** An object with this key, or without it where there is no value. */
function present<K extends string, T>(key: K, value: T | undefined): { readonly [N in K]?: T } {
  // TypeScript does not follow a computed name.
  return (value === undefined ? {} : { [key]: value }) as { readonly [N in K]?: T };
}

/** @throws FleetError `stateDirectory` */
function makeScratch(scratchDir: string): void {
  try {
    makeDirectory(resolve(scratchDir));
  } catch (error) {
    throw stateDirectoryError(scratchDir, error);
  }
}
