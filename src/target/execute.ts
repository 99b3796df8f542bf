// Runs the statements of a plan, inside the transaction that the caller opened.

import type { Session } from '../dialects/port.js';
import type { Revision, Statement } from '../model/revision.js';
import { beginRepair, beginStep } from './begin.js';
import { assertOrder, expectedOrders } from './column-order.js';
import type { Plan } from './plan.js';
import { enter, type Progress } from './progress.js';
import type { Facts } from './verify.js';
import type { Tools } from './work.js';

/** @returns how long each revision took, in milliseconds, by id */
export async function execute(
  session: Session,
  plan: Plan,
  {
    rows,
    tools,
    progress,
  }: { readonly rows: Facts['rows']; readonly tools: Tools; readonly progress: Progress },
): Promise<ReadonlyMap<string, number>> {
  const { now } = tools;
  const durations = new Map<string, number>();
  if (plan.repair !== undefined) {
    const { statements, dropped } = plan.repair;
    await beginRepair(session, { plan, rows, dropped }, tools);
    for (const statement of statements) {
      progress.position = { revision: null, statement };
      await session.execute(statement);
    }
    await session.endRevision();
  }
  for (const [place, step] of plan.steps.entries()) {
    const { revision, direction, script } = step;
    const startedAt = now();
    const before = plan.steps[place - 1]?.revision.id;
    // On the way back, the one that is about to be taken back is what it stands at.
    const reached = before === undefined ? {} : { reached: direction === 'up' ? before : revision.id };
    enter(progress, 'execute', tools, revision.id);
    progress.position = { revision, statement: null, ...reached };
    const orders = await expectedOrders(step, tools);
    await beginStep(session, step, { plan, rows }, tools);
    if (script.kind === 'module') {
      await session.executeModule(script.file, direction, orders);
    } else {
      for (const [index, statement] of script.statements.entries()) {
        progress.position = { revision, statement, ...reached };
        if (!(await guardHolds(session, statement, revision, progress))) continue;
        await assertOrder(session, orders, index);
        await session.execute(statement);
      }
    }
    progress.position = { revision, statement: null };
    await session.endRevision();
    durations.set(revision.id, now() - startedAt);
  }
  progress.position = null;
  return durations;
}

/** Whether a statement is to be run on this target: always, unless its guard says otherwise, which the report names. */
export async function guardHolds(
  session: Session,
  { guard, line }: Statement,
  revision: Revision,
  { skipped }: Pick<Progress, 'skipped'>,
): Promise<boolean> {
  if (guard === undefined || (await session.exists(guard.object)) === (guard.when === 'exists')) return true;
  skipped.push({ revision: revision.id, line, ...guard });
  return false;
}
