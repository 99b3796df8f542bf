// The known word that is nearest to an unknown one, for every message about a word that nobody knows.

import { closest } from 'fastest-levenshtein';

/** The nearest of the known words; a word that differs only in case or in hyphens is the nearest of all. */
export function nearest(word: string, known: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replace(/[-_]/g, '');
  return known.find((candidate) => plain(candidate) === plain(word)) ?? closest(word, known);
}
