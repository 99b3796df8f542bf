// The worker's part of a baseline: the structure of one target as the text of a revision, proved by running that very
// text, up and down, in a scratch database.

import { ReplayError, type Driver } from '../dialects/port.js';
import type { Rendering, Structure } from '../dialects/structure.js';
import type { Hint } from '../model/hint.js';
import type { Revision } from '../model/revision.js';
import { baselineSql } from '../revisions/baseline-sql.js';
import { parseRevision } from '../revisions/parse.js';

export interface Baseline {
  readonly sql: string;
  readonly fingerprint: string;
  readonly counts: Rendering['counts'];
  /** What is wrong with the text; empty where its up makes exactly this structure and its down removes it. */
  readonly problems: readonly string[];
  /** What to do about them, where the dialect knows. */
  readonly hint?: Hint;
}

/** A name to read the text under; the file that it is written to may have another. */
const NAME = { version: '0001', slug: 'baseline', form: 'sql', dialect: null } as const;

type Proof = Pick<Driver, 'replay' | 'structures' | 'syntax'>;

/** @param comments what the revision is, for its header */
export async function writeBaseline(
  structure: Structure,
  comments: readonly string[],
  driver: Proof,
): Promise<Baseline> {
  const { up, down, counts } = driver.structures.render(structure);
  const sql = baselineSql(comments, up, down);
  const fingerprint = driver.structures.fingerprint(structure);
  return { sql, fingerprint, counts, problems: await problemsOf(sql, structure, driver) };
}

async function problemsOf(sql: string, structure: Structure, driver: Proof): Promise<readonly string[]> {
  const { draft, problems: found } = parseRevision('the baseline', NAME, sql, driver.syntax);
  const back = draft.down ?? { kind: 'sql', statements: [] };
  const problems = back.kind === 'broken' ? [...found, ...back.problems] : found;
  if (back.kind === 'broken' || problems.length > 0)
    return problems.map(({ message, line }) => `line ${line ?? 1}: ${message}`);
  const up: Revision = { ...draft, parents: [] };
  const down: Revision = {
    ...up,
    id: 'down',
    checksum: up.downChecksum,
    up: back,
  };
  const replay = driver.replay();
  try {
    const differences = driver.structures.compare(structure, await replay.structure([up]));
    if (differences.length > 0) return differences.map(({ words: said }) => said);
    const kept = await replay.structure([up, down]);
    return [...kept.tables, ...kept.views].map(({ name }) => `its down leaves ${name}`);
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    const at = error.statement === null ? '' : `${firstLine(error.statement.sql)}: `;
    return [`${at}${error.message}`];
  } finally {
    await replay.close();
  }
}

function firstLine(sql: string): string {
  return sql.split('\n', 1)[0] ?? '';
}
