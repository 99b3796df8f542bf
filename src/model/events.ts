// What a caller may watch while the library works.

import type { RunCommand } from './report.js';
import type { Outcome, RunSummary, Step } from './outcome.js';
import type { WaveReport } from './wave.js';

/** What an event of a run says of where it belongs, by itself: lines of many runs may be gathered in one log. */
export interface OfRun {
  readonly runId: string;
  /** When it happened; ISO 8601, UTC. */
  readonly at: string;
}

/** Where the work on one target is. */
export interface Stage {
  readonly id: string;
  readonly step: Step;
  /** The revision at work, where it is one. */
  readonly revision?: string;
}

/** What a run tells. */
export type RunEvent =
  | {
      readonly event: 'run';
      readonly command: RunCommand;
      readonly dryRun: boolean;
      readonly planned: number;
      readonly startedAt: string;
    }
  | ({ readonly event: 'target' } & Outcome)
  /** A target has been worked on for a second or more, and is at another step than was told. */
  | ({ readonly event: 'stage' } & Stage)
  | { readonly event: 'retry'; readonly id: string; readonly message: string }
  /** A wave begins. */
  | {
      readonly event: 'waveBegin';
      /** From 1. */
      readonly number: number;
      readonly of: number;
      readonly name: string;
      readonly planned: number;
    }
  /** A wave was judged. */
  | ({ readonly event: 'wave' } & WaveReport)
  /** What the run waits for after a wave; `until` is when that is over, ISO 8601, UTC, and null where nobody knows. */
  | {
      readonly event: 'between';
      readonly name: string;
      readonly what: 'soak' | 'gate';
      readonly until: string | null;
    }
  /**
   * Something beside the targets is amiss, and the run goes on: its record is not whole, or it waits for another run.
   */
  | { readonly event: 'problem'; readonly message: string; readonly hint: string }
  | { readonly event: 'summary'; readonly summary: RunSummary; readonly exitCode: number };

export type FleetEvent =
  | (OfRun & RunEvent)
  /** Something beside the targets is amiss, and a look goes on without it. */
  | { readonly event: 'warning'; readonly message: string; readonly hint: string }
  /** How far a look is: it is no run, or comes before one. */
  | { readonly event: 'inspected'; readonly done: number; readonly planned: number };
