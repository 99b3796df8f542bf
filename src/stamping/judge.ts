// What state is a database in, given what was observed and the revisions there are? The one place that decides it:
// `status` and every run judge alike.

import type { Difference, Structure } from '../dialects/structure.js';
import type { HistoryEntry } from '../model/history.js';
import type { Match, Observation, TargetState } from '../model/observation.js';
import type { Failure } from '../model/outcome.js';
import type { Revision } from '../model/revision.js';
import { quoted } from '../report/next-steps.js';
import { ancestors, headsOf, inOrder, pending, type Graph } from '../revisions/graph.js';
import type { Basis } from './basis.js';
import { findMatch, isDecided, wordsOf, type Matching, type MatchOptions } from './match.js';
import { createMemory } from './memory.js';

export interface Judgement {
  readonly state: Exclude<TargetState, 'unreadable'>;
  /** Ids recorded as applied or stamped. */
  readonly applied: ReadonlySet<string>;
  /** The recorded heads, joined by commas; null is base. */
  readonly revision: string | null;
  /** What it lacks up to all heads, in order; for a legacy target, after the baseline that evidence names. */
  readonly pending: readonly Revision[];
  /** Why the target must be left alone; null where nothing stands in the way. */
  readonly problem: Failure | null;
  /** Legacy targets only. */
  readonly match?: Match;
  /** What differs from the structure of its own revision; drifted targets only. */
  readonly differences: readonly Difference[];
}

const remembered = createMemory<readonly Difference[]>();

/** @param readActual reads the structure of the database, where the reason for a difference is wanted */
export async function judge(
  observation: Observation,
  basis: Basis,
  readActual: () => Promise<Structure>,
  options: MatchOptions = {},
): Promise<Judgement> {
  const { graph, replay, structures } = basis;
  const history = observation.history ?? [];
  const applied = new Set(
    history.filter((entry) => entry.status !== 'started').map((entry) => entry.revision),
  );
  const known = inOrder(graph, applied);
  const recorded = headsOf(graph, applied);
  const lost = history.filter((entry) => !graph.byId.has(entry.revision)).map((entry) => entry.revision);
  const base = {
    applied,
    revision: [...recorded, ...lost].join(',') || null,
    pending: pending(graph, applied, graph.heads),
    differences: [],
  };
  if (lost.length > 0)
    return { ...base, state: 'unknown', pending: [], problem: unknownRevision(lost, history, graph) };
  const stopped = history.find((entry) => entry.status === 'started' || entry.status === 'leaving');
  if (stopped !== undefined) return { ...base, state: 'dirty', problem: dirty(stopped) };
  if (history.length === 0) {
    if (observation.tableCount === 0) return { ...base, state: 'empty', problem: null };
    const matching = await findMatch(observation, basis, readActual, options);
    const { match } = matching;
    const baseline = isDecided(match) ? ancestors(graph, [match.revision]) : null;
    const lacks = baseline === null ? [] : pending(graph, baseline, graph.heads);
    const problem = legacy(matching, observation.witness !== null);
    return { ...base, state: 'legacy', pending: lacks, problem, match };
  }
  const problem = checksumMismatch(history, graph);
  if ((await replay.fingerprint(known)) !== observation.fingerprint) {
    const key = JSON.stringify([observation.fingerprint, known.map(({ id }) => id)]);
    const differences = await remembered(graph, key, async () =>
      structures.compare(await replay.structure(known), await readActual()),
    );
    return { ...base, state: 'drifted', problem: drifted(base.revision ?? 'base', differences), differences };
  }
  return { ...base, state: base.pending.length === 0 ? 'current' : 'pending', problem };
}

/** Most differences that a message repeats. */
const SHOWN_MAX = 8;

export function listDifference(difference: readonly string[]): string {
  const shown = difference.slice(0, SHOWN_MAX).join('; ');
  return difference.length > SHOWN_MAX ? `${shown}; and ${difference.length - SHOWN_MAX} more` : shown;
}

function unknownRevision(lost: readonly string[], history: readonly HistoryEntry[], graph: Graph): Failure {
  const ahead = history
    .slice(0, history.length - lost.length)
    .every((entry) => graph.byId.has(entry.revision));
  const why = ahead
    ? 'it comes after all revisions known here, so the database is ahead of these files'
    : 'known revisions come after it, so its file was lost or renamed';
  return {
    code: 'unknownRevision',
    step: 'read',
    revision: lost.join(','),
    message: `the history records ${lost.join(', ')}, which no file has: ${why}`,
    hint: ahead
      ? 'update the migrations directory to the version that this database was upgraded with, then: flotilla status'
      : 'bring the file back into the migrations directory (from version control), then: flotilla status',
  };
}

function dirty(stopped: HistoryEntry): Failure {
  const { revision, statementsDone, status } = stopped;
  const [direction, command] = status === 'leaving' ? ['down', 'downgrade REV'] : ['up', 'upgrade'];
  return {
    code: 'migrationFailed',
    step: 'read',
    revision,
    message: `the ${direction} of revision ${revision}, which runs outside a transaction, stopped after ${statementsDone === 1 ? '1 statement' : `${statementsDone} statements`}`,
    hint: `go on with its next statement: flotilla ${command} --only ID; or put the backup of that run back`,
  };
}

function legacy({ match, extraAlone }: Matching, hasWitness: boolean): Failure {
  const candidates = match.candidates.join(', ');
  const { difference } = match;
  if (isDecided(match)) {
    const beside = difference.length === 0 ? '' : `, but for ${listDifference(difference)}`;
    const [other = '', ...more] = match.candidates.filter((id) => id !== match.revision);
    const others =
      match.kind === 'exact'
        ? ''
        : more.length === 0
          ? `; where it is at ${other}: flotilla stamp --at ${other} --only ID`
          : `; where it is at one of ${[other, ...more].join(', ')}: flotilla stamp --at REV --only ID`;
    return {
      code: 'noBaseline',
      step: 'read',
      revision: match.revision,
      message: `it has tables and no history; its structure is that of revision ${match.revision}${beside}`,
      hint: `baseline it: flotilla stamp   (or in one pass: flotilla upgrade --stamp)${others}`,
    };
  }
  if (match.kind === 'ambiguous') {
    return {
      code: 'ambiguousBaseline',
      step: 'read',
      message:
        (hasWitness ? difference[0] : undefined) ??
        `its structure is that of several revisions that do not follow one another: ${candidates}`,
      hint: `decide which of them it is at (${candidates}), then: flotilla stamp --at REV --only ID`,
    };
  }
  if (match.revision === null) {
    return {
      code: 'noBaseline',
      step: 'read',
      message: 'it has tables and no history, and no revision has tables of these names',
      hint: 'check that it belongs to this fleet; narrow --pattern or use --exclude where it does not',
    };
  }
  return {
    code: 'noBaseline',
    step: 'read',
    message: `no revision has its structure; the nearest is ${match.revision}: ${listDifference(difference)}`,
    hint:
      hintForExtra(extraAlone) ??
      `record it all the same, and mend it then: flotilla stamp ${match.revision} --force --only ID; flotilla repair --only ID`,
  };
}

/** What to do about tables that alone are in the way; null where there are none. */
function hintForExtra(tables: Matching['extraAlone']): string | null {
  if (tables.length === 0) return null;
  const leftovers = tables.filter(({ isLeftover }) => isLeftover).map(({ name }) => quoted(name));
  return leftovers.length === 0
    ? 'where these tables are its own: flotilla stamp --allow-extra --only ID'
    : `record it beside them, and drop what was left behind where it holds nothing that is missed: flotilla stamp --allow-extra --only ID; flotilla repair --drop-extra ${leftovers.join(',')} --only ID`;
}

function drifted(revision: string, differences: readonly Difference[]): Failure {
  const kinds = [...new Set(differences.map(({ kind }) => kind))].join(',');
  return {
    code: 'drifted',
    step: 'read',
    revision,
    message: `its structure is not that of revision ${revision}: ${listDifference(differences.map(wordsOf))}`,
    hint: `see every difference: flotilla drift --only ID; mend it: flotilla repair --only ID; where it is harmless: flotilla upgrade --allow-drift ${kinds} --only ID`,
  };
}

/** The first revision that was applied and whose file has other SQL now. */
export function checksumMismatch(history: readonly HistoryEntry[], graph: Graph): Failure | null {
  const changed = history
    .map((entry) => ({ entry, revision: graph.byId.get(entry.revision) }))
    .find(({ entry, revision }) => revision !== undefined && revision.sqlChecksum !== entry.sqlChecksum);
  if (changed?.revision === undefined) return null;
  return {
    code: 'checksumMismatch',
    step: 'read',
    revision: changed.entry.revision,
    message: `revision ${changed.entry.revision} was applied, and the SQL of ${changed.revision.file} has changed since`,
    hint: 'put the file back as it was when it was applied, and make the change a new revision',
  };
}
