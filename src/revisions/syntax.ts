// What reading revisions needs of a dialect's SQL, and all that this folder knows of it: where tokens, comments and
// statements begin and end, and what a statement is. Headers, marks, guards and checksums are the same in every
// dialect.

import type { Problem } from '../model/errors.js';
import type { Statement } from '../model/revision.js';

export interface Token {
  /** Name of the token in its dialect's grammar; only the dialect reads it. */
  readonly kind: string;
  readonly text: string;
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
}

export interface Comment {
  /** The text inside, without dashes, stars and outer blanks. */
  readonly text: string;
  readonly offset: number;
  readonly line: number;
  /** Begins with `--` and has nothing but blanks before it on its line. */
  readonly ownLine: boolean;
}

export interface Syntax {
  /** What keeps the text as a whole from being read; null: nothing. */
  faultOf(text: string): Problem | null;
  /** Tokens and comments of a text, each in order. */
  tokensOf(text: string): { readonly tokens: readonly Token[]; readonly comments: readonly Comment[] };
  /** The tokens of each statement, without what separates statements; at least one token each. */
  split(tokens: readonly Token[]): readonly (readonly Token[])[];
  /** How a token counts in a checksum: equal for two that mean the same. Kept for ever, so it can never change. */
  fold(token: Token): string;
  /**
   * Reads one statement. What the dialect's parser does not know is `unknown`, and the database itself is asked, so
   * that a parser alone never passes or stops a revision.
   * @param tokens as `split` gives them
   * @param sql their text
   * @param transactional whether the revision runs in a transaction
   */
  read(tokens: readonly Token[], sql: string, transactional: boolean): StatementReading;
}

/** What a statement is, and all that is refused in it. */
export interface StatementReading extends Pick<
  Statement,
  'kind' | 'outsideTransaction' | 'byPosition' | 'firesByPosition' | 'keepsRows'
> {
  /** With lines of the text that the tokens are from. */
  readonly problems: readonly Problem[];
}
