// SQLite's answers to what reading revisions asks of a dialect. A face only: each answer is in a file of its own, and
// nothing here opens a target.

import { parseStmt } from 'sqlite3-parser';
import type { Problem } from '../../../model/errors.js';
import type { StatementReading, Syntax, Token } from '../../../revisions/syntax.js';
import { firesByPosition, namesByPosition, tablesByPosition } from './by-position.js';
import { keepsRows } from './keeps-rows.js';
import { refusalsOf, type Surroundings } from './refuse.js';
import { split } from './split.js';
import { syntaxError } from './syntax-error.js';
import { tokensOf } from './tokens.js';

/** SQL in files. */
export const sqliteSyntax: Syntax = { faultOf, tokensOf, split, fold, read };

/** SQL in programs: values come with a statement, and whether it is well-formed shows when it runs. */
export const programSyntax: Syntax = { ...sqliteSyntax, read: readInProgram };

function faultOf(text: string): Problem | null {
  const nul = text.indexOf('\0');
  if (nul < 0) return null;
  const line = text.slice(0, nul).split('\n').length;
  const message = 'The file has a NUL character, where SQLite stops reading';
  return { message, hint: 'save the file as UTF-8 text', line };
}

/** Keywords count in upper case, everything else as it is written. */
function fold({ kind, text }: Token): string {
  const isKeyword = kind !== 'ID' && /^[A-Za-z_]+$/.test(text);
  return isKeyword ? text.toUpperCase() : text;
}

function read(tokens: readonly Token[], sql: string, transactional: boolean): StatementReading {
  const parsed = parse(sql);
  const refused = refusedIn(tokens, parsed, { transactional });
  const problems = refused.length > 0 ? refused : malformed(parsed, sql, lineOf(tokens));
  return { ...whatItIs(tokens, parsed), problems };
}

function readInProgram(tokens: readonly Token[], sql: string, transactional: boolean): StatementReading {
  const parsed = parse(sql);
  const problems = refusedIn(tokens, parsed, { transactional, parameters: true });
  return { ...whatItIs(tokens, parsed), problems };
}

type Parsed = ReturnType<typeof parse>;

function parse(sql: string) {
  return parseStmt(sql, { allowTrailing: true });
}

function refusedIn(tokens: readonly Token[], parsed: Parsed, surroundings: Surroundings): Problem[] {
  const tree = parsed.status === 'ok' ? parsed.root : null;
  const line = lineOf(tokens);
  return refusalsOf(tokens, tree, surroundings).map(({ message, hint }) => ({ message, hint, line }));
}

/** Where the parser gives up, SQLite decides: its message, with the parser's idea of the line. */
function malformed(parsed: Parsed, sql: string, line: number): Problem[] {
  const found = parsed.status === 'error' ? syntaxError(sql) : null;
  if (parsed.status !== 'error' || found === null) return [];
  const where = parsed.errors[0];
  const hints = (where?.hints ?? []).filter((hint) => hint.span === undefined).map((hint) => hint.message);
  return [
    {
      message: `Syntax error: ${found}`,
      hint: [...hints, 'correct the statement'].join('; '),
      line: line + (where?.span.line ?? 1) - 1,
    },
  ];
}

function whatItIs(tokens: readonly Token[], parsed: Parsed): Omit<StatementReading, 'problems'> {
  const kind = parsed.status === 'ok' ? parsed.root.type : 'unknown';
  const byPosition = parsed.status === 'ok' ? tablesByPosition(parsed.root) : namesByPosition(tokens);
  return {
    kind,
    ...(isOutside(tokens) ? { outsideTransaction: true } : {}),
    ...(parsed.status === 'ok' && keepsRows(parsed.root) ? { keepsRows: true } : {}),
    ...(byPosition.length === 0 ? {} : { byPosition }),
    ...(parsed.status === 'ok' && firesByPosition(parsed.root) ? { firesByPosition: true } : {}),
  };
}

/** VACUUM fails in a transaction (https://sqlite.org/lang_vacuum.html), and many a pragma has no effect in one. */
function isOutside([first]: readonly Token[]): boolean {
  return first?.kind === 'VACUUM' || first?.kind === 'PRAGMA';
}

const lineOf = ([first]: readonly Token[]): number => first?.line ?? 1;
