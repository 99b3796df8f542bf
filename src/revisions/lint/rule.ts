// What a rule is: an id to name it by, how grave it is, why it matters, and a pure look at what happened.

import type { Graph } from '../graph.js';
import type { RevisionNeeds } from '../../model/report.js';
import type { Revision } from '../../model/revision.js';
import type { Severity } from '../../model/lint.js';
import type { Timeline } from '../../dialects/sqlite/lint/timeline.js';
import type { Trace } from './trace.js';

export interface LintContext {
  readonly graph: Graph;
  readonly trace: Trace;
  readonly timeline: Timeline;
  /** By revision. */
  readonly needs: ReadonlyMap<string, RevisionNeeds>;
  /** Revisions that databases have applied already, in the order of application; null where nobody said. */
  readonly released: readonly string[] | null;
}

export interface Mistake {
  readonly revision: Revision;
  readonly line: number;
  readonly message: string;
  readonly mend: string;
  /** Where it is not the rule's own. */
  readonly severity?: Severity;
}

export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** Why it matters, in a sentence. */
  readonly why: string;
  check(context: LintContext): readonly Mistake[];
}
