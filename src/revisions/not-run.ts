// Which revisions nothing is known of, where programs are not to be run: those that are programs, and those that stand
// on one, because what they find and leave depends on it.

import type { Revision } from '../model/revision.js';
import { needsOf, type Graph } from './graph.js';

export function isUnread({ up, down }: Revision): boolean {
  return [up, down].some((script) => script?.kind === 'module' && script.unread === true);
}

/** Ids of the programs that were not run. */
export function unreadIn(graph: Graph): readonly string[] {
  return graph.order.filter(isUnread).map(({ id }) => id);
}

const known = new WeakMap<Graph, ReadonlySet<string>>();

/** Ids of all that depends on a program that was not run, itself included. */
export function unknownIn(graph: Graph): ReadonlySet<string> {
  const before = known.get(graph);
  if (before !== undefined) return before;
  const unknown = new Set<string>();
  for (const revision of graph.order)
    if (isUnread(revision) || needsOf(revision).some((id) => unknown.has(id))) unknown.add(revision.id);
  known.set(graph, unknown);
  return unknown;
}
