// Many targets: one shared queue, deadlines, retries of busy ones, and the rules that stop a run. Every target gets an
// outcome, also those that were never started.

import pLimit from 'p-limit';
import type { Failure, Outcome } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import { forCommand, hintFor, stopsRun } from './failure.js';
import { WorkerError, type Pool } from './pool.js';
import { commandOf, withGoal } from './intent.js';
import type { Work } from './work.js';

/** How long work in flight may go on after an interruption, in milliseconds; then it is rolled back. */
const GRACE_MS = 5_000;
/** Time beyond a target's own deadline before its process is killed, in milliseconds: it ends itself more gently. */
const KILL_AFTER_MS = 500;

export interface RunRequest {
  readonly targets: readonly Target[];
  readonly work: Work;
  /** Heads that single targets are to be brought to, by id; the others go where the work says. */
  readonly goals: ReadonlyMap<string, readonly string[]>;
  readonly rehearse: boolean;
  /** Worker processes. */
  readonly jobs: number;
  readonly signal: AbortSignal | undefined;
}

export interface Watcher {
  onOutcome(outcome: Outcome): void;
  /** A target that others hold locked goes to the back of the queue. */
  onRetry(id: string, message: string): void;
}

/** @returns an outcome for every target, in the order of the targets */
export async function runTargets(
  request: RunRequest,
  pool: Pool,
  now: () => number,
  watcher: Watcher,
): Promise<readonly Outcome[]> {
  const { targets, work, rehearse, signal } = request;
  const limit = pLimit(request.jobs);
  let stop: string | null = null;

  function workFor(target: Target): Work {
    const goal = request.goals.get(target.id);
    return goal === undefined ? work : { ...work, intent: withGoal(work.intent, goal) };
  }

  async function attempt(target: Target): Promise<Outcome> {
    if (stop !== null) return notStarted(target, stop);
    let outcome: Outcome;
    try {
      const timeoutMs = work.timeoutMs + KILL_AFTER_MS;
      outcome = await pool.run({ kind: 'apply', target, work: workFor(target), rehearse }, { timeoutMs });
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      if (error.reason === 'notStarted') stop ??= error.message;
      const cause = causeOf(error, target, signal?.aborted === true);
      outcome =
        error.reason === 'notStarted' || rehearse
          ? ended(target, 'failed', cause)
          : await settle(target, cause);
    }
    if (outcome.failure !== null && stopsRun(outcome.failure)) {
      stop ??= `the run stopped when ${target.id} met this: ${outcome.failure.message}`;
    }
    return outcome;
  }

  /** Another process asks the target itself; where none can be had, nobody knows. */
  async function settle(target: Target, cause: Failure): Promise<Outcome> {
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
        hint: hintFor('commitUncertain', target),
      });
    }
  }

  async function untilDone(target: Target): Promise<Outcome> {
    const tries: number[] = [];
    for (;;) {
      const outcome = await limit(async () => {
        tries.push(now());
        return attempt(target);
      });
      const patient = now() < (tries[0] ?? 0) + work.busyTimeoutMs;
      if (outcome.failure?.code !== 'busy' || !patient) {
        const told =
          outcome.failure === null
            ? outcome
            : { ...outcome, failure: forCommand(outcome.failure, commandOf(work.intent)) };
        watcher.onOutcome(told);
        return told;
      }
      watcher.onRetry(target.id, outcome.failure.message);
    }
  }

  const abort = () => {
    stop ??= 'the run was interrupted';
    setTimeout(() => {
      pool.kill();
    }, GRACE_MS).unref();
  };
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    // The largest first: a large one that starts last would keep a single process busy at the end.
    const queue = targets.map((target, index) => ({ target, index }));
    queue.sort((a, b) => b.target.sizeBytes - a.target.sizeBytes || a.index - b.index);
    const outcomes = new Array<Outcome>(targets.length);
    await Promise.all(
      queue.map(async ({ target, index }) => {
        outcomes[index] = await untilDone(target);
      }),
    );
    return outcomes;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function causeOf(error: WorkerError, target: Target, aborted: boolean): Failure {
  const code = aborted ? 'interrupted' : reasonCode(error.reason);
  return { code, step: 'execute', message: error.message, hint: hintFor(code, target) };
}

function reasonCode(reason: WorkerError['reason']): Failure['code'] {
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

function notStarted(target: Target, why: string): Outcome {
  return ended(target, 'skipped', {
    code: 'interrupted',
    step: 'open',
    message: `not started: ${why}`,
    hint: hintFor('interrupted', target),
  });
}

/** The outcome of a target that no worker reported. */
export function ended(
  target: Pick<Target, 'id' | 'path'>,
  outcome: Outcome['outcome'],
  failure: Failure,
): Outcome {
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
