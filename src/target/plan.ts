// What is to be done to one target, as plain data. Every intent ends in one of these decisions, so that all of them go
// through the same steps.

import type { Match } from '../model/observation.js';
import type { OutcomeCopy, OutcomeKind, Reason } from '../model/outcome.js';
import type { Revision, Script } from '../model/revision.js';
import type { RepairPlan } from './plans/repair-plan.js';

export type Decision = Plan | NoChange;

/** Nothing is to be done: the target is there already, is left alone, or what it was to become is no good. */
export interface NoChange {
  readonly kind: 'noChange';
  readonly outcome: Extract<OutcomeKind, 'current' | 'skipped' | 'failed'>;
  readonly from: string | null;
  readonly failure: Reason | null;
  readonly match?: Match;
  /** Revisions that it would have to leave have no way back that works: they are at fault, not this target. */
  readonly isStuck?: true;
  /** The differences from its revision, in words, where all of them are left on purpose. */
  readonly left?: readonly string[];
  /** The extra objects of a target that drifted, by the names that `--drop-extra` takes. */
  readonly extra?: readonly string[];
  /** The copy that would be put back. */
  readonly copy?: OutcomeCopy;
}

export interface Plan {
  readonly kind: 'plan';
  /** How the target will have ended. */
  readonly outcome: Extract<OutcomeKind, 'upgraded' | 'downgraded' | 'stamped' | 'repaired' | 'restored'>;
  /** Heads before and after, joined by commas; null is base. */
  readonly from: string | null;
  readonly to: string | null;
  /** Revisions to record without running them, before any is run. */
  readonly baseline: readonly Revision[];
  /** What to run, in order: in one transaction, or one revision that runs outside of any. */
  readonly steps: readonly PlanStep[];
  /** Statements of that one revision that an earlier run has done. */
  readonly resumeAt: number;
  /** The heads that are still to be reached, where this plan is only the first part of the way. */
  readonly goal: readonly string[] | null;
  /** Rows to take out of the history before any is added. */
  readonly forget: 'all' | readonly string[];
  /** Revisions whose rows stay and get the checksum of their file. */
  readonly restate?: readonly Revision[];
  /** The structure that must be there afterwards. */
  readonly fingerprint: string;
  /** The revisions that leave it; null where the plan changes no structure. */
  readonly after: readonly Revision[] | null;
  /** Kinds of differences from that structure that are no failure. */
  readonly allowed: readonly string[];
  readonly match?: Match;
  /** How a structure that drifted is repaired; then nothing else is done. */
  readonly repair?: RepairPlan;
  /** The copy that is put back; then nothing else is done. */
  readonly copy?: OutcomeCopy;
  /** By table, the rows that go because the copy does not have them. */
  readonly lost?: Readonly<Record<string, number>>;
}

/** One revision to run, and the script of it for this direction. */
export interface PlanStep {
  readonly revision: Revision;
  readonly direction: 'up' | 'down';
  readonly script: Script;
}

/** Whether the plan is one revision that runs outside of any transaction. */
export function runsOutside(plan: Plan): boolean {
  return plan.steps[0]?.revision.transactional === false;
}

/** What can run in one transaction, or the one revision that runs outside of any. */
export function firstPart<T>(
  steps: readonly T[],
  revisionOf: (step: T) => Revision,
): { readonly part: readonly T[]; readonly isWhole: boolean } {
  const outside = steps.findIndex((step) => !revisionOf(step).transactional);
  const part = outside < 0 ? steps : steps.slice(0, Math.max(1, outside));
  return { part, isWhole: part.length === steps.length };
}
