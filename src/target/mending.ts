// The repair of one target: what its drift asks for, or why it is left alone, and the rows that are in the way.
// Invariant: where a reason or a row stands against it, nothing is tried.

import type { Session } from '../dialects/port.js';
import type { RepairRequest, RepairStatement, RowCheck, Structures } from '../dialects/structure.js';
import type { Failure } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import { quoted } from '../report/next-steps.js';
import { listDifference } from '../stamping/judge.js';
import { wordsOf } from '../stamping/match.js';

export interface Mending {
  readonly statements: readonly RepairStatement[];
  /** Queries that must find no row. */
  readonly obstacles: readonly RowCheck[];
  /** In words, what is mended, and what is left on purpose. */
  readonly mended: readonly string[];
  readonly left: readonly string[];
  /** What is not expected, as it is named to let it go. */
  readonly extra: readonly string[];
  /** Tables that go, with their rows. */
  readonly dropped: readonly string[];
  /** The structure afterwards. */
  readonly fingerprint: string;
}

/** Why nothing is to be done. */
export interface Unmended {
  readonly failure: Failure;
  readonly extra: readonly string[];
  /** Set where nothing differs but this. */
  readonly left?: readonly string[];
}

/** @param revision the one whose structure is expected */
export function mendingOf(
  request: RepairRequest,
  revision: string,
  structures: Structures,
): Mending | Unmended {
  const { statements, obstacles, left, refused, fingerprint, dropped } = structures.planRepair(request);
  const differences = structures.compare(request.expected, request.actual);
  const extra = differences.flatMap(({ dropName }) => dropName ?? []);
  const refuse = (message: string, hint: string): Unmended => ({
    failure: { code: 'drifted', step: 'read', revision, message, hint },
    extra,
  });
  if (refused.length > 0) {
    const message = `it is left as it was: ${listDifference(refused)}`;
    return refuse(message, 'then: flotilla repair --plan --only ID');
  }
  const words = left.map(wordsOf);
  if (statements.length === 0) {
    const names = left.flatMap(({ dropName }) => dropName ?? []);
    const message = `it differs in nothing but what is left unless it is named: ${listDifference(words)}`;
    const drop = `flotilla repair --drop-extra ${names.map(quoted).join(',')} --only ID`;
    const hint =
      names.length === 0
        ? 'mend it by hand; every difference: flotilla drift --only ID'
        : `where it may go, with what it holds: ${drop}`;
    return { ...refuse(message, hint), left: words };
  }
  return {
    statements,
    obstacles,
    mended: differences.map(wordsOf).filter((one) => !words.includes(one)),
    left: words,
    extra,
    dropped,
    fingerprint,
  };
}

/** How many rows a message names. */
const ROWS_SHOWN = 5;

/** The rows that are in the way, counted, and the first of them named; null where there is none. */
export async function rowsInTheWay(
  session: Session,
  { obstacles }: Mending,
  { path }: Pick<Target, 'path'>,
  revision: string | null,
): Promise<Failure | null> {
  const found: { readonly words: string; readonly sql: string }[] = [];
  for (const { table, words, key, sql } of obstacles) {
    const { count, first } = await session.findRows(sql, ROWS_SHOWN);
    if (count === 0) continue;
    const names = first.map((row) => row.slice(0, key.length).join(' ')).join(', ');
    const more = count > first.length ? ', ...' : '';
    found.push({ words: `${table}: rows ${words}: ${count} (${key.join(', ')} ${names}${more})`, sql });
  }
  if (found.length === 0) return null;
  const list = `sqlite3 ${quoted(path)} ${quoted(found.map(({ sql }) => sql).join('; '))}`;
  return {
    code: 'drifted',
    step: 'check',
    ...(revision === null ? {} : { revision }),
    message: `rows are in the way of the repair, and nothing was changed: ${found.map(({ words }) => words).join('; ')}`,
    hint: `list them: ${list}; change or remove them, then: flotilla repair --only ID`,
  };
}
