// What `--limit` means where something is to be done: the first targets that have something to do. Targets are looked at
// in their order, a chunk at a time, until there are enough; what is behind the last one is counted and not looked at.

import { limited, type Selected } from '../discovery/select.js';
import type { Target } from '../model/target.js';
import { CHUNK, type Judged } from './inspect.js';

/**
 * Those that are there already are left out, and those that are left alone are kept and do not count: they are to be told.
 * Where all are there already, the first ones stand for them.
 * @param examine what would be done to some targets, in order
 */
export async function firstWithWork(
  selected: Selected,
  limit: number | undefined,
  examine: (targets: readonly Target[]) => Promise<readonly Judged[]>,
): Promise<Selected> {
  if (limit === undefined) return selected;
  const { targets } = selected;
  const chunk = Math.max(CHUNK, limit);
  const taken: Target[] = [];
  let counted = 0;
  let examined = 0;
  while (counted < limit && examined < targets.length) {
    const judged = await examine(targets.slice(examined, examined + chunk));
    for (const one of judged) {
      const target = targets[examined];
      if (target === undefined || counted === limit) break;
      examined++;
      if (isThere(one)) continue;
      taken.push(target);
      if (one.decision?.kind !== 'noChange') counted++;
    }
  }
  // The same limit for those that were refused: up to the last one that was looked at.
  const seen = limited(selected, examined);
  return { ...seen, targets: taken.length === 0 ? targets.slice(0, limit) : taken };
}

function isThere({ decision }: Judged): boolean {
  return decision?.kind === 'noChange' && decision.outcome === 'current' && decision.left === undefined;
}
