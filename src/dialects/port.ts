// The port: all that the runner knows of a database. One implementation a dialect, under the same file names.
// Methods are asynchronous because another driver will be; SQLite's resolve at once.

import type { Guard, Revision, Statement } from '../model/revision.js';
import type { FailureCode } from '../model/outcome.js';
import type { HistoryRow } from '../model/history.js';
import type { Observation } from '../model/observation.js';
import type { Graph } from '../revisions/graph.js';
import type { LintOptions, LintReply } from '../revisions/lint/lint.js';
import type { Syntax } from '../revisions/syntax.js';
import type { Snapshot } from './sqlite/schema/snapshot.js';
import type { TargetRef, Target } from '../model/target.js';

/** How thoroughly integrity is checked: `PRAGMA quick_check` or `integrity_check`. */
export type Depth = 'quick' | 'full';

export interface Driver {
  /**
   * Opens a target; for change the session is made safe for it (protocol, steps 1 and 2).
   * @throws DatabaseError
   */
  open(target: Target, options: OpenOptions): Promise<Session>;
  /**
   * Looks at a target as an application would that only reads, and leaves its content as it was.
   * @throws DatabaseError
   */
  inspect(target: TargetRef, options: InspectOptions): Promise<Observation>;
  /** The structure of a target, read like `inspect`. */
  snapshot(target: Target, options: InspectOptions): Promise<Snapshot>;
  /** The whole history of a target, read like `inspect`; null where it has none. */
  history(target: Target, options: InspectOptions): Promise<readonly HistoryRow[] | null>;
  /**
   * Copies a target with everything that is committed in it, into an empty directory, without a trace on the original.
   * @returns the copy as a target with the same id
   * @throws DatabaseError
   */
  copy(target: Target, directory: string): Promise<Target>;
  /**
   * Runs the revisions in a scratch database, empty and with rows, and reads them for mistakes.
   * @throws FleetError `usage` for a rule that there is not
   */
  lint(graph: Graph, options: LintOptions): Promise<LintReply>;
  /** The structures that revisions leave. */
  replay(): Replay;
  /** How the text of revisions is read. */
  readonly syntax: Syntax;
}

/** What stands behind a driver. */
export interface DriverVersion {
  readonly name: string;
  readonly version: string;
  /** The oldest that keeps the promises made here. */
  readonly least: string;
  readonly isSafe: boolean;
}

export interface OpenOptions {
  /** `ask`: nothing is to be changed, and there can be nothing to recover (step 11). */
  readonly purpose: 'change' | 'ask';
  /** How long one wait for a lock may take, in milliseconds. */
  readonly busyTimeoutMs: number;
}

export interface InspectOptions {
  /** Makes a directory for a private copy, where a target cannot be read without changing it. */
  readonly makeScratch: () => string;
  readonly busyTimeoutMs: number;
}

/** Runs revisions in a scratch database. Every method rejects with ReplayError where one fails on an empty one. */
export interface Replay {
  /** Fingerprint of the structure after exactly these revisions, in this order, from an empty database. Cached. */
  fingerprint(revisions: readonly Revision[]): Promise<string>;
  /** That structure itself; cheap where the call before was about a beginning of the same chain. */
  snapshot(revisions: readonly Revision[]): Promise<Snapshot>;
  close(): void;
}

/** An open database. Every method may throw DatabaseError. */
export interface Session {
  /** Takes the write lock (step 3). */
  lock(): Promise<void>;
  /** Proves by a write that is rolled back that the lock is one: a file opened read-only takes none (step 3). */
  proveWritable(): Promise<void>;
  readHistory(): Promise<readonly HistoryRow[] | null>;
  observe(): Promise<Observation>;
  /** Of the structure alone. */
  fingerprint(): Promise<string>;
  snapshot(): Promise<Snapshot>;
  /** Problems found by the integrity check; none means sound. */
  checkIntegrity(depth: Depth): Promise<readonly string[]>;
  /** Rows whose foreign key has no parent, one line a violation, in a stable order. */
  foreignKeyViolations(): Promise<readonly string[]>;
  countRows(): Promise<Readonly<Record<string, number>>>;
  /** Size of the content in bytes. */
  sizeBytes(): Promise<number>;
  /** The committed content, equal to the file byte for byte; call it before the first write (step 6). */
  serialize(): Promise<Uint8Array>;
  /** Writes the committed content into a new file at `path`; for what is too large for memory. Not durable by itself. */
  copyTo(path: string): Promise<void>;
  /** The rows of a query. */
  findRows(sql: string, limit: number): Promise<FoundRows>;
  /** Whether the object of a guard exists. */
  exists(object: Guard['object']): Promise<boolean>;
  /** Runs one statement and proves that the transaction is still open afterwards (step 7). */
  execute(statement: Pick<Statement, 'sql'> & Partial<Statement>): Promise<void>;
  /** Runs one statement that no transaction may hold. */
  executeOutside(statement: Statement): Promise<void>;
  /** Runs one direction of a module revision. */
  executeModule(file: string, direction: 'up' | 'down'): Promise<void>;
  /** Takes back what a revision switched for itself on this connection. */
  endRevision(): Promise<void>;
  /** Takes rows out of the history, then adds rows; the table is made where it is missing (step 8). */
  record(change: HistoryChange): Promise<void>;
  /**
   * @throws DatabaseError `busy`: still open, may be tried again; `commitUncertain`: reopen and read, and where nothing
   * was committed, its cause is the DatabaseError that stands
   */
  commit(): Promise<void>;
  /** Ends the transaction without effect; harmless where none is open. */
  rollback(): Promise<void>;
  close(): Promise<void>;
}

export interface FoundRows {
  readonly count: number;
  /** The first ones, up to the limit: their values as SQL. */
  readonly first: readonly (readonly string[])[];
}

export interface HistoryChange {
  readonly remove: 'all' | readonly string[];
  readonly add: readonly HistoryRow[];
}

/** A fault of one database, in Flotilla's words: drivers turn their numbers into codes. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
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
