// The commands that only look: what state is every target in, and what would an upgrade do to each cohort.

import type { Ledger } from '../ledger/ledger.js';
import type { CurrentOptions, PlanOptions, SelectOptions, StatusOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import type { HistoryRow } from '../model/history.js';
import {
  CONTRACT,
  type CurrentReport,
  type DriftReport,
  type PlannedCohort,
  type PlanReport,
  type StatusReport,
  type TargetStatus,
} from '../model/report.js';
import { driftExitCode, listExitCode, statusExitCode, statusSummary } from '../report/summarize.js';
import { isRelative, resolveArgument } from '../revisions/argument.js';
import type { Context } from './context.js';
import { planCohort, rehearsal } from './plan-cohort.js';
import { cohortsOf, type Judged } from './inspect.js';
import { readHistories } from './histories.js';
import { judgeAll, withLook, type Look } from './look.js';
import type { Intent } from '../target/intent.js';

/** @throws FleetError where the fleet cannot be looked at as a whole */
export async function statusFleet(context: Context, options: StatusOptions): Promise<StatusReport> {
  const { command = 'status', failures = false } = options;
  const { judged, failed } = await withLook(context, context.loadGraph(), options, async (look) => ({
    judged: await judgeAll(look),
    failed: failures ? lastFailures(look) : NONE,
  }));
  const targets = judged.map(({ status }) => withFailure(status, failed));
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

const NONE: ReturnType<Ledger['lastFailures']> = new Map();

function withFailure(status: TargetStatus, failed: typeof NONE): TargetStatus {
  const lastFailure = failed.get(status.id);
  return lastFailure === undefined ? status : { ...status, lastFailure };
}

/** What the ledger knows; a look at the fleet does without it. */
function lastFailures({ ledger }: Look): ReturnType<Ledger['lastFailures']> {
  try {
    return ledger?.lastFailures() ?? NONE;
  } catch (error) {
    if (error instanceof FleetError) return NONE;
    throw error;
  }
}

/** What each target records. */
export async function currentFleet(context: Context, options: CurrentOptions): Promise<CurrentReport> {
  const histories = new Map<string, readonly HistoryRow[] | null>();
  const isTold = options.history === true;
  const { judged, failed } = await withLook(context, context.loadGraph(), options, async (look) => {
    if (isTold) {
      await readHistories(look.request, look.pool, ({ id }, reading) => {
        histories.set(id, 'rows' in reading ? reading.rows : null);
      });
    }
    return { judged: await judgeAll(look), failed: isTold ? lastFailures(look) : NONE };
  });
  const targets = judged.map(({ status }) =>
    isTold ? { ...withFailure(status, failed), history: histories.get(status.id) ?? null } : status,
  );
  return { contract: CONTRACT, command: 'current', targets, exitCode: listExitCode(targets) };
}

/** Compares each target with the structure of its own revision. */
export async function driftFleet(context: Context, options: SelectOptions): Promise<DriftReport> {
  const graph = await context.loadGraph();
  const judged = await withLook(context, graph, options, judgeAll);
  const differenceOf = ({ judgement }: Judged) =>
    (judgement?.differences ?? []).map(({ kind, words }) => ({ kind, words }));
  const states = statusSummary(judged.map((one) => one.status)).states;
  const drifted = judged.filter((one) => one.status.state === 'drifted');
  return {
    contract: CONTRACT,
    command: 'drift',
    head: graph.heads,
    summary: { targets: judged.length, drifted: drifted.length, states },
    cohorts: cohortsOf(drifted).map(({ cohort, first }) => ({ ...cohort, difference: differenceOf(first) })),
    targets: drifted.map((one) => ({ ...one.status, difference: differenceOf(one) })),
    exitCode: driftExitCode(judged.map((one) => one.status)),
  };
}

/** What `upgrade` would do to each cohort, decided by the very code that would do it. */
export async function planFleet(context: Context, options: PlanOptions): Promise<PlanReport> {
  const graph = await context.loadGraph();
  const to = options.to ?? 'head';
  const { stamp = false, allowExtra = false } = options;
  const intent: Intent = { kind: 'upgrade', to, stamp, allowDrift: [], allowExtra };
  const wanted = isRelative(to) ? [to] : resolveArgument(graph, to, new Set());
  const { judged, cohorts } = await withLook(context, graph, options, async (look) => {
    const all = await judgeAll(look, intent);
    const { about } = look;
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
