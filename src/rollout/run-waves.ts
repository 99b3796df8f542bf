// The waves of a run, one after the other, and what must hold between two of them. Invariant: no target of a wave is
// begun before every target of the one before it has its outcome and the next one was allowed.

import { isUndone, type Outcome } from '../model/outcome.js';
import type { WaveReport, WaveVerdict } from '../model/wave.js';
import { summarize } from '../report/summarize.js';
import type { Pool } from '../workers/pool.js';
import { createBudget } from './budget.js';
import { runWave, type Rollout, type RunRequest, type TargetWatcher } from './rollout.js';
import { createStop, stopOnInterruption } from './stop.js';
import { sizeOf, type Wave } from './waves.js';

/** How far a wave is: what happened to it, without what follows from its targets. */
export interface WaveState {
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Null as long as it is not judged. */
  readonly verdict: WaveVerdict | null;
}

export interface Watcher extends TargetWatcher {
  /** A wave began, its last target ended, or it was judged. */
  onWave(wave: Wave, state: WaveState): void;
  onWaveEnd(report: WaveReport): void;
}

/** What is asked between two waves. */
export interface Between {
  /** @returns why the next may not begin, in a clause, and the verdict on the wave; null where it may */
  ask(
    wave: Wave,
    state: WaveState,
    soFar: { readonly outcomes: readonly Outcome[]; readonly waves: readonly WaveReport[] },
  ): Promise<{ readonly verdict: WaveVerdict; readonly message: string } | null>;
}

export interface Waved {
  readonly outcomes: readonly Outcome[];
  readonly waves: readonly WaveReport[];
}

/** @returns an outcome for every target, wave by wave */
export async function runWaves(
  waves: readonly Wave[],
  request: RunRequest,
  { pool, now, watcher, between }: { pool: Pool; now: () => number; watcher: Watcher; between: Between },
): Promise<Waved> {
  const stop = createStop();
  const rollout: Rollout = { pool, now, stop, watcher };
  const last = waves.findLast((wave) => sizeOf(wave) > 0);
  const outcomes: Outcome[] = [];
  const reports: WaveReport[] = [];

  async function take(wave: Wave): Promise<void> {
    const { targets, earlier } = wave;
    const standing = earlier?.outcomes ?? [];
    const isOver = targets.length === 0 && (earlier?.verdict === 'passed' || earlier?.verdict === 'empty');
    const isBegun = !isOver && sizeOf(wave) > 0 && stop.reason() === null;
    let state: WaveState = {
      startedAt: earlier?.startedAt ?? (isBegun ? iso(now()) : null),
      finishedAt: targets.length === 0 ? (earlier?.finishedAt ?? null) : null,
      verdict: null,
    };
    if (isBegun) watcher.onWave(wave, state);
    const budget = createBudget(wave.maxFailures, standing.filter((one) => isUndone(one.outcome)).length);
    const done = [...standing, ...(isOver ? [] : await runWave(wave, request, budget, rollout))];
    outcomes.push(...done);
    if (isBegun && (stop.reason() === null || done.every(wasBegun))) {
      state = { ...state, finishedAt: state.finishedAt ?? iso(now()) };
      watcher.onWave(wave, state);
    }
    const isExceeded = budget.isExceeded();
    const verdict = isOver ? 'passed' : await verdictOn(wave, state, { isBegun, isExceeded }, done);
    state = { ...state, verdict: sizeOf(wave) === 0 ? 'empty' : verdict };
    if (!isOver) watcher.onWave(wave, state);
    const report = waveReport(wave, state, done);
    if (request.isWaved && !isOver) watcher.onWaveEnd(report);
    reports.push(report);
  }

  async function verdictOn(
    wave: Wave,
    state: WaveState,
    { isBegun, isExceeded }: { readonly isBegun: boolean; readonly isExceeded: boolean },
    done: readonly Outcome[],
  ): Promise<WaveVerdict> {
    if (!isBegun) return 'notStarted';
    if (isExceeded) return 'exceeded';
    if (stop.reason() !== null) return 'interrupted';
    if (wave === last || request.rehearse) return 'passed';
    const soFar = [...reports, waveReport(wave, { ...state, verdict: 'passed' }, done)];
    const refused = await between.ask(wave, state, { outcomes, waves: soFar });
    if (stop.reason() !== null) return 'interrupted';
    if (refused === null) return 'passed';
    stop.byRule(() => refused.message);
    return refused.verdict;
  }

  const endOfWatch = stopOnInterruption(request.signal, stop, pool);
  try {
    for (const wave of waves) await take(wave);
    return { outcomes, waves: reports };
  } finally {
    endOfWatch();
  }
}

/** A target that the run had come to. */
function wasBegun({ outcome, failure }: Outcome): boolean {
  return outcome !== 'skipped' || (failure?.code !== 'stopped' && failure?.code !== 'interrupted');
}

function waveReport(
  { name, maxFailures }: Wave,
  { startedAt, finishedAt, verdict }: WaveState,
  outcomes: readonly Outcome[],
): WaveReport {
  const { upgraded = 0, failed = 0, ...others } = summarize(outcomes);
  return {
    name,
    ...others,
    upgraded,
    failed,
    maxFailures,
    startedAt,
    finishedAt,
    verdict: verdict ?? 'notStarted',
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
