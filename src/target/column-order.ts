// The orders of columns that a revision's statements by position were written for: those that the replay meets. Asked
// of the replay only where a revision has such statements; two targets of a run share the answer.

import { ReplayError, type ColumnOrders, type Session } from '../dialects/port.js';
import type { Statement } from '../model/revision.js';
import { ancestors, inOrder } from '../revisions/graph.js';
import type { Basis } from '../stamping/basis.js';
import type { PlanStep } from './plan.js';

/**
 * What the statements of one step are held against. Where branches meet, a revision may run after all that comes before
 * it in the order of the graph, or after nothing but what it stands on: either is right.
 * @returns none where no statement goes by position
 */
export async function expectedOrders(
  { revision, direction, script }: PlanStep,
  { graph, replay }: Pick<Basis, 'graph' | 'replay'>,
): Promise<readonly ColumnOrders[]> {
  if (script.kind === 'sql' && !script.statements.some(({ byPosition }) => byPosition !== undefined))
    return [];
  const all = graph.order.slice(0, graph.order.findIndex(({ id }) => id === revision.id) + 1);
  const own = inOrder(graph, ancestors(graph, [revision.id]));
  const orders = [await replay.columnOrders(all, direction)];
  if (own.length === all.length) return orders;
  return [...orders, ...(await ifItRuns(() => replay.columnOrders(own, direction)))];
}

/** Revisions that lean on another branch without saying so do not run without it: then there is one right order. */
async function ifItRuns(work: () => Promise<ColumnOrders>): Promise<readonly ColumnOrders[]> {
  try {
    return [await work()];
  } catch (error) {
    if (error instanceof ReplayError) return [];
    throw error;
  }
}

/** Holds the tables of a statement of a script against them, right before it runs. */
export async function assertOrder(
  session: Session,
  expected: readonly ColumnOrders[],
  { byPosition }: Statement,
  index: number,
): Promise<void> {
  if (byPosition === undefined) return;
  await session.assertColumnOrder(
    byPosition,
    expected.flatMap(({ at }) => at.get(index) ?? []),
  );
}

/** The same before the first statement of a script: what would not be undone again must not be begun in vain. */
export async function assertOrderAtStart(
  session: Session,
  expected: readonly ColumnOrders[],
  { byPosition, guard }: Statement,
): Promise<void> {
  if (byPosition === undefined || guard !== undefined) return;
  await session.assertColumnOrder(
    byPosition,
    expected.map(({ start }) => start),
  );
}
