// What the decisions of all intents are made from, and what they have in common.

import type { Difference, Structure } from '../../dialects/structure.js';
import type { HistoryStatus } from '../../model/history.js';
import type { Match, Observation } from '../../model/observation.js';
import type { Revision } from '../../model/revision.js';
import type { Graph } from '../../revisions/graph.js';
import type { Basis } from '../../stamping/basis.js';
import type { Judgement } from '../../stamping/judge.js';
import { chainOf, isDecided } from '../../stamping/match.js';
import { isRecorded } from '../../stamping/recorded.js';
import type { NoChange } from '../plan.js';

export interface Evidence {
  readonly observation: Observation;
  readonly judgement: Judgement;
  readonly basis: Basis;
  readonly readActual: () => Promise<Structure>;
}

/** The kind of difference that a table of the user's own is. */
export const EXTRA_TABLE = 'tableExtra' satisfies Difference['kind'];

/** Left alone, for the reason that was judged. */
export function skipped(judgement: Judgement): NoChange {
  return {
    kind: 'noChange',
    outcome: 'skipped',
    from: judgement.revision,
    failure: judgement.problem,
    ...matchOf(judgement),
  };
}

/** There already. */
export function current(from: string | null): NoChange {
  return { kind: 'noChange', outcome: 'current', from, failure: null };
}

export function matchOf({ match }: Judgement): { readonly match?: Match } {
  return match === undefined ? {} : { match };
}

/** The revisions that evidence shows to be applied to a legacy target; none where it does not decide. */
export function baselineOf({ match }: Judgement, graph: Graph): readonly Revision[] {
  return match === undefined || !isDecided(match) ? [] : chainOf(graph, match.revision);
}

/** Whether a target drifted in nothing but what was said to be harmless. */
export function isAllowed({ problem, differences }: Judgement, allowed: readonly string[]): boolean {
  return problem?.code === 'drifted' && differences.every(({ kind }) => allowed.includes(kind));
}

/** How many statements of a stopped revision have run; null where its SQL is not the one that was begun. */
export function resumeAt(
  { observation: { history }, judgement: { state }, basis: { graph } }: Evidence,
  status: Extract<HistoryStatus, 'started' | 'leaving'>,
): number | null {
  if (state !== 'dirty') return null;
  const started = history?.find((entry) => entry.status === status);
  if (started === undefined) return null;
  const revision = graph.byId.get(started.revision);
  return revision !== undefined && isRecorded(started, revision) ? started.statementsDone : null;
}
