// What a search for the targets of a fleet finds.

import type { Refusal, Target } from './target.js';

export interface Discovery {
  readonly targets: readonly Target[];
  readonly refused: readonly Refusal[];
}
