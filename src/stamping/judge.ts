// What state is a database in, given what was observed and the revisions there are? The one place that decides it:
// `status` and every run judge alike.

import type { Difference, Structure } from '../dialects/structure.js';
import type { HistoryEntry } from '../model/history.js';
import type { Match, Observation, TargetState } from '../model/observation.js';
import { hint, onFleet, onTarget } from '../model/hint.js';
import type { Reason } from '../model/outcome.js';
import type { Revision } from '../model/revision.js';
import { headsOf, inOrder, pending, type Graph } from '../revisions/graph.js';
import { unknownIn } from '../revisions/not-run.js';
import { appliedIn, countHistory, type Partly } from '../revisions/squash.js';
import type { Basis } from './basis.js';
import { isHalfWay, stoppedAfter } from './half-way.js';
import { legacy } from './legacy.js';
import { chainOf, findMatch, isDecided, inWords, listDifference, type MatchOptions } from './match.js';
import { createMemory } from './memory.js';
import { mendsOf } from './mends.js';
import { isRecorded, NO_RECORDS, readRecords, type Edited, type Records } from './recorded.js';

export interface Judgement {
  readonly state: Exclude<TargetState, 'unreadable'>;
  /** Ids recorded as applied or stamped. */
  readonly applied: ReadonlySet<string>;
  /** The recorded heads, joined by commas; null is base. */
  readonly revision: string | null;
  /** What it lacks up to all heads, in order; for a legacy target, after the baseline that evidence names. */
  readonly pending: readonly Revision[];
  /** Why the target must be left alone; null where nothing stands in the way. */
  readonly problem: Reason | null;
  /** Legacy targets only. */
  readonly match?: Match;
  /** What differs from the structure of its own revision; drifted targets only. */
  readonly differences: readonly Difference[];
  /** What its history says of the files; told of targets that are whole. */
  readonly records: Records;
}

const remembered = createMemory<readonly Difference[]>();

/** @param readActual reads the structure of the database; called only to explain a difference */
export async function judge(
  observation: Observation,
  basis: Basis,
  readActual: () => Promise<Structure>,
  options: MatchOptions = {},
): Promise<Judgement> {
  const { graph, replay, structures } = basis;
  const history = observation.history ?? [];
  const applied = appliedIn(history, graph);
  const known = inOrder(graph, applied);
  const recorded = headsOf(graph, applied);
  const { own, partly } = countHistory(history, graph);
  const lost = own.filter((entry) => !graph.byId.has(entry.revision)).map((entry) => entry.revision);
  const base = {
    applied,
    revision: [...recorded, ...lost].join(',') || null,
    pending: pending(graph, applied, graph.heads),
    differences: [],
    records: NO_RECORDS,
  };
  if (partly.length > 0) {
    const half = partly.flatMap(({ has }) => has);
    const revision = [...new Set([...recorded, ...half, ...lost])].join(',');
    return { ...base, revision, state: 'unknown', pending: [], problem: partlyReplaced(partly) };
  }
  if (lost.length > 0)
    return { ...base, state: 'unknown', pending: [], problem: unknownRevision(lost, history, graph) };
  const stopped = history.find(isHalfWay);
  if (stopped !== undefined) return { ...base, state: 'dirty', problem: dirty(stopped, graph) };
  if (history.length === 0) {
    if (observation.tableCount === 0) return { ...base, state: 'empty', problem: null };
    // It may be at any of them.
    const unread = graph.order.filter(({ id }) => unknownIn(graph).has(id));
    if (unread.length > 0) return { ...base, state: 'unknown', pending: [], problem: notRun(unread) };
    const matching = await findMatch(observation, basis, readActual, options);
    const { match } = matching;
    const baseline = isDecided(match) ? chainOf(graph, match.revision).map(({ id }) => id) : null;
    const lacks = baseline === null ? [] : pending(graph, new Set(baseline), graph.heads);
    const problem = legacy(matching, graph, options);
    return { ...base, state: 'legacy', pending: lacks, problem, match };
  }
  const unread = known.filter(({ id }) => unknownIn(graph).has(id));
  if (unread.length > 0) return { ...base, state: 'unknown', problem: notRun(unread) };
  const isAsReplayed = (await replay.fingerprint(known)) === observation.fingerprint;
  const records = await readRecords(own, known, isAsReplayed, basis);
  const problem = records.edited.length === 0 ? null : checksumMismatch(records.edited, isAsReplayed);
  if (!isAsReplayed) {
    const key = JSON.stringify([observation.fingerprint, known.map(({ id }) => id)]);
    const differences = await remembered(graph, key, async () =>
      structures.compare(await replay.structure(known), await readActual()),
    );
    // What differs from an edited file follows from the edit.
    const reason = problem ?? drifted(base.revision ?? 'base', differences);
    return { ...base, state: 'drifted', problem: reason, differences, records };
  }
  return { ...base, state: base.pending.length === 0 ? 'current' : 'pending', problem, records };
}

function unknownRevision(lost: readonly string[], history: readonly HistoryEntry[], graph: Graph): Reason {
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
      ? hint`update the migrations directory to the version that this database was upgraded with, then: ${onFleet('status')}`
      : hint`bring the file back into the migrations directory (from version control), then: ${onFleet('status')}`,
  };
}

/** @param unknown revisions that are programs which were not run, or stand on one; at least one, in order */
export function notRun(unknown: readonly Revision[]): Reason {
  const [first] = unknown;
  return {
    code: 'unknownRevision',
    step: 'read',
    revision: unknown.map(({ id }) => id).join(','),
    message: `revision ${first?.id ?? ''} (${first?.file ?? ''}) is a program that was not run, so what it leaves is not known`,
    hint: 'where you trust the programs among the revisions, leave --no-programs out',
  };
}

/** A target that has some of what one revision stands for is at none that there is. */
function partlyReplaced(partly: readonly Partly[]): Reason {
  const words = partly.map(
    ({ revision: { id, file }, has, lacks }) =>
      `it has ${has.join(', ')} of the revisions that ${id} (${file}) replaces, and lacks ${lacks.join(', ')}`,
  );
  const [first] = partly;
  const last = first?.lacks.at(-1) ?? '';
  return {
    code: 'unknownRevision',
    step: 'read',
    revision: partly.flatMap(({ has }) => has).join(','),
    message: words.join('; '),
    hint: hint`bring it up to ${last} with the files from before the squash (from version control), in a migrations directory of their own; then: ${onFleet('status')}`,
  };
}

function dirty(stopped: HistoryEntry, graph: Graph): Reason {
  const { revision, status } = stopped;
  const direction = status === 'leaving' ? 'down' : 'up';
  const found = graph.byId.get(revision);
  const [before, ...others] = found?.parents ?? [];
  const goOn =
    direction === 'up'
      ? onTarget('upgrade')
      : others.length === 0
        ? onTarget('downgrade', {}, before ?? 'base')
        : 'the same downgrade again';
  const message = stoppedAfter(stopped);
  if (found !== undefined && !isRecorded(stopped, found)) {
    return {
      code: 'checksumMismatch',
      step: 'read',
      revision,
      message: `${message}, and the SQL of ${found.file} has changed since`,
      hint: hint`put the file back as it was, then go on with its next statement: ${goOn}; or put the backup of that run back`,
    };
  }
  return {
    code: 'migrationFailed',
    step: 'read',
    revision,
    message,
    hint: hint`go on with its next statement: ${goOn}; or put the backup of that run back`,
  };
}

function drifted(revision: string, differences: readonly Difference[]): Reason {
  const allowDrift = [...new Set(differences.map(({ kind }) => kind))];
  return {
    code: 'drifted',
    step: 'read',
    revision,
    message: `its structure is not that of revision ${revision}: ${listDifference(differences.map(inWords))}`,
    hint: hint`see every difference: ${onTarget('drift')}; ${mendsOf(differences, onTarget)}; where it is harmless: ${onTarget('upgrade', { allowDrift })}`,
  };
}

/** @param isAccepted whether the structure is what the files now leave, so that they can be accepted */
function checksumMismatch(edited: readonly Edited[], isAccepted: boolean): Reason {
  const ids = edited.map(({ id }) => id);
  const files = listDifference(edited.map(({ file }) => file));
  const what = edited.some(({ isFormer }) => isFormer) ? files : `the SQL of ${files}`;
  const [was, have, file] =
    edited.length === 1
      ? ['revision', 'was applied', 'the file']
      : ['revisions', 'were applied', 'the files'];
  const back = `put ${file} back as ${edited.length === 1 ? 'it was' : 'they were'} when ${edited.length === 1 ? 'it was' : 'they were'} applied, and make the change a new revision`;
  return {
    code: 'checksumMismatch',
    step: 'read',
    revision: ids.join(','),
    message: `${was} ${listDifference(ids)} ${have}, and ${what} has changed since`,
    hint: isAccepted
      ? hint`${back}; or, where it did the same to the rows, accept ${file}: ${onTarget('repair', { checksums: ids })}`
      : back,
  };
}
