// The fleet for people: its states, revisions and shapes. One line a cohort, so that a fleet of 100,000 fits a screen;
// a line a target only where it is asked for.

import type { TargetState } from '../model/observation.js';
import type { HistoryRow } from '../model/history.js';
import type { Cohort, CurrentReport, FailedAttempt, StatusReport, TargetStatus } from '../model/report.js';
import { causeOf, causesText, statementText, whereText } from './causes-text.js';
import type { Cause } from './causes-text.js';
import { cluster } from './group.js';
import {
  count,
  document,
  duration,
  lines,
  nothingFound,
  number,
  paint,
  section,
  size,
  table,
  unexaminedText,
  wrap,
} from './layout.js';
import type { TextOptions } from './layout.js';
import { nextStepsText, stepsAfterStatus } from './next-steps.js';

/** The report of `status` and `check`, ending in an empty line. */
export function statusText(report: StatusReport, options: TextOptions): string {
  return document([
    headline(report, options),
    report.targets.length === 0 ? null : unexaminedText(report, options),
    report.cohorts.length === 0 ? null : cohortTable(report.cohorts, options),
    causesText('Problems', causesOf(report), options),
    options.verbose && report.targets.length > 0
      ? section('Targets', targetLines(report.targets, options), options)
      : null,
    nextStepsText(stepsAfterStatus(report), options),
  ]);
}

function causesOf({ targets, cohorts }: StatusReport): Cause[] {
  const cases = targets.flatMap(({ id, path, problem }) =>
    problem === null ? [] : [{ id, path, failure: problem }],
  );
  return cluster(cases).map((cause) => {
    const match = cohorts.find(({ example }) => example === cause.first.id)?.match;
    return { ...causeOf(cause), ...(match === undefined ? {} : { match }) };
  });
}

/** The report of `current`: a line a target, its id and what it records. */
export function currentText(report: CurrentReport, options: TextOptions): string {
  if (report.targets.length === 0) return `${nothingFound(report, options)}\n`;
  const rows = report.targets.map((target) => {
    const short = [target.id, recorded(target), target.state === 'current' ? '(head)' : `(${target.state})`];
    return options.verbose ? [...short, pendingText(target.pending), target.problem?.message ?? ''] : short;
  });
  const each = lines(rows).split('\n');
  const details = report.targets.flatMap(({ history, lastFailure }, index) => [
    each[index] ?? '',
    ...(history === undefined || history === null || history.length === 0 ? [] : [historyLines(history)]),
    ...(lastFailure === undefined ? [] : [attemptText(lastFailure, options)]),
  ]);
  const rest = unexaminedText(report, options);
  return `${[...details, ...(rest === null ? [] : [rest])].join('\n')}\n`;
}

/** A line a row: what was done, when, how long it took, by which run of which version. */
function historyLines(history: readonly HistoryRow[]): string {
  const rows = history.map(
    ({ revision, name, status, statementsDone, appliedAt, durationMs, runId, toolVersion }) => [
      '',
      revision,
      status === 'started' || status === 'leaving' ? `${status} (${statementsDone} statements)` : status,
      appliedAt,
      duration(durationMs),
      `run ${runId}`,
      `version ${toolVersion}`,
      name,
    ],
  );
  return lines(rows);
}

function recorded({ revision, state }: TargetStatus): string {
  return revision ?? (state === 'empty' || state === 'pending' ? 'base' : '-');
}

/** States in the order in which a reader wants them. */
const STATES: readonly TargetState[] = [
  'current',
  'pending',
  'empty',
  'legacy',
  'drifted',
  'unknown',
  'dirty',
  'unreadable',
];

function headline(report: StatusReport, options: TextOptions): string {
  const { summary, head } = report;
  if (summary.targets === 0) return nothingFound(report, options);
  const states = STATES.filter((state) => summary.states[state] !== undefined).map(
    (state) => `${number(summary.states[state] ?? 0)} ${state}`,
  );
  const overview = `${count(summary.targets, 'target')} under ${options.dataDir}: ${states.join(', ')}. ${head.length > 1 ? 'Heads are' : 'Head is'} ${head.join(', ')}.`;
  const well = summary.states.current === summary.targets;
  return paint(well ? 'green' : 'yellow', wrap(overview, 0, options), options);
}

function cohortTable(cohorts: readonly Cohort[], options: TextOptions): string {
  return table(
    ['State', 'Revision', 'Pending', 'Shape', { title: 'Targets', numbers: true }, 'Example'],
    cohorts.map((cohort) => [
      cohort.state,
      cohort.revision ?? matchText(cohort),
      pendingText(cohort.pending),
      cohort.fingerprint?.slice(0, 8) ?? '-',
      number(cohort.count),
      cohort.example,
    ]),
    options,
  );
}

/** What a legacy cohort is by its structure: `like 0003`, `like 0003 or 0004`, `near 0003`. */
function matchText({ match }: Cohort): string {
  if (match === undefined) return '-';
  if (match.revision === null) {
    const { candidates } = match;
    if (candidates.length === 0) return '-';
    return `like ${candidates.length > 2 ? `${number(candidates.length)} of them` : candidates.join(' or ')}`;
  }
  return match.kind === 'nearest' ? `near ${match.revision}` : `like ${match.revision}`;
}

/** `0002`, `0002 to 0009 (8)`. */
export function pendingText(pending: readonly string[]): string {
  const [first, ...others] = pending;
  const last = others.at(-1);
  if (first === undefined) return '-';
  return last === undefined ? first : `${first} to ${last} (${number(pending.length)})`;
}

function targetLines(targets: readonly TargetStatus[], options: TextOptions): string {
  const rows = targets.map((target) => [
    target.id,
    target.state,
    recorded(target),
    pendingText(target.pending),
    size(target.sizeBytes),
  ]);
  const each = lines(rows).split('\n');
  return targets
    .flatMap(({ lastFailure }, index) => [
      each[index] ?? '',
      ...(lastFailure === undefined ? [] : [attemptText(lastFailure, options)]),
    ])
    .join('\n');
}

/** The last failed run over a target: which, where in a revision, what it said. */
function attemptText({ runId, command, startedAt, failure }: FailedAttempt, options: TextOptions): string {
  const { step, statement, message } = failure;
  return [
    wrap(
      `last ${command} failed: ${failure.code} (${step})${whereText(failure)}; ${startedAt}, run ${runId}`,
      4,
      options,
    ),
    wrap(message, 6, options),
    ...(statement === undefined ? [] : [statementText(statement)]),
  ].join('\n');
}
