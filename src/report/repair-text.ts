// What a repair would do, and what one did, for people: the SQL cohort by cohort; differences by how many had them.

import type { Outcome } from '../model/outcome.js';
import type { RepairCohort, RepairPlanReport, UnmatchedName } from '../model/report.js';
import { causesText } from './causes-text.js';
import {
  count,
  document,
  inLine,
  nothingFound,
  number,
  section,
  unexaminedText,
  visible,
  wrap,
} from './layout.js';
import type { TextOptions } from './layout.js';
import { nextStepsText, stepsAfterRepairPlan } from './next-steps.js';

/** The report of `repair --plan`, ending in an empty line; what is no SQL in a cohort is a comment. */
export function repairPlanText(report: RepairPlanReport, options: TextOptions): string {
  const { cohorts } = report;
  if (cohorts.length === 0) return `${nothingFound(report, options)}\n`;
  const isBroken = ({ statements, accepted = [] }: RepairCohort) => statements.length + accepted.length > 0;
  const broken = cohorts.filter(isBroken);
  const well = cohorts.filter((cohort) => !isBroken(cohort) && cohort.problem === null);
  const stuck = cohorts.flatMap(({ problem, count: n, example }) =>
    problem === null ? [] : [{ ...problem, count: n, example }],
  );
  const accepting = broken.filter(({ accepted = [] }) => accepted.length > 0);
  const mending = broken.filter(({ accepted = [] }) => accepted.length === 0);
  const numbers = (of: readonly RepairCohort[]): string =>
    `${count(total(of), 'target')} in ${count(of.length, 'cohort')}`;
  const headline = [
    ...(broken.length === 0 ? ['No target has anything to mend.'] : []),
    ...(mending.length === 0 ? [] : [`To mend: ${numbers(mending)}.`]),
    ...(accepting.length === 0 ? [] : [`Files to accept as what was applied: ${numbers(accepting)}.`]),
  ].join(' ');
  return document([
    wrap(headline, 0, options),
    unexaminedText(report, options),
    ...broken.map((cohort) => section(titleOf(cohort), sqlOf(cohort), options)),
    well.length === 0 ? null : `Nothing to mend: ${count(total(well), 'target')}.`,
    causesText('Left alone', stuck, options),
    unmatchedText(report.unmatched, options),
    broken.length === 0 ? null : nextStepsText(stepsAfterRepairPlan(report, options), options),
  ]);
}

function titleOf({ revision, count: n, example, state }: RepairCohort): string {
  const where = revision === null ? state : `${state} at ${revision}`;
  return `${count(n, 'target')} like ${inLine(example)} (${where})`;
}

function sqlOf({ statements, checks, left, dropped, accepted = [] }: RepairCohort): string {
  const lines = accepted.map(
    (id) => `-- The file of revision ${id} counts as what was applied; only the history changes.`,
  );
  if (checks.length > 0) lines.push('-- Where one of these finds a row, nothing is changed:');
  for (const { table, words, sql } of checks) lines.push(`-- ${table}: rows ${words}`, `${sql};`);
  let last = '';
  for (const { sql, mends } of statements) {
    if (mends !== last)
      lines.push(...(lines.length === 0 ? [] : ['']), ...mends.split('; ').map((words) => `-- ${words}`));
    last = mends;
    lines.push(`${sql};`);
  }
  for (const table of dropped) lines.push('', `-- Goes with its rows, because it was named: table ${table}`);
  if (left.length > 0)
    lines.push(
      '',
      '-- Stays as it is, unless --drop-extra names it:',
      ...left.map((words) => `--   ${words}`),
    );
  // A name with an end of a line in it must not end the comment that it stands in.
  return lines.map((line) => (line.startsWith('--') ? inLine(line) : visible(line))).join('\n');
}

/** Differences shown before the rest is only counted. */
const SHOWN = 20;

/** What was mended in a run, and what was left on purpose, each difference with how many targets had it. */
export function mendedSections(targets: readonly Outcome[], options: TextOptions): (string | null)[] {
  return [
    differences('Mended', targets, ({ mended }) => mended, options),
    differences('Left as it is, unless --drop-extra names it', targets, ({ left }) => left, options),
  ];
}

/** Names that were typed and fit nothing. */
export function unmatchedText(
  unmatched: readonly UnmatchedName[] | undefined,
  options: TextOptions,
): string | null {
  if (unmatched === undefined) return null;
  const lines = unmatched.map(({ name, nearest: near }) =>
    wrap(visible(near === null ? name : `${name}: did you mean ${near}?`), 2, options),
  );
  return section('Named by --drop-extra, and no drifted target has it', lines.join('\n'), options);
}

function differences(
  title: string,
  targets: readonly Outcome[],
  differencesOf: (target: Outcome) => readonly string[] | undefined,
  options: TextOptions,
): string | null {
  const counts = new Map<string, number>();
  for (const target of targets.filter(({ outcome }) => outcome === 'repaired'))
    for (const words of differencesOf(target) ?? []) counts.set(words, (counts.get(words) ?? 0) + 1);
  if (counts.size === 0) return null;
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = options.verbose ? sorted : sorted.slice(0, SHOWN);
  const lines = shown.map(([words, n]) => wrap(`${words} (${count(n, 'target')})`, 2, options));
  const hidden = sorted.length - shown.length;
  if (hidden > 0) lines.push(`  ${number(hidden)} more: --verbose lists all`);
  return section(title, lines.join('\n'), options);
}

function total(cohorts: readonly RepairCohort[]): number {
  return cohorts.reduce((sum, { count: n }) => sum + n, 0);
}
