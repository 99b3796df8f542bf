// What a look at a database finds, before any judgement. Targets with equal observations form a cohort.

import type { Claim } from './claim.js';
import type { HistoryEntry } from './history.js';

export interface Observation {
  /** Rows of the history table in order of application; null where there is no such table. */
  readonly history: readonly HistoryEntry[] | null;
  /** How many tables there are beside SQLite's and the version tables of known tools. */
  readonly tableCount: number;
  /** Hash of the normalized structure. */
  readonly fingerprint: string;
  /** What other tools record in this database. */
  readonly claims: readonly Claim[];
  /** Hash of what may be otherwise in one structure: the order of columns, and the names of constraints. */
  readonly layout: string;
}

export type TargetState =
  'current' | 'pending' | 'empty' | 'legacy' | 'drifted' | 'unknown' | 'dirty' | 'unreadable';

/** How a legacy structure compares with the structure of every revision. */
export interface Match {
  /** `ambiguous`: several revisions have this structure. `none`: no revision is near. */
  readonly kind: 'exact' | 'ambiguous' | 'nearest' | 'none';
  /** The revision to stamp (exact, ambiguous), heads joined by commas, or the nearest one; null: nothing decides. */
  readonly revision: string | null;
  /** Every revision that has exactly this structure. */
  readonly candidates: readonly string[];
  /** What differs from the nearest one, in words: `tasks: column priority is missing`. */
  readonly difference: readonly string[];
  /** Where several have this structure: what would run again from the earliest of them, and may change rows. */
  readonly again?: readonly string[];
  /** What other tools say; left out where none says anything. */
  readonly claims?: readonly ClaimSaid[];
}

/** What another tool says of a database, and which revisions are meant. */
export interface ClaimSaid {
  readonly tool: string;
  readonly table: string;
  /** The last that it records, as the tool spells it; none: it says nothing of revisions. */
  readonly says: readonly string[];
  /** The heads of the revisions that are meant; none: it names nothing that is known here. */
  readonly revisions: readonly string[];
  /** Marks that a run of the tool left that failed, or that holds a lock: `000004: dirty = 1`. */
  readonly stuck?: readonly string[];
}
