// The port: all that the rest knows of a kind of database. One implementation a dialect, under the same file names.
// Nothing here speaks of files or of connections, because another dialect may have only one of them. Methods are
// asynchronous because another dialect's will wait; SQLite's resolve at once.

import type { Discovery } from '../model/discovery.js';
import type { Hint } from '../model/hint.js';
import type { HistoryRow } from '../model/history.js';
import type { Observation } from '../model/observation.js';
import type { FailureCode } from '../model/outcome.js';
import type { Guard, Revision, Script, Statement } from '../model/revision.js';
import type { Refusal, Target, TargetRef } from '../model/target.js';
import type { Graph } from '../revisions/graph.js';
import type { LintOptions, LintReply } from '../revisions/lint/lint.js';
import type { RuleDescription } from '../revisions/lint/rule.js';
import type { ReadModule } from '../revisions/module.js';
import type { Syntax } from '../revisions/syntax.js';
import type { BackupSink, BackupSource } from './backup-content.js';
import type { Structure, Structures } from './structure.js';

/** What is known without opening a database: the supervisor's side of the port. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** The database engine itself. */
  version(): DriverVersion;
  /**
   * Every target of the fleet, and what must not be opened, both in no order.
   * @param ids where only these are wanted, others may be left out, and where they are found without a search they are
   * @throws FleetError `dataDirectory`, `stateDirectory`, `usage` where the fleet cannot be searched
   */
  discover(ids?: readonly string[]): Promise<Discovery>;
  /**
   * A database that need not be one of the fleet, by the name that the dialect has for it; null where there is none.
   */
  find(name: string): Promise<Target | Refusal | null>;
  /** What keeps a new database from having this name, by its own name; null where nothing does. */
  inTheWay(name: string): Promise<string | null>;
  /** The kinds of differences that `Structures.compare` tells of. */
  readonly differenceKinds: readonly string[];
  /** A name as the database compares names: equal texts are one name. */
  readonly fold: (name: string) => string;
  /** How the text of revisions is read. */
  readonly syntax: Syntax;
  readonly readModule: ReadModule;
  /** Every rule of `Driver.lint`, known without running one. */
  readonly lintRules: readonly RuleDescription[];
  /** A script for the database's own shell, which stops at the first error. */
  script(parts: readonly ScriptPart[]): string;
  /**
   * Statements for such a script that fail, and say why, unless tables have their columns in one of these orders, all
   * of them in the same one; none where there is nothing to hold them against. They leave nothing behind.
   */
  orderScript(accepted: readonly TableOrders[]): readonly string[];
}

/** What runs together in a script, and the change of the history that records it. */
export interface ScriptPart {
  /** False: outside a transaction; the record is in one of its own. */
  readonly transactional: boolean;
  readonly sql: readonly string[];
  readonly record: HistoryChange;
}

/** How thoroughly integrity is checked. */
export type Depth = 'quick' | 'full';

export type { DriverSettings } from './driver-settings.js';

/** Access to the targets: the worker's side of the port. */
export interface Driver {
  /**
   * Opens a target. A session for change has the settings that make changing it safe.
   * @throws DatabaseError
   */
  open(target: Target, options: OpenOptions): Promise<Session>;
  /**
   * Proves that the database of the target's name is still the one that was planned, and may be opened.
   * @param when `open`: this process has a session on it, so that what the session keeps beside it is no reason to
   *   refuse
   * @throws DatabaseError `gone`, `replaced`, `refusedPath`, `permission`, `io`
   */
  assertSame(target: Target, when: 'closed' | 'open'): Promise<void>;
  /**
   * Looks at targets as an application would that only reads, and leaves their content as it was.
   * @returns for each target, in order, what was seen, or why nothing could be
   */
  inspect(targets: readonly TargetRef[], options: InspectOptions): Promise<readonly Read<Observation>[]>;
  /** The whole histories of targets, read like `inspect`; null where one has none. */
  histories(
    targets: readonly TargetRef[],
    options: InspectOptions,
  ): Promise<readonly Read<readonly HistoryRow[] | null>[]>;
  /** The structure of a target, read like `inspect`. @throws DatabaseError */
  structure(target: TargetRef, options: InspectOptions): Promise<Structure>;
  /**
   * What is wrong with what is stored in a target, read whole like `inspect`; null where it is sound. @throws the same
   */
  damage(target: TargetRef, options: InspectOptions): Promise<IntegrityFault | null>;
  /**
   * Does work of which nothing stays: on a stand-in that has all that is committed in the target, and is removed
   * afterwards. The target itself is not written to.
   * @throws DatabaseError where it cannot be made; whatever `work` throws
   */
  rehearse<T>(target: Target, work: (rehearsed: Target) => Promise<T>): Promise<T>;
  /**
   * Opens the content of a backup, to be asked and to be put back. The backup itself stays as it is.
   * @throws DatabaseError `notADatabase`, `corrupt`; whatever the source throws
   */
  openBackup(source: BackupSource): Promise<Session>;
  /**
   * Runs the revisions in a scratch database, empty and with rows, and reads them for mistakes.
   * @throws FleetError `usage` for an unknown rule
   */
  lint(graph: Graph, options: LintOptions): Promise<LintReply>;
  /** The structures that revisions leave. */
  replay(): Replay;
  readonly structures: Structures;
  /** How the text of revisions is read. */
  readonly syntax: Syntax;
  /** What to do about a fault, where this kind of database has more to say than its code does; else null. */
  readonly advice: (fault: FaultOf, target: TargetRef) => Hint | null;
}

/** What was read of one target, or what was thrown: a DatabaseError, or a defect. */
export type Read<T> = { readonly value: T } | { readonly error: unknown };

/** What is known of a fault when advice is wanted. */
export interface FaultOf {
  readonly code: FailureCode;
  readonly message: string;
  /** What was thrown. */
  readonly error?: unknown;
  /** The revision that the work had come to; undefined where it had come to none. */
  readonly reached?: string | undefined;
}

/** The database engine that a driver uses. */
export interface DriverVersion {
  readonly name: string;
  readonly version: string;
  /** The oldest that keeps the promises made here. */
  readonly least: string;
  readonly isSafe: boolean;
}

export interface OpenOptions {
  /** `ask`: only to read, where a dead process can have left nothing to recover. */
  readonly purpose: 'change' | 'ask';
  /** How long one wait for a lock may take, in milliseconds. */
  readonly busyTimeoutMs: number;
}

export interface InspectOptions {
  /** How long one wait for a lock may take, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/** Runs revisions in a scratch database. Every method rejects with ReplayError where one fails on an empty one. */
export interface Replay {
  /** Fingerprint of the structure after exactly these revisions, in this order, from an empty database. Cached. */
  fingerprint(revisions: readonly Revision[]): Promise<string>;
  /** The hash of its layout. Cached. */
  layout(revisions: readonly Revision[]): Promise<string>;
  /** That structure itself. Cheap where the call before was about the first revisions of the same list. */
  structure(revisions: readonly Revision[]): Promise<Structure>;
  /** The columns of each table after exactly these revisions. Cached. */
  tables(revisions: readonly Revision[]): Promise<TableOrders>;
  /** The orders of columns that the last of these revisions meets on its way up or, after it, down. Cached. */
  columnOrders(revisions: readonly Revision[], direction: 'up' | 'down'): Promise<ColumnOrders>;
  close(): Promise<void>;
}

/** Names of columns in their order, by the folded name of a table. */
export type TableOrders = Readonly<Record<string, readonly string[]>>;

/** The orders of columns that one direction of a revision meets in the replay. */
export interface ColumnOrders {
  /** Of every table, before the first statement and after the last. */
  readonly start: TableOrders;
  readonly end: TableOrders;
  /** Of the tables that a statement of a script leans on, right before it, by its place from 0. */
  readonly at: ReadonlyMap<number, TableOrders>;
  /** Of every table after each statement of a program that changes a table, in order. */
  readonly steps: readonly OrderStep[];
}

/** A change of tables in a program: the same one, where the program runs on a target, leaves the same order. */
export interface OrderStep {
  /** What is done to which object: `create table t`. */
  readonly change: string;
  readonly orders: TableOrders;
}

/** An open database. Every method may throw DatabaseError. */
export interface Session {
  /**
   * Begins a transaction that nobody else can write beside.
   * @throws DatabaseError `busy` where another one holds it for longer than `busyTimeoutMs`
   */
  lock(): Promise<void>;
  /** Proves that the lock lets this session write, by a write that is taken back. */
  proveWritable(): Promise<void>;
  readHistory(): Promise<readonly HistoryRow[] | null>;
  observe(): Promise<Observation>;
  /** The hash of the structure. */
  fingerprint(): Promise<string>;
  structure(): Promise<Structure>;
  /**
   * What is wrong with what is stored; null where it is sound.
   * @throws DatabaseError `integrity` where what hangs on a table worked before the revisions, and does not any more
   */
  checkIntegrity(depth: Depth): Promise<IntegrityFault | null>;
  /** Rows whose foreign key has no parent, one line a violation, in a stable order; none where there never are any. */
  foreignKeyViolations(): Promise<readonly string[]>;
  /** Rows of every table that may hold an application's data, by its name; Flotilla's own is not among them. */
  countRows(): Promise<Readonly<Record<string, number>>>;
  /**
   * Gives the committed content to a sink, by `write` alone or by one `fill`; to be called before the first write. What
   * the sink got can be put back as it is by the means of the database, without Flotilla.
   * @returns the size of the content in bytes
   */
  backUp(sink: BackupSink): Promise<number>;
  /**
   * A hash of the committed content: two with the same one are alike, what the database counts for itself aside. To be
   * called before the first write of a transaction, or outside of one.
   */
  content(): Promise<string>;
  /**
   * To be called after the last commit: the content that the work since the first `lock` left; null where others may
   * have committed since then, so that nobody can tell theirs from it.
   */
  left(): Promise<string | null>;
  /** By the name of a table: its rows whose key a backup does not have; tables without such rows are left out. */
  countBeyond(backup: Session): Promise<Readonly<Record<string, number>>>;
  /**
   * Ends the transaction that `lock` began, makes the committed content that of a backup, durably and in one step for
   * everybody else, and proves it by reading it back. Nothing goes but what was there when the transaction began.
   * @param assertMay called when nobody else can write any more, before anything is written; nothing is where it throws
   * @returns what is there then, as `content` tells it; null where others have committed since
   * @throws DatabaseError `busy`: nothing was written, because others have it locked, or committed since; what
   *   `assertMay`
   *   throws; `commitUncertain`: only the target can tell
   */
  putBack(backup: Session, assertMay: () => void): Promise<string | null>;
  /** The rows of a query; `limit` is for those that are given, not for the count. */
  findRows(sql: string, limit: number): Promise<FoundRows>;
  /** Whether the object of a guard exists. */
  exists(object: Guard['object']): Promise<boolean>;
  /**
   * Runs one statement and proves that the transaction is still open afterwards, and what became of rows.
   * @throws DatabaseError `migrationFailed`; `rowsLost`, `valuesChanged`, `corrupt` and `integrity` for what it does to
   *   rows; `commitUncertain` where the statement ended the transaction
   */
  execute(statement: Pick<Statement, 'sql'> & Partial<Statement>): Promise<void>;
  /** Runs one statement that no transaction may hold. */
  executeOutside(statement: Statement): Promise<void>;
  /**
   * Runs one direction of a module revision.
   * @param accepted the orders of columns that its statements may meet; left out: any
   * @throws DatabaseError `columnOrder`, and what `execute` throws
   */
  executeModule(file: string, direction: 'up' | 'down', accepted?: readonly ColumnOrders[]): Promise<void>;
  /**
   * Proves that the tables of these orders have their columns as in one of them. A table that is missing is passed
   * over, and an empty list of orders allows any.
   * @throws DatabaseError `columnOrder`
   */
  assertColumnOrder(accepted: readonly TableOrders[]): Promise<void>;
  /**
   * To be called before the first statement of a revision, or of a repair: what they do to rows is watched from here.
   */
  beginRevision(begun: BegunRevision): Promise<void>;
  /**
   * Proves what only shows at the end, ends the watch, and resets the settings that the revision changed on this
   * connection. Harmless where none began.
   * @throws DatabaseError `rowsLost`
   */
  endRevision(): Promise<void>;
  /** Takes rows out of the history, changes rows, then adds rows; the table is made where it is missing. */
  record(change: HistoryChange): Promise<void>;
  /**
   * @throws DatabaseError `busy`: the transaction is still open, and the commit may be tried again; `commitUncertain`:
   *   reopen and read; where nothing was committed, its cause is the DatabaseError to report
   */
  commit(): Promise<void>;
  /** Ends the transaction without effect. @returns false where none was open: then it does not tell how it ended */
  rollback(): Promise<boolean>;
  close(): Promise<void>;
}

/** What is about to run, and what it says beforehand of the rows that it takes. */
export interface BegunRevision {
  /** Null for a repair. */
  readonly revision: Revision | null;
  readonly direction: 'up' | 'down';
  /** Rows of each table before the whole change: what came into being in it may go again. */
  readonly rows: Readonly<Record<string, number>>;
  /** Tables that it drops with their rows because somebody named them. */
  readonly dropped: readonly string[];
  /** Where something goes because it is asked for, what is to be there afterwards; else null. */
  readonly kept: Kept | null;
  /**
   * Statements of revisions that ran before on this target, not by this session, in order; asked for where it matters.
   */
  readonly earlier: () => readonly Statement[];
}

/** What a way back, or a repair, leaves on purpose. */
export interface Kept {
  /** The tables and columns that are to be there after it. */
  readonly now: TableOrders;
  /** Those after the whole change, and what runs until then: rows of a table that goes anyway may go before. */
  readonly end: TableOrders;
  readonly scripts: readonly Script[];
}

export type DeclaringKey = 'loses_rows' | 'changes' | 'drops' | 'moves';

/** Rows or values that are not what they were, for whoever must mend it. */
export interface RowsFound {
  readonly tables: readonly string[];
  readonly rows: number;
  /** Keys of a header, and what to add to each, that say that it is meant; none where nothing can. */
  readonly declare: readonly { readonly key: DeclaringKey; readonly names: readonly string[] }[];
  /** What to do instead. */
  readonly mend: string;
}

/** `integrity`: rows break the rules of their table; `corrupt`: what is stored cannot be trusted. */
export interface IntegrityFault {
  readonly code: Extract<FailureCode, 'integrity' | 'corrupt'>;
  /** At least one. */
  readonly problems: readonly string[];
}

export interface FoundRows {
  readonly count: number;
  /** The first ones, up to the limit: their values as SQL. */
  readonly first: readonly (readonly string[])[];
}

export interface HistoryChange {
  readonly remove: 'all' | readonly string[];
  readonly add: readonly HistoryRow[];
  /** Rows that keep their place and get this checksum; default none. */
  readonly restate?: readonly { readonly id: string; readonly checksum: string }[];
}

/** What more is known of a fault. */
export interface FaultDetails {
  readonly cause?: unknown;
  readonly found?: RowsFound | null;
  readonly tables?: readonly string[];
  readonly hint?: Hint | null;
  readonly revision?: string | null;
}

/** A fault of one database, in Flotilla's words: dialects turn their numbers into codes. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: FailureCode;
  /** With `rowsLost` and `valuesChanged`. */
  readonly found: RowsFound | null;
  /** What the statement at fault names. */
  readonly tables: readonly string[];
  /** What to do about it, where that is known best where it was found. */
  readonly hint: Hint | null;
  /** The revision at fault, where it is not the one at work. */
  readonly revision: string | null;

  constructor(
    code: FailureCode,
    message: string,
    { cause, found = null, hint = null, revision = null, tables = [] }: FaultDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.found = found;
    this.tables = tables;
    this.hint = hint;
    this.revision = revision;
  }
}

/** A revision that fails on an empty database. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  readonly revision: Revision;
  readonly statement: Statement | null;

  constructor(revision: Revision, statement: Statement | null, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.revision = revision;
    this.statement = statement;
  }
}
