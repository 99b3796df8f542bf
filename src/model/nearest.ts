// Names that a person may have meant by one that nobody knows: commands, options, keys, ids, rules. The only place that
// decides what is near, so that every message guesses alike, and says nothing where a guess would mislead.

import { distance } from 'fastest-levenshtein';

const NAMES_MAX = 3;

/**
 * Names near a wrong one, the nearest first, three at most; none where nothing is near. A name that differs only in
 * case, hyphens or underscores is the nearest of all. Near is also what a third of the word's letters can be changed into, at least two of four, and the only
 * name that begins with the word.
 * @param limit so many edits at most and no beginnings, where a guess refuses what would else be let pass
 */
export function nearest(word: string, known: Iterable<string>, limit?: number): string[] {
  const meant = word.toLowerCase();
  const most = limit ?? editsOf(meant);
  const names = [...new Set(known)];
  const near = names
    .map((name) => ({ name, edits: editsBetween(meant, name.toLowerCase(), most) }))
    .filter(({ edits }) => edits <= most)
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, NAMES_MAX)
    .map(({ name }) => name);
  if (near.length > 0 || limit !== undefined || meant.length < 3) return near;
  const longer = names.filter((name) => name.toLowerCase().startsWith(meant));
  return longer.length === 1 ? longer : [];
}

/** Two edits make any short word of any other. */
function editsOf({ length }: string): number {
  if (length < 4) return length < 2 ? 0 : 1;
  return Math.max(2, Math.floor(length / 3));
}

/** As many as matter: a fleet has a hundred thousand ids. */
function editsBetween(one: string, other: string, most: number): number {
  if (plain(one) === plain(other)) return 0;
  return Math.abs(one.length - other.length) > most ? Infinity : distance(one, other);
}

function plain(text: string): string {
  return text.replace(/[-_]/g, '');
}
