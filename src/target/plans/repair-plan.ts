// How the structure of a target that drifted is repaired, or why it is left alone, and the rows that are in the way.
// Invariant: where there is a reason or a row against it, nothing is tried.

import type { Session } from '../../dialects/port.js';
import type { RepairRequest, RepairStatement, RowCheck, Structures } from '../../dialects/structure.js';
import type { Reason } from '../../model/outcome.js';
import type { Target } from '../../model/target.js';
import { foreign, hint, onTarget, type Hint } from '../../model/hint.js';
import { inWords, listDifference } from '../../stamping/match.js';

export interface RepairPlan {
  readonly statements: readonly RepairStatement[];
  /** Queries that must find no row. */
  readonly obstacles: readonly RowCheck[];
  /** In words, the differences that are repaired, and those that are left on purpose. */
  readonly mended: readonly string[];
  readonly left: readonly string[];
  /** The extra objects, by the names that `--drop-extra` takes. */
  readonly extra: readonly string[];
  /** Tables that are dropped with their rows. */
  readonly dropped: readonly string[];
  /** Revisions whose files are accepted as what was applied; where there are any, nothing else is done. */
  readonly accepted: readonly string[];
  /** The structure afterwards. */
  readonly fingerprint: string;
  /** Its layout; null where soft differences were not to be mended. */
  readonly layout: string | null;
}

/** Why nothing is to be done. */
export interface NoRepair {
  readonly failure: Reason;
  readonly extra: readonly string[];
  /** Set where nothing differs but this. */
  readonly left?: readonly string[];
}

/** @param revision the one whose structure is expected */
export function planRepair(
  request: RepairRequest,
  revision: string,
  structures: Structures,
): RepairPlan | NoRepair {
  const { refused, left, arranged, ...repair } = structures.planRepair(request);
  const { statements } = repair;
  const differences = structures.compare(request.expected, request.actual);
  const extra = differences.flatMap(({ dropName }) => dropName ?? []);
  const refuse = (message: string, said: Hint): NoRepair => ({
    failure: { code: 'drifted', step: 'read', revision, message, hint: said },
    extra,
  });
  if (refused.length > 0) {
    const message = `it is left as it was: ${listDifference(refused)}`;
    return refuse(message, hint`then: ${onTarget('repair', { plan: true })}`);
  }
  const words = left.map(inWords);
  if (statements.length === 0) {
    const names = left.flatMap(({ dropName }) => dropName ?? []);
    const message = `the only differences are extra objects, which repair drops only where --drop-extra names them: ${listDifference(words)}`;
    const said =
      names.length === 0
        ? hint`repair it by hand; every difference: ${onTarget('drift')}`
        : hint`where it may be dropped with all that it holds: ${onTarget('repair', { dropExtra: names })}`;
    return { ...refuse(message, said), left: words };
  }
  return {
    ...repair,
    mended: [...differences.map(inWords).filter((one) => !words.includes(one)), ...arranged],
    left: words,
    extra,
    accepted: [],
  };
}

/** How many rows a message names. */
const ROWS_SHOWN = 5;

/** The rows that are in the way, counted, and the first of them named; null where there is none. */
export async function rowsInTheWay(
  session: Session,
  { obstacles }: RepairPlan,
  { path }: Pick<Target, 'path'>,
  revision: string | null,
): Promise<Reason | null> {
  const found: { readonly words: string; readonly sql: string }[] = [];
  for (const { table, words, key, sql } of obstacles) {
    const { count, first } = await session.findRows(sql, ROWS_SHOWN);
    if (count === 0) continue;
    const names = first.map((row) => row.slice(0, key.length).join(' ')).join(', ');
    const more = count > first.length ? ', ...' : '';
    found.push({ words: `${table}: rows ${words}: ${count} (${key.join(', ')} ${names}${more})`, sql });
  }
  if (found.length === 0) return null;
  const list = foreign('sqlite3', path, found.map(({ sql }) => sql).join('; '));
  return {
    code: 'drifted',
    step: 'check',
    ...(revision === null ? {} : { revision }),
    message: `rows are in the way of the repair, and nothing was changed: ${found.map(({ words }) => words).join('; ')}`,
    hint: hint`list them: ${list}; change or remove them, then: ${onTarget('repair')}`,
  };
}
