// The rows that a plan adds to the history of its target.

import type { HistoryChange } from '../dialects/port.js';
import type { HistoryRow, HistoryStatus } from '../model/history.js';
import type { Revision } from '../model/revision.js';
import { runsOutside, type Plan } from './plan.js';
import type { Work } from './work.js';

/** How a revision is recorded. */
export interface Recording {
  readonly status: HistoryStatus;
  /** Default 0. */
  readonly durationMs?: number;
  readonly work: Pick<Work, 'runId' | 'toolVersion'>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function historyRow(revision: Revision, { status, durationMs = 0, work, now }: Recording): HistoryRow {
  const checksum = status === 'leaving' ? revision.downChecksum : revision.checksum;
  return {
    revision: revision.id,
    name: revision.name,
    checksum,
    sqlChecksum: checksum,
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
    historyRow(revision, { status: 'applied', durationMs: durations.get(revision.id) ?? 0, work, now }),
  );
  const restate = plan.restate ?? [];
  if (runsOutside(plan)) {
    const own = plan.steps.map((step) => step.revision.id);
    return { remove: plan.forget === 'all' ? 'all' : [...own, ...plan.forget], add: applied, restate };
  }
  const stamped = plan.baseline.map((revision) => historyRow(revision, { status: 'stamped', work, now }));
  return { remove: plan.forget, add: [...stamped, ...applied], restate };
}
