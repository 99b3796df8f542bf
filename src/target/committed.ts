// What a run has committed in a target, read from the history rows alone: it is asked when a worker died and nobody
// else knows. Pure. Rows of the run tell of an upgrade or a stamp; a downgrade leaves none, so that there what is
// missing since the run looked tells.

import type { HistoryRow } from '../model/history.js';
import { resolveArgument } from '../revisions/argument.js';
import { ancestors, headsOf, inOrder, pending, type Graph } from '../revisions/graph.js';
import { appliedIn } from '../revisions/squash.js';
import { isHalfWay } from '../stamping/half-way.js';
import type { OutcomeDraft } from './progress.js';
import type { Intent } from './intent.js';
import type { Work } from './work.js';

export interface Committed extends Pick<OutcomeDraft, 'from' | 'applied'> {
  /** How the target ends where this is all that the run was to do. */
  readonly outcome: OutcomeDraft['outcome'];
  readonly isWhole: boolean;
}

/**
 * @returns null where the run has committed nothing, `unknown` where the rows do not tell
 * @throws FleetError where the intent's revision argument names nothing
 */
export function committedBy(
  { intent, runId }: Pick<Work, 'intent' | 'runId'>,
  history: readonly HistoryRow[],
  graph: Graph,
): Committed | 'unknown' | null {
  if (intent.kind === 'downgrade') return takenBack(intent, history, graph);
  const mine = history.filter((row) => row.runId === runId);
  if (mine.length === 0) return null;
  const ran = mine.filter((row) => row.status === 'applied').map((row) => row.revision);
  const idsOf = (rows: readonly HistoryRow[]) => new Set(rows.map((row) => row.revision));
  if (intent.kind !== 'upgrade') {
    const before = appliedIn(
      history.filter((row) => row.runId !== runId),
      graph,
    );
    return { outcome: 'stamped', from: named(graph, before), applied: [...idsOf(mine)], isWhole: true };
  }
  const now = appliedIn(history, graph);
  const before = appliedIn(
    history.filter((row) => !ran.includes(row.revision)),
    graph,
  );
  const goal = intent.goal ?? resolveArgument(graph, intent.to, before);
  const isWhole = pending(graph, now, goal).length === 0;
  if (ran.length > 0) return { outcome: 'upgraded', from: named(graph, before), applied: ran, isWhole };
  const stamped = mine.filter((row) => row.status === 'stamped').map((row) => row.revision);
  return { outcome: 'stamped', from: named(graph, before), applied: stamped, isWhole };
}

function takenBack(
  { from, goal, revisions, unstamp = [] }: Extract<Intent, { kind: 'downgrade' }>,
  history: readonly HistoryRow[],
  graph: Graph,
): Committed | 'unknown' | null {
  if (revisions !== undefined) return goneOf(revisions, unstamp, history, graph);
  // The run could not look at it beforehand.
  if (from === undefined || goal === undefined) return 'unknown';
  const now = appliedIn(history, graph);
  const before = ancestors(graph, from);
  const gone = inOrder(graph, before).filter(({ id }) => !now.has(id));
  if (gone.length === 0 && !history.some(isHalfWay)) return null;
  const kept = ancestors(graph, goal);
  return {
    outcome: 'downgraded',
    from: named(graph, before),
    applied: gone.map(({ id }) => id).toReversed(),
    isWhole: [...now].every((id) => kept.has(id)),
  };
}

/** What is gone of the revisions that were to be taken back, and of the rows that were to go with them. */
function goneOf(
  revisions: readonly string[],
  unstamp: readonly string[],
  history: readonly HistoryRow[],
  graph: Graph,
): Committed | null {
  const now = appliedIn(history, graph);
  const isGone = (id: string) => !now.has(id);
  const gone = revisions.filter(isGone);
  const all = [...revisions, ...unstamp];
  if (!all.some(isGone) && !history.some(isHalfWay)) return null;
  return {
    outcome: revisions.length === 0 ? 'stamped' : 'downgraded',
    from: named(graph, new Set([...now, ...all])),
    applied: inOrder(graph, new Set(gone))
      .map(({ id }) => id)
      .toReversed(),
    isWhole: all.every(isGone),
  };
}

/** Heads as documents have them; null is base. */
function named(graph: Graph, ids: ReadonlySet<string>): string | null {
  return headsOf(graph, ids).join(',') || null;
}
