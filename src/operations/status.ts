// What state every target is in, and which of them share it.

import type { StatusOptions } from '../model/api.js';
import { CONTRACT, type StatusReport } from '../model/report.js';
import { statusExitCode, statusSummary } from '../report/summarize.js';
import type { Context } from './context.js';
import { cohortsOf } from './inspect.js';
import { lastFailures, NO_FAILURES, withLastFailure } from './last-failures.js';
import { judgeAll, withLook } from './look.js';

/** @throws FleetError where the fleet cannot be looked at as a whole */
export async function statusFleet(context: Context, options: StatusOptions): Promise<StatusReport> {
  const { command = 'status', failures = false, ...select } = options;
  const { judged, failed } = await withLook(context, context.loadGraph(), select, async (look) => ({
    judged: await judgeAll(look),
    failed: failures ? lastFailures(look) : NO_FAILURES,
  }));
  const targets = judged.map(({ status }) => withLastFailure(status, failed));
  return {
    contract: CONTRACT,
    command,
    head: (await context.loadGraph()).heads,
    summary: statusSummary(targets),
    cohorts: cohortsOf(judged).map(({ cohort }) => cohort),
    targets,
    exitCode: statusExitCode(command, targets),
  };
}
