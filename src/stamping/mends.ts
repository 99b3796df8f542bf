// What to type about a structure that drifted. Apart from the judgement because the doctor says it of many targets.
// Invariant: the words promise no more than `repair` does, which drops nothing that is not named.

import type { Difference } from '../dialects/structure.js';
import { hint, type Hint, type onTarget } from '../model/hint.js';

/** @param on makes the command, on one target or on all */
export function mendsOf(differences: readonly Difference[], on: typeof onTarget): Hint {
  const extra = differences.filter(({ isExtra, dropName }) => isExtra && dropName !== null);
  if (extra.length === 0) return hint`mend it: ${on('repair')}`;
  const drop = on('repair', { dropExtra: [...new Set(extra.flatMap(({ dropName }) => dropName ?? []))] });
  return extra.length === differences.length
    ? hint`where what is not expected may go, with all that it holds: ${drop}`
    : hint`mend it: ${on('repair')}; where what is not expected may go too, with all that it holds: ${drop}`;
}
