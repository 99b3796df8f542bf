// The worker's part of a baseline: the structure of one target as the text of a revision, proved by running that very
// text, up and down, in a scratch database.

import { ReplayError, type Driver } from '../dialects/port.js';
import type { Revision } from '../model/revision.js';
import { baselineText } from '../revisions/baseline-text.js';
import { parseRevision } from '../revisions/parse.js';
import { describe, diff } from '../dialects/sqlite/schema/diff.js';
import { fingerprintOf } from '../dialects/sqlite/schema/fingerprint.js';
import { renderDrops, renderSnapshot } from '../dialects/sqlite/schema/render.js';
import type { Snapshot } from '../dialects/sqlite/schema/snapshot.js';

export interface Expressed {
  readonly sql: string;
  readonly fingerprint: string;
  readonly counts: Readonly<Record<'tables' | 'indexes' | 'views' | 'triggers', number>>;
  /** What the text does not do; none: it leaves exactly this structure, and takes it back. */
  readonly problems: readonly string[];
}

/** A name to read the text under; the file that it is written to may have another. */
const NAME = { version: '0001', slug: 'baseline', form: 'sql', dialect: null } as const;

/** @param words what the revision is, for its header */
export async function express(
  snapshot: Snapshot,
  words: readonly string[],
  driver: Pick<Driver, 'replay' | 'syntax'>,
): Promise<Expressed> {
  const sql = baselineText(words, renderSnapshot(snapshot), renderDrops(snapshot));
  const { tables, indexes, views, triggers } = snapshot;
  return {
    sql,
    fingerprint: fingerprintOf(snapshot),
    counts: {
      tables: tables.length,
      indexes: indexes.length,
      views: views.length,
      triggers: triggers.length,
    },
    problems: await problemsOf(sql, snapshot, driver),
  };
}

async function problemsOf(
  sql: string,
  snapshot: Snapshot,
  driver: Pick<Driver, 'replay' | 'syntax'>,
): Promise<readonly string[]> {
  const { draft, problems } = parseRevision('the baseline', NAME, sql, driver.syntax);
  if (problems.length > 0) return problems.map(({ message, line }) => `line ${line ?? 1}: ${message}`);
  const up: Revision = { ...draft, parents: [] };
  const down: Revision = {
    ...up,
    id: 'down',
    checksum: `down of ${up.checksum}`,
    up: draft.down ?? { kind: 'sql', statements: [] },
  };
  const replay = driver.replay();
  try {
    const left = diff(snapshot, await replay.snapshot([up])).map(describe);
    if (left.length > 0) return left;
    const kept = await replay.snapshot([up, down]);
    return [...kept.tables, ...kept.views].map(({ name }) => `its down leaves ${name}`);
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    const at = error.statement === null ? '' : `${firstLine(error.statement.sql)}: `;
    return [`${at}${error.message}`];
  } finally {
    replay.close();
  }
}

function firstLine(sql: string): string {
  return sql.split('\n', 1)[0] ?? '';
}
