// From what happened to each target to what happened to the fleet: counts, causes and the exit code.
// Pure, and the only place that decides an exit code from results; the table of codes is in model/exit-code.ts.

import { EXIT } from '../model/exit-code.js';
import type { TargetState } from '../model/observation.js';
import type { Outcome, OutcomeKind, RunSummary } from '../model/outcome.js';
import { CONTRACT } from '../model/report.js';
import type { FailureGroup, RunReport, StatusReport, TargetStatus } from '../model/report.js';
import { cluster, type Cluster, type FailedTarget } from './group.js';

/** Counts outcomes; `planned` is all of them, and an outcome that no target had is left out. */
export function summarize(outcomes: readonly Outcome[]): RunSummary {
  const counts: Partial<Record<OutcomeKind, number>> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return { planned: outcomes.length, ...counts };
}

/** The targets behind each cause, the most frequent first. */
export function causesOf(outcomes: readonly Outcome[]): Cluster<Outcome & FailedTarget>[] {
  const cases = outcomes.flatMap((one) => (one.failure === null ? [] : [{ ...one, failure: one.failure }]));
  return cluster(cases, ({ outcome }) => outcome);
}

/** The causes of all failures, skipped targets included; the most frequent first. */
export function groupFailures(outcomes: readonly Outcome[]): readonly FailureGroup[] {
  return causesOf(outcomes).map(({ first: { id, outcome, failure }, count, wordings }) => {
    const { code, message, revision, statement, line, file, tables, hint, commands } = failure;
    return {
      code,
      outcome,
      count,
      message,
      wordings,
      ...(revision === undefined ? {} : { revision }),
      ...(statement === undefined ? {} : { statement }),
      ...(line === undefined ? {} : { line }),
      ...(file === undefined ? {} : { file }),
      ...(tables === undefined ? {} : { tables }),
      example: id,
      hint,
      ...(commands === undefined ? {} : { commands }),
    };
  });
}

/** What a caller knows of the targets that a document is not about. */
export interface Bounds {
  /** Whether it is well that there is no target at all. */
  readonly allowEmpty: boolean;
  /** Targets that a limit left out. */
  readonly unexamined: number;
}

const NO_BOUNDS: Bounds = { allowEmpty: false, unexamined: 0 };

/** That there is no target is a finding unless that is allowed; that some were not looked at is one always. */
function within(code: number, targets: readonly unknown[], { allowEmpty, unexamined }: Bounds): number {
  if (targets.length + unexamined === 0) return allowEmpty ? EXIT.ok : EXIT.findings;
  return code === EXIT.ok && unexamined > 0 ? EXIT.findings : code;
}

/** Exit code of a run: in doubt over failed or partial over skipped, still drifted or no target at all over well. */
export function runExitCode(
  outcomes: readonly Outcome[],
  { interrupted, ...bounds }: { interrupted: boolean } & Partial<Bounds>,
): number {
  if (interrupted) return EXIT.interrupted;
  const had = (kind: OutcomeKind) => outcomes.some(({ outcome }) => outcome === kind);
  if (had('inDoubt')) return EXIT.inDoubt;
  if (had('failed') || had('partial')) return EXIT.failed;
  const isLeft = outcomes.some(({ left }) => left !== undefined && left.length > 0);
  const code = had('skipped') || isLeft ? EXIT.findings : EXIT.ok;
  return within(code, outcomes, { ...NO_BOUNDS, ...bounds });
}

/** What only the caller knows of a run; the rest of its document follows from the outcomes. */
export type RunParts = Omit<RunReport, 'contract' | 'summary' | 'failures' | 'exitCode' | 'durationMs'> & {
  readonly interrupted: boolean;
  readonly allowEmpty?: boolean;
  /** How many targets there are, those included that are not done; default: as many as have an outcome. */
  readonly planned?: number;
};

/** The document of a run. */
export function runReport({ interrupted, allowEmpty = false, ...parts }: RunParts): RunReport {
  const { unexamined = 0, planned = parts.targets.length } = parts;
  return {
    contract: CONTRACT,
    command: parts.command,
    runId: parts.runId,
    dryRun: parts.dryRun,
    ...(parts.undoes === undefined ? {} : { undoes: parts.undoes }),
    head: parts.head,
    startedAt: parts.startedAt,
    finishedAt: parts.finishedAt,
    durationMs: Date.parse(parts.finishedAt) - Date.parse(parts.startedAt),
    summary: { ...summarize(parts.targets), planned },
    failures: groupFailures(parts.targets),
    targets: parts.targets,
    ...(parts.waves === undefined ? {} : { waves: parts.waves }),
    unexamined,
    ...(parts.present === undefined ? {} : { present: parts.present }),
    ...(parts.unmatched === undefined ? {} : { unmatched: parts.unmatched }),
    report: parts.report,
    exitCode: runExitCode(parts.targets, { interrupted, allowEmpty, unexamined }),
  };
}

/** Counts of a look at the fleet, by state and by revision; `base` is for targets that record none. */
export function statusSummary(targets: readonly TargetStatus[]): StatusReport['summary'] {
  const states: Partial<Record<TargetState, number>> = {};
  const revisions = new Map<string, number>();
  for (const { state, revision } of targets) {
    states[state] = (states[state] ?? 0) + 1;
    const recorded = revision ?? 'base';
    revisions.set(recorded, (revisions.get(recorded) ?? 0) + 1);
  }
  return { targets: targets.length, states, revisions: Object.fromEntries(revisions) };
}

/**
 * Exit code of a look at the fleet. `status` tells and is content; `check` exits 1 unless every target is current and
 * nothing stands in its way, such as a revision that was edited after it was applied.
 */
export function statusExitCode(
  command: StatusReport['command'],
  targets: readonly TargetStatus[],
  bounds = NO_BOUNDS,
): number {
  const isWell = targets.every(({ state, problem }) => state === 'current' && problem === null);
  return within(command === 'status' || isWell ? EXIT.ok : EXIT.findings, targets, bounds);
}

/** Exit code of what only lists. */
export function listExitCode(targets: readonly unknown[], bounds = NO_BOUNDS): number {
  return within(EXIT.ok, targets, bounds);
}

/** Exit code of a search: 1 where something was found that must not be opened. */
export function discoverExitCode(
  targets: readonly unknown[],
  refused: readonly unknown[],
  bounds = NO_BOUNDS,
): number {
  return within(refused.length === 0 ? EXIT.ok : EXIT.findings, [...targets, ...refused], bounds);
}

/** Exit code of `drift`: 1 where a target drifted or could not be compared, or there is none. */
export function driftExitCode(targets: readonly TargetStatus[], bounds = NO_BOUNDS): number {
  const isWell = targets.every(
    ({ state, problem }) => state !== 'drifted' && isCompared(state) && problem?.code !== 'checksumMismatch',
  );
  return within(isWell ? EXIT.ok : EXIT.findings, targets, bounds);
}

/** Whether a target of this state has a structure and a revision that it can be held against. */
export function isCompared(state: TargetState): boolean {
  switch (state) {
    case 'current':
    case 'pending':
    case 'empty':
    case 'drifted':
      return true;
    case 'legacy':
    case 'unknown':
    case 'dirty':
    case 'unreadable':
      return false;
  }
}
