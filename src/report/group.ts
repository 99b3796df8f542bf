// Causes: 3,000 failures are shown as the two reasons behind them. A cause is a code, a revision and a statement, not
// the words of a message, which may hold a value of each target. Apart from the documents because runs and looks at the
// fleet both use it. No target is left out of a cluster.

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
  /** Their different wordings, a target's own name aside: the first targets that have each, a few of them. */
  readonly samples: readonly C[];
  readonly wordings: number;
}

const SAMPLES_MAX = 3;

/**
 * Puts cases of one cause together. `kind` keeps cases apart that have the same cause.
 * @returns the largest cluster first; of equal ones, the one met first
 */
export function cluster<C extends FailedTarget>(
  cases: Iterable<C>,
  kind: (item: C) => string = () => '',
): Cluster<C>[] {
  const found = new Map<string, { first: C; count: number; samples: C[]; wordings: Set<string> }>();
  for (const item of cases) {
    const { code, revision, statement, line, message } = item.failure;
    const key = JSON.stringify([kind(item), code, revision, statement, line]);
    const known = found.get(key) ?? { first: item, count: 0, samples: [], wordings: new Set<string>() };
    found.set(key, known);
    known.count += 1;
    const wording = withoutName(message, item);
    if (known.wordings.has(wording)) continue;
    known.wordings.add(wording);
    if (known.samples.length < SAMPLES_MAX) known.samples.push(item);
  }
  return [...found.values()]
    .map((each) => ({ ...each, wordings: each.wordings.size }))
    .sort((a, b) => b.count - a.count);
}

function withoutName(message: string, { id, path }: FailedTarget): string {
  return message.replaceAll(path, '<target>').replaceAll(id, '<target>');
}
