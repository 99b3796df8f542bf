// From what happened to each target to what happened to the fleet: counts, causes and the exit code.
// Pure, and the only place that decides an exit code from results; the table of codes is in model/exit-code.ts.

import { EXIT } from '../model/exit-code.js';
import type { TargetState } from '../model/observation.js';
import type { Outcome, OutcomeKind } from '../model/outcome.js';
import { CONTRACT } from '../model/report.js';
import type { FailureGroup, RunReport, RunSummary, StatusReport, TargetStatus } from '../model/report.js';
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

/** Exit code of a run: in doubt over failed or partial over skipped, still drifted or no target at all over well. */
export function runExitCode(outcomes: readonly Outcome[], { interrupted }: { interrupted: boolean }): number {
  if (interrupted) return EXIT.interrupted;
  const had = (kind: OutcomeKind) => outcomes.some(({ outcome }) => outcome === kind);
  if (had('inDoubt')) return EXIT.inDoubt;
  if (had('failed') || had('partial')) return EXIT.failed;
  const isLeft = outcomes.some(({ left }) => left !== undefined && left.length > 0);
  return had('skipped') || isLeft || outcomes.length === 0 ? EXIT.findings : EXIT.ok;
}

/** What only the caller knows of a run; the rest of its document follows from the outcomes. */
export type RunParts = Omit<RunReport, 'contract' | 'summary' | 'failures' | 'exitCode' | 'durationMs'> & {
  readonly interrupted: boolean;
};

/** The document of a run. */
export function runReport({ interrupted, ...parts }: RunParts): RunReport {
  return {
    contract: CONTRACT,
    command: parts.command,
    runId: parts.runId,
    dryRun: parts.dryRun,
    head: parts.head,
    startedAt: parts.startedAt,
    finishedAt: parts.finishedAt,
    durationMs: Date.parse(parts.finishedAt) - Date.parse(parts.startedAt),
    summary: summarize(parts.targets),
    failures: groupFailures(parts.targets),
    targets: parts.targets,
    ...(parts.unmatched === undefined ? {} : { unmatched: parts.unmatched }),
    report: parts.report,
    exitCode: runExitCode(parts.targets, { interrupted }),
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
 * Exit code of a look at the fleet. `status` tells and is content; `check` exits 1 unless every target is current.
 * Both exit 1 where there is no target.
 */
export function statusExitCode(command: StatusReport['command'], targets: readonly TargetStatus[]): number {
  if (targets.length === 0) return EXIT.findings;
  if (command === 'status') return EXIT.ok;
  return targets.every(({ state }) => state === 'current') ? EXIT.ok : EXIT.findings;
}

/** Exit code of `discover` and `current`, which only list: 1 where there is no target. */
export function listExitCode(targets: readonly unknown[]): number {
  return targets.length === 0 ? EXIT.findings : EXIT.ok;
}

/** Exit code of `drift`: 1 where a target drifted or could not be compared, or there is none. */
export function driftExitCode(targets: readonly TargetStatus[]): number {
  const isWell = targets.every(
    ({ state, problem }) => state !== 'drifted' && isCompared(state) && problem?.code !== 'checksumMismatch',
  );
  return isWell && targets.length > 0 ? EXIT.ok : EXIT.findings;
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
