// A target: one database of the fleet, as a search for it saw it, before anything is opened.

/** A database to work on. Plain data: it crosses the wall to worker processes. */
export interface Target {
  /** Its name in the fleet: `project_7`, `eu/project_7`. */
  readonly id: string;
  /** What its dialect opens, as the fleet was given: `data/project_7.db`. */
  readonly path: string;
  /** Size of the content in bytes. */
  readonly sizeBytes: number;
  /** What tells it from another database that has its name later. */
  readonly identity: string;
  /** Changes whenever it was written; equal texts mean that nothing was written in between. */
  readonly version: string;
  /** When it was last written, as far as `version` knows, in milliseconds since 1970; 0 where it does not. */
  readonly changedAt: number;
  /** Whether all of it was in one place, with nothing beside it that is not yet in it; left out where nobody looked. */
  readonly isAtRest?: boolean;
  /** What stands in for it while it is rehearsed; its dialect alone reads this. */
  readonly copy?: string;
}

/** What a look at a target needs, which is sent around by the thousand. */
export type TargetRef = Pick<Target, 'id' | 'path' | 'isAtRest'> & Partial<Pick<Target, 'identity'>>;

/** A database that was found and must not be opened. */
export interface Refusal {
  readonly id: string;
  readonly path: string;
  /** What was found, in words. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint: string;
  /**
   * There is nothing in it that could be lost or wrong: it is left alone, and no fault of a run. Left out where not.
   */
  readonly blank?: true;
}
