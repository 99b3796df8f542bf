// What is known of a revision that is a program, by whichever way it was read.

/** What a module exports: its directions, and the keys of a header as `meta`. */
export interface ModuleExports {
  readonly up: boolean;
  /** `broken`: what it exports under this name is no function. */
  readonly down: boolean | 'broken';
  readonly meta: Readonly<Record<string, unknown>>;
}
