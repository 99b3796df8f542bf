// A revision: one migration, read from a file. Plain data, so that a worker process gets the text that was checked.

import type { Problem } from './errors.js';

/** One SQL statement of a revision. */
export interface Statement {
  readonly sql: string;
  /** Line of the statement's first token in its file, from 1. */
  readonly line: number;
  /** What the parser of its dialect calls it (`CreateTableStmt`, ...), or `unknown` where that could not read it. */
  readonly kind: string;
  /** No transaction can hold it, or it has no effect in one. Set by the dialect. */
  readonly outsideTransaction?: true;
  /** Tables whose order of columns decides what it does; left out where there are none. Set by the dialect. */
  readonly byPosition?: readonly string[];
  /** It changes, adds and takes away no row, however often it runs. Set by the dialect; without it, it may. */
  readonly keepsRows?: true;
  /** Makes a trigger that goes by the position of columns when it fires. Set by the dialect. */
  readonly firesByPosition?: true;
  /** Run only where the object is missing, or exists (`-- if_missing: agents.metadata`). */
  readonly guard?: Guard;
}

/** The condition above a statement: `table`, `table.column`, or the name of an index, view or trigger. */
export interface Guard {
  readonly when: 'missing' | 'exists';
  readonly object: string;
}

/** `u -> t`: rows of one table that live on in another. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** One direction of a revision. */
export type Script =
  | { readonly kind: 'sql'; readonly statements: readonly Statement[] }
  /** A module that exports `up(db)` and `down(db)`. */
  | {
      readonly kind: 'module';
      readonly file: string;
      /** Programs are not to be run: what it does is not known, and it does nothing. */
      readonly unread?: true;
    };

/** A comment that lets a finding of lint pass: `-- lint: allow RULE, reason`. */
export interface Allowance {
  /** As written, in lower case; empty where the comment is not understood. */
  readonly rule: string;
  /** Empty: none is given, and then nothing passes. */
  readonly reason: string;
  readonly line: number;
  /** The whole file, or the lines of the statement that it stands above, the first and the last. */
  readonly covers: 'file' | readonly [first: number, last: number];
}

/** A way back with mistakes in its text: it is never run, and keeps nothing else from being done. */
export interface BrokenScript {
  readonly kind: 'broken';
  /** What could be read of it. */
  readonly statements: readonly Statement[];
  /** At least one, each with its file. */
  readonly problems: readonly Problem[];
}

export interface Revision {
  readonly id: string;
  /** The words after the version in the file's name, blanks for underscores: `add indexes`. */
  readonly name: string;
  /** Path of the file, as the migrations directory was given. */
  readonly file: string;
  /** The revisions before it; none means that it stands on base; two or more make it a merge. */
  readonly parents: readonly string[];
  /** Further revisions that must be applied first. */
  readonly dependsOn: readonly string[];
  /** The revisions that this one stands for, in their order: who has all of them has it. */
  readonly replaces?: readonly string[];
  /** False: runs alone, outside a transaction, tracked statement by statement. */
  readonly transactional: boolean;
  /** Tables that this revision may take rows from. */
  readonly losesRows: readonly string[];
  /** What lint lets pass; left out where nothing is said. */
  readonly allows?: readonly Allowance[];
  /** Columns, `table.column`, whose values it may change while it copies them. */
  readonly changes: readonly string[];
  /** Columns, `table.column`, whose values it may leave behind. */
  readonly drops: readonly string[];
  /** Tables whose rows live on in another one, under new keys. */
  readonly moves: readonly Move[];
  readonly up: Script;
  /** Null: there is no way back. */
  readonly down: Script | BrokenScript | null;
  /** Of what `up` does, `up:<SHA-256>`: its tokens, its guards and the transaction; of a program, the whole text. */
  readonly checksum: string;
  /**
   * The same of `down`, `down:<SHA-256>`: a way back that stopped half-way goes on only by the script that it began.
   */
  readonly downChecksum: string;
  /** SHA-256 (hex) by the rule of 0.1.0, which histories that it wrote hold. */
  readonly formerChecksum: string;
  /** SHA-256 (hex) of the file and of its `up` alone, byte by byte: by them tools know that record nothing else. */
  readonly contentHashes?: readonly string[];
}
