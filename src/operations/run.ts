// A command that changes the fleet, on one screen: revisions, targets, lock, ledger, rollout, report. Whatever is wrong
// with the fleet as a whole ends it before any target is opened.

import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertRoomForBackups, assertSafeBackups } from '../backup/publish.js';
import { removeIfNoBackups, removeLeftovers } from '../ledger/leftovers.js';
import type { RunOptions } from '../model/api.js';
import { FleetError, type ProblemDraft } from '../model/errors.js';
import type { RunEvent } from '../model/events.js';
import type { Outcome } from '../model/outcome.js';
import type { RunCommand, RunReport } from '../model/report.js';
import type { Refusal } from '../model/target.js';
import { allRead, CHANGE_SETTINGS, type SettingsOf } from '../model/settings.js';
import { VERSION } from '../model/version.js';
import { runReport } from '../report/summarize.js';
import { isRelative, resolveArgument } from '../revisions/argument.js';
import type { Graph } from '../revisions/graph.js';
import { ended } from '../rollout/attempt.js';
import { runWaves, type Waved } from '../rollout/run-waves.js';
import { wavesOf } from '../rollout/waves.js';
import type { Intent } from '../target/intent.js';
import { toldOutcome } from '../target/progress.js';
import type { Work } from '../target/work.js';
import { aboutOf, commandOf } from './about.js';
import { interrupted, scopedOf, scratchOf, selectTargets, type Context } from './context.js';
import { copiesFor } from './copies.js';
import { deedsFor, type Chosen } from './deeds.js';
import { firstWithWork } from './first-with-work.js';
import { waysOf } from './ways.js';
import { judgeAhead, refusedReason } from './inspect.js';
import { assertRoom } from './room.js';
import { RunRecord, type RunFacts } from './run-record.js';
import { unmatchedNames } from './unmatched.js';
import { betweenOf, rulesOf, waveOptionsOf, type RolloutOptions } from './wave-options.js';
import { startWorkers, type Workers } from './workers.js';

/**
 * Longest single wait for a lock, in milliseconds: it is better to try a busy target again later than to wait for it.
 */
const BUSY_WAIT_MS_MAX = 500;

/** @throws FleetError before any target is touched */
export async function runFleet(
  context: Context,
  command: RunCommand,
  intent: Intent,
  options: RunOptions,
): Promise<RunReport> {
  const { signal } = options;
  const work = workOf(context, intent, context.newRunId(), options);
  const facts = factsOf(context, command, work, options);
  const { runId, dryRun, directories, scratchDir } = facts;
  const { timeoutMs } = work;
  const rules = rulesOf(context, options);
  const scope = aboutOf(context, options);
  const about = { ...scope, run: commandOf(command, intent, options) };
  const isRestore = intent.kind === 'restore';
  const isUndo = intent.kind === 'undo';
  const isWithoutRevisions = isRestore || (isUndo && intent.how === 'restore');
  const unproven = isWithoutRevisions ? ({ unproven: true } as const) : {};
  const workers = startWorkers(context, context.loadGraph(), { scratchDir, signal, ...unproven });
  let record: RunRecord | null = null;
  try {
    const graph = await context.loadGraph();
    await assertKnown(intent, graph, workers);

    let { all, ways: known, ahead } = await chooseTargets(context, intent, options);
    const jobs = options.jobs ?? context.jobs;
    workers.warm(Math.min(jobs, all.targets.length));

    const taken = await recordWhenFree(facts, context, options);
    record = taken.record;
    // What the other run has changed is not what was found before it.
    if (taken.hasWaited) ({ all, ways: known, ahead } = await chooseTargets(context, intent, options));
    assertSafeBackups(directories);
    record.removeLeftovers();
    if (work.backupDir !== null && !dryRun) assertRoomForBackups(directories.backupDir, work.stateMode);

    const pool = await workers.proven();
    const replayMs = workers.proofMs();
    const looking = { jobs, busyWaitMs: BUSY_WAIT_MS_MAX, timeoutMs, signal, about: scope };
    const { cache } = record;
    const lookedAt = context.now();
    const selected = await firstWithWork(all, isRestore || isUndo ? undefined : options.limit, (some) =>
      judgeAhead(some, intent, { pool, cache, lookedAt, ...looking }),
    );
    const { targets, refused } = selected;
    if (work.backupDir !== null) {
      const examine = () => judgeAhead(targets, intent, { pool, cache, lookedAt, ...looking });
      const { backupDir } = directories;
      await assertRoom(targets, { backupDir, examine: known === null ? examine : null, emit: facts.emit });
    }
    const ways =
      known ?? (await waysOf(targets, intent, { pool, cache: null, lookedAt: context.now(), ...looking }));
    const waves = wavesOf(targets, waveOptionsOf(options), context.waves);
    record.start(graph.heads, [...targets, ...refused, ...ahead], {
      waves,
      ways,
      terms: termsOf(graph, options),
    });
    for (const flag of rules.idle) facts.emit(idle(flag));
    // A restore was to fill it; nothing else has anything to do with it.
    const isLeftAlone = ({ blank }: Refusal) => blank === true && !isRestore;
    const unopened = refused
      .map((refusal) => ended(refusal, isLeftAlone(refusal) ? 'skipped' : 'failed', refusedReason(refusal)))
      .concat(ahead)
      .map((draft) => toldOutcome(draft, about));
    for (const outcome of unopened) record.onOutcome(outcome);

    const kept = record;
    const reportOn = (done: Waved, isOver = true): RunReport => {
      const byId = new Map(done.outcomes.map((outcome) => [outcome.id, outcome]));
      const outcomes = [...targets.flatMap(({ id }) => byId.get(id) ?? []), ...unopened];
      return runReport({
        command,
        runId,
        dryRun,
        ...(isUndo ? { undoes: intent.run } : {}),
        head: graph.heads,
        startedAt: kept.startedAt,
        finishedAt: iso(context.now()),
        targets: outcomes,
        planned: targets.length + unopened.length,
        ...(rules.isWaved ? { waves: done.waves } : {}),
        ...scopedOf(selected),
        ...unmatchedIn(outcomes, intent, context),
        report: join(context.stateDir, 'reports', `${runId}.json`),
        interrupted: isOver && signal?.aborted === true,
        allowEmpty: selected.allowEmpty,
      });
    };
    const between = betweenOf(rules, context, {
      signal,
      record,
      writeReport: (soFar) => kept.keepSoFar(reportOn(soFar, false)),
    });
    const { isWaved } = rules;
    const request = { ways, work, rehearse: dryRun, replayMs, about, jobs, isWaved, signal };
    const done = await runWaves(waves, request, { pool, now: context.now, watcher: record, between });
    // A worker may have died in the middle of a backup, or a disk failed: these unfinished files are this run's own.
    removeLeftovers(directories, [{ runId }]);
    removeIfNoBackups(directories, runId);
    const report = reportOn(done);
    return record.finish(report);
  } finally {
    try {
      record?.close();
    } finally {
      await workers.close();
    }
  }
}

/** The targets of a run, and the ways of those whose ways follow from copies or from an earlier run, and not from a look. */
async function chooseTargets(context: Context, intent: Intent, options: RunOptions): Promise<Chosen> {
  const { limit, ...unlimited } = options;
  const isRestore = intent.kind === 'restore';
  const all = await selectTargets(context, isRestore && limit !== undefined ? options : unlimited);
  if (isRestore) return { all, ways: await copiesFor(context, all.targets, intent, options), ahead: [] };
  return intent.kind === 'undo' ? deedsFor(context, all, intent, options) : { all, ways: null, ahead: [] };
}

/** What it takes to go on with a run. */
function termsOf({ order }: Graph, options: RunOptions): object {
  const kept = Object.entries(options).filter(([name]) => name !== 'signal' && name !== 'onEvent');
  return {
    options: Object.fromEntries(kept),
    checksums: Object.fromEntries(order.map(({ id, checksum }) => [id, checksum])),
  };
}

/** Told, because somebody may rely on it. */
function idle(flag: string): RunEvent {
  return {
    event: 'problem',
    message: `${flag} does nothing: this run has a single wave`,
    hint: 'say what the waves are, as in --waves 1,10%,rest',
  };
}

/** Longest sleep between two looks at the lock of another run, in milliseconds. */
const LOCK_WAIT_MS = 500;

/**
 * Takes the run lock, and waits for another run as long as was asked for.
 * @throws FleetError `locked`, `stateDirectory`, `interrupted`
 */
async function recordWhenFree(
  facts: RunFacts,
  { now }: Context,
  { wait = CHANGE_SETTINGS.wait.default, signal }: RunOptions,
): Promise<{ readonly record: RunRecord; readonly hasWaited: boolean }> {
  const until = now() + wait;
  for (let hasWaited = false; ; hasWaited = true) {
    try {
      return { record: new RunRecord(facts, iso(now())), hasWaited };
    } catch (error) {
      const left = until - now();
      if (!(error instanceof FleetError) || error.code !== 'locked' || left <= 0) throw error;
      if (!hasWaited) {
        facts.emit({
          event: 'problem',
          message: error.message,
          hint: `it is waited for, ${wait} ms at most`,
        });
      }
      try {
        await sleep(Math.min(left, LOCK_WAIT_MS), undefined, { signal });
      } catch (cause) {
        throw interrupted(cause);
      }
    }
  }
}

/**
 * A revision that does not exist is a fault of the whole run; a relative one is resolved on each target.
 * @throws FleetError where REV cannot be resolved, with every mistake in the revisions
 */
async function assertKnown(intent: Intent, graph: Graph, workers: Workers): Promise<void> {
  if (!('to' in intent) || intent.to === 'auto' || isRelative(intent.to)) return;
  try {
    resolveArgument(graph, intent.to, new Set(graph.byId.keys()));
  } catch (error) {
    const mistakes = await mistakesIn(workers);
    if (!(error instanceof FleetError) || mistakes === null) throw error;
    const own: ProblemDraft = { message: error.message, hint: error.draft.hint };
    const { hint, problems } = mistakes.draft;
    throw new FleetError(mistakes.code, mistakes.message, { hint, problems: [own, ...problems] });
  }
}

/** What running the revisions finds wrong with them; null where there is nothing to list. */
async function mistakesIn(workers: Workers): Promise<FleetError | null> {
  try {
    await workers.proven();
    return null;
  } catch (error) {
    return error instanceof FleetError && error.problems.length > 0 ? error : null;
  }
}

/** Names given to `--drop-extra` that fit nothing in any target. */
function unmatchedIn(
  outcomes: readonly Outcome[],
  intent: Intent,
  { dialect }: Context,
): ReturnType<typeof unmatchedNames> {
  if (intent.kind !== 'repair') return {};
  const extras = outcomes.map(({ extra }) => extra);
  return unmatchedNames(intent.dropExtra, extras, dialect);
}

type ChangeOptions = SettingsOf<typeof CHANGE_SETTINGS>;

function workOf(
  { stateDir, stateMode }: Context,
  intent: Intent,
  runId: string,
  options: Omit<ChangeOptions, 'dryRun' | 'wait' | keyof RolloutOptions>,
): Work {
  const {
    verify = CHANGE_SETTINGS.verify.default,
    backup = CHANGE_SETTINGS.backup.default,
    backupDir = join(stateDir, 'backups'),
    busyTimeout = CHANGE_SETTINGS.busyTimeout.default,
    timeout = CHANGE_SETTINGS.timeout.default,
    ...remaining
  } = options;
  allRead(remaining);
  return {
    intent,
    runId,
    verify,
    backupDir: backup ? join(backupDir, runId) : null,
    stateMode,
    busyWaitMs: Math.min(busyTimeout, BUSY_WAIT_MS_MAX),
    busyTimeoutMs: busyTimeout,
    timeoutMs: timeout,
    toolVersion: VERSION,
  };
}

function factsOf(
  context: Context,
  command: RunCommand,
  { runId, intent, backupDir }: Work,
  { dryRun = CHANGE_SETTINGS.dryRun.default, onEvent }: RunOptions,
): RunFacts {
  const { stateDir, stateMode, now, host } = context;
  return {
    host,
    runId,
    command,
    intent,
    dryRun,
    stateMode,
    directories: { stateDir, backupDir: backupDir === null ? join(stateDir, 'backups') : dirname(backupDir) },
    scratchDir: scratchOf(context, runId),
    emit: (event: RunEvent) => onEvent?.({ ...event, runId, at: iso(now()) }),
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
