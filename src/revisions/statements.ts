// The text of one section -> its statements. Split by SQLite's own rule for a complete statement, parsed one by one:
// what the parser cannot read is "unknown" and SQLite is asked, so that the parser alone never passes or stops a revision.

import { parseStmt, type Stmt } from 'sqlite3-parser';
import type { Guard, Statement } from '../model/revision.js';
import type { Comment, Token } from './tokens.js';
import type { Problem } from '../model/errors.js';
import { GUARD_KEYS, keyLine } from './header.js';
import { nearest } from '../model/nearest.js';
import { refusalsOf, type Where } from './refuse.js';

/** Asks SQLite whether a statement is well-formed: null, or its words about the syntax. Unknown tables are no matter. */
export type AskSyntax = (sql: string) => string | null;

export interface SectionOptions extends Where {
  readonly syntaxError: AskSyntax;
}

/**
 * Reads the statements of a section.
 * @param text of the whole file
 * @param tokens and comments of this section
 */
export function readStatements(
  text: string,
  tokens: readonly Token[],
  comments: readonly Comment[],
  options: SectionOptions,
): { statements: readonly Statement[]; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const pieces = split(tokens);
  const guards = readGuards(comments, pieces, problems);
  const statements = pieces.map((piece): Statement => {
    const [first, last] = [piece[0], piece.at(-1)];
    const line = first?.line ?? 1;
    const sql = text.slice(first?.offset, (last?.offset ?? 0) + (last?.text.length ?? 0));
    const parsed = parseStmt(sql, { allowTrailing: true });
    const tree = parsed.status === 'ok' ? parsed.root : null;
    const refusals = refusalsOf(piece, tree, options);
    for (const { message, hint } of refusals) problems.push({ message, hint, line });
    if (parsed.status === 'error' && refusals.length === 0) {
      const found = options.syntaxError(sql);
      if (found !== null) {
        const where = parsed.errors[0];
        const hints = (where?.hints ?? [])
          .filter((hint) => hint.span === undefined)
          .map((hint) => hint.message);
        problems.push({
          message: `Syntax error: ${found}`,
          hint: [...hints, 'correct the statement'].join('; '),
          line: line + (where?.span.line ?? 1) - 1,
        });
      }
    }
    const guard = guards.get(piece);
    return { sql, line, kind: kindOf(tree), ...(guard === undefined ? {} : { guard }) };
  });
  return { statements, problems };
}

const kindOf = (tree: Stmt | null): string => tree?.type ?? 'unknown';

/**
 * Cuts tokens at each `;`, inside CREATE TRIGGER only at `; END ;`, as https://sqlite.org/c3ref/complete.html does.
 * @returns the tokens of each statement, without semicolons
 */
export function split(tokens: readonly Token[]): Token[][] {
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

/** The guards written in comment lines above statements; what stands anywhere else is a problem. */
function readGuards(
  comments: readonly Comment[],
  pieces: readonly Token[][],
  problems: Problem[],
): ReadonlyMap<readonly Token[], Guard> {
  const guards = new Map<readonly Token[], Guard>();
  for (const comment of comments) {
    const found = keyLine(comment);
    if (found === null) continue;
    const { key, value } = found;
    const { line } = comment;
    const word = GUARD_KEYS.find((guard) => guard === key);
    if (word === undefined) {
      const meant = nearest(key, GUARD_KEYS, 2)[0];
      if (meant !== undefined && comment.ownLine) {
        problems.push({ message: `Unknown guard "${key}"`, hint: `write "-- ${meant}: ${value}"`, line });
      }
      continue;
    }
    const inside = pieces.some(
      (piece) => (piece[0]?.offset ?? 0) < comment.offset && comment.offset < endOf(piece),
    );
    const below = pieces.find((piece) => (piece[0]?.offset ?? 0) > comment.offset);
    if (inside || below === undefined || !comment.ownLine) {
      const message = `The guard "${key}: ${value}" stands above no statement`;
      problems.push({ message, hint: 'put it on a line of its own directly above the statement', line });
    } else if (guards.has(below)) {
      problems.push({
        message: 'A statement has two guards',
        hint: 'keep one; for two conditions write two revisions',
        line,
      });
    } else if (!/^[^\s.,'"`[\]]+(\.[^\s.,'"`[\]]+)?$/.test(value)) {
      problems.push({
        message: `The guard "${key}" names "${value}"`,
        hint: 'write a table, table.column, or the name of an index, view or trigger, without quotes',
        line,
      });
    } else {
      guards.set(below, { when: word === 'if_missing' ? 'missing' : 'exists', object: value });
    }
  }
  return guards;
}

const endOf = (piece: readonly Token[]): number =>
  (piece.at(-1)?.offset ?? 0) + (piece.at(-1)?.text.length ?? 0);
