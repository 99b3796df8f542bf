// How many targets of a wave may fail, and how many may be in flight for that. Invariant: where each process has one
// batch, no more fail than may and one a process, whatever becomes of those in flight.

import { isUndone, type OutcomeKind } from '../model/outcome.js';

export interface Budget {
  /** How many targets the next batch may have; 0: none before one that is in flight has ended. */
  room(): number;
  /** A batch goes to a process. @returns to be called when all of its targets are counted */
  begin(size: number): () => void;
  count(outcome: OutcomeKind): void;
  readonly failed: number;
  isExceeded(): boolean;
}

/**
 * @param allowed how many may fail; null: all
 * @param failed how many have failed before
 */
export function createBudget(allowed: number | null, failed = 0): Budget {
  const most = allowed ?? Infinity;
  let count = failed;
  /** Targets in flight beyond the first of each batch. */
  let extra = 0;
  return {
    room: () => Math.max(0, 1 + most - count - extra),
    begin(size) {
      extra += size - 1;
      return () => {
        extra -= size - 1;
      };
    },
    count(outcome) {
      if (isUndone(outcome)) count += 1;
    },
    get failed() {
      return count;
    },
    isExceeded: () => count > most,
  };
}
