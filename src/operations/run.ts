// A command that changes the fleet, from the lock to the report: all targets are entered before any work, and the
// report counts them all afterwards.

import { dirname, join } from 'node:path';
import { assertRoomForBackups } from '../backup/publish.js';
import { keepReport } from '../ledger/keep-report.js';
import { openLedger, type Ledger } from '../ledger/ledger.js';
import { removeLeftovers, type Places } from '../ledger/leftovers.js';
import { takeRunLock } from '../ledger/run-lock.js';
import type { RunOptions } from '../model/api.js';
import { FleetError, type ProblemDraft } from '../model/errors.js';
import { command as commandDraft, hint } from '../model/hint.js';
import type { FleetEvent } from '../model/events.js';
import { EXIT, exitCodeOf } from '../model/exit-code.js';
import type { Outcome } from '../model/outcome.js';
import type { RunCommand, RunReport } from '../model/report.js';
import { RUN_SETTINGS } from '../model/settings.js';
import type { Target } from '../model/target.js';
import { VERSION } from '../model/version.js';
import { runReport } from '../report/summarize.js';
import { resolveArgument } from '../revisions/argument.js';
import type { Graph } from '../revisions/graph.js';
import { aboutOf, commandOf } from './about.js';
import { makeScratch, scratchOf, selectTargets, withPool, type Context, type Selected } from './context.js';
import { judgeTargets, observeTargets, refusedReason } from './inspect.js';
import type { Intent } from '../target/intent.js';
import type { Pool } from '../workers/pool.js';
import { ended, runTargets } from '../rollout/rollout.js';
import type { Work } from '../target/work.js';
import { toldOutcome } from '../target/progress.js';
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
  const runId = context.newRunId();
  const work = workOf(context, intent, runId, options);
  const trial = { ...context, trialTimeoutMs: work.timeoutMs };
  return withPool(
    trial,
    context.loadGraph(),
    scratchOf(context, runId),
    options.signal,
    async (pool, replayed) => {
      const graph = await context.loadGraph();
      // A wrong revision is a fault of the whole run; a relative one is measured on each target.
      if ('to' in intent && intent.to !== 'auto' && !/^[+-]/.test(intent.to)) {
        try {
          resolveArgument(graph, intent.to, new Set(graph.byId.keys()));
        } catch (error) {
          throw await withMistakes(error, replayed);
        }
      }
      const selected = await selectTargets(context, options);
      pool.warm(Math.min(jobsOf(context, options), selected.targets.length));
      const startedAt = context.now();
      const lock = takeRunLock(context.stateDir, { runId, command, startedAt: iso(startedAt) });
      try {
        const ledger = openLedger(context.stateDir);
        try {
          removeLeftovers(placesOf(context, work), ledger.unfinishedRuns());
          const run = { context, command, options, graph, selected, work, startedAt, ledger };
          return await runLocked(run, pool, replayed);
        } finally {
          closeQuietly(ledger);
        }
      } finally {
        lock.release();
      }
    },
  );
}

/** An argument that the revisions do not bear, such as `head` where there are several, beside what is wrong with them. */
async function withMistakes(error: unknown, replayed: Promise<void>): Promise<unknown> {
  const found = await replayed.then(
    () => null,
    (mistakes: unknown) => mistakes,
  );
  if (!(error instanceof FleetError && found instanceof FleetError) || found.problems.length === 0)
    return error;
  const own: ProblemDraft = { message: error.message, hint: error.draft.hint };
  return new FleetError(found.code, found.message, { hint: found.hint, problems: [own, ...found.problems] });
}

interface Run {
  readonly context: Context;
  readonly command: RunCommand;
  readonly options: RunOptions;
  readonly graph: Graph;
  readonly selected: Selected;
  readonly work: Work;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly ledger: Ledger;
}

/** The run itself, under the lock, with processes that are up or coming up. */
async function runLocked(run: Run, pool: Pool, replayed: Promise<void>): Promise<RunReport> {
  const { context, command, options, graph, selected, work, ledger } = run;
  const { targets, refused } = selected;
  const { runId, intent } = work;
  const about = { ...aboutOf(context, options), run: commandOf(command, intent, options) };
  const places = placesOf(context, work);
  const dryRun = options.dryRun ?? RUN_SETTINGS.dryRun.default;
  if (work.backupDir !== null && !dryRun) assertRoomForBackups(places.backupDir);
  const emit = (event: FleetEvent) => options.onEvent?.(event);
  const record = (outcome: Outcome) => {
    ledger.recordOutcome(runId, outcome);
    emit({ event: 'target', ...outcome });
  };
  await replayed;
  const startedAt = iso(run.startedAt);
  const start = { runId, command, dryRun, startedAt, head: graph.heads, arguments: { ...intent } };
  ledger.startRun(start, [...targets, ...refused]);
  makeScratch(scratchOf(context, runId));
  emit({ event: 'run', runId, command, dryRun, planned: targets.length + refused.length, startedAt });
  const failed = refused.map((refusal) =>
    toldOutcome(ended(refusal, 'failed', refusedReason(refusal)), about),
  );
  failed.forEach(record);
  const goals = command === 'downgrade' ? await goalsOf(context, targets, pool, intent, options) : NO_GOALS;
  const request = {
    targets,
    goals,
    work,
    rehearse: dryRun,
    about,
    jobs: jobsOf(context, options),
    signal: options.signal,
  };
  const done = await runTargets(request, pool, context.now, {
    onOutcome: record,
    onRetry: (id, message) => {
      emit({ event: 'retry', id, message });
    },
  });
  const outcomes = [...done, ...failed];
  // A worker that died in the middle of a backup, or a disk that failed once: what lies there is this run's own.
  removeLeftovers(places, [{ runId }]);
  const report = runReport({
    command,
    runId,
    dryRun,
    head: graph.heads,
    startedAt,
    finishedAt: iso(context.now()),
    targets: outcomes,
    ...(intent.kind === 'repair'
      ? unmatchedNames(
          intent.dropExtra,
          outcomes.map(({ extra }) => extra),
          context.dialect,
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
}

function jobsOf(context: Context, options: RunOptions): number {
  return options.jobs ?? context.jobs;
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
    jobs: jobsOf(context, options),
    busyWaitMs: BUSY_WAIT_MS_MAX,
    timeoutMs: options.timeout ?? RUN_SETTINGS.timeout.default,
    signal: options.signal,
    onProgress: () => undefined,
  };
  const found = await observeTargets(request, pool, null, context.now());
  const judged = await judgeTargets(
    { targets, refused: [], found, about: aboutOf(context, options) },
    pool,
    intent,
  );
  const problems = new Map<string, ProblemDraft>();
  const goals = new Map<string, readonly string[]>();
  for (const { status, decision } of judged) {
    if (decision?.kind === 'plan') goals.set(status.id, decision.goal ?? decision.to?.split(',') ?? []);
    else if (decision?.stopsRun === true && decision.failure !== null) {
      problems.set(decision.failure.message, {
        message: decision.failure.message,
        hint: decision.failure.hint,
      });
    }
  }
  if (problems.size > 0) {
    throw new FleetError('migrations', 'Some revisions have no way back; no target was touched', {
      hint: hint`downgrade less far, or write what is missing; ${commandDraft('history')} lists the revisions`,
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
