// Names that a person may have meant by one that nobody knows: commands, options, keys, ids, rules. The only place that
// decides what is near, so that every message guesses alike, and says nothing where a guess would mislead.

import { distance } from 'fastest-levenshtein';

const NAMES_MAX = 3;

/**
 * Names near a wrong one, the nearest first, else in their own order, three at most; none where nothing is near. A name
 * that differs only in case, hyphens or underscores is the nearest of all, and so is the only one that begins with the
 * word. Near is also a name that a change of a third of the word's letters makes, or of two where it has four or five.
 * @param limit at most so many edits, and no beginnings: for a caller who refuses a name only because another is near
 */
export function nearest(word: string, known: Iterable<string>, limit?: number): string[] {
  const meant = word.toLowerCase();
  const most = limit ?? editsOf(meant);
  const names = [...new Set(known)];
  const longer = names.filter((name) => name.toLowerCase().startsWith(meant));
  const [whole] = limit === undefined && meant.length > 2 && longer.length === 1 ? longer : [];
  return names
    .map((name) => ({ name, edits: name === whole ? 0 : editsBetween(meant, name.toLowerCase(), most) }))
    .filter(({ edits }) => edits <= most)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, NAMES_MAX)
    .map(({ name }) => name);
}

/** Two edits can make any short word of any other. */
function editsOf({ length }: string): number {
  if (length < 4) return Math.min(length, 1);
  return Math.max(2, Math.floor(length / 3));
}

/** Counted only as far as they matter: a fleet has a hundred thousand ids. */
function editsBetween(one: string, other: string, most: number): number {
  if (plain(one) === plain(other)) return 0;
  return Math.abs(one.length - other.length) > most ? Infinity : distance(one, other);
}

function plain(text: string): string {
  return text.replace(/[-_]/g, '');
}
