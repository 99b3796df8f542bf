// The fault of a whole run: wrong words, wrong configuration, a broken graph, a lock that another run holds.
// Faults of one target are values (see outcome.ts) and never thrown.

import type { Command } from './command.js';
import { ANYWHERE, tell, type About, type Hint, type ToldHint } from './hint.js';

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

/** One mistake of several, with its position; `hint` says what to do about it. */
export interface Problem extends ToldHint {
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

/** The same before it is known which fleet its commands are about. */
export interface ProblemDraft extends Omit<Problem, keyof ToldHint> {
  readonly hint: Hint;
}

export class FleetError extends Error {
  override readonly name = 'FleetError';
  readonly code: FleetErrorCode;
  /** What to do next. */
  readonly hint: string;
  /** The commands in it. */
  readonly commands: readonly Command[];
  /** Everything that is wrong, where there can be more than one thing (migrations). */
  readonly problems: readonly Problem[];
  readonly #draft: { readonly hint: Hint; readonly problems: readonly ProblemDraft[] };

  constructor(
    code: FleetErrorCode,
    message: string,
    options: {
      hint: Hint;
      cause?: unknown;
      problems?: readonly ProblemDraft[];
      /** What its commands are about; default: the fleet of the working directory. */
      about?: About;
    },
  ) {
    super(message, { cause: options.cause });
    const { hint: said, problems = [], about = ANYWHERE } = options;
    const { hint, commands = [] } = tell(said, about);
    this.code = code;
    this.hint = hint;
    this.commands = commands;
    this.problems = problems.map((problem) => ({ ...problem, ...tell(problem.hint, about) }));
    this.#draft = { hint: said, problems };
  }

  /** The hint, and those of its problems, before it was known what their commands are about. */
  get draft(): { readonly hint: Hint; readonly problems: readonly ProblemDraft[] } {
    return this.#draft;
  }

  /** The same fault, with commands that are about this fleet. */
  told(about: About): FleetError {
    const told = new FleetError(this.code, this.message, { ...this.#draft, cause: this.cause, about });
    if (this.stack !== undefined) told.stack = this.stack;
    return told;
  }
}
