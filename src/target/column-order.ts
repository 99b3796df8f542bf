// The orders of columns that a revision's statements by position were written for: those that the replay meets. Asked
// of the replay only where a revision has such statements; two targets of a run share the answer.

import { ReplayError, type ColumnOrders, type Session } from '../dialects/port.js';
import type { Statement } from '../model/revision.js';
import { ancestors, inOrder, type Graph } from '../revisions/graph.js';
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
  if (!mayLean(script, graph)) return [];
  const all = graph.order.slice(0, graph.order.findIndex(({ id }) => id === revision.id) + 1);
  const own = inOrder(graph, ancestors(graph, [revision.id]));
  const orders = [await replay.columnOrders(all, direction)];
  if (script.kind === 'sql' && orders[0]?.at.size === 0) return [];
  if (own.length === all.length) return orders;
  return [...orders, ...(await ifItRuns(() => replay.columnOrders(own, direction)))];
}

/** What no file speaks of is on no target that equals its revision: triggers are made by the files. */
function mayLean(script: PlanStep['script'], graph: Graph): boolean {
  if (script.kind === 'module') return true;
  return script.statements.some(({ byPosition }) => byPosition !== undefined) || hasTriggers(graph);
}

const triggers = new WeakMap<Graph, boolean>();

/** Whether any revision makes a trigger that goes by position; a program may make one unseen. */
function hasTriggers(graph: Graph): boolean {
  const known = triggers.get(graph);
  if (known !== undefined) return known;
  const found = graph.order.some(
    ({ up }) => up.kind === 'module' || up.statements.some(({ firesByPosition }) => firesByPosition === true),
  );
  triggers.set(graph, found);
  return found;
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

/** Holds the tables that a statement of a script leans on against them, right before it runs. */
export async function assertOrder(
  session: Session,
  expected: readonly ColumnOrders[],
  index: number,
): Promise<void> {
  const accepted = expected.map(({ at }) => at.get(index)).filter((one) => one !== undefined);
  if (accepted.length > 0) await session.assertColumnOrder(accepted);
}

/** The same before the first statement of a script: what would not be undone again must not be begun in vain. */
export async function assertOrderAtStart(
  session: Session,
  expected: readonly ColumnOrders[],
  { guard }: Statement,
  index: number,
): Promise<void> {
  if (guard !== undefined) return;
  const accepted = expected.map(({ start, at }) =>
    Object.fromEntries(
      Object.keys(at.get(index) ?? {}).flatMap((table) => {
        const order = start[table];
        return order === undefined ? [] : [[table, order]];
      }),
    ),
  );
  await session.assertColumnOrder(accepted);
}
