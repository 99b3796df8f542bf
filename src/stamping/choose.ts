// Which of the revisions that have one structure is a database at? Claims decide, then what is harmless, then a person;
// else nothing does. Apart because here rows are changed twice, or never, where it is wrong. Invariant: what was not
// decided by a claim or a person changes no row when it runs again.

import type { Match } from '../model/observation.js';
import type { Revision } from '../model/revision.js';
import { ancestors, inOrder, type Graph } from '../revisions/graph.js';
import { agrees, isSpeaking, type Heard } from './claims.js';

/** `earliest` and `latest` of the candidates, or one of them by its id. */
export type At = string;

export interface Choice {
  /** By what it was decided, or why it is not. */
  readonly by:
    'alone' | 'claim' | 'person' | 'harmless' | 'ambiguous' | 'claimMismatch' | 'stuck' | 'notAmong';
  readonly kind: Extract<Match['kind'], 'exact' | 'ambiguous'>;
  /** Null where it is not decided. */
  readonly revision: string | null;
  /** What would run again from the earliest candidate, and may change rows. */
  readonly again: readonly string[];
}

export interface Choosing {
  /** In the order of the graph; at least one. */
  readonly candidates: readonly string[];
  readonly heard: readonly Heard[];
  readonly graph: Graph;
  readonly at: At | undefined;
}

export function choose({ candidates, heard, graph, at }: Choosing): Choice {
  const chains = new Map(candidates.map((heads) => [heads, ancestors(graph, heads.split(','))]));
  const [first] = candidates;
  const earliest = first !== undefined && isBelowAll(first, chains) ? first : null;
  const again = againFrom(earliest, chains, graph);
  const end = (by: Choice['by'], revision: string | null, kind?: Choice['kind']): Choice => {
    return { by, revision, kind: kind ?? (candidates.length > 1 ? 'ambiguous' : 'exact'), again };
  };
  if (heard.some(({ claim }) => claim.stuck.length > 0)) return end('stuck', null);
  const speaking = heard.filter(isSpeaking);
  const meant = candidates.find((heads) =>
    speaking.every((claim) => agrees(claim, chains.get(heads) ?? new Set())),
  );
  const isMismatch = speaking.length > 0 && meant === undefined;
  if (speaking.length > 0 && meant !== undefined) return end('claim', meant, 'exact');
  if (!isMismatch && candidates.length === 1) return end('alone', first ?? null);
  // Which of the equal ones it is, is no answer to whether the claim is wrong.
  if (at !== undefined && !(isMismatch && (at === 'earliest' || at === 'latest'))) {
    const chosen = at === 'earliest' ? earliest : at === 'latest' ? latestOf(chains) : at;
    return chosen !== null && candidates.includes(chosen) ? end('person', chosen) : end('notAmong', null);
  }
  if (isMismatch) return end('claimMismatch', null, 'ambiguous');
  return again.length === 0 && earliest !== null ? end('harmless', earliest) : end('ambiguous', null);
}

type Chains = ReadonlyMap<string, ReadonlySet<string>>;

/** Whether all that is applied at a place is applied at each of the others. */
function isBelowAll(place: string, chains: Chains): boolean {
  const own = [...(chains.get(place) ?? [])];
  return [...chains.values()].every((chain) => own.every((id) => chain.has(id)));
}

function latestOf(chains: Chains): string | null {
  for (const [place, own] of chains)
    if ([...chains.values()].every((chain) => [...chain].every((id) => own.has(id)))) return place;
  return null;
}

/** What runs a second time on a database that is at any other of the places, and may change rows then. */
function againFrom(earliest: string | null, chains: Chains, graph: Graph): readonly string[] {
  const had = earliest === null ? new Set<string>() : (chains.get(earliest) ?? new Set<string>());
  const all = new Set([...chains.values()].flatMap((chain) => [...chain]));
  const common = [...all].filter((id) => [...chains.values()].every((chain) => chain.has(id)));
  return inOrder(graph, all)
    .filter(({ id }) => !had.has(id) && !common.includes(id))
    .filter(mayChangeRows)
    .map(({ id }) => id);
}

/** Judged from the statements: a program may do anything. */
export function mayChangeRows({ up }: Revision): boolean {
  return up.kind === 'module' || !up.statements.every(({ keepsRows = false }) => keepsRows);
}
