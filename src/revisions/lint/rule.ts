// What a rule is: an id to name it by, how grave it is, why it matters, and a pure look at what happened. A rule that
// asks for more than the neutral trace says so by its type, and works with the dialect that gives it.

import type { Graph } from '../graph.js';
import type { Hint } from '../../model/hint.js';
import type { RevisionNeeds } from '../../model/report.js';
import type { Revision } from '../../model/revision.js';
import type { Severity } from '../../model/lint.js';
import type { Trace } from './trace.js';

/** What the rules look at. */
export interface LintContext<T extends Trace = Trace> {
  readonly graph: Graph;
  /** Of the revisions of the graph. */
  readonly trace: T;
  /** By revision. */
  readonly needs: ReadonlyMap<string, RevisionNeeds>;
  /** Revisions that databases have applied already, in the order of application; null where nobody said. */
  readonly released: readonly string[] | null;
}

export interface Mistake {
  readonly revision: Revision;
  readonly line: number;
  readonly message: string;
  readonly mend: Hint;
  /** Where it is not the rule's own. */
  readonly severity?: Severity;
}

/** What can be said of a rule without running anything. */
export interface RuleDescription {
  readonly id: string;
  readonly severity: Severity;
  /** Why it matters, in a sentence. */
  readonly why: string;
}

export interface Rule<T extends Trace = Trace> extends RuleDescription {
  // A property and not a method, whose parameters TypeScript compares loosely: a rule that needs a dialect's trace
  // would pass for one that needs none.
  readonly check: (context: LintContext<T>) => readonly Mistake[];
}
