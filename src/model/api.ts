// The library's face in types: what `openFleet` takes and what a fleet can do.

import type { BackupsReport, RestoreToReport } from './backup-report.js';
import type { CommandOptions } from './command.js';
import type { FleetEvent } from './events.js';
import type { LintReport } from './lint.js';
import type {
  BaselineReport,
  CurrentReport,
  DiscoverReport,
  DoctorReport,
  DriftReport,
  FleetHistoryReport,
  HeadsReport,
  HistoryReport,
  NewReport,
  PlanReport,
  RepairPlanReport,
  RunReport,
  ShowReport,
  StatusReport,
} from './report.js';
import type { ResumeReport } from './resume-report.js';
import type { WaveDefinition } from './wave.js';

export interface FleetOptions {
  /** Directory that is searched for targets; default `data`. */
  readonly dataDir?: string;
  /** Glob under the data directory; default: every `project_*.db`, at any depth. */
  readonly pattern?: string;
  /** Ledger, lock, backups and reports; default `<dataDir>/.flotilla`. */
  readonly stateDir?: string;
  /** Mode of the state directory and of what is made in it: `0750` lets a group read; default `0700`. */
  readonly stateMode?: '0700' | '0750';
  /** Directory of the revisions; default `migrations`. */
  readonly migrations?: string;
  /** What the application gives its own SQLite; default: nothing. */
  readonly sqlite?: SqliteOptions;
  /** Which revision a number means that an application keeps in `user_version`: `['3=0003']`; default: none. */
  readonly userVersion?: readonly string[];
  /** The waves that runs may name; default: none. */
  readonly waves?: readonly WaveDefinition[];
  /**
   * Whether revisions that are programs are run, to see what they do; default true. Without it only looks are possible,
   * what depends on a program is `unknown`, and the looks say `notRun`.
   */
  readonly programs?: boolean;
  /**
   * Directories that are taken on with all that is in them, though others may write there: databases, configuration,
   * revisions, functions; default: none.
   */
  readonly trust?: readonly string[];
  /**
   * Options that the commands in hints carry, so that they are about this fleet where they are typed; default: those of
   * those above that are given.
   */
  readonly commandOptions?: CommandOptions;
}

/** Loaded wherever a schema is read or run: in workers, in the replay of the revisions, by lint, in rehearsals. */
export interface SqliteOptions {
  /** Paths of loadable extensions. */
  readonly extensions?: readonly string[];
  /** Path of a module that exports `functions`, `aggregates` and `tables`, or by default a function of a connection. */
  readonly functions?: string;
  /** The oldest version that reads these files, `3.40`: lint names what of a schema it could not read. */
  readonly oldest?: string;
}

/** Which targets a call is about, and who watches it. */
export interface SelectOptions {
  /** Ids and globs; all targets where it is left out. */
  readonly only?: readonly string[];
  readonly exclude?: readonly string[];
  /** At most so many targets, the first in order. */
  readonly limit?: number;
  /** Whether a name that no target has is an error (`fail`, the default), or passed over. */
  readonly missing?: 'fail' | 'skip';
  /** That there is no target is no finding. */
  readonly allowEmpty?: boolean;
  /** Worker processes; default: the processors. */
  readonly jobs?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: FleetEvent) => void;
}

export interface RunOptions extends SelectOptions {
  readonly dryRun?: boolean;
  /** Default `quick`. */
  readonly verify?: 'quick' | 'full';
  /** Default true. */
  readonly backup?: boolean;
  /** Default `<stateDir>/backups`. */
  readonly backupDir?: string;
  /** Patience with a locked target in milliseconds; default 5000. */
  readonly busyTimeout?: number;
  /** How long another run over the fleet is waited for, in milliseconds; default 0: not at all. */
  readonly wait?: number;
  /** Deadline of one target in milliseconds; default 600000. */
  readonly timeout?: number;
  /**
   * Go in waves, each begun when the one before it has ended: `['canary', '1', '10%', 'rest']`, by numbers, percents of
   * what is planned, names of the fleet's `waves`, and what is left; default: all at once.
   */
  readonly waves?: readonly string[];
  /** How many targets of each wave may fail, `5` or `'2%'`; with one more the run stops. Default: all. */
  readonly maxFailures?: number | string;
  /** Wait so many milliseconds between two waves; default 0. */
  readonly soak?: number;
  /**
   * A command to run between two waves, without a shell, the path of the report so far in `FLOTILLA_REPORT`; the run
   * stops unless it exits 0.
   */
  readonly gate?: string;
  /** Deadline of the gate in milliseconds; default 60000. */
  readonly gateTimeout?: number;
  /** End the run after each wave but the last; default false. */
  readonly pause?: boolean;
  /**
   * `id`, `size` (the largest first) or `shuffle:SEED`: the order in which waves take targets, and in which these are
   * begun. Default: waves by id, in a wave the largest first.
   */
  readonly order?: string;
}

export interface UpgradeOptions extends RunOptions {
  /** A revision argument; default `head`. */
  readonly to?: string;
  /** Baseline legacy targets by evidence in the same pass; default false. */
  readonly stamp?: boolean;
  /** Kinds of differences that do not keep a drifted target from being upgraded: `indexExtra`; default none. */
  readonly allowDrift?: readonly string[];
  /** Tables that no revision knows keep no target from being matched or upgraded; default false. */
  readonly allowExtra?: boolean;
  /** With `stamp`: as for `stamp` itself. */
  readonly at?: string;
}

export interface DowngradeOptions extends RunOptions {
  /** A revision argument: where to go back to. */
  readonly to: string;
}

export interface StampOptions extends RunOptions {
  /** A revision argument, or `auto` (default): decided by evidence. */
  readonly to?: string;
  /** Record it whatever the structure says, and replace a history; default false. */
  readonly force?: boolean;
  /** With `auto`: which of several revisions of one structure it is; `earliest`, `latest`, an id or its prefix. */
  readonly at?: string;
  /** Tables that no revision knows keep no target from being matched; default false. */
  readonly allowExtra?: boolean;
}

export interface RepairOptions extends RunOptions {
  /**
   * Names of what may be dropped though it is not expected: `table`, `table.column`, or an index, a view, a trigger;
   * default none.
   */
  readonly dropExtra?: readonly string[];
  /**
   * Revisions whose files were edited after they were applied and are to count as what was applied, by id or its
   * prefix, or `all`: accepted on the targets whose structure is what the files leave now; default none.
   */
  readonly checksums?: readonly string[];
  /**
   * Puts columns into the declared order and gives constraints their declared names, also where nothing else differs;
   * default false.
   */
  readonly columns?: boolean;
}

/** The options that `repair` alone has. */
export type RepairOption = 'dropExtra' | 'checksums' | 'columns';

/** Which copy of a target; the newest where nothing is said. */
export interface CopyChoice {
  /** The one that this run made. */
  readonly run?: string;
  /** The newest of a run that began before this time: `2026-11-20`, `2026-11-20T12:00Z`. */
  readonly before?: string;
  /** This file, of one target. */
  readonly from?: string;
}

/** What is there is always backed up first. */
export interface ResumeOptions extends Pick<RunOptions, 'jobs' | 'wait' | 'signal' | 'onEvent'> {
  /** The run, by its id or its unique beginning; default: the last one that stopped, paused or died. */
  readonly run?: string;
  /** Targets to try again beside those that were not started, were in flight, or stopped the run; default none. */
  readonly retry?: readonly string[];
}

export interface RestoreOptions extends Omit<RunOptions, 'backup' | 'only'>, CopyChoice {
  /** Ids and globs of the targets. */
  readonly only: readonly string[];
  /** Restore although rows go that the copy does not have; default false. */
  readonly force?: boolean;
}

export interface UndoOptions extends RunOptions {
  /** The id of the run, its unique beginning, or `last`: the newest that changed a target. */
  readonly run: string;
  /**
   * `restore`: by the copies of before alone; `downgrade`: by the revisions alone; `auto`, the default: by its copy
   * where a target is proved to be as the run left it, else by the revisions.
   */
  readonly how?: 'auto' | 'restore' | 'downgrade';
  /** Put the copy back although something was written since, and there is no other way; default false. */
  readonly force?: boolean;
}

export interface RestoreToOptions
  extends Omit<SelectOptions, 'only' | 'exclude' | 'limit' | 'missing' | 'allowEmpty'>, CopyChoice {
  /** The id of the one target, which may be gone. */
  readonly only: readonly string[];
  /** The file to write; nothing may be there. */
  readonly to: string;
  /** Write it although rows in it break a rule of their table; default false. */
  readonly force?: boolean;
  /** Prove the copy, and write nothing; default false. */
  readonly dryRun?: boolean;
  /** As for the commands that change targets; default `<stateDir>/backups`. */
  readonly backupDir?: string;
}

export interface BackupsOptions extends SelectOptions {
  /** The copies of this run alone. */
  readonly run?: string;
  /** As for the commands that change targets; default `<stateDir>/backups`. */
  readonly backupDir?: string;
}

export interface StatusOptions extends SelectOptions {
  /** `check` exits 1 unless every target is current; default `status`. */
  readonly command?: 'status' | 'check';
  /** Tell of each target how the last run over it failed, where it did; default false. */
  readonly failures?: boolean;
}

export interface CurrentOptions extends SelectOptions {
  /** Tell of each target the rows of its history, and how the last run over it failed; default false. */
  readonly history?: boolean;
}

export interface BaselineOptions extends SelectOptions {
  /** The id of a target, or the path of a database. */
  readonly target: string;
  /**
   * The file to write; it must not be there. Default: `0001_baseline.sql` in the directory of the revisions where that
   * has none yet, else no file.
   */
  readonly output?: string;
}

export interface DoctorOptions extends SelectOptions {
  /** As for the commands that change targets; default `<stateDir>/backups`. */
  readonly backupDir?: string;
}

export interface FleetHistoryOptions extends SelectOptions {
  /** The revisions of a range `A:B` alone; all, and those that no file has, where it is left out. */
  readonly range?: string;
}

export interface PlanOptions extends SelectOptions {
  /** A revision argument; default `head`. */
  readonly to?: string;
  /** Plan legacy targets from the revision that evidence names; default false. */
  readonly stamp?: boolean;
  /** As for `upgrade`. */
  readonly allowExtra?: boolean;
  /** As for `upgrade`. */
  readonly at?: string;
}

export interface LintFleetOptions extends SelectOptions {
  /** Ids of the rules to apply; default: all. */
  readonly rules?: readonly string[];
  /** Warnings count as errors; default false. */
  readonly strict?: boolean;
  /** Findings of revisions after this one alone; all are run. */
  readonly since?: string;
  /** Hold the revisions against what the targets have applied already; default false. */
  readonly fleet?: boolean;
}

/** All databases of one configuration. Faults of a whole run reject with FleetError; faults of a target never do. */
export interface Fleet {
  discover(options?: SelectOptions): Promise<DiscoverReport>;
  status(options?: StatusOptions): Promise<StatusReport>;
  current(options?: CurrentOptions): Promise<CurrentReport>;
  /** Compares each target with the structure of its own revision. */
  drift(options?: SelectOptions): Promise<DriftReport>;
  plan(options?: PlanOptions): Promise<PlanReport>;
  upgrade(options?: UpgradeOptions): Promise<RunReport>;
  stamp(options?: StampOptions): Promise<RunReport>;
  downgrade(options: DowngradeOptions): Promise<RunReport>;
  /**
   * Mends structures that drifted from their own revision; accepts files that were edited, where that was asked for.
   */
  repair(options?: RepairOptions): Promise<RunReport>;
  /** Puts a copy back in the place of what targets hold. */
  restore(options: RestoreOptions): Promise<RunReport>;
  /** Takes back what one run did. */
  undo(options: UndoOptions): Promise<RunReport>;
  /**
   * Goes on with a run, with its own options, targets, waves and heads; its document is that of the whole run. Where there
   * is nothing to go on with, it says so.
   */
  resume(options?: ResumeOptions): Promise<RunReport | ResumeReport>;
  /** Writes a copy of a target to a file of its own; no target is changed. */
  restoreTo(options: RestoreToOptions): Promise<RestoreToReport>;
  /** The copies that there are. */
  backups(options?: BackupsOptions): Promise<BackupsReport>;
  /** The same, each read and proved. */
  verifyBackups(options?: BackupsOptions): Promise<BackupsReport>;
  /** What `repair` would do to each cohort; nothing is changed. */
  repairPlan(options?: Pick<RepairOptions, keyof SelectOptions | RepairOption>): Promise<RepairPlanReport>;
  /** The revisions, or those of a range `A:B`. */
  history(options?: { readonly range?: string }): Promise<HistoryReport>;
  /** How many targets have each revision, and when they got it; also those that no file has. */
  fleetHistory(options?: FleetHistoryOptions): Promise<FleetHistoryReport>;
  /** Looks at the whole installation; works where almost everything of it is broken. */
  doctor(options?: DoctorOptions): Promise<DoctorReport>;
  /** Writes the structure of one database as a first revision. */
  baseline(options: BaselineOptions): Promise<BaselineReport>;
  heads(): Promise<HeadsReport>;
  /** Reads the revisions for mistakes. */
  lint(options?: LintFleetOptions): Promise<LintReport>;
  show(options: { readonly revision: string }): Promise<ShowReport>;
  /** Writes a new revision file. */
  newRevision(options: { readonly message: string }): Promise<NewReport>;
  close(): Promise<void>;
}

/** Every document. */
export type AnyReport =
  | RunReport
  | ResumeReport
  | StatusReport
  | DiscoverReport
  | PlanReport
  | RepairPlanReport
  | CurrentReport
  | LintReport
  | DriftReport
  | HistoryReport
  | FleetHistoryReport
  | HeadsReport
  | ShowReport
  | DoctorReport
  | NewReport
  | BaselineReport
  | BackupsReport
  | RestoreToReport;
