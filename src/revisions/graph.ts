// Revisions -> the graph: which stand on which, in an order that holds every need. Pure, and the same for any order of
// the input. What is pending is a comparison of sets, so a revision that is merged late is pending and never lost.

import { FleetError, type Problem } from '../model/errors.js';
import { compareFiles } from './file-name.js';
import type { Revision } from '../model/revision.js';
import { nearest } from '../model/nearest.js';
import { orderByNeeds } from './order.js';
import { withoutReplaced } from './replaced.js';

export interface Graph {
  /** Every revision after all that it needs; in file order wherever needs leave it open. */
  readonly order: readonly Revision[];
  readonly byId: ReadonlyMap<string, Revision>;
  /** The revisions that no other stands on, in that order. */
  readonly heads: readonly string[];
  /** Files of revisions that others replace: they run no more, and histories are understood by them. */
  readonly shadowed: readonly Revision[];
}

/** The revisions that must be applied before this one: its parents and what it depends on. */
export function needsOf(revision: Revision): readonly string[] {
  return [...revision.parents, ...revision.dependsOn];
}

/**
 * Builds the graph, or says everything that is wrong: duplicate ids, unknown needs, and each cycle with its whole loop.
 */
export function buildGraph(
  revisions: readonly Revision[],
): { readonly graph: Graph } | { readonly problems: readonly Problem[] } {
  const inFileOrder = [...revisions].sort(
    (a, b) => compareFiles(a.file, b.file) || (a.file < b.file ? -1 : 1),
  );
  const byId = new Map<string, Revision>();
  const problems: Problem[] = [];
  for (const revision of inFileOrder) {
    const other = byId.get(revision.id);
    if (other === undefined) {
      byId.set(revision.id, revision);
      continue;
    }
    problems.push({
      message: `Two files have the revision ${revision.id}: ${other.file} and ${revision.file}`,
      hint: 'give the one that is not released a new id',
      file: revision.file,
    });
  }
  const { revisions: left, shadowed, problems: doubts } = withoutReplaced([...byId.values()]);
  for (const { id } of shadowed) byId.delete(id);
  for (const revision of left) byId.set(revision.id, revision);
  problems.push(...doubts);
  for (const revision of left) problems.push(...faultsOfNeeds(revision, byId));
  const { order, loops } = orderByNeeds(left, needsOf, byId);
  problems.push(...loops.map(describeLoop));
  if (problems.length > 0) return { problems };
  return { graph: { order, byId, heads: tips(order), shadowed } };
}

function faultsOfNeeds(revision: Revision, byId: ReadonlyMap<string, Revision>): Problem[] {
  const key = (id: string): string => (revision.parents.includes(id) ? 'down_revision' : 'depends_on');
  return needsOf(revision).flatMap((id): Problem[] => {
    if (id === revision.id) {
      const message = `${revision.id} names itself in ${key(id)}`;
      return [{ message, hint: 'name the revision before it, or `base`', file: revision.file }];
    }
    if (byId.has(id)) return [];
    const near = nearest(
      id,
      [...byId.keys()].filter((other) => other !== revision.id),
    );
    return [
      {
        message: `${revision.id} names ${id} in ${key(id)}, and no file has that revision`,
        hint:
          near.length > 0
            ? `did you mean ${near.join(' or ')}?`
            : 'add the file that is missing, or correct the line; a first revision stands on `base`',
        file: revision.file,
      },
    ];
  });
}

function describeLoop(loop: readonly Revision[]): Problem {
  const ids = loop.map((revision) => revision.id);
  const first = loop[0];
  return {
    message: `Revisions need each other in a circle: ${[...ids, ids[0] ?? ''].join(' needs ')} (${loop.map((revision) => revision.file).join(', ')})`,
    hint: 'take one of these ids out of a down_revision or depends_on',
    ...(first === undefined ? {} : { file: first.file }),
  };
}

function tips(order: readonly Revision[]): string[] {
  const needed = new Set(order.flatMap(needsOf));
  return order.map((revision) => revision.id).filter((id) => !needed.has(id));
}

/**
 * The one head of the graph; null where there are no revisions.
 * @throws FleetError `migrations` where there are several
 */
export function requireOneHead(graph: Graph): string | null {
  const [first, ...others] = graph.heads;
  if (others.length === 0) return first ?? null;
  const heads = graph.heads.map((id) => `${id} (${graph.byId.get(id)?.file ?? ''})`);
  throw new FleetError('migrations', `The revisions have ${heads.length} heads: ${heads.join(', ')}`, {
    hint: `merge them: a new revision with "-- down_revision: ${graph.heads.join(', ')}" in its header and an empty \`-- migrate:up\`; or name \`heads\``,
  });
}

/** These revisions and all that they stand on, through parents and dependencies. Unknown ids are left out. */
export function ancestors(graph: Graph, ids: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const revision = graph.byId.get(id);
    if (revision === undefined || found.has(id)) continue;
    found.add(id);
    open.push(...needsOf(revision));
  }
  return found;
}

/** What `wanted` heads need and a database lacks, in order. */
export function pending(
  graph: Graph,
  applied: ReadonlySet<string>,
  wanted: readonly string[],
): readonly Revision[] {
  const needed = ancestors(graph, wanted);
  return graph.order.filter((revision) => needed.has(revision.id) && !applied.has(revision.id));
}

/** The applied revisions that no other applied revision stands on, in order. Ids that no file has are left out. */
export function headsOf(graph: Graph, applied: ReadonlySet<string>): readonly string[] {
  return tips(graph.order.filter((revision) => applied.has(revision.id)));
}

/** These revisions in the order of the graph. Unknown ids are left out. */
export function inOrder(graph: Graph, ids: Iterable<string>): readonly Revision[] {
  const wanted = new Set(ids);
  return graph.order.filter((revision) => wanted.has(revision.id));
}
