// The steps for one target: the only implementation of the protocol. Whatever plan is carried out, rehearsed or real,
// it goes through here, and whatever fails before COMMIT leaves the target as it was.

import { removeBackup } from '../backup/publish.js';
import { DatabaseError, type Session } from '../dialects/port.js';
import type { FailureCode } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import { hasRows } from './begin.js';
import { commit } from './commit.js';
import { decideTarget } from './decide.js';
import { executeOutside } from './execute-outside.js';
import { execute } from './execute.js';
import { finalRecord } from './history-rows.js';
import {
  enter,
  joinOutcomes,
  outcomeOf,
  startProgress,
  type OutcomeDraft,
  type Progress,
} from './progress.js';
import { withGoal } from './intent.js';
import { runsOutside } from './plan.js';
import { restore } from './restore.js';
import { copyBefore, keepWhatIsLeft } from './left.js';
import { chooseUndo } from './plans/undo.js';
import { settle } from './settle.js';
import { onlyRevision, readFacts, verify } from './verify.js';
import type { Tools, Work } from './work.js';

/**
 * Brings one target to where the work's intent wants it. Revisions that cannot run in a transaction split this into
 * parts; each part goes through all steps.
 */
export async function upgradeTarget(target: Target, work: Work, tools: Tools): Promise<OutcomeDraft> {
  let whole: OutcomeDraft | null = null;
  let intent = work.intent;
  let wasEmpty = false;
  for (;;) {
    const progress = startProgress(target, tools, wasEmpty);
    let outcome = await takeSteps(progress, { ...work, intent }, tools);
    if (whole === null && progress.isAsItWas) outcome = withoutCopy(outcome);
    whole = whole === null ? outcome : joinOutcomes(whole, outcome);
    const { decision } = progress;
    wasEmpty = progress.wasEmpty;
    if (outcome.failure !== null || decision?.kind !== 'plan' || decision.goal === null) return whole;
    intent = withGoal(progress.intent ?? intent, decision.goal);
  }
}

async function takeSteps(progress: Progress, asked: Work, tools: Tools): Promise<OutcomeDraft> {
  const { target, wasEmpty } = progress;
  let work = asked;
  let session: Session | null = null;
  let since: string | null = null;
  try {
    enter(progress, 'open', tools);
    await tools.driver.assertSame(target, 'closed');
    session = await tools.driver.open(target, { purpose: 'change', busyTimeoutMs: work.busyWaitMs });
    await tools.driver.assertSame(target, 'open');

    enter(progress, 'lock', tools);
    await session.lock();

    enter(progress, 'read', tools);
    const undone = work.intent.kind === 'undo' ? await chooseUndo(session, target, work.intent, tools) : null;
    const intent = (progress.intent = undone?.intent ?? work.intent);
    work = { ...work, intent };
    if (intent.kind === 'restore') {
      const isPutBack = await restore(session, intent, { work, tools, progress });
      await abandon(session);
      session = null;
      return isPutBack ? await settle(progress, work, tools) : outcomeOf(progress, tools.now());
    }
    const plan = undone?.decision ?? (await decideTarget(session, target, intent, tools));
    progress.decision = plan;
    progress.workingSince = tools.now();
    if (plan.kind === 'noChange') return outcomeOf(progress, tools.now());

    enter(progress, 'check', tools);
    await session.proveWritable();
    const before = await readFacts(session, work.verify);
    // What came into being in an earlier part of this work may go again in a later one.
    const rows = wasEmpty ? {} : before.rows;
    progress.wasEmpty = !hasRows(rows);

    enter(progress, 'backUp', tools);
    since = await copyBefore(session, plan.from, { progress, work });

    enter(progress, 'execute', tools);
    const durations = runsOutside(plan)
      ? await executeOutside(session, plan, { rows, work, tools, progress })
      : await execute(session, plan, { rows, tools, progress });

    enter(progress, 'record', tools);
    await session.record(finalRecord(plan, durations, work, tools.now()));

    enter(progress, 'verify', tools);
    const revision = onlyRevision(plan);
    progress.position = revision === null ? null : { revision, statement: null };
    progress.rows = await verify(session, plan, before, tools);
    progress.position = null;

    enter(progress, 'commit', tools);
    await commit(session, progress, work, tools);

    enter(progress, 'confirm', tools);
    await keepWhatIsLeft(session, since, { progress, work });
    await session.close();
    session = null;
    return await settle(progress, work, tools);
  } catch (error) {
    if (session !== null && progress.halfWay !== null) {
      await session.rollback().catch(() => false);
      await keepWhatIsLeft(session, since, { progress, work });
    }
    const isRolledBack = await abandon(session);
    session = null;
    const other = await whyNotSame(target, tools);
    // A target that was deleted meanwhile fails in many ways, and all of them mean this one.
    progress.error = codeOf(other) === 'gone' ? other : error;
    // A COMMIT that threw may have committed: only the target itself can tell.
    if (codeOf(error) === 'commitUncertain') return await settle(progress, work, tools);
    progress.isAsItWas = isRolledBack && other === null && isNoDamage(error) && progress.halfWay === null;
    return outcomeOf(progress, tools.now());
  } finally {
    await abandon(session);
  }
}

/** The copy of a target that is proved to be as it was is one more of what is there: each try would leave one. */
function withoutCopy(outcome: OutcomeDraft): OutcomeDraft {
  const { backup } = outcome;
  return backup !== null && removeBackup(backup) ? { ...outcome, backup: null } : outcome;
}

/** What is the matter with the file of the target; null where it is the one that was planned. */
async function whyNotSame(target: Target, { driver }: Tools): Promise<unknown> {
  try {
    await driver.assertSame(target, 'closed');
    return null;
  } catch (found) {
    return found;
  }
}

/** Whether an error leaves no doubt about what is stored, once it was rolled back. */
function isNoDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code !== 'corrupt' && code !== 'io';
}

function codeOf(error: unknown): FailureCode | null {
  return error instanceof DatabaseError ? error.code : null;
}

/** @returns whether the transaction was open until now, and ended without effect */
async function abandon(session: Session | null): Promise<boolean> {
  let isRolledBack = false;
  try {
    isRolledBack = (await session?.rollback()) ?? false;
  } catch {
    // The journal stays, and the next one to open the target rolls back. The error that led here is reported.
  }
  await session?.close();
  return isRolledBack;
}
