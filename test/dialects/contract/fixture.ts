// What the contract needs of one kind of database beside the port: how its databases are made, hurt and used by others.
// A dialect's own test brings it; the contract itself knows no files and no connections.

import type { Dialect, Driver } from '../../../src/dialects/port.js';
import type { FailureCode } from '../../../src/model/outcome.js';

/** An application that has a database of the fleet open. */
export interface Application {
  /** Runs statements and commits them; what it wrote may stay where only the database itself finds it. */
  run(...statements: readonly string[]): Promise<void>;
  /** Begins to read, and goes on reading until it is closed. */
  read(): Promise<void>;
  close(): Promise<void>;
}

/** What a backup's sink was given: exactly one of both. */
export interface Backup {
  readonly bytes: Uint8Array | null;
  /** A file that `fill` wrote. */
  readonly file: string | null;
}

/** A fleet of one dialect, empty at first, with the dialect and the driver that work on it. */
export interface ContractFleet {
  readonly dialect: Dialect;
  readonly driver: Driver;
  /** The same driver, but that no content of a database is small enough to pass through its memory. */
  readonly largeDriver: Driver;
  /** Makes a database with this id, and runs the statements in it. */
  make(id: string, statements: readonly string[]): Promise<void>;
  /** Makes one that is not of the fleet. @returns the name that `Dialect.find` has for it */
  makeOutside(statements: readonly string[]): Promise<string>;
  /** Puts a new database in the place of one. */
  replace(id: string): Promise<void>;
  /** Takes one away. */
  remove(id: string): Promise<void>;
  /** Makes one unreadable for whoever opens it. @returns the code that this has */
  damage(id: string): Promise<FailureCode>;
  /** Makes something that has this id and must not be opened. */
  makeRefused(id: string): Promise<void>;
  /** Makes a database out of a backup. */
  restore(id: string, backup: Backup): Promise<void>;
  open(id: string): Promise<Application>;
  /** Runs a script as the database's own shell does. @throws at the first error */
  runScript(id: string, script: string): Promise<void>;
  close(): Promise<void>;
}

/** What one kind of database has of its own. */
export interface ContractFixture {
  readonly name: Dialect['name'];
  openFleet(): Promise<ContractFleet>;
  /** A dialect whose fleet cannot be searched. */
  openNowhere(): Promise<Dialect>;
  /** A statement that no transaction may hold. */
  readonly outside: string;
  /** A statement that a revision may switch something with for itself, and a query that shows it. */
  readonly switching: { readonly statement: string; readonly query: string };
  /** Statements that leave a row of `notes` without its parent in `tasks`; null where that cannot be. */
  readonly orphan: readonly string[] | null;
  /** Statements that leave rows that break a rule of their table; null where that cannot be. */
  readonly brokenRule: readonly string[] | null;
  /** Whether one who reads can keep a COMMIT waiting. */
  readonly readersHoldCommit: boolean;
  /** Further structures, each as its statements, for what standard SQL has no words for. */
  readonly structures: readonly (readonly string[])[];
}
