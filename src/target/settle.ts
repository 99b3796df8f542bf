// Asks the target itself how the work on it ended: after a COMMIT, after one that failed, and after the death of a
// worker. The history rows of this run are there or they are not; nothing else counts. A repair leaves none: there the
// structure itself tells.

import { findBackup, removeUnfinished } from '../backup/publish.js';
import { DatabaseError, type OpenOptions, type Session } from '../dialects/port.js';
import type { HistoryRow } from '../model/history.js';
import type { Reason } from '../model/outcome.js';
import type { Revision } from '../model/revision.js';
import type { Target } from '../model/target.js';
import { headsOf, type Graph } from '../revisions/graph.js';
import { appliedIn } from '../revisions/squash.js';
import { isHalfWay, type HalfWay } from '../stamping/half-way.js';
import { committedBy } from './committed.js';
import { isRestored, restoredBy } from './settle-restore.js';
import { undoneBy } from './settle-undo.js';
import { decideTarget } from './decide.js';
import { reasonOf } from './reason.js';
import type { Decision, Plan } from './plan.js';
import type { RepairPlan } from './plans/repair-plan.js';
import { outcomeOf, unfinished, type OutcomeDraft, type Progress } from './progress.js';
import type { Tools, Work } from './work.js';

/** The outcome of a target whose COMMIT was tried. */
export async function settle(progress: Progress, work: Work, tools: Tools): Promise<OutcomeDraft> {
  try {
    // Opening for change recovers what an error left half-way.
    const purpose = progress.error === undefined ? 'ask' : 'change';
    const { isDone, halfWay } = await ask(
      progress.target,
      tools,
      { purpose, busyTimeoutMs: work.busyTimeoutMs },
      (session) => whatStands(progress, session, work, tools),
    );
    const error = isDone ? undefined : whatStood(progress.error);
    return outcomeOf({ ...progress, error, halfWay }, tools.now());
  } catch (error) {
    const failure = reasonOf(error, { target: progress.target, step: 'confirm' }, tools.driver);
    if (failure.code === 'gone') return outcomeOf({ ...progress, error, halfWay: null }, tools.now());
    const message = `whether the change was committed could not be read: ${failure.message}`;
    const asFailed = outcomeOf({ ...progress, error }, tools.now());
    return { ...asFailed, outcome: 'inDoubt', failure: { ...failure, code: 'commitUncertain', message } };
  }
}

/** Once the target says that nothing was committed, there is no doubt: the failure is what prevented the commit. */
function whatStood(error: unknown): unknown {
  if (error === undefined) return new Error('the commit left no trace');
  const isDoubt = error instanceof DatabaseError && error.code === 'commitUncertain';
  return isDoubt && error.cause instanceof DatabaseError ? error.cause : error;
}

/** Whether the change is committed, and what part of a revision outside a transaction is. */
async function whatStands(
  { decision, target, error }: Progress,
  session: Session,
  work: Work,
  tools: Tools,
): Promise<{ readonly isDone: boolean; readonly halfWay: HalfWay | null }> {
  const { intent, runId } = work;
  // What was put back was read back under its lock: others may have written since.
  if (intent.kind === 'restore') {
    const isDone =
      decision?.kind === 'plan' &&
      (error === undefined || (await isRestored(session, target, { intent, work, tools })));
    return { isDone, halfWay: null };
  }
  const history = (await session.readHistory()) ?? [];
  const halfWay = history.find((row) => row.runId === runId && isHalfWay(row)) ?? null;
  const isDone = decision?.kind === 'plan' && (await isCommitted(decision, history, session, runId));
  return { isDone, halfWay };
}

/** Whether the history has what the plan adds or, where it adds nothing, no longer has what the plan removes. */
async function isCommitted(
  plan: Plan,
  history: readonly HistoryRow[],
  session: Session,
  runId: string,
): Promise<boolean> {
  const { restate = [], forget } = plan;
  const isRestated = ({ id, checksum }: Revision) =>
    history.some((row) => row.revision === id && row.sqlChecksum === checksum);
  if (!restate.every(isRestated)) return false;
  if (plan.repair !== undefined) return isRepaired(plan.repair, session);
  if (history.some(isHalfWay)) return false;
  const ups = plan.steps.flatMap(({ revision, direction }) => (direction === 'up' ? [revision] : []));
  const added = [...plan.baseline, ...ups];
  // Each of them, because an earlier part of the run may have left rows of its own.
  const isMine = ({ id }: Revision) => history.some((row) => row.runId === runId && row.revision === id);
  if (added.length > 0) return added.every(isMine);
  if (forget === 'all') return history.length === 0;
  return !history.some((row) => forget.includes(row.revision));
}

async function isRepaired(repair: RepairPlan, session: Session): Promise<boolean> {
  const { fingerprint, layout } = await session.observe();
  return fingerprint === repair.fingerprint && (repair.layout === null || layout === repair.layout);
}

/** The outcome of a target whose worker died; `cause` is what killed it. */
export async function settleAfterDeath(
  target: Target,
  cause: Reason,
  work: Work,
  tools: Tools,
): Promise<OutcomeDraft> {
  const startedAt = tools.now();
  const forChange = { purpose: 'change', busyTimeoutMs: work.busyTimeoutMs } as const;
  const backup = work.backupDir === null ? null : findBackup(work.backupDir, target.id);
  /** Whether anything can have been changed: its backup exists, or none was to be made. */
  const mayHave = work.backupDir === null || backup !== null;
  // An unfinished backup would block another try.
  if (work.backupDir !== null) removeUnfinished(work.backupDir, target.id);
  const settled = async (): Promise<Settled> => {
    if (work.intent.kind === 'repair') {
      const found = await ask(target, tools, forChange, (session) =>
        decideTarget(session, target, work.intent, tools),
      );
      return repairedBy(found, mayHave, cause);
    }
    return ask(target, tools, forChange, (session) => asked(session, work));
  };
  const asked = async (session: Session, { intent, ...common }: Work): Promise<Settled> => {
    const about = { cause, tools, work: { ...common, intent } };
    if (intent.kind === 'restore') return restoredBy(session, target, { intent, ...about });
    if (intent.kind === 'undo') {
      const found = await undoneBy(session, target, { intent, ...about });
      return 'outcome' in found ? found : asked(session, { ...common, intent: found });
    }
    const history = (await session.readHistory()) ?? [];
    return changedBy({ ...common, intent }, history, { cause, mayHave, graph: tools.graph });
  };
  const told = await settled().catch((error: unknown): Settled => {
    const found = reasonOf(error, { target, step: 'confirm' }, tools.driver);
    const lost = { from: null, to: null, applied: [] };
    if (found.code === 'gone') return { outcome: 'skipped', ...lost, failure: found };
    const message = `${cause.message}; whether it had committed could not be read: ${found.message}`;
    const failure: Reason = { ...found, code: 'commitUncertain', message };
    return { outcome: 'inDoubt', ...lost, failure };
  });
  const { id, path } = target;
  return { id, path, rows: {}, ...told, backup, durationMs: tools.now() - startedAt };
}

type Settled = Pick<OutcomeDraft, 'outcome' | 'from' | 'to' | 'applied' | 'failure' | 'left'>;

/** What a run had done to a target when its worker died: all of it, a part, or nothing. */
function changedBy(
  work: Work,
  history: readonly HistoryRow[],
  { cause, mayHave, graph }: { readonly cause: Reason; readonly mayHave: boolean; readonly graph: Graph },
): Settled {
  const to = headsOf(graph, appliedIn(history, graph)).join(',') || null;
  const halfWay = history.find((row) => row.runId === work.runId && isHalfWay(row)) ?? null;
  const found = committedBy(work, history, graph);
  if (found === 'unknown' && mayHave) {
    throw new DatabaseError('commitUncertain', 'a downgrade leaves no rows that would tell');
  }
  if (found === null || found === 'unknown')
    return { ...unfinished(cause, halfWay), from: to, to, applied: [] };
  const { outcome, from, applied, isWhole } = found;
  if (isWhole && halfWay === null) return { outcome, from, to, applied, failure: null };
  return { ...unfinished(cause, halfWay), outcome: 'partial', from, to, applied };
}

/**
 * What a repair had done to a target when its worker died, seen from what is still to be done. Where there is nothing
 * to do, that may have been so before.
 * @param mayHave whether the repair can have changed anything
 */
function repairedBy(found: Decision, mayHave: boolean, cause: Reason): Settled {
  const common = { from: found.from, to: found.from, applied: [] };
  if (found.kind === 'plan') return { ...common, outcome: 'failed', failure: cause };
  const { outcome, failure, left } = found;
  const isRepaired = outcome === 'current' || left !== undefined;
  if (isRepaired && mayHave) return { ...common, outcome: 'repaired', failure: null, left: left ?? [] };
  return { ...common, outcome, failure, ...(left === undefined ? {} : { left }) };
}

/** Reads on a fresh connection; opening for change recovers what a dead process left. */
async function ask<T>(
  target: Target,
  { driver }: Pick<Tools, 'driver'>,
  options: OpenOptions,
  read: (session: Session) => Promise<T>,
): Promise<T> {
  let session: Session | null = null;
  try {
    await driver.assertSame(target, 'closed');
    session = await driver.open(target, options);
    return await read(session);
  } finally {
    await session?.close();
  }
}
