// An order in which every need comes first, of anything that has needs: revisions by their headers, and revisions by
// the tables and columns that they use. Stable: what needs leave open stays in the order of the input.

import type { RevisionNeeds } from '../model/report.js';

/** Things in order, and the loops that stand in the way: each thing in a loop needs the next, the last the first. */
export interface Ordering<T> {
  readonly order: readonly T[];
  /** At least one for every set of things that need each other. */
  readonly loops: readonly (readonly T[])[];
}

/**
 * Orders things depth first, needs before what needs them; a need that is still open on the path closes a loop.
 * @param items each once, in the order to keep
 * @param needsOf ids that a thing needs; its own and unknown ones do not count
 */
export function orderByNeeds<T extends { readonly id: string }>(
  items: readonly T[],
  needsOf: (item: T) => readonly string[],
  byId: ReadonlyMap<string, T> = new Map(items.map((item) => [item.id, item])),
): Ordering<T> {
  const rank = new Map(items.map((item, index) => [item.id, index]));
  const order: T[] = [];
  const loops: T[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const rankOf = (item: T): number => rank.get(item.id) ?? 0;
  const enter = (item: T): { item: T; rest: T[] } => {
    state.set(item.id, 'open');
    const rest = [...new Set(needsOf(item))].flatMap((id) => (id === item.id ? [] : (byId.get(id) ?? [])));
    return { item, rest: rest.sort((a, b) => rankOf(b) - rankOf(a)) };
  };
  for (const root of items) {
    if (state.has(root.id)) continue;
    const path = [enter(root)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = top.rest.pop();
      if (need === undefined) {
        state.set(top.item.id, 'done');
        order.push(top.item);
        path.pop();
      } else if (!state.has(need.id)) {
        path.push(enter(need));
      } else if (state.get(need.id) === 'open') {
        loops.push(path.slice(path.findIndex((at) => at.item === need)).map((at) => at.item));
      }
    }
  }
  return { order, loops };
}

/** The order that these needs allow, as near to the present one as they do, and the circles among them. */
export function orderOfNeeds(needs: ReadonlyMap<string, RevisionNeeds>): Ordering<{ readonly id: string }> {
  const items = [...needs.keys()].map((id) => ({ id }));
  const makersOfNeeds = ({ id }: { readonly id: string }): string[] =>
    (needs.get(id)?.from ?? []).flatMap(({ revision }) => (revision === null ? [] : [revision]));
  return orderByNeeds(items, makersOfNeeds);
}
