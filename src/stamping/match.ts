// Which revision is this structure? Compares a legacy database with what every revision leaves. Only equality counts,
// on request without tables that no revision knows: the nearest revision is shown to people, and never stamped.

import type { Difference, ExtraTable, Structure } from '../dialects/structure.js';
import type { Match, Observation } from '../model/observation.js';
import type { Revision } from '../model/revision.js';
import { ancestors, inOrder, type Graph } from '../revisions/graph.js';
import type { Basis } from './basis.js';
import { choose, type At, type Choice } from './choose.js';
import { hearClaims, isSpeaking, said, type Heard } from './claims.js';
import { createMemory } from './memory.js';

export interface MatchOptions {
  /** Whether tables that no revision knows may stand beside those of a revision; default false. */
  readonly allowExtra?: boolean;
  /** Which of several revisions of one structure it is, where nothing else decides. */
  readonly at?: At;
}

export interface Matching {
  readonly match: Match;
  /** What decided, or why nothing does; null where no revision has this structure. */
  readonly choice: Choice | null;
  readonly heard: readonly Heard[];
  /** The tables that no revision knows, where they are all that prevents a match; else none. */
  readonly extraTables: readonly ExtraTable[];
}

/** The revisions applied at these heads, joined by commas: themselves and all before them. */
export function chainOf(graph: Graph, heads: string): readonly Revision[] {
  return inOrder(graph, ancestors(graph, heads.split(',')));
}

/** Whether evidence names one revision. */
export function isDecided(match: Match): match is Match & { readonly revision: string } {
  return match.revision !== null && (match.kind === 'exact' || match.kind === 'ambiguous');
}

const remembered = createMemory<Matching>();

/**
 * @param readActual reads the structure of the database; called only where no revision's is equal
 * @returns as `match`: `exact` or `ambiguous` with the revision to stamp, and as difference the tables that no
 *   revision knows; either with `revision: null` where evidence does not decide; `nearest` or `none` with the
 *   difference
 */
export async function findMatch(
  observation: Observation,
  basis: Basis,
  readActual: () => Promise<Structure>,
  options: MatchOptions = {},
): Promise<Matching> {
  const { graph, replay, userVersions = {} } = basis;
  const { fingerprint, claims } = observation;
  const key = JSON.stringify([fingerprint, claims, options]);
  return remembered(graph, key, async () => {
    const heard = hearClaims(claims, graph, userVersions);
    const candidates: string[] = [];
    for (const heads of placesOf(graph, heard)) {
      if ((await replay.fingerprint(chainOf(graph, heads))) === fingerprint) candidates.push(heads);
    }
    if (candidates.length > 0) return chosen(candidates, [], { heard, graph, options });
    return matchOthers(await readActual(), heard, basis, options);
  });
}

/** Where a database may be: at each revision, and at the several heads that a claim names. */
function placesOf(graph: Graph, heard: readonly Heard[]): readonly string[] {
  const several = heard.filter((one) => one.doubt === null).map((one) => said(one, graph).revisions);
  return [
    ...graph.order.map(({ id }) => id),
    ...new Set(several.filter((heads) => heads.length > 1).map((heads) => heads.join(','))),
  ];
}

interface Choosing {
  readonly heard: readonly Heard[];
  readonly graph: Graph;
  readonly options: MatchOptions;
}

/** @param candidates the places that have this structure, in order; at least one */
function chosen(
  candidates: readonly string[],
  difference: readonly string[],
  { heard, graph, options: { at } }: Choosing,
): Matching {
  const choice = choose({ candidates, heard, graph, at });
  const { revision, kind, again } = choice;
  const match = {
    kind,
    revision,
    candidates,
    difference,
    ...(again.length === 0 ? {} : { again }),
    ...claimsOf(heard, graph),
  };
  return { match, choice, heard, extraTables: [] };
}

function claimsOf(heard: readonly Heard[], graph: Graph): Pick<Match, 'claims'> {
  const told = heard.filter((one) => isSpeaking(one) || one.last.length + one.claim.stuck.length > 0);
  return told.length === 0 ? {} : { claims: told.map((one) => said(one, graph)) };
}

interface Compared {
  readonly place: string;
  readonly differences: readonly Difference[];
}

/** For a structure that no revision has. */
async function matchOthers(
  actual: Structure,
  heard: readonly Heard[],
  { graph, replay, structures }: Basis,
  options: MatchOptions,
): Promise<Matching> {
  const nameOf = ({ name }: { readonly name: string }): string => structures.fold(name);
  const there = new Set(actual.tables.map(nameOf));
  const revised = new Set<string>();
  const compared: Compared[] = [];
  for (const place of placesOf(graph, heard)) {
    const expected = await replay.structure(chainOf(graph, place));
    const names = expected.tables.map(nameOf);
    for (const name of names) revised.add(name);
    if (names.some((name) => there.has(name)))
      compared.push({ place, differences: structures.compare(expected, actual) });
  }
  // A table that some revision makes is evidence against every revision without it.
  const isOwn = ({ extraTable }: Difference): boolean =>
    extraTable !== null && !revised.has(nameOf(extraTable));
  const alike = compared.filter(({ differences }) => differences.every(isOwn));
  const [first] = alike;
  if (options.allowExtra === true && first !== undefined) {
    const places = alike.map(({ place }) => place);
    return chosen(places, first.differences.map(inWords), { heard, graph, options });
  }
  return {
    match: { ...nearest(compared), ...claimsOf(heard, graph) },
    choice: null,
    heard,
    extraTables: first?.differences.flatMap(({ extraTable }) => extraTable ?? []) ?? [],
  };
}

function nearest(compared: readonly Compared[]): Match {
  const [first, ...others] = compared;
  if (first === undefined) return { kind: 'none', revision: null, candidates: [], difference: [] };
  const { place, differences } = others.reduce((best, one) => (isNearer(one, best) ? one : best), first);
  return { kind: 'nearest', revision: place, candidates: [], difference: differences.map(inWords) };
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

/** Most differences that a message repeats. */
const SHOWN_MAX = 8;

export function listDifference(difference: readonly string[]): string {
  const shown = difference.slice(0, SHOWN_MAX).join('; ');
  return difference.length > SHOWN_MAX ? `${shown}; and ${difference.length - SHOWN_MAX} more` : shown;
}
