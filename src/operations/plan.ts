// What `upgrade` would do to each cohort, decided by the very code that would do it.

import type { PlanOptions } from '../model/api.js';
import { CONTRACT, type PlannedCohort, type PlanReport } from '../model/report.js';
import { listExitCode } from '../report/summarize.js';
import { isRelative, resolveArgument } from '../revisions/argument.js';
import type { Intent } from '../target/intent.js';
import { atOf } from './at.js';
import { scopedOf, type Context } from './context.js';
import { cohortsOf } from './inspect.js';
import { withWork } from './look.js';
import { planCohort, rehearsal } from './plan-cohort.js';

/** @throws FleetError where the fleet cannot be looked at as a whole, or the revision argument names nothing */
export async function planFleet(context: Context, options: PlanOptions): Promise<PlanReport> {
  const graph = await context.loadGraph();
  const to = options.to ?? 'head';
  const { stamp = false, allowExtra = false } = options;
  const at = await atOf(context, options, 'plan');
  const intent: Intent = { kind: 'upgrade', to, stamp, allowDrift: [], allowExtra, ...at };
  const wanted = isRelative(to) ? [to] : resolveArgument(graph, to, new Set());
  const { judged, cohorts, selected } = await withWork(
    context,
    graph,
    { options, intent },
    async (look, all) => {
      const { about } = look;
      const { busyWaitMs } = look.request;
      const rehearse = rehearsal(look.pool, look.targets, intent, {
        runId: context.newRunId(),
        busyWaitMs,
        about,
      });
      const plans: PlannedCohort[] = [];
      for (const cohort of cohortsOf(all))
        plans.push(await planCohort(cohort, { graph, dialect: context.dialect, pool: look.pool, rehearse, about }));
      return { judged: all, cohorts: plans, selected: look };
    },
  );
  return {
    contract: CONTRACT,
    command: 'plan',
    head: graph.heads,
    to: wanted,
    cohorts,
    ...scopedOf(selected),
    exitCode: listExitCode(judged, selected),
  };
}
