// In what a database differs from its revision without being another structure: the order of columns, and the names of
// constraints. Apart from the judgement, which it never changes, and found only where it is asked for.

import type { SoftDifference, Structure } from '../dialects/structure.js';
import type { Observation } from '../model/observation.js';
import type { Revision } from '../model/revision.js';
import { inOrder, type Graph } from '../revisions/graph.js';
import type { Basis } from './basis.js';
import type { Judgement } from './judge.js';
import { chainOf, isDecided } from './match.js';
import { createMemory } from './memory.js';

/** The revisions that a database has: those recorded or, without a history, those that evidence names; else none. */
export function chainOfJudged({ state, applied, match }: Judgement, graph: Graph): readonly Revision[] {
  switch (state) {
    case 'current':
    case 'pending':
    case 'drifted':
      return inOrder(graph, applied);
    case 'legacy':
      return match !== undefined && isDecided(match) ? chainOf(graph, match.revision) : [];
    case 'empty':
    case 'unknown':
    case 'dirty':
      return [];
  }
}

const remembered = createMemory<readonly SoftDifference[]>();

/** @param readActual reads the structure of the database; called only where its layout is not the expected one */
export async function softDifferences(
  { fingerprint, layout }: Observation,
  judgement: Judgement,
  { graph, replay, structures }: Basis,
  readActual: () => Promise<Structure>,
): Promise<readonly SoftDifference[]> {
  const chain = chainOfJudged(judgement, graph);
  if (chain.length === 0 || (await replay.layout(chain)) === layout) return [];
  const key = JSON.stringify([fingerprint, layout, chain.map(({ id }) => id)]);
  return remembered(graph, key, async () =>
    structures.compareSoft(await replay.structure(chain), await readActual()),
  );
}
