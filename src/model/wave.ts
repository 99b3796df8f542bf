// Waves as they are named and as they are told: targets that are done before any of the next. And the legs of a run.

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

/** One process that worked on a run. */
export interface Leg {
  /** ISO 8601, UTC; the end is null where it died. */
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** Null where that was not kept. */
  readonly host: string | null;
  readonly exitCode: number | null;
}

/** What the document of a run says that was gone on with. */
export interface Resumed {
  /** The run that this one goes on with, which is itself: this document is that of the whole. Left out of one leg. */
  readonly resumedFrom?: string;
  /** The processes that worked on it, one after the other; left out where there was one. */
  readonly legs?: readonly Leg[];
}
