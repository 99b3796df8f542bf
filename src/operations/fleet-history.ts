// What the histories of all targets say together: each revision, how many targets have it, and since when. It needs no
// revision files, because it is also for the day when they are lost.

import type { FleetHistoryOptions } from '../model/api.js';
import type { HistoryRow } from '../model/history.js';
import { tell } from '../model/hint.js';
import { failureOf, type Failure, type Reason } from '../model/outcome.js';
import { CONTRACT, type FleetHistoryReport, type FleetRevision } from '../model/report.js';
import { listExitCode } from '../report/summarize.js';
import { resolveRange } from '../revisions/argument.js';
import type { Graph } from '../revisions/graph.js';
import { asCounted } from '../revisions/squash.js';
import { scopedOf, type Context } from './context.js';
import { readHistories } from './histories.js';
import { refusedReason } from './inspect.js';
import { NO_REVISIONS, tryGraph, withLook, type Look } from './look.js';

/** @throws FleetError `unknownRevision` where the range names none; `migrations` where it cannot be looked up */
export async function historyOfFleet(
  context: Context,
  options: FleetHistoryOptions,
): Promise<FleetHistoryReport> {
  const { graph, fault } = await tryGraph(context);
  const { range } = options;
  if (range !== undefined && fault !== null) throw fault;
  const wanted = range === undefined ? null : new Set(resolveRange(graph, range).map(({ id }) => id));
  return withLook(context, NO_REVISIONS, options, async (look) => {
    const { recorded, unrecorded, unread, revisions } = await recordedIn(look, graph);
    const listed = inOrder(revisions, graph).filter(({ id }) => wanted === null || wanted.has(id));
    return {
      contract: CONTRACT,
      command: 'history',
      head: graph.heads,
      summary: {
        targets: look.targets.length + look.refused.length,
        recorded,
        unrecorded: unrecorded.length,
        unread: unread.length,
      },
      revisions: listed.map((one) => summaryOf(one, graph)),
      unread,
      problem: fault === null ? null : { message: fault.message, ...tell(fault.draft.hint, look.about) },
      ...scopedOf(look),
      exitCode: listExitCode([...look.targets, ...look.refused], look),
    };
  });
}

function summaryOf(recorded: Recorded, graph: Graph): FleetRevision {
  const { id, name, targets, stamped, firstAppliedAt, lastAppliedAt, example } = recorded;
  const revision = graph.byId.get(id);
  return {
    id,
    name: revision?.name ?? name,
    file: revision?.file ?? null,
    targets,
    stamped,
    firstAppliedAt,
    lastAppliedAt,
    example,
  };
}

/** A revision as the histories have it. */
export interface Recorded extends Omit<FleetRevision, 'file'> {
  /** The one before it in the history of the example; null where it is the first. */
  readonly previous: string | null;
  /** Ids of the targets that have it, where no file does; else none. */
  readonly holders: readonly string[];
}

export interface RecordedFleet {
  /** How many targets have a history. */
  readonly recorded: number;
  /** Ids of those that have none. */
  readonly unrecorded: readonly string[];
  readonly unread: FleetHistoryReport['unread'];
  readonly revisions: ReadonlyMap<string, Recorded>;
}

/** Reads the histories of all targets of a look. */
export async function recordedIn(
  { request, pool, refused, about }: Look,
  graph: Graph,
): Promise<RecordedFleet> {
  const toFailure = (reason: Reason, target: string) => failureOf(reason, { ...about, target });
  const unread: { id: string; path: string; problem: Failure }[] = [];
  const unrecorded: string[] = [];
  const tallies = new Map<string, Tally>();
  let recorded = 0;
  await readHistories(request, pool, (target, reading, index) => {
    if ('failure' in reading) {
      unread.push({ id: target.id, path: target.path, problem: toFailure(reading.failure, target.id) });
    } else if (reading.rows === null || reading.rows.length === 0) {
      unrecorded.push(target.id);
    } else {
      recorded += 1;
      count({ id: target.id, index, rows: asCounted(reading.rows, graph) }, tallies, graph);
    }
  });
  for (const refusal of refused) {
    unread.push({
      id: refusal.id,
      path: refusal.path,
      problem: toFailure(refusedReason(refusal), refusal.id),
    });
  }
  // The histories arrived in no particular order.
  const indexes = new Map([...request.targets, ...refused].map(({ id }, index) => [id, index]));
  const byIndex = (a: string, b: string): number => (indexes.get(a) ?? 0) - (indexes.get(b) ?? 0);
  for (const { holders } of tallies.values()) holders.sort(byIndex);
  unread.sort((a, b) => byIndex(a.id, b.id));
  return { recorded, unrecorded: unrecorded.sort(byIndex), unread, revisions: tallies };
}

interface Tally {
  readonly id: string;
  name: string;
  targets: number;
  stamped: number;
  firstAppliedAt: string | null;
  lastAppliedAt: string | null;
  example: string | null;
  /** Where the example stands among the targets. */
  exampleIndex: number;
  previous: string | null;
  readonly holders: string[];
}

function emptyTally(id: string, name: string): Tally {
  const counts = { targets: 0, stamped: 0, firstAppliedAt: null, lastAppliedAt: null };
  return { id, name, ...counts, example: null, exampleIndex: Infinity, previous: null, holders: [] };
}

interface RecordedTarget {
  readonly id: string;
  /** Where it stands among the targets. */
  readonly index: number;
  readonly rows: readonly HistoryRow[];
}

function count(target: RecordedTarget, tallies: Map<string, Tally>, graph: Graph): void {
  const { rows } = target;
  rows.forEach(({ revision: id, name, status, appliedAt }, index) => {
    // A revision that was started and not finished does not count.
    if (status === 'started') return;
    const tally = tallies.get(id) ?? emptyTally(id, name);
    tallies.set(id, tally);
    tally.targets += 1;
    if (status === 'stamped') tally.stamped += 1;
    if (tally.firstAppliedAt === null || appliedAt < tally.firstAppliedAt) tally.firstAppliedAt = appliedAt;
    if (tally.lastAppliedAt === null || appliedAt > tally.lastAppliedAt) tally.lastAppliedAt = appliedAt;
    if (!graph.byId.has(id)) tally.holders.push(target.id);
    if (target.index > tally.exampleIndex) return;
    const previous = rows[index - 1]?.revision ?? null;
    Object.assign(tally, { name, example: target.id, exampleIndex: target.index, previous });
  });
}

/** All revisions, those without a file where the histories have them. */
function inOrder(revisions: ReadonlyMap<string, Recorded>, graph: Graph): readonly Recorded[] {
  const list: Recorded[] = graph.order.map(({ id, name }) => revisions.get(id) ?? emptyTally(id, name));
  const lost: Recorded[] = [...revisions.values()].filter(({ id }) => !graph.byId.has(id)).sort(byTime);
  while (lost.length > 0) {
    const next = lost.findIndex(({ previous }) => !lost.some(({ id }) => id === previous));
    const [one] = lost.splice(Math.max(0, next), 1);
    if (one === undefined) break;
    const before = list.findIndex(({ id }) => id === one.previous);
    if (one.previous !== null && before < 0) list.push(one);
    else list.splice(before + 1, 0, one);
  }
  return list;
}

function byTime(a: Recorded, b: Recorded): number {
  return (a.firstAppliedAt ?? '').localeCompare(b.firstAppliedAt ?? '') || a.id.localeCompare(b.id);
}
