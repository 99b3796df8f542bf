// Which revision is this structure? Compares a legacy database with what every revision leaves. Only equality counts,
// on request without tables that no revision knows: the nearest revision is shown to people, and never stamped.

import type { Difference, ExtraTable, Structure } from '../dialects/structure.js';
import type { Match, Observation } from '../model/observation.js';
import type { Revision } from '../model/revision.js';
import { ancestors, inOrder, type Graph } from '../revisions/graph.js';
import type { Basis } from './basis.js';
import { createMemory } from './memory.js';

export interface MatchOptions {
  /** Whether tables that no revision knows may stand beside those of a revision; default false. */
  readonly allowExtra?: boolean;
}

export interface Matching {
  readonly match: Match;
  /** The tables that no revision knows, where they are all that prevents a match; else none. */
  readonly extraTables: readonly ExtraTable[];
}

/** The revisions applied at `revision`: itself and all before it. */
export function chainOf(graph: Graph, revision: string): readonly Revision[] {
  return inOrder(graph, ancestors(graph, [revision]));
}

/** Whether evidence names one revision. */
export function isDecided(match: Match): match is Match & { readonly revision: string } {
  return match.revision !== null && (match.kind === 'exact' || match.kind === 'ambiguous');
}

const remembered = createMemory<Matching>();

/**
 * @param readActual reads the structure of the database; called only where no revision's is equal
 * @returns as `match`: `exact` or `ambiguous` with the revision to stamp, and as difference the tables that no
 *   revision knows; `ambiguous` with `revision: null` where evidence does not decide; `nearest` or `none` with the
 *   difference
 */
export async function findMatch(
  observation: Observation,
  basis: Basis,
  readActual: () => Promise<Structure>,
  { allowExtra = false }: MatchOptions = {},
): Promise<Matching> {
  const { graph, replay } = basis;
  const { fingerprint, witness } = observation;
  const key = JSON.stringify([fingerprint, witness, allowExtra]);
  return remembered(graph, key, async () => {
    const candidates: Revision[] = [];
    for (const revision of graph.order) {
      if ((await replay.fingerprint(chainOf(graph, revision.id))) === fingerprint) candidates.push(revision);
    }
    return candidates.length > 0
      ? { match: choose(candidates, [], witness), extraTables: [] }
      : await matchOthers(observation, basis, await readActual(), allowExtra);
  });
}

/** @param candidates the revisions that have this structure, in order; at least one */
function choose(
  candidates: readonly Revision[],
  difference: readonly string[],
  witness: Observation['witness'],
): Match {
  const ids = candidates.map((revision) => revision.id);
  if (witness !== null) {
    const agreed = witness.revisions.length === 1 ? ids.find((id) => id === witness.revisions[0]) : undefined;
    if (agreed !== undefined) return { kind: 'exact', revision: agreed, candidates: ids, difference };
    const conflict = `alembic_version says ${witness.revisions.join(', ')}, the structure is that of ${ids.join(', ')}`;
    return { kind: 'ambiguous', revision: null, candidates: ids, difference: [conflict, ...difference] };
  }
  const [first, ...others] = ids;
  if (first !== undefined && others.length === 0) {
    return { kind: 'exact', revision: first, candidates: ids, difference };
  }
  // Revisions that change only data directly follow one another; where a structure came back later, that decides
  // nothing.
  const unbroken = candidates
    .slice(1)
    .every((revision, index) => revision.parents.join() === candidates[index]?.id);
  return {
    kind: 'ambiguous',
    revision: unbroken && first !== undefined ? first : null,
    candidates: ids,
    difference,
  };
}

interface Compared {
  readonly revision: Revision;
  readonly differences: readonly Difference[];
}

/** For a structure that no revision has. */
async function matchOthers(
  { witness }: Observation,
  { graph, replay, structures }: Basis,
  actual: Structure,
  allowExtra: boolean,
): Promise<Matching> {
  const nameOf = ({ name }: { readonly name: string }): string => structures.fold(name);
  const there = new Set(actual.tables.map(nameOf));
  const revised = new Set<string>();
  const compared: Compared[] = [];
  for (const revision of graph.order) {
    const expected = await replay.structure(chainOf(graph, revision.id));
    const names = expected.tables.map(nameOf);
    for (const name of names) revised.add(name);
    if (names.some((name) => there.has(name)))
      compared.push({ revision, differences: structures.compare(expected, actual) });
  }
  // A table that some revision makes is evidence against every revision without it.
  const isOwn = ({ extraTable }: Difference): boolean =>
    extraTable !== null && !revised.has(nameOf(extraTable));
  const alike = compared.filter(({ differences }) => differences.every(isOwn));
  const [first] = alike;
  if (!allowExtra || first === undefined)
    return {
      match: nearest(compared),
      extraTables: first?.differences.flatMap(({ extraTable }) => extraTable ?? []) ?? [],
    };
  const revisions = alike.map(({ revision }) => revision);
  return { match: choose(revisions, first.differences.map(inWords), witness), extraTables: [] };
}

function nearest(compared: readonly Compared[]): Match {
  const [first, ...others] = compared;
  if (first === undefined) return { kind: 'none', revision: null, candidates: [], difference: [] };
  const { revision, differences } = others.reduce((best, one) => (isNearer(one, best) ? one : best), first);
  return { kind: 'nearest', revision: revision.id, candidates: [], difference: differences.map(inWords) };
}

/** Of two equally near ones, the one with fewer extra objects: what is missing can be made. */
function isNearer({ differences: a }: Compared, { differences: b }: Compared): boolean {
  const extras = (differences: readonly Difference[]) => differences.filter(({ isExtra }) => isExtra).length;
  return distance(a) < distance(b) || (distance(a) === distance(b) && extras(a) < extras(b));
}

function distance(differences: readonly Difference[]): number {
  return differences.reduce((sum, { weight }) => sum + weight, 0);
}

export function inWords({ words }: Difference): string {
  return words;
}
