// The targets of one wave: turns over one shared queue, retries of busy ones, and what stops the run. Every target gets
// an outcome, also those that were never started.

import pLimit from 'p-limit';
import type { Stage } from '../model/events.js';
import type { About } from '../model/hint.js';
import type { Outcome } from '../model/outcome.js';
import type { Intent, Way } from '../target/intent.js';
import { joinOutcomes, toldOutcome, type OutcomeDraft } from '../target/progress.js';
import { stopsRun } from '../target/reason.js';
import type { Pool } from '../workers/pool.js';
import { attempt, notStarted, type Attempted, type Orders } from './attempt.js';
import type { Budget } from './budget.js';
import { createQueue, type Waiting } from './queue.js';
import type { Stop } from './stop.js';
import { sizeOf, type Wave } from './waves.js';

export interface RunRequest extends Orders {
  /** What the commands of hints are about. */
  readonly about: About;
  /** Worker processes. */
  readonly jobs: number;
  /** Whether waves were asked for, or how many may fail: each outcome tells its wave. */
  readonly isWaved: boolean;
  /** By id, what an earlier leg of the run has committed of a way that was cut in parts. */
  readonly parts?: ReadonlyMap<string, OutcomeDraft>;
}

export interface TargetWatcher {
  onOutcome(outcome: Outcome): void;
  /** A target takes a second or more, and is at another step than was told. */
  onStage(stage: Stage): void;
  /** A target that others hold locked goes to the back of the queue. */
  onRetry(id: string, message: string): void;
}

/** What stands of a target that is to be tried again, as the part of its way that is done. */
function asPart(draft: OutcomeDraft, { kind }: Intent, way: Way | undefined): OutcomeDraft {
  const isBack = kind === 'downgrade' || (kind === 'undo' && way?.deed?.what !== 'downgraded');
  return { ...draft, outcome: isBack ? 'downgraded' : 'upgraded', failure: null };
}

/** What all waves of a run have in common. */
export interface Rollout {
  readonly pool: Pool;
  readonly now: () => number;
  readonly stop: Stop;
  readonly watcher: TargetWatcher;
}

/**
 * @param budget of the wave; the run stops when it is exceeded
 * @returns an outcome for every target, in the order of the wave
 */
export async function runWave(
  wave: Wave,
  request: RunRequest,
  budget: Budget,
  { pool, now, stop, watcher }: Rollout,
): Promise<readonly Outcome[]> {
  const { targets } = wave;
  const { work, ways, about, jobs } = request;
  const limit = pLimit(jobs);
  const queue = createQueue(targets, request);
  const outcomes = new Array<Outcome>(targets.length);
  /** When targets were first tried, in milliseconds since 1970, by index. */
  const triedAt = new Map<number, number>();
  /** What earlier tries have committed, by index: a target may be busy between two parts of its way. */
  const committed = new Map<number, OutcomeDraft>();
  for (const [index, { id }] of targets.entries()) {
    const part = request.parts?.get(id);
    if (part !== undefined) committed.set(index, asPart(part, work.intent, ways.get(id)));
  }
  /** Turns that wait until a batch in flight has ended. */
  const waiting: (() => void)[] = [];

  /** Has one batch carried out. @returns how many of its targets went back into the queue */
  async function takeTurn(): Promise<number> {
    while (budget.room() === 0 && stop.reason() === null) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    if (stop.reason() !== null) return 0;
    const batch = queue.take(budget.room());
    if (batch.length === 0) return 0;
    const end = budget.begin(batch.length);
    const startedAt = now();
    const attempted = await attempt(
      batch.map(({ target }) => target),
      request,
      pool,
      {
        stop,
        onStage: (stage) => {
          watcher.onStage(stage);
        },
      },
    );
    queue.putBack(batch.slice(attempted.length));
    let concluded = 0;
    for (const [at, what] of attempted.entries()) {
      const one = batch[at];
      if (one !== undefined && conclude(one, what, startedAt)) concluded++;
    }
    end();
    for (const wake of waiting.splice(0)) wake();
    return batch.length - concluded;
  }

  /** @returns whether the target has its outcome; else it waits again */
  function conclude(one: Waiting, attempted: Attempted, startedAt: number): boolean {
    const { target, index } = one;
    if (attempted === 'unknown') {
      queue.putBackAsSuspect(one);
      return false;
    }
    const draft = joined(index, attempted);
    const { failure } = draft;
    if (failure !== null && stopsRun(failure)) {
      stop.because(`the run stopped when ${target.id} met this: ${failure.message}`);
    }
    const first = triedAt.get(index) ?? startedAt;
    if (failure?.code === 'busy' && now() < first + work.busyTimeoutMs) {
      triedAt.set(index, first);
      if (draft.outcome === 'partial') committed.set(index, asPart(draft, work.intent, ways.get(target.id)));
      queue.putLast(one);
      watcher.onRetry(target.id, failure.message);
      return false;
    }
    budget.count(draft.outcome);
    if (budget.isExceeded()) stop.byRule(() => exceededWords(wave, budget));
    tell(index, draft);
    return true;
  }

  function joined(index: number, draft: OutcomeDraft): OutcomeDraft {
    const before = committed.get(index);
    return before === undefined ? draft : joinOutcomes(before, draft);
  }

  function tell(index: number, draft: OutcomeDraft): void {
    const outcome = request.isWaved
      ? { ...toldOutcome(draft, about), wave: wave.name }
      : toldOutcome(draft, about);
    watcher.onOutcome(outcome);
    outcomes[index] = outcome;
  }

  /** Takes a turn, and then one more for each target that it put back. */
  async function takeTurns(): Promise<void> {
    const putBack = await limit(takeTurn);
    await Promise.all(Array.from({ length: putBack }, takeTurns));
  }

  if (budget.isExceeded()) stop.byRule(() => exceededWords(wave, budget));
  // One turn for each target: in the worst case each target is its own batch. A turn that finds the queue empty, or the
  // run stopped, returns.
  await Promise.all(targets.map(takeTurns));
  const stopped = stop.reason();
  if (stopped !== null) {
    for (const { target, index } of queue.drain())
      tell(index, joined(index, notStarted(target, stopped, request)));
  }
  return outcomes;
}

/** Why no more targets are begun: `in wave 2 (20%) 7 of 60 targets failed, and --max-failures 10% allows 6`. */
function exceededWords(wave: Wave, { failed }: Budget): string {
  const { number, name, maxFailures, rule } = wave;
  const allows = rule.endsWith('%') ? `${rule} allows ${maxFailures ?? 0}` : `${rule} allows no more`;
  return `in wave ${number} (${name}) ${failed} of ${sizeOf(wave)} targets failed, and ${allows}`;
}
