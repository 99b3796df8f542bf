// Why a run begins no more targets. Apart from the rollout, because several things stop it, at any moment: a failure
// that would meet every target, a process that cannot be started, too many failures, a gate, and whoever interrupts it.
// The first reason stands.

import type { Pool } from '../workers/pool.js';

/** How long work in flight may go on after an interruption, in milliseconds; then it is rolled back. */
const GRACE_MS = 5_000;

/** What is said of the targets that are not begun. */
export interface Stopped {
  /** `stopped`: by a rule of the run itself. */
  readonly code: 'interrupted' | 'stopped';
  readonly message: string;
}

export interface Stop {
  /** Null as long as targets are begun. A method, because the answer may change during every `await`. */
  reason(): Stopped | null;
  because(message: string): void;
  /** @param message asked for when it is told: what is in flight may still change it */
  byRule(message: () => string): void;
}

export function createStop(): Stop {
  let first: (() => Stopped) | null = null;
  return {
    reason: () => first?.() ?? null,
    because(message): void {
      first ??= () => ({ code: 'interrupted', message });
    },
    byRule(message): void {
      first ??= () => ({ code: 'stopped', message: message() });
    },
  };
}

/**
 * Has an interruption stop the run at once, and kills what is still at work after a time of grace.
 * @returns a function that ends this
 */
export function stopOnInterruption(signal: AbortSignal | undefined, stop: Stop, pool: Pool): () => void {
  const interrupt = (): void => {
    stop.because('the run was interrupted');
    setTimeout(() => {
      pool.kill();
    }, GRACE_MS).unref();
  };
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  return () => signal?.removeEventListener('abort', interrupt);
}
