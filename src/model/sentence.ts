// The two forms of a message: a clause says something of one target, a sentence of the whole. A sentence that is said
// within another message is a clause there.

/** What is said of one target, as the sentence that it is in a message about the whole. */
export function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}`;
}

/** A sentence as it stands within another message: `A revision ...` -> `a revision ...`; words in capitals stay. */
export function clause(said: string): string {
  return said.replace(/^\p{Lu}(?=[\p{Ll} ])/u, (first) => first.toLowerCase());
}
