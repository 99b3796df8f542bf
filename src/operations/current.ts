// What each target records, and where it is asked for, its whole history.

import type { CurrentOptions } from '../model/api.js';
import type { HistoryRow } from '../model/history.js';
import { CONTRACT, type CurrentReport } from '../model/report.js';
import { listExitCode } from '../report/summarize.js';
import { scopedOf, type Context } from './context.js';
import { readHistories } from './histories.js';
import { lastFailures, NO_FAILURES, withLastFailure } from './last-failures.js';
import { judgeAll, withLook } from './look.js';

/** @throws FleetError where the fleet cannot be looked at as a whole */
export async function currentFleet(context: Context, options: CurrentOptions): Promise<CurrentReport> {
  const { history: withHistory = false, ...select } = options;
  const histories = new Map<string, readonly HistoryRow[] | null>();
  const { judged, failed, look } = await withLook(context, context.loadGraph(), select, async (one) => {
    if (withHistory) {
      await readHistories(one.request, one.pool, ({ id }, reading) => {
        histories.set(id, 'rows' in reading ? reading.rows : null);
      });
    }
    return {
      judged: await judgeAll(one),
      failed: withHistory ? lastFailures(one) : NO_FAILURES,
      look: one,
    };
  });
  const targets = judged.map(({ status }) =>
    withHistory ? { ...withLastFailure(status, failed), history: histories.get(status.id) ?? null } : status,
  );
  return {
    contract: CONTRACT,
    command: 'current',
    targets,
    ...scopedOf(look),
    exitCode: listExitCode(targets, look),
  };
}
