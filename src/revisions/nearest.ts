// The names a person may have meant. Used wherever a name is not known: ids, keys, rules.

import { distance } from 'fastest-levenshtein';

/**
 * Names near a wrong one, the nearest first.
 * @param limit the largest number of edits that still counts as near; default: a third of the name, at least 2
 */
export function nearest(
  name: string,
  known: Iterable<string>,
  limit = Math.max(2, Math.floor(name.length / 3)),
): string[] {
  return [...known]
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
