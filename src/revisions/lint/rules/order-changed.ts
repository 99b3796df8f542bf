// Revisions that come before released ones: databases that are ahead run them late, new databases run them early.

import { ancestors } from '../../graph.js';
import type { LintContext, Mistake, Rule } from '../rule.js';

export const orderChanged: Rule = {
  id: 'order-changed',
  severity: 'warning',
  why: 'Databases of different age run the same revisions in different orders, and may end with different rows.',
  check({ graph, released }: LintContext) {
    if (released === null) return [];
    const known = new Set(released);
    return [...mergedLate(graph, known), ...swapped(graph, released)];
  },
};

function mergedLate(graph: LintContext['graph'], released: ReadonlySet<string>): Mistake[] {
  const ids = graph.order.map(({ id }) => id);
  const lastReleased = ids.findLastIndex((id) => released.has(id));
  return graph.order.slice(0, Math.max(0, lastReleased)).flatMap((revision, at): Mistake[] => {
    if (released.has(revision.id)) return [];
    const next = ids.slice(at).find((id) => released.has(id)) ?? '';
    return [
      {
        revision,
        line: 1,
        message: `${revision.id} comes before ${next}, which is released, and is not released itself`,
        mend: `give it a number after ${ids[lastReleased] ?? next}`,
      },
    ];
  });
}

/** Pairs that were applied in one order and now stand in the other. */
function swapped(graph: LintContext['graph'], released: readonly string[]): Mistake[] {
  return released.flatMap((id, at): Mistake[] => {
    const before = released[at - 1];
    const revision = before === undefined ? undefined : graph.byId.get(before);
    if (before === undefined || revision === undefined || !ancestors(graph, [before]).has(id)) return [];
    return [
      {
        revision,
        line: 1,
        message: `${before} was applied before ${id}, and stands on it now`,
        mend: 'put the order of the files back as it was released',
        severity: 'error',
      },
    ];
  });
}
