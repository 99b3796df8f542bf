// The two forms of a message: a clause says something of one target, a sentence of the whole.

/** What is said of one target, as the sentence that it is in a message about the whole. */
export function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}`;
}
