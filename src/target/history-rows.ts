// The rows that a plan adds to the history of its target.

import type { HistoryChange } from '../dialects/port.js';
import type { HistoryRow, HistoryStatus } from '../model/history.js';
import type { Revision } from '../model/revision.js';
import { runsOutside, type Plan } from './plan.js';
import type { Work } from './work.js';

export function historyRow(
  revision: Revision,
  status: HistoryStatus,
  durationMs: number,
  work: Pick<Work, 'runId' | 'toolVersion'>,
  now: number,
): HistoryRow {
  return {
    revision: revision.id,
    name: revision.name,
    checksum: revision.checksum,
    sqlChecksum: revision.sqlChecksum,
    status,
    statementsDone: 0,
    runId: work.runId,
    appliedAt: new Date(now).toISOString(),
    durationMs,
    toolVersion: work.toolVersion,
  };
}

/** What the last transaction of a plan records. Outside a transaction, the baseline is recorded at the start. */
export function finalRecord(
  plan: Plan,
  durations: ReadonlyMap<string, number>,
  work: Work,
  now: number,
): HistoryChange {
  const ups = plan.steps.filter((step) => step.direction === 'up').map((step) => step.revision);
  const applied = ups.map((revision) =>
    historyRow(revision, 'applied', durations.get(revision.id) ?? 0, work, now),
  );
  if (runsOutside(plan)) return { remove: plan.steps.map((step) => step.revision.id), add: applied };
  const stamped = plan.baseline.map((revision) => historyRow(revision, 'stamped', 0, work, now));
  return { remove: plan.forget, add: [...stamped, ...applied] };
}
