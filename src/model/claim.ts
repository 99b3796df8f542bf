// What another tool's own table says a database is at, as that tool spells it. Apart from observations, because tables
// are read by the dialect and weighed against the revisions elsewhere: neither needs to know how the other does it.

/** What the table of another tool, or `user_version`, records. */
export interface Claim {
  /** The tool, as it calls itself. */
  readonly tool: string;
  /** Its table, as this database calls it; `user_version` for the number that applications keep. */
  readonly table: string;
  /** These, and all that come before them. */
  readonly upTo: readonly Mark[];
  /** These, one by one, in the order of application as far as the table tells. */
  readonly each: readonly Mark[];
  /** Marks of a run that failed, or that holds a lock: then nothing that it says can be trusted. */
  readonly stuck: readonly StuckMark[];
}

/** One migration in the spelling of its tool. */
export interface Mark {
  readonly name: string;
  /** Other spellings that a file of it may have. */
  readonly also?: readonly string[];
  /** SHA-256 (hex) of its file, where the tool keeps nothing else that a file could be known by. */
  readonly hash?: string;
  /** Of several histories in one table, the one that it belongs to. */
  readonly set?: string;
}

/** `failed`: did not run to its end; `undone`: recorded as not applied; `locked`: a run is going on, or has died. */
export interface StuckMark {
  readonly kind: 'failed' | 'undone' | 'locked';
  /** The migration; null of a lock. */
  readonly name: string | null;
  /** What the table has: `dirty = 1`. */
  readonly found: string;
}

/** The table of the number that applications keep in the header of a database. */
export const USER_VERSION = 'user_version';
