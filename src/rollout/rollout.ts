// Many targets: one shared queue, deadlines, retries of busy ones, and the rules that stop a run. Every target gets an
// outcome, also those that were never started.

import pLimit from 'p-limit';
import type { Outcome, Reason } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import type { About } from '../model/hint.js';
import { toldOutcome, type OutcomeDraft } from '../target/progress.js';
import { hintFor, stopsRun } from '../target/reason.js';
import { WorkerError, type Pool } from '../workers/pool.js';
import { withGoal } from '../target/intent.js';
import type { Work } from '../target/work.js';

/** How long work in flight may go on after an interruption, in milliseconds; then it is rolled back. */
const GRACE_MS = 5_000;
/** Time beyond a target's own deadline before its process is killed, in milliseconds: it ends itself more gently. */
const KILL_AFTER_MS = 500;
/** Small targets in one message: a message costs as much as a tenth of one. */
const BATCH_TARGETS_MAX = 16;
const BATCH_BYTES_MAX = 1024 * 1024;

export interface RunRequest {
  readonly targets: readonly Target[];
  readonly work: Work;
  /** Heads that single targets are to be brought to, by id; the others go where the work says. */
  readonly goals: ReadonlyMap<string, readonly string[]>;
  readonly rehearse: boolean;
  /** What the commands of hints are about. */
  readonly about: About;
  /** Worker processes. */
  readonly jobs: number;
  readonly signal: AbortSignal | undefined;
}

export interface Watcher {
  onOutcome(outcome: Outcome): void;
  /** A target that others hold locked goes to the back of the queue. */
  onRetry(id: string, message: string): void;
}

/** A target that waits for its turn. */
interface Waiting {
  readonly target: Target;
  /** Its place among the targets. */
  readonly index: number;
  /** When it was first tried, in milliseconds since 1970. */
  triedAt: number | null;
  /** A process died that had it among others: no other is to go down with it. */
  isSuspect: boolean;
}

/** @returns an outcome for every target, in the order of the targets */
export async function runTargets(
  request: RunRequest,
  pool: Pool,
  now: () => number,
  watcher: Watcher,
): Promise<readonly Outcome[]> {
  const { targets, goals, work, rehearse, jobs, signal, about } = request;
  const limit = pLimit(jobs);
  const outcomes = new Array<Outcome>(targets.length);
  // The next one is at the end, where it costs nothing to take it. The largest comes first: a large one that starts
  // last would keep a single process busy at the end.
  const queue = targets.map((target, index): Waiting => ({ target, index, triedAt: null, isSuspect: false }));
  queue.sort((a, b) => a.target.sizeBytes - b.target.sizeBytes || b.index - a.index);
  let stop: string | null = null;

  function workFor(target: Target): Work {
    const goal = goals.get(target.id);
    return goal === undefined ? work : { ...work, intent: withGoal(work.intent, goal) };
  }

  /** What a process gets by one message: a target, or some small ones, fewer of them as the end is near. */
  function take(): readonly Waiting[] {
    const first = queue.pop();
    if (first === undefined) return [];
    const batch = [first];
    const most = first.isSuspect ? 1 : Math.min(BATCH_TARGETS_MAX, Math.ceil(queue.length / (2 * jobs)));
    let bytes = first.target.sizeBytes;
    while (batch.length < most) {
      const last = queue.at(-1);
      if (last === undefined || last.isSuspect) break;
      bytes += last.target.sizeBytes;
      const isSameWork = goals.get(last.target.id) === goals.get(first.target.id);
      if (bytes > BATCH_BYTES_MAX || !isSameWork) break;
      batch.push(last);
      queue.pop();
    }
    return batch;
  }

  /** @returns for the first ones of the batch what became of them, null where that is to be found out once more */
  async function attempt(batch: readonly Waiting[]): Promise<readonly (OutcomeDraft | null)[]> {
    const [first] = batch;
    if (first === undefined) return [];
    if (stop !== null) return [notStarted(first.target, stop)];
    try {
      const task = {
        kind: 'apply',
        targets: batch.map(({ target }) => target),
        work: workFor(first.target),
        rehearse,
      } as const;
      return await pool.run(task, { timeoutMs: work.timeoutMs + KILL_AFTER_MS });
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      if (error.reason === 'notStarted') {
        stop ??= error.message;
        return [ended(first.target, 'failed', causeOf(error, isAborted()))];
      }
      const settled: (OutcomeDraft | null)[] = [];
      for (const { target } of batch) {
        const cause = causeOf(error, isAborted());
        const outcome = rehearse ? ended(target, 'failed', cause) : await settle(target, cause);
        // Which of several the process died of, each tells by itself, as long as any may be begun.
        const isOpen = outcome.outcome === 'failed' && batch.length > 1 && !isStopped();
        settled.push(isOpen ? null : outcome);
      }
      return settled;
    }
  }

  function isAborted(): boolean {
    return signal?.aborted === true;
  }

  function isStopped(): boolean {
    return stop !== null;
  }

  /** Another process asks the target itself; where none can be had, nobody knows. */
  async function settle(target: Target, cause: Reason): Promise<OutcomeDraft> {
    try {
      return await pool.run(
        { kind: 'settle', target, work: workFor(target), cause },
        { timeoutMs: work.timeoutMs + KILL_AFTER_MS },
      );
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      const message = `${cause.message}; whether it had committed could not be read: ${error.message}`;
      return ended(target, 'inDoubt', {
        ...cause,
        code: 'commitUncertain',
        message,
        hint: hintFor('commitUncertain'),
      });
    }
  }

  /** @returns whether the target has its outcome; else it waits again */
  function conclude(waiting: Waiting, outcome: OutcomeDraft | null, startedAt: number): boolean {
    const { target, index } = waiting;
    if (outcome === null) {
      waiting.isSuspect = true;
      queue.push(waiting);
      return false;
    }
    const { failure } = outcome;
    if (failure !== null && stopsRun(failure)) {
      stop ??= `the run stopped when ${target.id} met this: ${failure.message}`;
    }
    waiting.triedAt ??= startedAt;
    if (failure?.code === 'busy' && now() < waiting.triedAt + work.busyTimeoutMs) {
      queue.unshift(waiting);
      watcher.onRetry(target.id, failure.message);
      return false;
    }
    const told = toldOutcome(outcome, about);
    watcher.onOutcome(told);
    outcomes[index] = told;
    return true;
  }

  /** @returns how many targets went back into the queue */
  async function takeTurn(): Promise<number> {
    const batch = take();
    const startedAt = now();
    const results = await attempt(batch);
    queue.push(...batch.slice(results.length).reverse());
    let over = 0;
    for (const [at, result] of results.entries()) {
      const waiting = batch[at];
      if (waiting !== undefined && conclude(waiting, result, startedAt)) over++;
    }
    return batch.length - over;
  }

  /** As many turns as targets, because each is one's own at worst; one that finds no target left is soon over. */
  async function untilDone(): Promise<void> {
    const again = await limit(takeTurn);
    await Promise.all(Array.from({ length: again }, untilDone));
  }

  const abort = () => {
    stop ??= 'the run was interrupted';
    setTimeout(() => {
      pool.kill();
    }, GRACE_MS).unref();
  };
  if (isAborted()) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await Promise.all(targets.map(untilDone));
    return outcomes;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function causeOf(error: WorkerError, aborted: boolean): Reason {
  const code = aborted ? 'interrupted' : reasonCode(error.reason);
  return { code, step: 'execute', message: error.message, hint: hintFor(code) };
}

function reasonCode(reason: WorkerError['reason']): Reason['code'] {
  switch (reason) {
    case 'timeout':
      return 'timeout';
    case 'died':
    case 'notStarted':
      return 'workerDied';
    case 'defect':
      return 'internal';
  }
}

function notStarted(target: Target, why: string): OutcomeDraft {
  return ended(target, 'skipped', {
    code: 'interrupted',
    step: 'open',
    message: `not started: ${why}`,
    hint: hintFor('interrupted'),
  });
}

/** The outcome of a target that no worker reported. */
export function ended(
  target: Pick<Target, 'id' | 'path'>,
  outcome: Outcome['outcome'],
  failure: Reason,
): OutcomeDraft {
  return {
    id: target.id,
    path: target.path,
    outcome,
    from: null,
    to: null,
    applied: [],
    backup: null,
    durationMs: 0,
    rows: {},
    failure,
  };
}
