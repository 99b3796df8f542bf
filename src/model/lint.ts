// What the reading of revisions finds: one finding for each mistake, with file, line and mend.

import type { Command } from './command.js';
import type { NotRun } from './not-run.js';
import type { CONTRACT } from './report.js';

/** An error makes `lint` exit with 1; a warning does so with `--strict` only; a notice never does. */
export type Severity = 'error' | 'warning' | 'notice';

export interface LintFinding {
  /** Id of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  readonly revision: string;
  readonly file: string;
  readonly line: number;
  /** What is wrong, and what it has to do with other revisions. */
  readonly message: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do about it, commands included. */
  readonly mend: string;
  /** The commands in it, in order; left out where there are none. */
  readonly commands?: readonly Command[];
}

export interface LintReport extends NotRun {
  readonly contract: typeof CONTRACT;
  readonly command: 'lint';
  readonly summary: {
    /** That were read, also those that nothing is told of. */
    readonly revisions: number;
    readonly errors: number;
    readonly warnings: number;
    readonly notices: number;
    /** Findings that comments in the revisions let pass. */
    readonly allowed: number;
  };
  /** Findings are those of later revisions than this one alone, where that was asked for. */
  readonly since?: string;
  /** By file in the order of the graph, then by line. */
  readonly findings: readonly LintFinding[];
  /** What could not be looked at. */
  readonly notes: readonly string[];
  /** The revisions and what they use of each other. */
  readonly graph?: LintGraph;
  readonly exitCode: number;
}

export interface LintGraph {
  /** Every revision after all that it needs. */
  readonly order: readonly {
    readonly id: string;
    readonly name: string;
    readonly parents: readonly string[];
    readonly dependsOn: readonly string[];
  }[];
  readonly heads: readonly string[];
  /** By revision, what it uses, and which other revision makes that. */
  readonly uses: Readonly<
    Record<string, readonly { readonly object: string; readonly revision: string | null }[]>
  >;
}
