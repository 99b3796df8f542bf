// What other tools' records say about the revisions, and whether a set of revisions is what they mean. The only place
// that weighs claims. Invariant: a claim can choose among structures that are equal, and can forbid, but never make a
// structure pass for another one.

import { USER_VERSION, type Claim, type Mark } from '../model/claim.js';
import type { ClaimSaid } from '../model/observation.js';
import type { Revision } from '../model/revision.js';
import { ancestors, headsOf, inOrder, type Graph } from '../revisions/graph.js';
import { isNumeric } from '../revisions/file-name.js';
import { countHistory } from '../revisions/squash.js';
import { meantBy } from './meant.js';

/** Numbers that an application keeps in `user_version`, and the revisions that they stand for. */
export type UserVersions = Readonly<Record<string, string>>;

/** A claim, held against the revisions. */
export interface Heard {
  readonly claim: Claim;
  /** The last that it records: its heads, or the newest of what it lists. */
  readonly last: readonly Mark[];
  /** The revisions that it says are applied. */
  readonly applied: ReadonlySet<string>;
  /** Why it can fit no structure, in words; null: nothing. */
  readonly doubt: string | null;
}

/** What was claimed, without what applications keep for themselves. */
export function hearClaims(claims: readonly Claim[], graph: Graph, versions: UserVersions): readonly Heard[] {
  return claims.flatMap((claim): Heard[] => {
    if (claim.table !== USER_VERSION) return [hear(claim, graph)];
    const meant = claim.upTo.flatMap(({ name }) => versions[name] ?? []);
    if (Object.keys(versions).length === 0) return [];
    return [{ claim, last: claim.upTo, applied: ancestors(graph, meant), doubt: null }];
  });
}

function hear(claim: Claim, graph: Graph): Heard {
  const { upTo, each, table } = claim;
  const replacing = [...graph.shadowed, ...graph.order].filter(({ replaces = [] }) => replaces.length > 0);
  const replaced = new Set(replacing.flatMap(({ replaces = [] }) => replaces));
  const applied = new Set<string>();
  const former = new Set<string>();
  const unknown: Mark[] = [];
  for (const mark of upTo) {
    const id = meantBy(mark, graph);
    if (id === null) unknown.push(mark);
    else if (replaced.has(id)) for (const one of upToReplaced(id, replacing)) former.add(one);
    else for (const one of ancestors(graph, [id])) applied.add(one);
  }
  const own = setOf(each, graph);
  for (const mark of own) {
    const id = meantBy(mark, graph);
    if (id === null) unknown.push(mark);
    else if (replaced.has(id)) former.add(id);
    else applied.add(id);
  }
  // What was replaced counts as in a history.
  const rows = [...former].map((revision) => ({ revision, status: 'applied', sqlChecksum: '' }) as const);
  const { whole, partly } = countHistory(rows, graph);
  for (const { revision } of whole) for (const one of ancestors(graph, [revision.id])) applied.add(one);
  const [half] = partly;
  const newest = newestOf(own);
  const last = newest === null ? upTo : [newest];
  if (unknown.length > 0) for (const id of beforeFirst(applied, graph)) applied.add(id);
  const hole = inOrder(graph, ancestors(graph, applied)).find(({ id }) => !applied.has(id));
  const ahead = applied.size === 0 ? undefined : last.find((mark) => unknown.includes(mark));
  const doubt =
    half !== undefined
      ? `${table} has ${half.has.join(', ')} of the revisions that ${half.revision.id} replaces, and not ${half.lacks.join(', ')}`
      : ahead !== undefined
        ? `${table} says ${shown(last)}, and no file has ${shown([ahead])}`
        : hole !== undefined
          ? `${table} has ${headsOf(graph, applied).join(', ')} and not ${hole.id}, which comes before`
          : null;
  return { claim, last, applied, doubt };
}

/** What comes before all that is known of a tool whose older migrations have no files: it was made of those. */
function beforeFirst(applied: ReadonlySet<string>, graph: Graph): readonly string[] {
  const chain = inOrder(graph, ancestors(graph, applied)).map(({ id }) => id);
  return chain.slice(
    0,
    Math.max(
      0,
      chain.findIndex((id) => applied.has(id)),
    ),
  );
}

/** All that stands up to one of the replaced, itself included: they are named in their order. */
function upToReplaced(id: string, replacing: readonly Revision[]): readonly string[] {
  const own = replacing.find(({ replaces = [] }) => replaces.includes(id))?.replaces ?? [];
  const ordered = own.every(isNumeric) ? [...own].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)) : own;
  return ordered.slice(0, ordered.indexOf(id) + 1);
}

/** Of several histories in one table, the one that the files are of: the most of its marks are known. */
function setOf(marks: readonly Mark[], graph: Graph): readonly Mark[] {
  const sets = new Map<string | undefined, Mark[]>();
  for (const mark of marks) {
    const set = sets.get(mark.set) ?? [];
    sets.set(mark.set, set);
    set.push(mark);
  }
  if (sets.size <= 1) return marks;
  const knownIn = (set: readonly Mark[]): number =>
    set.filter((mark) => meantBy(mark, graph) !== null).length;
  const [best] = [...sets.values()].sort(
    (a, b) => knownIn(b) - knownIn(a) || a.length - knownIn(a) - (b.length - knownIn(b)),
  );
  return best ?? [];
}

/** By number where all are numbers, else the last of the table. */
function newestOf(marks: readonly Mark[]): Mark | null {
  const [first, ...others] = marks;
  if (first === undefined) return null;
  if (!marks.every(({ name }) => isNumeric(name))) return marks.at(-1) ?? null;
  return others.reduce((best, mark) => (BigInt(mark.name) > BigInt(best.name) ? mark : best), first);
}

/** Whether a claim says anything about the revisions. */
export function isSpeaking({ applied, doubt }: Heard): boolean {
  return applied.size > 0 || doubt !== null;
}

/** Whether these revisions, and no others, are what a claim says is applied. */
export function agrees({ applied, doubt }: Heard, revisions: ReadonlySet<string>): boolean {
  return doubt === null && applied.size === revisions.size && [...applied].every((id) => revisions.has(id));
}

/** A claim as documents have it. */
export function said({ claim, last, applied }: Heard, graph: Graph): ClaimSaid {
  const { tool, table, stuck } = claim;
  const marks = stuck.map(({ name, found }) => (name === null ? found : `${name}: ${found}`));
  return {
    tool,
    table,
    says: last.map(({ name }) => name),
    revisions: headsOf(graph, applied),
    ...(marks.length === 0 ? {} : { stuck: marks }),
  };
}

/** `schema_migrations says 3 (revision 0003)`. */
export function inClaimWords({ claim, last, applied, doubt }: Heard, graph: Graph): string {
  if (doubt !== null) return doubt;
  const heads = headsOf(graph, applied);
  const meaning =
    heads.length === 0
      ? ', which is no revision here'
      : heads.join() === last.map(({ name }) => name).join()
        ? ''
        : ` (${heads.length === 1 ? 'revision' : 'revisions'} ${heads.join(', ')})`;
  return `${claim.table} says ${shown(last)}${meaning}`;
}

/** A name comes from the database, and may be anything. */
const NAME_MAX = 100;

function shown(marks: readonly Mark[]): string {
  return marks
    .map(({ name }) => (name.length > NAME_MAX ? `${name.slice(0, NAME_MAX)}...` : name))
    .join(', ');
}
