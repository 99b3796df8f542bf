// What happened when every revision was run in a scratch database, in order, twice: on an empty one, and on one that
// has a row in every table. Without structures, because these differ from dialect to dialect: each extends this by its
// own. A statement that fails is passed over, so that one mistake does not hide the next.

import type { Revision, Statement } from '../../model/revision.js';

export interface Trace {
  /** In the order of the graph. */
  readonly revisions: readonly RevisionTrace[];
  /** Tables that got no row, and why: nothing is known of what happens to rows in them. */
  readonly unseeded: readonly { readonly table: string; readonly reason: string }[];
}

export interface RevisionTrace {
  readonly revision: Revision;
  readonly steps: readonly StepTrace[];
  /** It leaves structure and rows as they were: it only asks, or has no statement. */
  readonly changesNothing: boolean;
  /** Tables of the seeded database that have fewer rows after the revision; one that was renamed has kept them. */
  readonly rowsLost: readonly RowsLost[];
  /** Rows of the seeded database that this revision left without a parent. */
  readonly orphans: readonly Orphans[];
  readonly down: DownTrace;
}

export interface StepTrace {
  /** For a module: its file on line 1. */
  readonly statement: Statement;
  /** Its guard did not hold, so it did not run. */
  readonly skipped: boolean;
  /** The database's message where it failed on the empty database. */
  readonly error: string | null;
  /** The database's message where it worked on the empty database, and failed with a row in every table. */
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

/** How the way back went: run after the revision, compared with the structure before it, and undone again. */
export type DownTrace =
  | { readonly kind: 'missing' }
  /** Not tried, because the way up failed, or the way back has mistakes. */
  | { readonly kind: 'untried' }
  | { readonly kind: 'same' }
  | { readonly kind: 'fails'; readonly error: string; readonly line: number; readonly seeded: boolean }
  /** How the structure differs from the one before the revision, in words; at least one. */
  | { readonly kind: 'differs'; readonly differences: readonly string[] };
