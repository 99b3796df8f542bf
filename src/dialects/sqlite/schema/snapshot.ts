// The normalized structure of a database: what it is, not how it was written. The noun that fingerprint, difference,
// rendering and repair work on. Plain data: it may be stored as JSON and cross to another process.
// Invariant: everything is here that SQLite enforces or runs; texts as written are kept beside, to show and to render.

import type { Structure } from '../../structure.js';
import type { SqlText } from './sql-text.js';

/** What SQLite does on a violation; ABORT where nothing is said. */
export type ConflictAction = 'ABORT' | 'FAIL' | 'IGNORE' | 'REPLACE' | 'ROLLBACK';

/** Everything is sorted by name, but for columns. */
export interface Snapshot extends Structure {
  readonly tables: readonly Table[];
  readonly indexes: readonly Index[];
  readonly views: readonly View[];
  readonly triggers: readonly Trigger[];
}

export function isSnapshot(structure: Structure): structure is Snapshot {
  return ['indexes', 'triggers'].every((part) => part in structure);
}

export interface Table {
  readonly name: string;
  readonly virtual: boolean;
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  readonly autoincrement: boolean;
  /** As declared; the order is not identity. None for a virtual table: its module decides. */
  readonly columns: readonly Column[];
  readonly primaryKey: Key | null;
  readonly uniques: readonly Key[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Module and arguments of a virtual table; the whole text of a table that the parser cannot read; else null. */
  readonly definition: SqlText | null;
}

export interface Column {
  readonly name: string;
  readonly type: SqlText;
  /** True as well where a key implies it. */
  readonly notNull: boolean;
  readonly notNullConflict: ConflictAction;
  /** Of the constraint that is written. Not identity. */
  readonly notNullName: string | null;
  /** DEFAULT NULL is none. */
  readonly default: SqlText | null;
  /** In upper case. */
  readonly collation: string;
  readonly generated: { readonly stored: boolean; readonly expression: SqlText } | null;
}

/** A primary key or UNIQUE constraint. Names of constraints are not identity. */
export interface Key {
  readonly name: string | null;
  readonly columns: readonly KeyColumn[];
  readonly onConflict: ConflictAction;
}

export interface KeyColumn {
  readonly name: string;
  /** In upper case; the column's own where none is written. */
  readonly collation: string;
  readonly descending: boolean;
}

export interface Check {
  readonly name: string | null;
  readonly expression: SqlText;
}

export interface ForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly parent: string;
  /** Where they are not written: the parent's primary key; null where it has none that fits. */
  readonly parentColumns: readonly string[] | null;
  /** Whether the parent's columns are written. Not identity. */
  readonly written: boolean;
  readonly onDelete: string;
  readonly onUpdate: string;
  /** DEFERRABLE INITIALLY DEFERRED. */
  readonly deferred: boolean;
}

export interface Index {
  readonly name: string;
  readonly table: string;
  readonly unique: boolean;
  readonly columns: readonly IndexColumn[];
  readonly where: SqlText | null;
}

export interface IndexColumn {
  /** A column by its name, quoted where it must be, or an expression. */
  readonly key: SqlText;
  /** The column's name; null for an expression. */
  readonly column: string | null;
  readonly collation: string;
  readonly descending: boolean;
}

export interface View {
  readonly name: string;
  /** All after the name: columns, AS and the query. */
  readonly definition: SqlText;
}

export interface Trigger {
  readonly name: string;
  /** The table or view it is on. */
  readonly table: string;
  /** All after the name. */
  readonly definition: SqlText;
}
