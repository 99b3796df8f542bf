// What a repair would do to each cohort: targets of one structure are repaired by the same statements.

import type { RepairOptions } from '../model/api.js';
import { CONTRACT, type RepairCohort, type RepairPlanReport } from '../model/report.js';
import { listExitCode } from '../report/summarize.js';
import { scopedOf, type Context } from './context.js';
import { cohortsOf, type CohortOf } from './inspect.js';
import { withWork } from './look.js';
import type { About } from '../model/hint.js';
import { failureOf } from '../model/outcome.js';
import { aboutOf } from './about.js';
import { repairIntent } from './repair.js';
import { unmatchedNames } from './unmatched.js';

/** @throws FleetError where the fleet cannot be looked at as a whole */
export async function repairPlanFleet(context: Context, options: RepairOptions): Promise<RepairPlanReport> {
  const graph = await context.loadGraph();
  const intent = await repairIntent(context, options);
  const { judged, selected } = await withWork(context, graph, { options, intent }, async (look, all) => ({
    judged: all,
    selected: look,
  }));
  const found = judged.map(({ decision }) =>
    decision?.kind === 'plan' ? decision.repair?.extra : decision?.extra,
  );
  return {
    contract: CONTRACT,
    command: 'repairPlan',
    head: graph.heads,
    cohorts: cohortsOf(judged, ({ layout }) => (intent.columns === true ? layout : null)).map((cohort) =>
      planned(cohort, aboutOf(context, options)),
    ),
    ...unmatchedNames(intent.dropExtra, found, context.dialect),
    ...scopedOf(selected),
    exitCode: listExitCode(judged, selected),
  };
}

function planned({ cohort, first }: CohortOf, about: About): RepairCohort {
  const { decision, status } = first;
  const nothing = { statements: [], checks: [], left: [], dropped: [] };
  if (decision === null) return { ...cohort, ...nothing, problem: status.problem };
  if (decision.kind === 'noChange') {
    const problem =
      decision.failure === null ? null : failureOf(decision.failure, { ...about, target: cohort.example });
    return { ...cohort, ...nothing, left: decision.left ?? [], problem };
  }
  const { statements = [], obstacles = [], left = [], dropped = [], accepted = [] } = decision.repair ?? {};
  const checks = obstacles.map(({ table, words, sql }) => ({ table, words, sql }));
  const plan = { ...cohort, statements, checks, left, dropped, problem: null };
  return accepted.length === 0 ? plan : { ...plan, accepted };
}
