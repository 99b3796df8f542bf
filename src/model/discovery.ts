// What a search for the targets of a fleet finds.

import type { Refusal, Target } from './target.js';

export interface Discovery {
  readonly targets: readonly Target[];
  readonly refused: readonly Refusal[];
  /** What is there instead, where nothing is a target and something is there. */
  readonly present?: Present;
}

/** What a place holds that is no target. */
export interface Present {
  readonly count: number;
  /** A few of their names. */
  readonly examples: readonly string[];
}

/** What every document about targets says of those that it is not about. */
export interface Scoped extends Pick<Discovery, 'present'> {
  /** How many were not looked at, because of a limit. */
  readonly unexamined?: number;
}
