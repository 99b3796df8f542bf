// What a caller may watch while the library works.

import type { RunCommand, RunSummary } from './report.js';
import type { Outcome } from './outcome.js';

export type FleetEvent =
  | {
      readonly event: 'run';
      readonly runId: string;
      readonly command: RunCommand;
      readonly dryRun: boolean;
      readonly planned: number;
      readonly startedAt: string;
    }
  | ({ readonly event: 'target' } & Outcome)
  | { readonly event: 'retry'; readonly id: string; readonly message: string }
  /** Something beside the targets is amiss, and the run goes on: its record is not whole, or it waits for another run. */
  | { readonly event: 'problem'; readonly message: string; readonly hint: string }
  | { readonly event: 'inspected'; readonly done: number; readonly planned: number }
  | {
      readonly event: 'summary';
      readonly runId: string;
      readonly summary: RunSummary;
      readonly exitCode: number;
    };
