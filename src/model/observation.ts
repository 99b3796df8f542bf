// What a look at a database finds, before any judgement. Targets with equal observations form a cohort.

import type { HistoryEntry } from './history.js';

export interface Observation {
  /** Rows of the history table in order of application; null where there is no such table. */
  readonly history: readonly HistoryEntry[] | null;
  /** How many tables there are beside SQLite's and the version tables of known tools. */
  readonly tableCount: number;
  /** Hash of the normalized structure. */
  readonly fingerprint: string;
  /** Hash of what may be otherwise in one structure: the order of columns, and the names of constraints. */
  readonly layout: string;
  /** What the version table of another tool says. */
  readonly witness: Witness | null;
}

/** A second witness of the revision: another tool's version table. */
export interface Witness {
  readonly tool: 'alembic';
  readonly revisions: readonly string[];
}

export type TargetState =
  'current' | 'pending' | 'empty' | 'legacy' | 'drifted' | 'unknown' | 'dirty' | 'unreadable';

/** How a legacy structure compares with the structure of every revision. */
export interface Match {
  /** `ambiguous`: several revisions have this structure. `none`: no revision is near. */
  readonly kind: 'exact' | 'ambiguous' | 'nearest' | 'none';
  /** The revision to stamp (exact, ambiguous), or the nearest one. */
  readonly revision: string | null;
  /** Every revision that has exactly this structure. */
  readonly candidates: readonly string[];
  /** What differs from the nearest one, in words: `tasks: column priority is missing`. */
  readonly difference: readonly string[];
}
