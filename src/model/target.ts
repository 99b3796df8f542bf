// A target: one database of the fleet, as the file system shows it before anything is opened.

/** A database to work on. Plain data: it crosses the wall to worker processes. */
export interface Target {
  /** Path under the data directory without `.db`: `project_7`, `eu/project_7`. */
  readonly id: string;
  /** The path to open, as the data directory was given: `data/project_7.db`. */
  readonly path: string;
  /** Size of the main file in bytes. */
  readonly sizeBytes: number;
  /** What `lstat` said when the target was planned, to notice another file under the same name later. */
  readonly identity: FileIdentity;
  /** Changes whenever the file or a sidecar was written: sizes and times of all of them, in nanoseconds. */
  readonly version: string;
  /** Whether a journal or a log was beside it; left out where nobody looked. */
  readonly hasSidecars?: boolean;
}

/** What a look at a target needs, which is sent around by the thousand. */
export type TargetRef = Pick<Target, 'id' | 'path' | 'hasSidecars'>;

/** Device and inode, as decimal text because they may exceed 2^53. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
}

/** A path that matched the pattern and must not be opened. */
export interface Refusal {
  readonly id: string;
  readonly path: string;
  /** What was found, in words. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint: string;
}
