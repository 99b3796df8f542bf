// What the steps for one target are given: the work, the same for all targets of a run, and the tools of a worker.

import type { Depth, Driver } from '../dialects/port.js';
import type { Stage } from '../model/events.js';
import type { Basis } from '../stamping/basis.js';
import type { Intent } from './intent.js';

/** What the work on every target of a run has in common. Plain data: it is sent to worker processes. */
export interface Work {
  readonly intent: Intent;
  readonly runId: string;
  readonly verify: Depth;
  /** The run's backup directory; null makes no backups. */
  readonly backupDir: string | null;
  /** What a group may do in it. */
  readonly stateMode?: number | undefined;
  /** How long one wait for a lock may take, in milliseconds. */
  readonly busyWaitMs: number;
  /** How long readers may delay a COMMIT in total, in milliseconds. */
  readonly busyTimeoutMs: number;
  /** Deadline of one target in milliseconds. */
  readonly timeoutMs: number;
  readonly toolVersion: string;
}

export interface Tools extends Basis {
  readonly driver: Driver;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** False when nobody waits for the result any more: then nothing is committed. */
  readonly mayCommit: () => boolean;
  /** Is told each step as it begins, before anything that takes long. */
  readonly onStage?: (stage: Stage) => void;
}
