// The targets that wait for a process: in the order of their wave, small ones several at a time, and a target that may
// have killed a process by itself. Apart from the rollout, because all of it is arithmetic. Invariant: every
// target is in the queue, or was taken and is to be put back or concluded by whoever took it.

import type { Target } from '../model/target.js';
import type { Way } from '../target/intent.js';

/** Small targets in one message: a message costs as much as a tenth of one. */
const BATCH_TARGETS_MAX = 16;
const BATCH_BYTES_MAX = 1024 * 1024;

/** A target that waits for its turn. */
export interface Waiting {
  readonly target: Target;
  /** Its index among the targets of the wave. */
  readonly index: number;
}

export interface Queue {
  /**
   * Takes the targets for one message: a target, or some small ones with the same way to go, and fewer of these near
   * the end, so that all processes are done at about the same time.
   * @param most how many it may be; default: what is good
   * @returns none where nothing waits
   */
  take(most?: number): readonly Waiting[];
  /** Takes all that waits: nothing more is begun. */
  drain(): readonly Waiting[];
  /** Takes back the rest of a batch that nobody began: it is next, in its order. */
  putBack(rest: readonly Waiting[]): void;
  /** Takes back a target whose process died: it is next, and nothing else is in the same message. */
  putBackAsSuspect(suspect: Waiting): void;
  /** Takes back a target that is to be tried again when all others had their turn. */
  putLast(waiting: Waiting): void;
}

export interface QueueOptions {
  /** The ways of single targets, by id; those of one way share the object. */
  readonly ways: ReadonlyMap<string, Way>;
  /** Processes that share the queue. */
  readonly jobs: number;
}

/** @param targets in the order in which they are to be begun */
export function createQueue(targets: readonly Target[], { ways, jobs }: QueueOptions): Queue {
  // The next one is at the end, where it costs nothing to take it.
  const queue = targets.map((target, index): Waiting => ({ target, index })).reverse();
  const suspects = new Set<Waiting>();

  function sizeOfBatch(first: Waiting): number {
    if (suspects.has(first)) return 1;
    return Math.min(BATCH_TARGETS_MAX, Math.ceil(queue.length / (2 * jobs)));
  }

  return {
    take(allowed = Infinity): readonly Waiting[] {
      const first = queue.pop();
      if (first === undefined) return [];
      const batch = [first];
      const most = Math.min(allowed, sizeOfBatch(first));
      const way = ways.get(first.target.id);
      let bytes = first.target.sizeBytes;
      while (batch.length < most) {
        const next = queue.at(-1);
        if (next === undefined || suspects.has(next) || ways.get(next.target.id) !== way) break;
        bytes += next.target.sizeBytes;
        if (bytes > BATCH_BYTES_MAX) break;
        batch.push(next);
        queue.pop();
      }
      return batch;
    },
    drain: () => queue.splice(0).reverse(),
    putBack(rest): void {
      queue.push(...rest.toReversed());
    },
    putBackAsSuspect(suspect): void {
      suspects.add(suspect);
      queue.push(suspect);
    },
    putLast(waiting): void {
      queue.unshift(waiting);
    },
  };
}
