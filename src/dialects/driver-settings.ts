// What workers are told of how a user's own databases are run. Apart from the port because it is settings, not access.

/**
 * What a user's own databases need to be run by, as plain data. None of it is run but where schemas are: in workers,
 * the replay, lint and rehearsals.
 */
export interface DriverSettings {
  /** Paths of extensions of the database. */
  readonly extensions: readonly string[];
  /** Path of a program with functions for SQL. */
  readonly functions: string | null;
  /** The oldest version of the database that reads the targets. */
  readonly oldest: string | null;
  /** Whether revisions that are programs may be run. */
  readonly programs: boolean;
  /** Directories whose programs are run though others may write there. */
  readonly trust: readonly string[];
}
