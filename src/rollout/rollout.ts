// Many targets: turns over one shared queue, retries of busy ones, and what ends a run early. Every target gets an
// outcome, also those that were never started.

import pLimit from 'p-limit';
import type { About } from '../model/hint.js';
import type { Outcome } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import type { Intent, Way } from '../target/intent.js';
import { joinOutcomes, toldOutcome, type OutcomeDraft } from '../target/progress.js';
import { stopsRun } from '../target/reason.js';
import type { Pool } from '../workers/pool.js';
import { attempt, type Attempted, type Orders } from './attempt.js';
import { createQueue, type Waiting } from './queue.js';
import { createStop, stopOnInterruption } from './stop.js';

export interface RunRequest extends Orders {
  readonly targets: readonly Target[];
  /** What the commands of hints are about. */
  readonly about: About;
  /** Worker processes. */
  readonly jobs: number;
}

export interface Watcher {
  onOutcome(outcome: Outcome): void;
  /** A target that others hold locked goes to the back of the queue. */
  onRetry(id: string, message: string): void;
}

/** What stands of a target that is to be tried again, as the part of its way that is done. */
function asPart(draft: OutcomeDraft, { kind }: Intent, way: Way | undefined): OutcomeDraft {
  const isBack = kind === 'downgrade' || (kind === 'undo' && way?.deed?.what !== 'downgraded');
  return { ...draft, outcome: isBack ? 'downgraded' : 'upgraded', failure: null };
}

/** @returns an outcome for every target, in the order of the targets */
export async function runTargets(
  request: RunRequest,
  pool: Pool,
  now: () => number,
  watcher: Watcher,
): Promise<readonly Outcome[]> {
  const { targets, work, ways, about, jobs, signal } = request;
  const limit = pLimit(jobs);
  const queue = createQueue(targets, request);
  const stop = createStop();
  const outcomes = new Array<Outcome>(targets.length);
  /** When targets were first tried, in milliseconds since 1970, by index. */
  const triedAt = new Map<number, number>();
  /** What earlier tries have committed, by index: a target may be busy between two parts of its way. */
  const committed = new Map<number, OutcomeDraft>();

  /** Has one batch carried out. @returns how many of its targets went back into the queue */
  async function takeTurn(): Promise<number> {
    const batch = queue.take();
    const startedAt = now();
    const attempted = await attempt(
      batch.map(({ target }) => target),
      request,
      pool,
      stop,
    );
    queue.putBack(batch.slice(attempted.length));
    let concluded = 0;
    for (const [at, what] of attempted.entries()) {
      const waiting = batch[at];
      if (waiting !== undefined && conclude(waiting, what, startedAt)) concluded++;
    }
    return batch.length - concluded;
  }

  /** @returns whether the target has its outcome; else it waits again */
  function conclude(waiting: Waiting, attempted: Attempted, startedAt: number): boolean {
    const { target, index } = waiting;
    if (attempted === 'unknown') {
      queue.putBackAsSuspect(waiting);
      return false;
    }
    const before = committed.get(index);
    const draft = before === undefined ? attempted : joinOutcomes(before, attempted);
    const { failure } = draft;
    if (failure !== null && stopsRun(failure)) {
      stop.because(`the run stopped when ${target.id} met this: ${failure.message}`);
    }
    const first = triedAt.get(index) ?? startedAt;
    if (failure?.code === 'busy' && now() < first + work.busyTimeoutMs) {
      triedAt.set(index, first);
      if (draft.outcome === 'partial') committed.set(index, asPart(draft, work.intent, ways.get(target.id)));
      queue.putLast(waiting);
      watcher.onRetry(target.id, failure.message);
      return false;
    }
    const outcome = toldOutcome(draft, about);
    watcher.onOutcome(outcome);
    outcomes[index] = outcome;
    return true;
  }

  /** Takes a turn, and then one more for each target that it put back. */
  async function takeTurns(): Promise<void> {
    const putBack = await limit(takeTurn);
    await Promise.all(Array.from({ length: putBack }, takeTurns));
  }

  const endOfWatch = stopOnInterruption(signal, stop, pool);
  try {
    // One turn for each target: in the worst case each target is its own batch. A turn that finds the queue empty
    // returns.
    await Promise.all(targets.map(takeTurns));
    return outcomes;
  } finally {
    endOfWatch();
  }
}
