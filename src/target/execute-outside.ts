// Runs a revision that cannot run in a transaction (VACUUM, page_size, journal_mode). The history says that it was
// started and how many statements are done, so that a run that is killed half-way leaves a target that is dirty, and
// the next one goes on with the next statement. A statement and its count are committed together where SQLite allows
// it; the other statements are harmless to repeat.

import type { Session } from '../dialects/port.js';
import { beginStep } from './begin.js';
import { assertOrder, assertOrderAtStart, expectedOrders } from './column-order.js';
import { commit } from './commit.js';
import { guardHolds } from './execute.js';
import { historyRow } from './history-rows.js';
import type { Plan } from './plan.js';
import { enter, type Progress } from './progress.js';
import type { Facts } from './verify.js';
import type { Tools, Work } from './work.js';

interface OutsideWork {
  /** Of each table before the whole change. */
  readonly rows: Facts['rows'];
  readonly work: Work;
  readonly tools: Tools;
  readonly progress: Progress;
}

/** Called inside the transaction that holds the lock; ends it, and leaves another one open for the last record. */
export async function executeOutside(
  session: Session,
  plan: Plan,
  { rows, work, tools, progress }: OutsideWork,
): Promise<ReadonlyMap<string, number>> {
  const [step] = plan.steps;
  if (step === undefined || step.script.kind === 'module') {
    throw new Error('only SQL runs outside a transaction');
  }
  const { revision, script, direction } = step;
  const status = direction === 'up' ? 'started' : 'leaving';
  const startedAt = tools.now();
  enter(progress, 'execute', tools, revision.id);
  /** Commits how many statements are done. */
  const count = async (statementsDone: number): Promise<void> => {
    const now = tools.now();
    const row = { ...historyRow(revision, { status, work, now }), statementsDone };
    const stamped = statementsDone === plan.resumeAt ? plan.baseline : [];
    const add = [...stamped.map((one) => historyRow(one, { status: 'stamped', work, now })), row];
    await session.record({ remove: [revision.id], add });
    await commit(session, progress, work, tools);
    progress.halfWay = { revision: revision.id, status, statementsDone };
  };
  const orders = await expectedOrders(step, tools);
  for (const [index, statement] of (plan.resumeAt === 0 ? script.statements : []).entries()) {
    progress.position = { revision, statement };
    await assertOrderAtStart(session, orders, statement, index);
  }
  progress.position = null;
  await count(plan.resumeAt);
  await beginStep(session, step, { plan, rows }, tools);
  for (const [index, statement] of script.statements.entries()) {
    if (index < plan.resumeAt) continue;
    progress.position = { revision, statement };
    const inside = statement.outsideTransaction !== true;
    if (inside) await session.lock();
    if (await guardHolds(session, statement, revision, progress)) {
      await assertOrder(session, orders, index);
      await (inside ? session.execute(statement) : session.executeOutside(statement));
    }
    if (!inside) await session.lock();
    await count(index + 1);
  }
  progress.position = null;
  await session.lock();
  await session.endRevision();
  return new Map([[revision.id, tools.now() - startedAt]]);
}
