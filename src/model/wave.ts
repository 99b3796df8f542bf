// Waves as they are named and as they are told: targets that are done before any of the next.

import type { RunSummary } from './outcome.js';

/** A wave that runs may name. */
export interface WaveDefinition {
  /** `rest` stands for the targets that no other wave takes, and has no `only`. */
  readonly name: string;
  /** Ids, paths and globs, as `only` of a run takes them. */
  readonly only?: readonly string[];
  /** How many of its targets may fail, in place of what the run says: `5`, `'2%'`. */
  readonly maxFailures?: number | string;
}

/**
 * How a wave ended. `passed`: the next one may begin; `exceeded`: more targets failed than may; `refused`: the gate
 * after it said no; `paused`: the run ended after it, as was asked for; `interrupted`: the run was stopped while it, or
 * the wait after it, went on; `notStarted`: the run had stopped before it; `empty`: it has no target.
 */
export type WaveVerdict =
  'passed' | 'exceeded' | 'refused' | 'paused' | 'interrupted' | 'notStarted' | 'empty';

/** What became of a wave: its targets by outcome, as in the summary of a run, `upgraded` and `failed` always there. */
export interface WaveReport extends RunSummary {
  readonly name: string;
  readonly upgraded: number;
  readonly failed: number;
  /** How many may fail, partial ones and those in doubt included; null: all. */
  readonly maxFailures: number | null;
  /** ISO 8601, UTC; null where it did not begin, or its last target did not end. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly verdict: WaveVerdict;
}
