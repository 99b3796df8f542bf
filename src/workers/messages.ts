// What supervisor and worker processes say to each other. Plain data only: an Error would lose its class and code.

import type { Copy } from '../backup/copies.js';
import type { ColumnOrders, DriverSettings } from '../dialects/port.js';
import type { SoftDifference } from '../dialects/structure.js';
import type { FleetErrorCode, ProblemDraft } from '../model/errors.js';
import type { Hint } from '../model/hint.js';
import type { HistoryRow } from '../model/history.js';
import type { Observation } from '../model/observation.js';
import type { Reason } from '../model/outcome.js';
import type { OutcomeDraft } from '../target/progress.js';
import type { Revision } from '../model/revision.js';
import type { TargetRef, Target } from '../model/target.js';
import type { LintOptions, LintReply } from '../revisions/lint/lint.js';
import type { UserVersions } from '../stamping/claims.js';
import type { Judgement } from '../stamping/judge.js';
import type { Baseline } from '../target/baseline.js';
import type { Intent } from '../target/intent.js';
import type { Decision } from '../target/plan.js';
import type { Work } from '../target/work.js';

/** The first message to a worker: what all of its tasks have in common. */
export interface StartMessage {
  readonly revisions: readonly Revision[];
  /** What numbers in `user_version` mean; default: nothing. */
  readonly userVersions?: UserVersions;
  /** For private copies; made when the first is needed. */
  readonly scratchDir: string;
  /** For private copies where that one cannot be made: a look works without the state directory. */
  readonly fallbackDir: string;
  /** Left out: nothing is added. */
  readonly settings?: DriverSettings;
}

export type Task =
  /** Run all revisions in a scratch database: do they run at all? */
  | { readonly kind: 'replay' }
  | { readonly kind: 'lint'; readonly options: LintOptions }
  | { readonly kind: 'inspect'; readonly targets: readonly TargetRef[]; readonly busyWaitMs: number }
  /** Read the whole histories. */
  | { readonly kind: 'histories'; readonly targets: readonly TargetRef[]; readonly busyWaitMs: number }
  /** Write the structure of a target as the text of a revision; `comments` go into its header. */
  | {
      readonly kind: 'baseline';
      readonly target: Target;
      readonly busyWaitMs: number;
      readonly comments: readonly string[];
    }
  /** Judge what was observed, and decide what a run with this intent would do. */
  | {
      readonly kind: 'judge';
      readonly cases: readonly DistinctObservation[];
      readonly intent: Intent | null;
      /** Whether soft differences are to be found too. */
      readonly soft: boolean;
    }
  /** What the statements by position of the way up of these revisions are held against. */
  | { readonly kind: 'orders'; readonly revisions: readonly string[] }
  /** Carry the work out on one target after the other. */
  | {
      readonly kind: 'apply';
      readonly targets: readonly Target[];
      readonly work: Work;
      readonly rehearse: boolean;
    }
  /** Read a copy, and look into it. */
  | { readonly kind: 'proveCopy'; readonly copy: Copy }
  | { readonly kind: 'settle'; readonly target: Target; readonly work: Work; readonly cause: Reason };

/** What each kind of task resolves to. */
export interface Replies {
  /** Every mistake in the revisions, where they do not run on an empty database; else none. */
  readonly replay: readonly ProblemDraft[];
  readonly lint: LintReply;
  readonly inspect: Inspections;
  /** For each target, in order. */
  readonly histories: readonly HistoryReading[];
  readonly baseline: Baseline | { readonly failure: Reason };
  readonly judge: readonly Verdict[];
  /** For each revision, in order. */
  readonly orders: readonly (readonly ColumnOrders[])[];
  /** For at least the first of the targets, in order; those after them were not begun. */
  readonly apply: readonly OutcomeDraft[];
  readonly proveCopy: CopyVerdict;
  readonly settle: OutcomeDraft;
}

/** What is wrong with a copy, in words, null where nothing is; and what it records, null where that is base. */
export interface CopyVerdict {
  readonly problem: string | null;
  /** It is only that rows in it break a rule of their table. */
  readonly mayForce: boolean;
  readonly revision: string | null;
}

/** What was found in a chunk of targets: each distinct observation once, because most are equal. */
export interface Inspections {
  readonly observations: readonly Observation[];
  /** For each target, in order: the index of its observation, or why there is none. */
  readonly found: readonly (number | Reason)[];
}

/** The rows of a target's history, null where it has none; or why it could not be read. */
export type HistoryReading = { readonly rows: readonly HistoryRow[] | null } | { readonly failure: Reason };

/** A distinct observation, and one of the targets that have it, to read the structure from. */
export interface DistinctObservation {
  readonly observation: Observation;
  readonly example: Target;
}

export type Verdict =
  | {
      readonly judgement: Judgement;
      readonly decision: Decision | null;
      /** None where they were not asked for. */
      readonly soft: readonly SoftDifference[];
    }
  | { readonly failure: Reason };

export interface Request {
  readonly id: number;
  readonly task: Task;
}

/** A worker's first message: it is up, and from now on may have begun a task. */
export interface Ready {
  readonly ready: true;
}

export type Response =
  | { readonly id: number; readonly reply: Replies[Task['kind']] }
  /** A fault of the whole run, as a FleetError has it. */
  | {
      readonly id: number;
      readonly fault: { readonly code: FleetErrorCode; readonly message: string; readonly hint: Hint };
    }
  /** A defect: tasks return faults of targets as values. */
  | { readonly id: number; readonly defect: string };
