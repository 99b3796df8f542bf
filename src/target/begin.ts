// What a session is told before a revision runs: what was there before, what is asked for to go, and what ran earlier.

import type { BegunRevision, Kept, Session } from '../dialects/port.js';
import { inOrder } from '../revisions/graph.js';
import type { Basis } from '../stamping/basis.js';
import type { Plan, PlanStep } from './plan.js';

type Rows = BegunRevision['rows'];

/** @param rows of each table before the whole change */
export async function beginStep(
  session: Session,
  step: PlanStep,
  { plan, rows }: { readonly plan: Plan; readonly rows: Rows },
  basis: Pick<Basis, 'graph' | 'replay'>,
): Promise<void> {
  const { revision, direction } = step;
  await session.beginRevision({
    revision,
    direction,
    rows,
    dropped: [],
    kept: direction === 'down' && hasRows(rows) ? await keptBy(step, plan, basis) : null,
    earlier: () => earlierStatements(step, plan, basis),
  });
}

/** A repair drops what somebody named, and no column of a table that is expected. */
export async function beginRepair(
  session: Session,
  { plan, rows, dropped }: { readonly plan: Plan; readonly rows: Rows; readonly dropped: readonly string[] },
  { replay }: Pick<Basis, 'replay'>,
): Promise<void> {
  const now = plan.after === null || !hasRows(rows) ? null : await replay.tables(plan.after);
  const kept = now === null ? null : { now, end: now, scripts: [] };
  await session.beginRevision({ revision: null, direction: 'up', rows, dropped, kept, earlier: () => [] });
}

export const hasRows = (rows: Rows): boolean => Object.values(rows).some((count) => count > 0);

/** What is to be there after one step back: what the steps after it leave, and those revisions themselves. */
async function keptBy(
  step: PlanStep,
  { steps, after }: Plan,
  { graph, replay }: Pick<Basis, 'graph' | 'replay'>,
): Promise<Kept> {
  const rest = steps.slice(steps.indexOf(step)).map(({ revision }) => revision.id);
  const ids = new Set((after ?? []).map(({ id }) => id));
  const end = await replay.tables(inOrder(graph, ids));
  let now = end;
  // From the last step on, so that the replay goes forward only; the answers are kept there.
  for (const id of rest.slice(1).reverse()) {
    ids.add(id);
    now = await replay.tables(inOrder(graph, ids));
  }
  return { now, end, scripts: steps.slice(steps.indexOf(step)).map(({ script }) => script) };
}

/** Of revisions that other parts of the run, or other runs, did before, and of this one what an earlier run did. */
function earlierStatements(
  { revision, script, direction }: PlanStep,
  { steps, resumeAt }: Plan,
  { graph }: Pick<Basis, 'graph'>,
) {
  const own = new Set(steps.map((step) => step.revision.id));
  const before = graph.order.slice(
    0,
    graph.order.findIndex(({ id }) => id === revision.id),
  );
  const scripts = before.filter(({ id }) => !own.has(id)).map(({ up }) => up);
  const done = script.kind === 'sql' ? script.statements.slice(0, resumeAt) : [];
  if (direction === 'down') return done;
  return [...scripts.flatMap((one) => (one.kind === 'sql' ? one.statements : [])), ...done];
}
