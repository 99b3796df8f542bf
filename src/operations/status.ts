// What state every target is in, and which of them share it.

import type { StatusOptions } from '../model/api.js';
import { CONTRACT, type StatusReport } from '../model/report.js';
import { statusExitCode, statusSummary } from '../report/summarize.js';
import { scopedOf, type Context } from './context.js';
import { cohortsOf } from './inspect.js';
import { lastFailures, NO_FAILURES, withLastFailure } from './last-failures.js';
import { judgeAll, withLook } from './look.js';

/** @throws FleetError where the fleet cannot be looked at as a whole */
export async function statusFleet(context: Context, options: StatusOptions): Promise<StatusReport> {
  const { command = 'status', failures = false, ...select } = options;
  const { judged, failed, look } = await withLook(context, context.loadGraph(), select, async (one) => ({
    judged: await judgeAll(one),
    failed: failures ? lastFailures(one) : NO_FAILURES,
    look: one,
  }));
  const targets = judged.map(({ status }) => withLastFailure(status, failed));
  return {
    contract: CONTRACT,
    command,
    head: (await context.loadGraph()).heads,
    summary: statusSummary(targets),
    cohorts: cohortsOf(judged).map(({ cohort }) => cohort),
    targets,
    ...scopedOf(look),
    exitCode: statusExitCode(command, targets, look),
  };
}
