// Sends one batch to a worker process, and finds the outcome of each target: as the process reports it or, where it
// died, as another process reads it in the target itself. Apart from the rollout, because it knows one batch only.
// Invariant: no target is reported as unchanged unless a live process has seen that.

import { command, hint } from '../model/hint.js';
import type { Stage } from '../model/events.js';
import type { Outcome, Reason } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import { goingBy, type Way } from '../target/intent.js';
import type { OutcomeDraft } from '../target/progress.js';
import { hintFor } from '../target/reason.js';
import type { Work } from '../target/work.js';
import { WorkerError, type Pool } from '../workers/pool.js';
import type { Stop, Stopped } from './stop.js';

/**
 * Time beyond a target's own deadline before its process is killed, in milliseconds: ending by itself does less damage.
 */
const KILL_AFTER_MS = 500;

/** What all messages of a run have in common. */
export interface Orders {
  readonly work: Work;
  /** The ways that single targets go, by id; the others go to the goal of the work. */
  readonly ways: ReadonlyMap<string, Way>;
  readonly rehearse: boolean;
  /** How long a process may take to work out what revisions leave, in milliseconds: that is no time of a target. */
  readonly replayMs: number;
  readonly signal: AbortSignal | undefined;
}

/** `unknown`: its process died while it had several targets; this one is unchanged, and is to be tried by itself. */
export type Attempted = OutcomeDraft | 'unknown';

/** What of a rollout a batch has to do with. */
export interface Surroundings {
  readonly stop: Stop;
  /** Is told where a target is that takes a second or more. */
  readonly onStage: (stage: Stage) => void;
}

/**
 * Has a batch carried out by a process.
 * @param batch targets of one way
 * @returns the outcomes of the first targets of the batch, in order, at least one; the others were not begun
 */
export async function attempt(
  batch: readonly Target[],
  orders: Orders,
  pool: Pool,
  { stop, onStage }: Surroundings,
): Promise<readonly Attempted[]> {
  const [first] = batch;
  if (first === undefined) return [];
  const { rehearse } = orders;
  const work = workFor(first, orders);
  try {
    return await pool.run(
      { kind: 'apply', targets: batch, work, rehearse },
      { timeoutMs: killAfter(work, orders), onStage: tellingChanges(batch, onStage) },
    );
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    if (error.reason !== 'notStarted') return afterDeath(error, batch, orders, { pool, stop });
    stop.because(error.message);
    return [ended(first, 'failed', causeOf(error, orders))];
  }
}

/** Tells a stage once; what a process has left of an earlier task is no stage of this one. */
function tellingChanges(batch: readonly Target[], onStage: Surroundings['onStage']): Surroundings['onStage'] {
  let last: Stage | null = null;
  return (stage) => {
    if (last?.id === stage.id && last.step === stage.step && last.revision === stage.revision) return;
    if (!batch.some(({ id }) => id === stage.id)) return;
    last = stage;
    onStage(stage);
  };
}

/** What became of all the targets that a process had when it died. */
async function afterDeath(
  error: WorkerError,
  batch: readonly Target[],
  orders: Orders,
  { pool, stop }: { readonly pool: Pool; readonly stop: Stop },
): Promise<readonly Attempted[]> {
  const found: Attempted[] = [];
  for (const target of batch) {
    const cause = causeOf(error, orders);
    const outcome = orders.rehearse
      ? ended(target, 'failed', cause)
      : await askTarget(target, cause, workFor(target, orders), { pool, orders });
    // It is not known which target of the batch killed the process: each is tried by itself, unless the run stops.
    const isOpen = outcome.outcome === 'failed' && batch.length > 1 && stop.reason() === null;
    found.push(isOpen ? 'unknown' : outcome);
  }
  return found;
}

/** Another process asks the target itself; where no process can be had, the outcome is in doubt. */
async function askTarget(
  target: Target,
  cause: Reason,
  work: Work,
  { pool, orders }: { readonly pool: Pool; readonly orders: Orders },
): Promise<OutcomeDraft> {
  try {
    return await pool.run({ kind: 'settle', target, work, cause }, { timeoutMs: killAfter(work, orders) });
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    const message = `${cause.message}; whether it had committed could not be read: ${error.message}`;
    const hint = hintFor('commitUncertain');
    return ended(target, 'inDoubt', { ...cause, code: 'commitUncertain', message, hint });
  }
}

function workFor({ id }: Target, { work, ways }: Orders): Work {
  const way = ways.get(id);
  return way === undefined ? work : { ...work, intent: goingBy(work.intent, way) };
}

function killAfter({ timeoutMs }: Work, { replayMs }: Orders): number {
  return timeoutMs + replayMs + KILL_AFTER_MS;
}

function causeOf({ reason, message }: WorkerError, { signal }: Orders): Reason {
  const code = signal?.aborted === true ? 'interrupted' : codeOf(reason);
  return { code, step: 'execute', message, hint: hintFor(code) };
}

function codeOf(reason: WorkerError['reason']): Reason['code'] {
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

export function notStarted(
  target: Target,
  { code, message }: Stopped,
  { work, rehearse }: Pick<Orders, 'work' | 'rehearse'>,
): OutcomeDraft {
  const next = hint`mend the cause, then: ${command('resume', work.runId)}`;
  return ended(target, 'skipped', {
    code,
    step: 'open',
    message: `not started: ${message}`,
    hint: code === 'stopped' && !rehearse ? next : hintFor(code),
  });
}

/** What an earlier leg of the run, which died, has done to a target; a failure where that is nothing. */
export async function askEarlier(target: Target, orders: Orders, pool: Pool): Promise<OutcomeDraft> {
  const message = 'the process that worked on it died';
  const cause: Reason = { code: 'workerDied', step: 'execute', message, hint: hintFor('workerDied') };
  return askTarget(target, cause, workFor(target, orders), { pool, orders });
}

/** The outcome of a target that no worker reported. */
export function ended(
  { id, path }: Pick<Target, 'id' | 'path'>,
  outcome: Outcome['outcome'],
  failure: Reason,
): OutcomeDraft {
  const common = { from: null, to: null, applied: [], backup: null, durationMs: 0, rows: {} };
  return { id, path, outcome, ...common, failure };
}
