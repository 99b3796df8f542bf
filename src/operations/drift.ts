// What differs between each target and the structure of its own revision.

import type { SelectOptions } from '../model/api.js';
import { CONTRACT, type DriftReport } from '../model/report.js';
import { driftExitCode, statusSummary } from '../report/summarize.js';
import { scopedOf, type Context } from './context.js';
import { cohortsOf, type Judged } from './inspect.js';
import { judgeAll, withLook } from './look.js';

/** @throws FleetError where the fleet cannot be looked at as a whole */
export async function driftFleet(context: Context, options: SelectOptions): Promise<DriftReport> {
  const graph = await context.loadGraph();
  const { judged, look } = await withLook(context, graph, options, async (one) => ({
    judged: await judgeAll(one),
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
    summary: { targets: judged.length, drifted: drifted.length, states },
    cohorts: cohortsOf(told).map(({ cohort, first }) => ({ ...cohort, difference: differenceOf(first) })),
    targets: told.map((one) => ({ ...one.status, difference: differenceOf(one) })),
    ...scopedOf(look),
    exitCode: driftExitCode(
      judged.map((one) => one.status),
      look,
    ),
  };
}
