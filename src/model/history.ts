// What a target itself records of its revisions: the rows of its table `flotilla_history`, the truth about it.

/** `started` and `leaving`: the up or the down of a revision outside a transaction has not reached its end. */
export type HistoryStatus = 'applied' | 'stamped' | 'started' | 'leaving';

/** The part of a history row that decides what is to be done. */
export interface HistoryEntry {
  readonly revision: string;
  /** In rows that 0.1.0 wrote, that of the whole file. Nothing is compared with it. */
  readonly checksum: string;
  /** That of what was applied: the same as `checksum`, except in rows that 0.1.0 wrote. */
  readonly sqlChecksum: string;
  readonly status: HistoryStatus;
  /** Statements done so far, of a revision that runs outside a transaction. */
  readonly statementsDone: number;
}

/** A whole row, in the order of application. */
export interface HistoryRow extends HistoryEntry {
  readonly name: string;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly appliedAt: string;
  readonly durationMs: number;
  readonly toolVersion: string;
}

/** The name of the history table. */
export const HISTORY_TABLE = 'flotilla_history';
