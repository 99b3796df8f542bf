// The text of one section -> its statements, each with the guard above it. What a statement is, its dialect says;
// guards are comments, and so the same in every dialect.

import type { Problem } from '../model/errors.js';
import type { Guard, Statement } from '../model/revision.js';
import type { MeantStatement } from './checksum.js';
import { GUARD_KEYS, keyLine } from './header.js';
import { nearest } from '../model/nearest.js';
import type { Comment, Syntax, Token } from './syntax.js';

/** The part of a file between two marks. */
export interface Section {
  /** Of the whole file. */
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  /** Whether the revision runs in a transaction. */
  readonly transactional: boolean;
}

export interface SectionReading {
  readonly statements: readonly Statement[];
  /** Lines of each statement, the first and the last. */
  readonly lines: readonly (readonly [first: number, last: number])[];
  /** The same statements, as they count in a checksum. */
  readonly meant: readonly MeantStatement[];
  readonly problems: readonly Problem[];
}

/** Reads the statements of a section. */
export function readStatements(section: Section, syntax: Syntax): SectionReading {
  const { text, tokens, comments, transactional } = section;
  const problems: Problem[] = [];
  const pieces = syntax.split(tokens);
  const guards = readGuards(comments, pieces, problems);
  const statements: Statement[] = [];
  const meant: MeantStatement[] = [];
  for (const piece of pieces) {
    const sql = text.slice(piece[0]?.offset, endOf(piece));
    const { problems: found, ...what } = syntax.read(piece, sql, transactional);
    problems.push(...found);
    const guard = guards.get(piece);
    statements.push({ sql, line: piece[0]?.line ?? 1, ...what, ...(guard === undefined ? {} : { guard }) });
    meant.push({ tokens: piece.map((token) => syntax.fold(token)), guard });
  }
  const lines = pieces.map((piece) => [piece[0]?.line ?? 1, lastLineOf(piece)] as const);
  return { statements, lines, meant, problems };
}

/** The guards written in comment lines above statements; what stands anywhere else is a problem. */
function readGuards(
  comments: readonly Comment[],
  pieces: readonly (readonly Token[])[],
  problems: Problem[],
): ReadonlyMap<readonly Token[], Guard> {
  const guards = new Map<readonly Token[], Guard>();
  for (const comment of comments) {
    const found = keyLine(comment);
    if (found === null) continue;
    const { key, value } = found;
    const { line } = comment;
    const guardKey = GUARD_KEYS.find((guard) => guard === key);
    if (guardKey === undefined) {
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
      guards.set(below, { when: guardKey === 'if_missing' ? 'missing' : 'exists', object: value });
    }
  }
  return guards;
}

function lastLineOf(piece: readonly Token[]): number {
  const last = piece.at(-1);
  return (last?.line ?? 1) + (last?.text.split('\n').length ?? 1) - 1;
}

const endOf = (piece: readonly Token[]): number =>
  (piece.at(-1)?.offset ?? 0) + (piece.at(-1)?.text.length ?? 0);
