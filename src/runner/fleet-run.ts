// A command that changes the fleet, from the lock to the report: all targets are entered before any work, and the
// report counts them all afterwards.

import { dirname, join } from 'node:path';
import { assertRoomForBackups } from '../backup/publish.js';
import { keepReport } from '../ledger/keep-report.js';
import { openLedger, type Ledger } from '../ledger/ledger.js';
import { removeLeftovers, type Places } from '../ledger/leftovers.js';
import { takeRunLock } from '../ledger/run-lock.js';
import type { RunOptions } from '../model/api.js';
import { FleetError, type Problem } from '../model/errors.js';
import type { FleetEvent } from '../model/events.js';
import { EXIT, exitCodeOf } from '../model/exit-code.js';
import type { Outcome } from '../model/outcome.js';
import type { RunCommand, RunReport } from '../model/report.js';
import { RUN_SETTINGS } from '../model/settings.js';
import type { Target } from '../model/target.js';
import { VERSION } from '../model/version.js';
import { runReport } from '../report/summarize.js';
import { resolveArgument } from '../revisions/argument.js';
import { makeScratch, scratchOf, selectTargets, withPool, type Context } from './context.js';
import { judgeTargets, observeTargets, refusedFailure } from './inspect.js';
import type { Intent } from './intent.js';
import type { Pool } from './pool.js';
import { ended, runTargets } from './run.js';
import type { Work } from './work.js';
import { unmatchedNames } from './unmatched.js';

/** Longest single wait for a lock, in milliseconds: a busy target is better tried again later than waited for. */
const BUSY_WAIT_MS_MAX = 500;

/** @throws FleetError before any target is touched */
export async function runFleet(
  context: Context,
  command: RunCommand,
  intent: Intent,
  options: RunOptions,
): Promise<RunReport> {
  const graph = await context.loadGraph();
  // A wrong revision is a fault of the whole run; a relative one is measured on each target.
  if ('to' in intent && intent.to !== 'auto' && !/^[+-]/.test(intent.to))
    resolveArgument(graph, intent.to, new Set(graph.byId.keys()));
  const { targets, refused } = await selectTargets(context, options);
  const runId = context.newRunId();
  const startedAt = context.now();
  const lock = takeRunLock(context.stateDir, { runId, command, startedAt: iso(startedAt) });
  try {
    const ledger = openLedger(context.stateDir);
    try {
      const work = workOf(context, intent, runId, options);
      const places = placesOf(context, work);
      removeLeftovers(places, ledger.unfinishedRuns());
      const dryRun = options.dryRun ?? RUN_SETTINGS.dryRun.default;
      if (work.backupDir !== null && !dryRun) assertRoomForBackups(places.backupDir);
      const emit = (event: FleetEvent) => options.onEvent?.(event);
      const record = (outcome: Outcome) => {
        ledger.recordOutcome(runId, outcome);
        emit({ event: 'target', ...outcome });
      };
      const scratchDir = scratchOf(context, runId);
      const trial = { ...context, trialTimeoutMs: work.timeoutMs };
      const jobs = options.jobs ?? context.jobs;
      const outcomes = await withPool(trial, graph, scratchDir, async (pool, replayed) => {
        pool.warm(Math.min(jobs, targets.length));
        await replayed;
        const start = {
          runId,
          command,
          dryRun,
          startedAt: iso(startedAt),
          head: graph.heads,
          arguments: { ...intent },
        };
        ledger.startRun(start, [...targets, ...refused]);
        makeScratch(scratchDir);
        emit({
          event: 'run',
          runId,
          command,
          dryRun,
          planned: targets.length + refused.length,
          startedAt: start.startedAt,
        });
        const failed = refused.map((refusal) => ended(refusal, 'failed', refusedFailure(refusal)));
        failed.forEach(record);
        const goals =
          command === 'downgrade' ? await goalsOf(context, targets, pool, intent, options) : NO_GOALS;
        const request = {
          targets,
          goals,
          work,
          rehearse: dryRun,
          jobs,
          signal: options.signal,
        };
        const done = await runTargets(request, pool, context.now, {
          onOutcome: record,
          onRetry: (id, message) => {
            emit({ event: 'retry', id, message });
          },
        });
        return [...done, ...failed];
      });
      // A worker that died in the middle of a backup, or a disk that failed once: what lies there is this run's own.
      removeLeftovers(places, [{ runId }]);
      const finishedAt = context.now();
      const report = runReport({
        command,
        runId,
        dryRun,
        head: graph.heads,
        startedAt: iso(startedAt),
        finishedAt: iso(finishedAt),
        targets: outcomes,
        ...(intent.kind === 'repair'
          ? unmatchedNames(
              intent.dropExtra,
              outcomes.map(({ extra }) => extra),
            )
          : {}),
        report: join(context.stateDir, 'reports', `${runId}.json`),
        interrupted: options.signal?.aborted === true,
      });
      const told = close(ledger, report, emit);
      const problem = keepReport(context.stateDir, told);
      if (problem !== null) emit({ event: 'problem', message: problem, hint: HINT_STATE });
      emit({ event: 'summary', runId, summary: told.summary, exitCode: told.exitCode });
      return problem === null ? told : { ...told, report: null };
    } finally {
      closeQuietly(ledger);
    }
  } finally {
    lock.release();
  }
}

function placesOf({ stateDir }: Context, { backupDir }: Work): Places {
  return { stateDir, backupDir: backupDir === null ? join(stateDir, 'backups') : dirname(backupDir) };
}

const HINT_STATE =
  'what was done to the targets stands and is told here; mend the state directory before the next run';

/**
 * Makes the record of a run whole. Where that fails, the run is told all the same, because its targets are what they
 * are; its exit code then says that the state directory is at fault, unless a target's fate says worse.
 */
function close(ledger: Ledger, report: RunReport, emit: (event: FleetEvent) => void): RunReport {
  const { runId, finishedAt, exitCode } = report;
  try {
    ledger.finishRun(runId, { finishedAt, exitCode });
    return report;
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    emit({ event: 'problem', message: error.message, hint: `${error.hint}; ${HINT_STATE}` });
    return exitCode > EXIT.findings ? report : { ...report, exitCode: exitCodeOf(error.code) };
  }
}

/** What could not be written by now has been told. */
function closeQuietly(ledger: Ledger): void {
  try {
    ledger.close();
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
  }
}

const NO_GOALS: ReadonlyMap<string, readonly string[]> = new Map();

/**
 * Where each target is to go back to, known before any is touched: a `down` that is missing stops the run here, and
 * after the death of a worker the goal tells whether it had come there.
 * @throws FleetError `migrations` naming every revision without a way back
 */
async function goalsOf(
  context: Context,
  targets: readonly Target[],
  pool: Pool,
  intent: Intent,
  options: RunOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const request = {
    targets,
    jobs: options.jobs ?? context.jobs,
    busyWaitMs: BUSY_WAIT_MS_MAX,
    timeoutMs: options.timeout ?? RUN_SETTINGS.timeout.default,
    signal: options.signal,
    onProgress: () => undefined,
  };
  const found = await observeTargets(request, pool, null, context.now());
  const judged = await judgeTargets(targets, [], found, pool, intent);
  const problems = new Map<string, Problem>();
  const goals = new Map<string, readonly string[]>();
  for (const { status, decision } of judged) {
    if (decision?.kind === 'plan') goals.set(status.id, decision.rest ?? decision.to?.split(',') ?? []);
    else if (decision?.stopsRun === true && decision.failure !== null) {
      problems.set(decision.failure.message, {
        message: decision.failure.message,
        hint: decision.failure.hint,
      });
    }
  }
  if (problems.size > 0) {
    throw new FleetError('migrations', 'Some revisions have no way back; no target was touched', {
      hint: 'downgrade less far, or write what is missing; flotilla history lists the revisions',
      problems: [...problems.values()],
    });
  }
  return goals;
}

function workOf(context: Context, intent: Intent, runId: string, options: RunOptions): Work {
  const busyTimeoutMs = options.busyTimeout ?? RUN_SETTINGS.busyTimeout.default;
  const backupDir = join(options.backupDir ?? join(context.stateDir, 'backups'), runId);
  return {
    intent,
    runId,
    verify: options.verify ?? RUN_SETTINGS.verify.default,
    backupDir: options.backup === false ? null : backupDir,
    busyWaitMs: Math.min(busyTimeoutMs, BUSY_WAIT_MS_MAX),
    busyTimeoutMs,
    timeoutMs: options.timeout ?? RUN_SETTINGS.timeout.default,
    toolVersion: VERSION,
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
