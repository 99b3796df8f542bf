// Where a statement ends. SQLite's own rule, because a semicolon inside a trigger ends nothing.
// https://sqlite.org/c3ref/complete.html

import type { Token } from '../../../revisions/syntax.js';

/**
 * Cuts tokens at each `;`, inside CREATE TRIGGER only at `; END ;`.
 * @returns the tokens of each statement, without semicolons
 */
export function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const pieces: Token[][] = [];
  let piece: Token[] = [];
  for (const token of tokens) {
    const open = token.kind === 'SEMI' && (!isTrigger(piece) || endsTrigger(piece));
    if (!open) {
      piece.push(token);
    } else if (piece.length > 0) {
      pieces.push(piece);
      piece = [];
    }
  }
  while (piece.at(-1)?.kind === 'SEMI') piece.pop();
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

function isTrigger(piece: readonly Token[]): boolean {
  let at = 0;
  if (piece[at]?.kind === 'EXPLAIN') at += piece[at + 1]?.kind === 'QUERY' ? 3 : 1;
  if (piece[at]?.kind !== 'CREATE') return false;
  return piece[piece[at + 1]?.kind === 'TEMP' ? at + 2 : at + 1]?.kind === 'TRIGGER';
}

function endsTrigger(piece: readonly Token[]): boolean {
  return piece.at(-1)?.kind === 'END' && piece.at(-2)?.kind === 'SEMI';
}
