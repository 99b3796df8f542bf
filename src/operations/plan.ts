// What `upgrade` would do to each cohort, decided by the very code that would do it.

import type { PlanOptions } from '../model/api.js';
import { CONTRACT, type PlannedCohort, type PlanReport } from '../model/report.js';
import { listExitCode } from '../report/summarize.js';
import { isRelative, resolveArgument } from '../revisions/argument.js';
import type { Intent } from '../target/intent.js';
import { commandOf } from './about.js';
import { atOf } from './at.js';
import type { Context } from './context.js';
import { cohortsOf } from './inspect.js';
import { judgeAll, withLook } from './look.js';
import { planCohort, rehearsal } from './plan-cohort.js';

/** @throws FleetError where the fleet cannot be looked at as a whole, or the revision argument names nothing */
export async function planFleet(context: Context, options: PlanOptions): Promise<PlanReport> {
  const graph = await context.loadGraph();
  const to = options.to ?? 'head';
  const { stamp = false, allowExtra = false } = options;
  const at = await atOf(context, options, 'plan');
  const intent: Intent = { kind: 'upgrade', to, stamp, allowDrift: [], allowExtra, ...at };
  const wanted = isRelative(to) ? [to] : resolveArgument(graph, to, new Set());
  const { judged, cohorts } = await withLook(context, graph, options, async (look) => {
    const about = { ...look.about, run: commandOf('upgrade', intent, options) };
    const all = await judgeAll({ ...look, about }, intent);
    const { busyWaitMs } = look.request;
    const rehearse = rehearsal(look.pool, look.targets, intent, {
      runId: context.newRunId(),
      busyWaitMs,
      about,
    });
    const plans: PlannedCohort[] = [];
    for (const cohort of cohortsOf(all))
      plans.push(await planCohort(cohort, { graph, dialect: context.dialect, rehearse, about }));
    return { judged: all, cohorts: plans };
  });
  return {
    contract: CONTRACT,
    command: 'plan',
    head: graph.heads,
    to: wanted,
    cohorts,
    exitCode: listExitCode(judged),
  };
}
