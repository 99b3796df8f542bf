// How far the work on one target has come, and the outcome that follows from it.

import { stoppedAfter, type HalfWay } from '../stamping/half-way.js';
import type { About } from '../model/hint.js';
import { failureOf, type Outcome, type Reason, type SkippedStatement, type Step } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import { reasonOf, type Position } from './reason.js';
import type { Driver } from '../dialects/port.js';
import type { Intent } from './intent.js';
import type { Decision } from './plan.js';
import type { Tools } from './work.js';

export interface Progress {
  readonly target: Target;
  /** Its own advice about a fault is preferred. */
  readonly driver: Pick<Driver, 'advice'>;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /**
   * From when its deadline counts: what the process had to learn about the revisions first is no time of the target.
   */
  workingSince: number;
  /** Changed by `enter` alone. */
  step: Step;
  /** What is asked for, once an undo has found its way; null before. */
  intent: Intent | null;
  decision: Decision | null;
  /** The statement at work. */
  position: Position | null;
  backup: string | null;
  /** How much of a revision outside a transaction is committed; null where no part of one is. */
  halfWay: HalfWay | null;
  rows: Outcome['rows'];
  /** Whether the target had no row before the whole work. */
  wasEmpty: boolean;
  /** Statements that their guards kept from running. */
  readonly skipped: SkippedStatement[];
  /** What went wrong; undefined where nothing did. */
  error: unknown;
  /** Whether a failure is proved to have left the target as it was. */
  isAsItWas: boolean;
}

/** @param wasEmpty whether an earlier part of the work began without a row */
export function startProgress(
  target: Target,
  { driver, now }: Pick<Tools, 'driver' | 'now'>,
  wasEmpty = false,
): Progress {
  const startedAt = now();
  return {
    target,
    driver,
    startedAt,
    workingSince: startedAt,
    step: 'open',
    intent: null,
    decision: null,
    position: null,
    backup: null,
    halfWay: null,
    rows: {},
    wasEmpty,
    skipped: [],
    error: undefined,
    isAsItWas: false,
  };
}

/** Begins a step, and says so to who watches; @param revision the one at work */
export function enter(
  progress: Progress,
  step: Step,
  { onStage }: Pick<Tools, 'onStage'>,
  revision?: string,
): void {
  progress.step = step;
  onStage?.({ id: progress.target.id, step, ...(revision === undefined ? {} : { revision }) });
}

/** An outcome whose hint has commands that are not completed yet. */
export type OutcomeDraft = Outcome<Reason>;

export function toldOutcome(draft: OutcomeDraft, about: About): Outcome {
  const { failure } = draft;
  return { ...draft, failure: failure === null ? null : failureOf(failure, { ...about, target: draft.id }) };
}

/**
 * How a target ends that a failure left as it was, that is there no more or, where a part of a revision is committed,
 * half-way in it.
 */
export function unfinished(
  failure: Reason,
  halfWay: HalfWay | null,
): Pick<OutcomeDraft, 'outcome' | 'failure'> {
  if (failure.code === 'gone') return { outcome: 'skipped', failure };
  if (halfWay === null) return { outcome: 'failed', failure };
  const message = `${failure.message}; ${stoppedAfter(halfWay)}`;
  return { outcome: 'partial', failure: { ...failure, message } };
}

/** The outcome of the work so far: as planned where no error is set, else failed, with the target as it was. */
export function outcomeOf(progress: Progress, now: number): OutcomeDraft {
  const { target, decision } = progress;
  const common = {
    id: target.id,
    path: target.path,
    backup: progress.backup,
    durationMs: now - progress.startedAt,
    rows: progress.rows,
    ...(decision?.match === undefined ? {} : { match: decision.match }),
    ...resumedBy(decision),
    ...(decision?.copy === undefined ? {} : { copy: decision.copy }),
    ...(decision?.kind === 'plan' && decision.lost !== undefined ? { lost: decision.lost } : {}),
  };
  const from = decision?.from ?? null;
  if (progress.error !== undefined) {
    const failure = reasonOf(progress.error, progress, progress.driver);
    return { ...common, ...unfinished(failure, progress.halfWay), from, to: from, applied: [] };
  }
  if (decision === null) throw new Error('a target ended without decision and without error');
  if (decision.kind === 'noChange') {
    const { failure, left, extra } = decision;
    return {
      ...common,
      outcome: decision.outcome,
      from,
      to: from,
      applied: [],
      failure,
      ...(left === undefined ? {} : { left }),
      ...(extra === undefined ? {} : { extra }),
    };
  }
  return {
    ...common,
    outcome: decision.outcome,
    from,
    to: decision.to,
    applied:
      decision.steps.length === 0
        ? decision.baseline.map((revision) => revision.id)
        : decision.steps.map((step) => step.revision.id),
    failure: null,
    ...skippedIn(progress.skipped),
    ...(decision.repair === undefined
      ? {}
      : {
          mended: decision.repair.mended,
          left: decision.repair.left,
          extra: decision.repair.extra,
        }),
  };
}

/**
 * The outcome of work that was done in parts.
 * @param first of parts that are committed
 * @param second of the next one: where it failed, or was left alone, the target stands in between
 */
export function joinOutcomes(first: OutcomeDraft, second: OutcomeDraft): OutcomeDraft {
  const rows: Record<string, readonly [number, number]> = { ...first.rows };
  for (const [table, [before, after]] of Object.entries(second.rows)) {
    rows[table] = [first.rows[table]?.[0] ?? before, after];
  }
  // What the second one goes on with was begun by the first, and by no earlier run.
  const { resumed, ...last } = { ...second, resumed: first.resumed };
  return {
    ...last,
    outcome: joinedKind(first, second),
    from: first.from,
    to: second.to ?? first.to,
    // After the death of a worker, what the whole run applied is read from the target.
    applied: [...new Set([...first.applied, ...second.applied])],
    backup: first.backup ?? second.backup,
    durationMs: first.durationMs + second.durationMs,
    rows,
    ...skippedIn([...(first.skippedStatements ?? []), ...(second.skippedStatements ?? [])]),
    ...(first.match === undefined ? {} : { match: first.match }),
    ...(resumed === undefined ? {} : { resumed }),
  };
}

function joinedKind(first: OutcomeDraft, { outcome, failure }: OutcomeDraft): OutcomeDraft['outcome'] {
  if (outcome === 'inDoubt' || failure?.code === 'gone') return outcome;
  if (failure !== null) return 'partial';
  return outcome === 'current' ? first.outcome : outcome;
}

/** Where a plan goes on with what an earlier run has begun. */
function resumedBy(decision: Decision | null): Pick<Outcome, 'resumed'> {
  const step = decision?.kind === 'plan' ? decision.steps[0] : undefined;
  if (decision?.kind !== 'plan' || decision.resumeAt === 0 || step === undefined) return {};
  return { resumed: { revision: step.revision.id, statementsDone: decision.resumeAt } };
}

function skippedIn(all: readonly SkippedStatement[]): Pick<Outcome, 'skippedStatements'> {
  return all.length === 0 ? {} : { skippedStatements: all };
}
