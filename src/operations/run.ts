// A command that changes the fleet, on one screen: revisions, targets, lock, ledger, rollout, report. Whatever is wrong
// with the fleet as a whole ends it before any target is opened.

import { assertRoomForBackups, assertSafeBackups } from '../backup/publish.js';
import type { RunOptions } from '../model/api.js';
import { FleetError, type ProblemDraft } from '../model/errors.js';
import type { RunCommand, RunReport } from '../model/report.js';
import type { Refusal } from '../model/target.js';
import { isRelative, resolveArgument } from '../revisions/argument.js';
import type { Graph } from '../revisions/graph.js';
import { ended } from '../rollout/attempt.js';
import { wavesOf } from '../rollout/waves.js';
import type { Intent } from '../target/intent.js';
import { toldOutcome } from '../target/progress.js';
import { aboutOf, commandOf } from './about.js';
import { scopedOf, selectTargets, type Context } from './context.js';
import { copiesFor } from './copies.js';
import { deedsFor, type Chosen } from './deeds.js';
import { firstWithWork } from './first-with-work.js';
import { waysOf } from './ways.js';
import { judgeAhead, refusedReason } from './inspect.js';
import { assertRoom } from './room.js';
import { rollOut } from './roll-out.js';
import { BUSY_WAIT_MS_MAX, factsOf, recordWhenFree, workOf } from './run-facts.js';
import type { RunRecord } from './run-record.js';
import { termsOf } from './resumption.js';
import { idleText, rulesOf, waveOptionsOf } from './wave-options.js';
import { startWorkers, type Workers } from './workers.js';

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
  const { dryRun, directories, scratchDir } = facts;
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
      terms: termsOf(graph, options, selected.unexamined),
    });
    for (const flag of rules.idle) facts.emit(idleText(flag));
    // A restore was to fill it; nothing else has anything to do with it.
    const isLeftAlone = ({ blank }: Refusal) => blank === true && !isRestore;
    const unopened = refused
      .map((refusal) => ended(refusal, isLeftAlone(refusal) ? 'skipped' : 'failed', refusedReason(refusal)))
      .concat(ahead)
      .map((draft) => toldOutcome(draft, about));
    for (const outcome of unopened) record.onOutcome(outcome);

    const paths = [...targets, ...unopened].map(({ path }) => path);
    const document = { head: graph.heads, ...scopedOf(selected), allowEmpty: selected.allowEmpty };
    const request = { ways, work, rehearse: dryRun, replayMs, about, jobs, isWaved: rules.isWaved, signal };
    return await rollOut(context, { facts, record, rules, pool, request, waves, unopened, paths, document });
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
