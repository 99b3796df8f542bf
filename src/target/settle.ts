// Asks the target itself how the work on it ended: after a COMMIT, after one that failed, and after the death of a
// worker. The history rows of this run are there or they are not; nothing else counts. A repair leaves none: there the
// structure itself tells.

import { findBackup, removeUnfinished } from '../backup/publish.js';
import { DatabaseError, type OpenOptions, type Session } from '../dialects/port.js';
import type { HistoryRow } from '../model/history.js';
import type { Reason } from '../model/outcome.js';
import type { Revision } from '../model/revision.js';
import type { Target } from '../model/target.js';
import { ancestors, headsOf, type Graph } from '../revisions/graph.js';
import { appliedIn } from '../revisions/squash.js';
import { isRestored, restoredBy } from './settle-restore.js';
import { decideTarget } from './decide.js';
import { reasonOf } from './reason.js';
import type { Decision } from './plan.js';
import { outcomeOf, type OutcomeDraft, type Progress } from './progress.js';
import type { Tools, Work } from './work.js';

/** The outcome of a target whose COMMIT was tried. */
export async function settle(progress: Progress, work: Work, tools: Tools): Promise<OutcomeDraft> {
  try {
    // Opening for change recovers what an error left half-way.
    const purpose = progress.error === undefined ? 'ask' : 'change';
    const isDone = await ask(
      progress.target,
      tools,
      { purpose, busyTimeoutMs: work.busyTimeoutMs },
      (session) => isCommitted(progress, session, work, tools),
    );
    if (isDone) {
      return outcomeOf({ ...progress, error: undefined }, tools.now());
    }
    return outcomeOf({ ...progress, error: whatStood(progress.error) }, tools.now());
  } catch (error) {
    const failure = reasonOf(error, { target: progress.target, step: 'confirm' }, tools.driver);
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

/** Whether the history has what the plan adds or, where it adds nothing, no longer has what the plan removes. */
async function isCommitted(
  { decision, target, error }: Progress,
  session: Session,
  work: Work,
  tools: Tools,
): Promise<boolean> {
  if (decision?.kind !== 'plan') return false;
  const { intent, runId } = work;
  // What was put back was read back under its lock: others may have written since.
  if (intent.kind === 'restore')
    return error === undefined || (await isRestored(session, target, { intent, work, tools }));
  const history = (await session.readHistory()) ?? [];
  const { restate = [] } = decision;
  const isRestated = ({ id, checksum }: Revision) =>
    history.some((row) => row.revision === id && row.sqlChecksum === checksum);
  if (!restate.every(isRestated)) return false;
  if (decision.repair !== undefined) return (await session.fingerprint()) === decision.fingerprint;
  if (history.some(isHalfWay)) return false;
  const adds = decision.baseline.length > 0 || decision.steps.some((step) => step.direction === 'up');
  if (adds) return history.some((row) => row.runId === runId);
  if (decision.forget === 'all') return history.length === 0;
  const { forget } = decision;
  return !history.some((row) => forget.includes(row.revision));
}

/** The outcome of a target whose worker died; `cause` is what killed it. */
export async function settleAfterDeath(
  target: Target,
  cause: Reason,
  work: Work,
  tools: Tools,
): Promise<OutcomeDraft> {
  const startedAt = tools.now();
  const common = { id: target.id, path: target.path, rows: {} };
  const forChange = { purpose: 'change', busyTimeoutMs: work.busyTimeoutMs } as const;
  const backup = work.backupDir === null ? null : findBackup(work.backupDir, target.id);
  // An unfinished backup would block another try.
  if (work.backupDir !== null) removeUnfinished(work.backupDir, target.id);
  try {
    if (work.intent.kind === 'repair') {
      const found = await ask(target, tools, forChange, (session) =>
        decideTarget(session, target, work.intent, tools),
      );
      const durationMs = tools.now() - startedAt;
      return {
        ...common,
        ...repairedBy(found, work.backupDir === null || backup !== null, cause),
        backup,
        durationMs,
      };
    }
    const { intent } = work;
    if (intent.kind === 'restore') {
      const found = await ask(target, tools, forChange, (session) =>
        restoredBy(session, target, { intent, cause, work, tools }),
      );
      return { ...common, ...found, backup, durationMs: tools.now() - startedAt };
    }
    const read = async (session: Session) => (await session.readHistory()) ?? [];
    const history = await ask(target, tools, forChange, read);
    if (history.some((row) => row.runId === work.runId && isHalfWay(row))) {
      throw new DatabaseError('commitUncertain', 'a revision outside a transaction stopped half-way');
    }
    const committed = committedBy(work, history, tools.graph);
    const durationMs = tools.now() - startedAt;
    const to = headsOf(tools.graph, appliedIn(history, tools.graph)).join(',') || null;
    if (committed === null) {
      return { ...common, outcome: 'failed', from: to, to, applied: [], backup, durationMs, failure: cause };
    }
    return { ...common, ...committed, to, backup, durationMs, failure: null };
  } catch (error) {
    const found = reasonOf(error, { target, step: 'confirm' }, tools.driver);
    const message = `${cause.message}; whether it had committed could not be read: ${found.message}`;
    const failure: Reason = { ...found, code: 'commitUncertain', message };
    const durationMs = tools.now() - startedAt;
    return { ...common, outcome: 'inDoubt', from: null, to: null, applied: [], backup, durationMs, failure };
  }
}

/** What a run had done to a target when its worker died; null where it had done nothing. */
function committedBy(
  { intent, runId }: Work,
  history: readonly HistoryRow[],
  graph: Graph,
): Pick<OutcomeDraft, 'outcome' | 'from' | 'applied'> | null {
  if (intent.kind === 'downgrade') {
    // A downgrade leaves no rows of its own; only the backup's name says where the target was before.
    const kept = ancestors(graph, intent.goal ?? []);
    const remaining = [...appliedIn(history, graph)];
    const isThere = intent.goal !== undefined && remaining.every((id) => kept.has(id));
    return isThere ? { outcome: 'downgraded', from: null, applied: [] } : null;
  }
  const mine = history.filter((row) => row.runId === runId);
  if (mine.length === 0) return null;
  const before = history.filter((row) => row.runId !== runId);
  const ran = mine.filter((row) => row.status === 'applied');
  return {
    outcome: ran.length === 0 ? 'stamped' : 'upgraded',
    from: headsOf(graph, appliedIn(before, graph)).join(',') || null,
    applied: (ran.length === 0 ? mine : ran).map((row) => row.revision),
  };
}

/**
 * What a repair had done to a target when its worker died, seen from what is still to be done. Where there is nothing
 * to do, that may have been so before.
 * @param mayHave whether the repair can have changed anything: its backup exists, or none was to be made
 */
function repairedBy(
  found: Decision,
  mayHave: boolean,
  cause: Reason,
): Pick<OutcomeDraft, 'outcome' | 'from' | 'to' | 'applied' | 'failure' | 'left'> {
  const common = { from: found.from, to: found.from, applied: [] };
  if (found.kind === 'plan') return { ...common, outcome: 'failed', failure: cause };
  const { outcome, failure, left } = found;
  const isRepaired = outcome === 'current' || left !== undefined;
  if (isRepaired && mayHave) return { ...common, outcome: 'repaired', failure: null, left: left ?? [] };
  return { ...common, outcome, failure, ...(left === undefined ? {} : { left }) };
}

function isHalfWay({ status }: HistoryRow): boolean {
  return status === 'started' || status === 'leaving';
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
