// The fault of a whole run: wrong words, wrong configuration, a broken graph, a lock that another run holds.
// Faults of one target are values (see outcome.ts) and never thrown.

export type FleetErrorCode =
  | 'usage'
  | 'unknownTarget'
  | 'installation'
  | 'configuration'
  | 'dataDirectory'
  | 'stateDirectory'
  | 'migrations'
  | 'unknownRevision'
  | 'locked'
  | 'interrupted'
  | 'internal';

/** One mistake of several, with its place. */
export interface Problem {
  readonly message: string;
  readonly hint: string;
  readonly file?: string;
  readonly line?: number;
}

export class FleetError extends Error {
  override readonly name = 'FleetError';
  readonly code: FleetErrorCode;
  /** What to do next. */
  readonly hint: string;
  /** Everything that is wrong, where there can be more than one thing (migrations). */
  readonly problems: readonly Problem[];

  constructor(
    code: FleetErrorCode,
    message: string,
    options: { hint: string; cause?: unknown; problems?: readonly Problem[] },
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.problems = options.problems ?? [];
  }
}
