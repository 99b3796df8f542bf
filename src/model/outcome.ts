// How a target ended, and why. Plain data: classes and codes of errors are lost between processes.

import { tell, type About, type Hint, type ToldHint } from './hint.js';
import type { Match } from './observation.js';

export type FailureCode =
  | 'notADatabase'
  | 'corrupt'
  | 'busy'
  | 'readOnly'
  | 'permission'
  | 'diskFull'
  | 'io'
  | 'refusedPath'
  | 'replaced'
  | 'gone'
  | 'unknownRevision'
  | 'drifted'
  | 'noBaseline'
  | 'ambiguousBaseline'
  | 'claimMismatch'
  | 'checksumMismatch'
  | 'migrationFailed'
  | 'foreignKeyViolation'
  | 'integrity'
  | 'rowsLost'
  | 'valuesChanged'
  | 'columnOrder'
  | 'schemaMismatch'
  | 'backupFailed'
  | 'commitUncertain'
  | 'timeout'
  | 'workerDied'
  | 'interrupted'
  | 'stopped'
  | 'changedSince'
  | 'internal';

/** The stages of the work on one target, in order. */
export type Step =
  | 'discover'
  | 'copy'
  | 'open'
  | 'lock'
  | 'read'
  | 'check'
  | 'backUp'
  | 'execute'
  | 'record'
  | 'verify'
  | 'commit'
  | 'confirm';

/** Why a target failed or was left alone, as documents have it; `hint` says what to do next. */
export interface Failure extends ToldHint {
  readonly code: FailureCode;
  readonly step: Step;
  /** What was found, in one sentence. */
  readonly message: string;
  readonly revision?: string;
  /** The SQL that failed. */
  readonly statement?: string;
  /** Its line in the revision's file. */
  readonly line?: number;
  /** The revision's file. */
  readonly file?: string;
  /** Tables whose rows or values are not what they were, or that the statement at fault names. */
  readonly tables?: readonly string[];
  /** How many rows are not what they were. */
  readonly rows?: number;
}

/** The same before it is known which fleet, run and target its commands are about. */
export interface Reason extends Omit<Failure, keyof ToldHint> {
  readonly hint: Hint;
}

export function failureOf(reason: Reason, about: About): Failure {
  const { code, step, message, hint, ...where } = reason;
  return { code, step, message, ...tell(hint, about), ...where };
}

export type OutcomeKind =
  | 'upgraded'
  | 'downgraded'
  | 'stamped'
  | 'repaired'
  | 'restored'
  | 'current'
  | 'skipped'
  | 'failed'
  | 'partial'
  | 'inDoubt';

/** Targets by outcome; an outcome that none had is left out. */
export type RunSummary = { readonly planned: number } & { readonly [kind in OutcomeKind]?: number };

/** How a target ends that is not where it was asked to be, because something failed. */
export type UndoneKind = Extract<OutcomeKind, 'failed' | 'partial' | 'inDoubt'>;

export function isUndone(kind: OutcomeKind): kind is UndoneKind {
  return kind === 'failed' || kind === 'partial' || kind === 'inDoubt';
}

/** A statement that its guard kept from running on a target. */
export interface SkippedStatement {
  readonly revision: string;
  /** In the revision's file. */
  readonly line: number;
  /** It runs only where the object is missing, or only where it exists. */
  readonly when: 'missing' | 'exists';
  /** A table, `table.column`, or the name of an index, view or trigger. */
  readonly object: string;
}

/** The copy that a target was restored from, or would be. */
export interface OutcomeCopy {
  readonly path: string;
  /** The run that made it; null where its place and name do not tell. */
  readonly runId: string | null;
  /** When that run began, else when the file was written; ISO 8601, UTC. */
  readonly takenAt: string;
  /** What it records itself; null is base. */
  readonly revision: string | null;
  readonly sizeBytes: number;
}

/** @typeParam F `Reason` until the outcome is told */
export interface Outcome<F = Failure> {
  readonly id: string;
  readonly path: string;
  readonly outcome: OutcomeKind;
  /** The revision before; null is base. Several heads are joined by commas. */
  readonly from: string | null;
  /** The revision that is recorded afterwards, whatever was asked for. */
  readonly to: string | null;
  /** Revisions run (upgrade: up, downgrade: down) or recorded (stamp), in order. */
  readonly applied: readonly string[];
  /** Path of the backup; null where none was made. */
  readonly backup: string | null;
  readonly durationMs: number;
  /** Rows of each table before and after. */
  readonly rows: Readonly<Record<string, readonly [before: number, after: number]>>;
  readonly failure: F | null;
  /** Statements that their guards kept from running; left out where there are none. */
  readonly skippedStatements?: readonly SkippedStatement[];
  /** The revision outside a transaction that an earlier run had begun, and how many of its statements it had done. */
  readonly resumed?: { readonly revision: string; readonly statementsDone: number };
  /** How a legacy target's structure compared with the revisions'. */
  readonly match?: Match;
  /** Repaired targets only: the differences that were mended, and those that were left on purpose, in words. */
  readonly mended?: readonly string[];
  readonly left?: readonly string[];
  /** Targets of a repair that drifted: what was there and not expected, as `--drop-extra` names it. */
  readonly extra?: readonly string[];
  /** Restores and undos only: the copy that was put back, or would be. */
  readonly copy?: OutcomeCopy;
  /** With it, by table: rows that went because the copy does not have them; left out where there are none. */
  readonly lost?: Readonly<Record<string, number>>;
  /** The name of its wave, where the run went in waves or with a budget. */
  readonly wave?: string;
}
