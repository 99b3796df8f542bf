// Remembers answers by all that they depend on besides the graph: a fleet of many targets has few structures.
// Invariant: the key says everything that the answer depends on.

import type { Graph } from '../revisions/graph.js';

export type Memory<T> = (graph: Graph, key: string, find: () => Promise<T>) => Promise<T>;

/** @param capacity how many answers are remembered at most; the oldest is forgotten */
export function createMemory<T>(capacity = 1000): Memory<T> {
  const known = new WeakMap<Graph, Map<string, T>>();
  return async (graph, key, find) => {
    const answers = known.get(graph) ?? new Map<string, T>();
    known.set(graph, answers);
    const answer = answers.get(key);
    if (answer !== undefined) return answer;
    const found = await find();
    const [oldest] = answers.keys();
    if (answers.size >= capacity && oldest !== undefined) answers.delete(oldest);
    answers.set(key, found);
    return found;
  };
}
