// Clusters of equal causes: 3,000 failures are shown as the two reasons behind them.
// Apart from the documents because runs and looks at the fleet both use it. No target is left out of a cluster.

import type { Failure } from '../model/outcome.js';

/** A target and what is wrong with it. */
export interface FailedTarget {
  readonly id: string;
  readonly path: string;
  readonly failure: Failure;
}

/** The targets that share a cause; `first` stands for them. */
export interface Cluster<C extends FailedTarget> {
  readonly first: C;
  readonly count: number;
}

/**
 * Puts cases of one cause together: same code, step, revision and message, where a target's own name and counted
 * numbers in the message do not make a difference. `kind` keeps cases apart that have the same cause.
 * @returns the largest cluster first; of equal ones, the one met first
 */
export function cluster<C extends FailedTarget>(
  cases: Iterable<C>,
  kind: (item: C) => string = () => '',
): Cluster<C>[] {
  const found = new Map<string, { first: C; count: number }>();
  for (const item of cases) {
    const { code, revision, message } = item.failure;
    const key = JSON.stringify([kind(item), code, revision ?? null, anonymous(message, item)]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { first: item, count: 1 });
    else known.count += 1;
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/**
 * The message without what differs from target to target. A revision's number is a cause; counts and lists of numbers
 * are not.
 */
function anonymous(message: string, { id, path }: FailedTarget): string {
  return message
    .replaceAll(path, '<target>')
    .replaceAll(id, '<target>')
    .replace(/(?<!revisions? )(?<![\w.'"`-])[1-9]\d*(?![\w'"`-])/g, '<n>')
    .replace(/<n>(?:, <n>)+(?:, \.\.\.)?/g, '<n>');
}
