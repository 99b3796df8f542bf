// What `upgrade` would do to the targets of one cohort, with the SQL of it. Where a guard decides, the example is
// rehearsed: a script for the sqlite3 shell has no conditions, so they are decided here, once for the whole cohort.

import { RUN_SETTINGS } from '../model/settings.js';
import { failureOf, type Outcome } from '../model/outcome.js';
import { toldOutcome } from '../target/progress.js';
import type { PlannedCohort } from '../model/report.js';
import type { Revision } from '../model/revision.js';
import type { Target } from '../model/target.js';
import { VERSION } from '../model/version.js';
import type { Graph } from '../revisions/graph.js';
import { notRead, type CohortOf } from './inspect.js';
import type { Intent } from '../target/intent.js';
import { revisionsOf, scriptOf, sqlOf, type Scripting } from './plan-script.js';
import { WorkerError, type Pool } from '../workers/pool.js';
import type { About } from '../model/hint.js';

/** Carries a plan out on a private copy of a target. */
export type Rehearse = (target: string) => Promise<Pick<Outcome, 'failure' | 'skippedStatements'>>;

/** What the plans of all cohorts are made with. */
export interface Planning {
  readonly graph: Graph;
  readonly dialect: Scripting['dialect'];
  readonly pool: Pool;
  readonly rehearse: Rehearse;
  /** What the commands of hints are about. */
  readonly about: About;
}

export async function planCohort(
  { cohort, first }: CohortOf,
  { graph, dialect, pool, rehearse, about }: Planning,
): Promise<PlannedCohort> {
  const { decision, judgement } = first;
  if (decision === null) return { ...cohort, revisions: [], script: null, problem: first.status.problem };
  if (decision.kind === 'noChange') {
    const problem =
      decision.failure === null ? null : failureOf(decision.failure, { ...about, target: cohort.example });
    return { ...cohort, revisions: [], script: null, problem };
  }
  const whole = revisionsOf(decision, graph, judgement?.applied ?? new Set());
  const outcome = whole.some(isGuarded) ? await rehearse(first.status.id) : null;
  if (outcome !== null && outcome.failure !== null) {
    return { ...cohort, revisions: [], script: null, problem: outcome.failure };
  }
  const revisions = whole.map(({ id, name, file, up }) => ({ id, name, file, sql: sqlOf(up) }));
  // A program is not SQL, and a script without it would record a revision that never ran.
  const script = whole.some(({ up }) => up.kind === 'module')
    ? null
    : scriptOf(decision, whole, {
        dialect,
        skipped: outcome?.skippedStatements ?? [],
        orders: await ordersOf(whole, pool),
      });
  return { ...cohort, revisions, script, problem: null };
}

function isGuarded({ up }: Revision): boolean {
  return up.kind === 'sql' && up.statements.some(({ guard }) => guard !== undefined);
}

async function ordersOf(revisions: readonly Revision[], pool: Pool): Promise<Scripting['orders']> {
  const asked = revisions.map(({ id }) => id);
  const orders = await pool.run({ kind: 'orders', revisions: asked });
  return new Map(asked.map((id, index) => [id, orders[index] ?? []]));
}

/** @param targets those of the look */
export function rehearsal(
  pool: Pool,
  targets: readonly Target[],
  intent: Intent,
  {
    runId,
    busyWaitMs,
    about,
  }: { readonly runId: string; readonly busyWaitMs: number; readonly about: About },
): Rehearse {
  const timeoutMs = RUN_SETTINGS.timeout.default;
  const work = {
    intent,
    runId,
    verify: RUN_SETTINGS.verify.default,
    backupDir: null,
    busyWaitMs,
    busyTimeoutMs: RUN_SETTINGS.busyTimeout.default,
    timeoutMs,
    toolVersion: VERSION,
  };
  return async (id) => {
    const target = targets.find((one) => one.id === id);
    if (target === undefined) throw new Error(`the look has no target ${id}`);
    try {
      const task = { kind: 'apply', targets: [target], work, rehearse: true } as const;
      const [outcome] = await pool.run(task, { timeoutMs });
      if (outcome === undefined) throw new Error('a worker did no target');
      return toldOutcome(outcome, about);
    } catch (error) {
      if (error instanceof WorkerError)
        return { failure: failureOf(notRead(error), { ...about, target: id }) };
      throw error;
    }
  };
}
