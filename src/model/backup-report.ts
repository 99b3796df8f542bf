// The documents about copies. Apart from the others because they tell of no target as it is.

import type { ToldHint } from './hint.js';
import type { OutcomeCopy } from './outcome.js';
import type { CONTRACT } from './report.js';

/** The copies that there are, or whether they are good. */
export interface BackupsReport {
  readonly contract: typeof CONTRACT;
  readonly command: 'backupList' | 'backupVerify';
  readonly summary: {
    readonly copies: number;
    readonly targets: number;
    readonly sizeBytes: number;
    /** How many are damaged; left out where nobody looked. */
    readonly damaged?: number;
  };
  /** By target, the newest first. */
  readonly copies: readonly BackupCopy[];
  readonly exitCode: number;
}

export interface BackupCopy {
  /** The target's; where no target and no run is known to have it, as much of it as the name of the copy has. */
  readonly id: string;
  readonly path: string;
  /** The run that made it; null where its directory does not tell. */
  readonly runId: string | null;
  /** When that run began, else when the file was written; ISO 8601, UTC. */
  readonly takenAt: string;
  /** As the name of the copy has it; null is base. */
  readonly revision: string | null;
  readonly sizeBytes: number;
  /** Of its content, as the name of the copy has it. */
  readonly sha256: string;
  /** What is wrong with it, null where nothing is; left out where nobody looked. */
  readonly problem?: (ToldHint & { readonly message: string }) | null;
}

/** A copy that was written beside the targets. */
export interface RestoreToReport {
  readonly contract: typeof CONTRACT;
  readonly command: 'restoreTo';
  readonly dryRun: boolean;
  readonly target: string;
  /** Null where there is none. */
  readonly copy: OutcomeCopy | null;
  /** The file; null where none was written. */
  readonly file: string | null;
  /** Why none was, where there is a reason. */
  readonly problem: (ToldHint & { readonly message: string }) | null;
  readonly exitCode: number;
}
