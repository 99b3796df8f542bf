// What `resume` returns where there is nothing to go on with; else it returns the document of the run.

import type { Command } from './command.js';
import type { CONTRACT } from './report.js';

/** There was nothing to go on with. */
export interface ResumeReport {
  readonly contract: typeof CONTRACT;
  readonly command: 'resume';
  /** The run that was looked at; null where there is none. */
  readonly run: string | null;
  /** What there is not, in a sentence. */
  readonly message: string;
  readonly hint: string;
  readonly commands?: readonly Command[];
  readonly exitCode: number;
}
