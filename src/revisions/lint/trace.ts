// What happened when every revision was run in memory, in order, twice: on an empty database, and on one that has a row
// in every table. Plain data between the database, which makes it, and the rules, which read it and nothing else.
// A statement that fails is passed over, so that one mistake does not hide the next.

import type { Revision, Statement } from '../../model/revision.js';
import type { Snapshot } from '../../dialects/sqlite/schema/snapshot.js';

export interface Trace {
  /** In the order of the graph. */
  readonly revisions: readonly RevisionTrace[];
  /** Tables that got no row, and why: nothing is known of what happens to rows in them. */
  readonly unseeded: readonly { readonly table: string; readonly reason: string }[];
}

export interface RevisionTrace {
  readonly revision: Revision;
  /** Structure before the first statement and after the last. Equal structures are one object. */
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly steps: readonly StepTrace[];
  /** Views and triggers that work no more, or never did, and worked (or were not there) before this revision. */
  readonly broken: readonly Broken[];
  /** Tables of the seeded database that have fewer rows after the revision; one that was renamed has kept them. */
  readonly rowsLost: readonly RowsLost[];
  /** Rows of the seeded database that this revision left without a parent. */
  readonly orphans: readonly Orphans[];
  readonly down: DownTrace;
}

export interface StepTrace {
  /** For a module: its file on line 1. */
  readonly statement: Statement;
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Its guard did not hold, so it did not run. */
  readonly skipped: boolean;
  /** SQLite's words where it failed on the empty database. */
  readonly error: string | null;
  /** SQLite's words where it worked on the empty database, and failed with a row in every table. */
  readonly seededError: string | null;
  /** Tables of the seeded database that have fewer rows after it. A table that is gone has none. */
  readonly rowsLost: readonly RowsLost[];
}

export interface RowsLost {
  readonly table: string;
  readonly before: number;
  readonly after: number;
}

export interface Orphans {
  readonly table: string;
  readonly parent: string;
  readonly rows: number;
}

export interface Broken {
  readonly kind: 'view' | 'trigger';
  readonly name: string;
  /** SQLite's words. */
  readonly error: string;
  /** It is made and dropped within the revision. */
  readonly passing: boolean;
}

/** How the way back went: run after the revision, compared with the structure before it, and undone again. */
export type DownTrace =
  | { readonly kind: 'missing' }
  /** Not tried, because the way up failed. */
  | { readonly kind: 'untried' }
  | { readonly kind: 'same' }
  | { readonly kind: 'fails'; readonly error: string; readonly line: number; readonly seeded: boolean }
  | { readonly kind: 'differs'; readonly left: Snapshot };
