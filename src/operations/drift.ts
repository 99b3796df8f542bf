// What differs between each target and the structure of its own revision.

import type { SelectOptions } from '../model/api.js';
import { CONTRACT, type DriftReport, type SoftCohort } from '../model/report.js';
import { driftExitCode, statusSummary } from '../report/summarize.js';
import { scopedOf, type Context } from './context.js';
import { cohortsOf, type Judged } from './inspect.js';
import { judgeAll, withLook } from './look.js';

/** @throws FleetError where the fleet cannot be looked at as a whole */
export async function driftFleet(context: Context, options: SelectOptions): Promise<DriftReport> {
  const graph = await context.loadGraph();
  const { judged, look } = await withLook(context, graph, options, async (one) => ({
    judged: await judgeAll(one, { soft: true }),
    look: one,
  }));
  const differenceOf = ({ judgement }: Judged) =>
    (judgement?.differences ?? []).map(({ kind, words }) => ({ kind, words }));
  const states = statusSummary(judged.map((one) => one.status)).states;
  const drifted = judged.filter((one) => one.status.state === 'drifted');
  // What a file says now is not what its targets were to become, so that they are told even where nothing differs.
  const told = judged.filter(
    ({ status }) => status.state === 'drifted' || status.problem?.code === 'checksumMismatch',
  );
  return {
    contract: CONTRACT,
    command: 'drift',
    head: graph.heads,
    summary: {
      targets: judged.length,
      drifted: drifted.length,
      soft: judged.filter(({ soft }) => soft.length > 0).length,
      states,
    },
    cohorts: cohortsOf(told).map(({ cohort, first }) => ({ ...cohort, difference: differenceOf(first) })),
    targets: told.map((one) => ({ ...one.status, difference: differenceOf(one) })),
    ...scopedOf(look),
    soft: softCohorts(judged),
    exitCode: driftExitCode(
      judged.map((one) => one.status),
      look,
    ),
  };
}

/** The largest first. */
function softCohorts(judged: readonly Judged[]): readonly SoftCohort[] {
  const cohorts = new Map<string, Omit<SoftCohort, 'count' | 'example'> & { targets: string[] }>();
  for (const { soft, status, judgement } of judged) {
    if (soft.length === 0) continue;
    const revision = status.revision ?? judgement?.match?.revision ?? null;
    const key = JSON.stringify([revision, soft]);
    const cohort = cohorts.get(key) ?? { revision, difference: soft, targets: [] };
    cohort.targets.push(status.id);
    cohorts.set(key, cohort);
  }
  return [...cohorts.values()]
    .map((cohort) => ({ ...cohort, count: cohort.targets.length, example: cohort.targets[0] ?? '' }))
    .sort((a, b) => b.count - a.count);
}
