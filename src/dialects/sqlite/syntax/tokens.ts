// The text of a revision as SQLite's own tokenizer sees it. Apart, because marks, guards, statements and checksums
// must all agree on what is SQL, what is a comment and what is a string. Offsets are those of the text given, and the
// kind of a token is its name in SQLite's grammar: `SELECT`, `ID`, `STRING`, `SEMI`, ...

import { tokenize, tokenName } from 'sqlite3-parser';
import type { Comment, Token } from '../../../revisions/syntax.js';

/** Tokens and comments of a text, each in order. A text with a NUL ends there, as it does in SQLite. */
export function tokensOf(text: string): { tokens: readonly Token[]; comments: readonly Comment[] } {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  for (const raw of tokenize(text, { emitTrivia: true })) {
    const kind = tokenName(raw.type) ?? 'ILLEGAL';
    const { offset, line } = raw.span;
    if (kind === 'SPACE') continue;
    if (kind !== 'COMMENT') {
      tokens.push({ kind, text: raw.text, offset, line });
      continue;
    }
    const dashes = raw.text.startsWith('--');
    const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
    comments.push({
      text: (dashes ? raw.text.slice(2) : raw.text.slice(2).replace(/\*\/$/, '')).trim(),
      offset,
      line,
      ownLine: dashes && (offset === 0 || before.trim() === ''),
    });
  }
  return { tokens, comments };
}

/** The name that a token stands for: without quotes, as written otherwise. */
export function nameOf(token: Token | undefined): string {
  if (token === undefined) return '';
  const quote = token.text[0] ?? '';
  const close = quote === '[' ? ']' : quote;
  if (!'"\'`['.includes(quote) || quote === '') return token.text;
  const inner = token.text.slice(1, -1);
  return quote === '[' ? inner : inner.replaceAll(close + close, close);
}
