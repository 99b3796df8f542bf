// The documents: what a run and a look at the fleet return, print as JSON and keep.

import type { Command } from './command.js';
import type { Scoped } from './discovery.js';
import type { ToldHint } from './hint.js';
import type { HistoryRow } from './history.js';
import type { NotRun } from './not-run.js';
import type { Failure, Outcome, OutcomeKind, RunSummary, UndoneKind } from './outcome.js';
import type { Match, TargetState } from './observation.js';
import type { Refusal } from './target.js';
import type { Resumed, WaveReport } from './wave.js';

/** Version of the shapes below. Keys are never renamed; new ones may be added. */
export const CONTRACT = 1;

export type RunCommand = 'upgrade' | 'downgrade' | 'stamp' | 'repair' | 'restore' | 'undo';

export interface RunReport extends Scoped, Resumed {
  readonly contract: typeof CONTRACT;
  readonly command: RunCommand;
  readonly runId: string;
  readonly dryRun: boolean;
  /** The id of the run that an undo took back. */
  readonly undoes?: string;
  readonly head: readonly string[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  /** Counts; an outcome that no target had is left out. */
  readonly summary: RunSummary;
  readonly failures: readonly FailureGroup[];
  readonly targets: readonly Outcome[];
  /** In order, where waves were asked for or a budget. */
  readonly waves?: readonly WaveReport[];
  /** Names given to `--drop-extra` that no target has; left out where there are none. */
  readonly unmatched?: readonly UnmatchedName[];
  /** Path of the copy of this document under the state directory; null where none is kept. */
  readonly report: string | null;
  readonly exitCode: number;
}

/** A name that fits nothing. */
export interface UnmatchedName {
  readonly name: string;
  /** What may have been meant. */
  readonly nearest: string | null;
}

/** Targets that failed, or were left alone, for one cause: a code, a revision and a statement. */
export interface FailureGroup extends Omit<Failure, 'step'> {
  /** How these targets ended. */
  readonly outcome: OutcomeKind;
  readonly count: number;
  /** How many different messages they have, their own names aside; `message` is that of the first. */
  readonly wordings: number;
  /** Id of the first such target. */
  readonly example: string;
}

export interface StatusReport extends Scoped, NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'status' | 'check';
  readonly head: readonly string[];
  readonly summary: {
    readonly targets: number;
    readonly states: Readonly<Partial<Record<TargetState, number>>>;
    /** Targets by revision; `base` for those that record none. */
    readonly revisions: Readonly<Record<string, number>>;
  };
  readonly cohorts: readonly Cohort[];
  readonly targets: readonly TargetStatus[];
  readonly exitCode: number;
}

/** The targets that share state, revision and fingerprint. */
export interface Cohort {
  readonly state: TargetState;
  readonly revision: string | null;
  readonly fingerprint: string | null;
  readonly count: number;
  readonly example: string;
  /** Pending revisions, in order. */
  readonly pending: readonly string[];
  /** Legacy targets only. */
  readonly match?: Match;
}

export interface TargetStatus {
  readonly id: string;
  readonly path: string;
  readonly state: TargetState;
  /** The revision recorded, null where none is. Several heads are joined by commas. */
  readonly revision: string | null;
  readonly pending: readonly string[];
  readonly sizeBytes: number;
  readonly problem: Failure | null;
  /** How the last run over it failed, where it did and that was asked for. */
  readonly lastFailure?: FailedAttempt;
}

/** A run that failed on a target, as the ledger has it. */
export interface FailedAttempt {
  readonly runId: string;
  readonly command: RunCommand;
  /** When the run began; ISO 8601, UTC. */
  readonly startedAt: string;
  readonly outcome: UndoneKind;
  readonly failure: Failure;
}

export interface DiscoverReport extends Scoped {
  readonly contract: typeof CONTRACT;
  readonly command: 'discover';
  readonly dataDir: string;
  readonly targets: readonly { readonly id: string; readonly path: string; readonly sizeBytes: number }[];
  readonly refused: readonly Refusal[];
  readonly exitCode: number;
}

export interface PlanReport extends Scoped, NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'plan';
  readonly head: readonly string[];
  readonly to: readonly string[];
  readonly cohorts: readonly PlannedCohort[];
  readonly exitCode: number;
}

/** What `upgrade` would do to the targets of one cohort. */
export interface PlannedCohort extends Cohort {
  readonly revisions: readonly {
    readonly id: string;
    readonly name: string;
    readonly file: string;
    readonly sql: string;
  }[];
  /**
   * All of it, history included, for the sqlite3 shell; null where nothing would be done, or a revision is a program.
   */
  readonly script: string | null;
  /** Why nothing would be done, where nothing would be. */
  readonly problem: Failure | null;
}

export interface RepairPlanReport extends Scoped, NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'repairPlan';
  readonly head: readonly string[];
  readonly cohorts: readonly RepairCohort[];
  /** As in the document of a run. */
  readonly unmatched?: readonly UnmatchedName[];
  readonly exitCode: number;
}

/** What `repair` would do to the targets of one cohort. */
export interface RepairCohort extends Cohort {
  /** In order, each with the differences that it is for, in words. */
  readonly statements: readonly { readonly sql: string; readonly mends: string }[];
  /** Looked for on each target first: where one of these queries finds a row, nothing is done to that target. */
  readonly checks: readonly { readonly table: string; readonly words: string; readonly sql: string }[];
  /** What would differ afterwards, on purpose, in words. */
  readonly left: readonly string[];
  /** Tables that would go, with their rows. */
  readonly dropped: readonly string[];
  /** Revisions whose files would be accepted as what was applied; left out where there are none. */
  readonly accepted?: readonly string[];
  /** Why nothing would be done, where nothing would be. */
  readonly problem: Failure | null;
}

export interface CurrentReport extends Scoped, NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'current';
  readonly targets: readonly (TargetStatus & {
    /** The rows of its history, where they were asked for; null where it has none or could not be read. */
    readonly history?: readonly HistoryRow[] | null;
  })[];
  readonly exitCode: number;
}

export interface RevisionSummary {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  /** None: it stands on base. */
  readonly parents: readonly string[];
  readonly dependsOn: readonly string[];
  readonly transactional: boolean;
  readonly isHead: boolean;
  /** The revisions that it stands for; left out where there are none. */
  readonly replaces?: readonly string[];
}

export interface HistoryReport extends NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'history';
  readonly head: readonly string[];
  /** In the order of application. */
  readonly revisions: readonly RevisionSummary[];
  readonly exitCode: number;
}

/** One revision in the histories of the fleet. */
export interface FleetRevision {
  readonly id: string;
  /** As its file calls it, else as the histories do. */
  readonly name: string;
  /** Null: targets record it, and no file has it, or the files cannot be used at all. */
  readonly file: string | null;
  /** How many targets record it as applied or stamped. */
  readonly targets: number;
  /** How many of those record that it was stamped, not run. */
  readonly stamped: number;
  /** ISO 8601, UTC; null where no target has it. */
  readonly firstAppliedAt: string | null;
  readonly lastAppliedAt: string | null;
  /** Id of a target that has it. */
  readonly example: string | null;
}

export interface FleetHistoryReport extends Scoped, NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'history';
  readonly head: readonly string[];
  /** Targets by what their history says; `unread` could not be asked. */
  readonly summary: {
    readonly targets: number;
    readonly recorded: number;
    readonly unrecorded: number;
    readonly unread: number;
  };
  /** In the order of application; what no file has stands where the histories have it. */
  readonly revisions: readonly FleetRevision[];
  readonly unread: readonly { readonly id: string; readonly path: string; readonly problem: Failure }[];
  /** Why the files could not be read; then none is known. */
  readonly problem: (ToldHint & { readonly message: string }) | null;
  readonly exitCode: number;
}

export interface HeadsReport extends NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'heads';
  readonly head: readonly string[];
  readonly revisions: readonly RevisionSummary[];
  readonly exitCode: number;
}

export interface ShowReport extends NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'show';
  readonly head: readonly string[];
  readonly revision: RevisionSummary & {
    /** The revisions that stand on it or depend on it. */
    readonly children: readonly string[];
    readonly losesRows: readonly string[];
    readonly changes: readonly string[];
    readonly drops: readonly string[];
    /** `u -> t`. */
    readonly moves: readonly string[];
    readonly checksum: string;
    readonly up: string;
    /** Null: there is no way back. */
    readonly down: string | null;
    /** What it creates, alters, drops, reads and writes; null where the revisions fail before this one is reached. */
    readonly needs: RevisionNeeds | null;
  };
  readonly exitCode: number;
}

export interface NewReport {
  readonly contract: typeof CONTRACT;
  readonly command: 'new';
  readonly revision: string;
  readonly file: string;
  readonly exitCode: number;
}

export interface BaselineReport {
  readonly contract: typeof CONTRACT;
  readonly command: 'baseline';
  readonly target: { readonly id: string; readonly path: string };
  /** Of its structure, and of what the revision leaves; null where there is none. */
  readonly fingerprint: string | null;
  /** What the revision makes. */
  readonly counts: Readonly<Record<'tables' | 'indexes' | 'views' | 'triggers', number>> | null;
  /** How many other targets have exactly this structure, of `others` that were looked at. */
  readonly alike: number;
  readonly others: number;
  /** The file that was written; null where none was. */
  readonly file: string | null;
  /** The text of the revision. */
  readonly sql: string | null;
  /** Why there is no revision. */
  readonly problem: Failure | null;
  readonly exitCode: number;
}

/** `error` and `warning` want something done; a `note` is to be known. */
export type DoctorSeverity = 'error' | 'warning' | 'note';

/** One thing that a look at the installation found. */
export interface DoctorFinding extends ToldHint {
  /** Its name for programs: `lostRevisions`, `noRoom`, ... */
  readonly id: string;
  readonly severity: DoctorSeverity;
  /** What was found, in one sentence. */
  readonly message: string;
  /** The single cases, a line each. */
  readonly details: readonly string[];
}

export interface DoctorReport extends NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'doctor';
  /** Of Flotilla, and of the database that is linked in. */
  readonly version: string;
  readonly database: string;
  readonly dataDir: string;
  readonly stateDir: string;
  readonly migrations: string;
  readonly backupDir: string;
  readonly head: readonly string[];
  readonly summary: {
    readonly targets: number;
    readonly sizeBytes: number;
    readonly revisions: number;
    /** Empty where the revisions cannot be used. */
    readonly states: Readonly<Partial<Record<TargetState, number>>>;
    /** What backups may still take, in bytes; null where it cannot be told. */
    readonly freeBytes: number | null;
    readonly errors: number;
    readonly warnings: number;
    readonly notes: number;
  };
  /** In the order in which they are to be attended to. */
  readonly findings: readonly DoctorFinding[];
  /**
   * What to type next, in order: the words after `flotilla`, without the options that say which fleet it is; all of it.
   */
  readonly next: readonly {
    readonly words: readonly string[];
    readonly command: Command;
    readonly does: string;
  }[];
  readonly exitCode: number;
}

/** One difference between a target and the structure of its revision. */
export interface Difference {
  /** What `--allow-drift` calls it: `columnMissing`, `indexExtra`, ... */
  readonly kind: string;
  readonly words: string;
}

export interface DriftReport extends Scoped, NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'drift';
  readonly head: readonly string[];
  readonly summary: {
    readonly targets: number;
    readonly drifted: number;
    /** Those that have soft differences, drifted or not. */
    readonly soft: number;
    readonly states: Readonly<Partial<Record<TargetState, number>>>;
  };
  /** The drifted ones, and those with a revision whose file was edited after it was applied. */
  readonly cohorts: readonly (Cohort & { readonly difference: readonly Difference[] })[];
  readonly targets: readonly (TargetStatus & { readonly difference: readonly Difference[] })[];
  /**
   * The order of columns and the names of constraints, where they are not those that the revisions leave: no drift, and
   * without effect on the exit code. Legacy targets are compared with the revision that evidence names.
   */
  readonly soft: readonly SoftCohort[];
  readonly exitCode: number;
}

/** Targets that have the same soft differences from the same revision. */
export interface SoftCohort {
  readonly revision: string | null;
  readonly count: number;
  readonly example: string;
  readonly difference: readonly Difference[];
  /** By id. */
  readonly targets: readonly string[];
}

/** What a revision has to do with the structure. Names are `agents`, `agents.metadata`, `ix_agents_name`. */
export interface RevisionNeeds {
  readonly revision: string;
  readonly creates: readonly string[];
  readonly alters: readonly string[];
  readonly drops: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** What it needs from others, and which revision makes it; null where none does. */
  readonly from: readonly { readonly object: string; readonly revision: string | null }[];
  /** Lines of statements that are not understood: what they need is not known. */
  readonly unknown: readonly number[];
}
