// Names that were typed and fit nothing: reported at the end of a run, when it is known what there was. They do not
// stop the run: when the same command is typed again, what it removed the first time is gone.

import type { UnmatchedName } from '../model/report.js';
import { nearest } from '../model/nearest.js';
import type { Dialect } from '../dialects/port.js';

/**
 * @param found lists of the names that there are
 * @returns as a part of a document; empty where every name fits
 */
export function unmatchedNames(
  names: readonly string[],
  found: readonly (readonly string[] | undefined)[],
  { fold }: Pick<Dialect, 'fold'>,
): { readonly unmatched?: readonly UnmatchedName[] } {
  const known = new Map(found.flatMap((each) => each ?? []).map((name) => [fold(name), name]));
  const unmatched = names
    .filter((name) => !known.has(fold(name)))
    .map((name) => ({ name, nearest: nearest(name, known.values())[0] ?? null }));
  return unmatched.length === 0 ? {} : { unmatched };
}
