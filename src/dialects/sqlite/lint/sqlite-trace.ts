// What happened when every revision was run, with the structures that SQLite had between statements. Plain data between
// the database, which makes it, and the rules, which read it and nothing else.

import type { RevisionTrace, StepTrace, Trace } from '../../../revisions/lint/trace.js';
import type { Snapshot } from '../schema/snapshot.js';

export interface SqliteTrace extends Trace {
  readonly revisions: readonly SqliteRevisionTrace[];
  /** The oldest SQLite that is to read the databases; left out where nobody said. */
  readonly oldest?: string;
}

export interface SqliteRevisionTrace extends RevisionTrace {
  /** Structure before the first statement and after the last. Equal structures are one object. */
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly steps: readonly SqliteStepTrace[];
  /** Views and triggers that this revision broke, or made broken. */
  readonly broken: readonly Broken[];
}

export interface SqliteStepTrace extends StepTrace {
  readonly before: Snapshot;
  readonly after: Snapshot;
}

export interface Broken {
  readonly kind: 'view' | 'trigger';
  readonly name: string;
  /** SQLite's message. */
  readonly error: string;
  /** It is made and dropped within the revision. */
  readonly passing: boolean;
}
