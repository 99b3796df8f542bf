// What `upgrade` would do, for people: for each cohort its revisions, or the SQL of them to read and review.

import type { PlanReport, PlannedCohort } from '../model/report.js';
import { causesText } from './causes-text.js';
import { count, document, lines, inLine, nothingFound, section, unexaminedText, wrap } from './layout.js';
import type { TextOptions } from './layout.js';
import { commandText } from '../model/command.js';
import { nextStepsText, stepsAfterPlan, upgradeInstead } from './next-steps.js';
import { isPrintable } from './printable.js';
import { pendingText } from './status-text.js';

/** The report of `plan`, ending in an empty line. */
export function planText(report: PlanReport, options: TextOptions): string {
  const { cohorts } = report;
  if (cohorts.length === 0) return `${nothingFound(report, options)}\n`;
  const ready = cohorts.filter(({ revisions }) => revisions.length > 0);
  const there = cohorts.filter(({ revisions, problem }) => revisions.length === 0 && problem === null);
  const stuck = cohorts.flatMap(({ problem, match, count: n, example }) =>
    problem === null ? [] : [{ ...problem, count: n, example, ...(match === undefined ? {} : { match }) }],
  );
  return document([
    headline(report, ready, options),
    unexaminedText(report, options),
    ...ready.map((cohort) => section(cohortTitle(cohort), revisionLines(cohort), options)),
    there.length === 0 ? null : `Nothing to run: ${count(total(there), 'target')}.`,
    causesText('Left alone', stuck, options),
    nextStepsText(stepsAfterPlan(report, options), options),
  ]);
}

/** Scripts for the sqlite3 shell that do what `upgrade` would do, one a cohort. */
export function planSql(
  { cohorts, unexamined = 0 }: PlanReport,
  { typed }: Pick<TextOptions, 'typed'>,
): string {
  const upgrade = commandText(upgradeInstead(typed));
  const scripts = cohorts.flatMap((cohort) => {
    const { script, problem, revisions } = cohort;
    if (script !== null) return [`-- ${cohortTitle(cohort)}\n${script}`];
    if (problem !== null)
      return [comment(`${cohortName(cohort)}: left alone: ${problem.message}; ${problem.hint}`)];
    if (revisions.length === 0) return [];
    return [comment(`${cohortTitle(cohort)}: a program is no SQL: run ${upgrade}`)];
  });
  if (unexamined > 0) scripts.push(comment(`--limit leaves out ${count(unexamined, 'target')}`));
  if (!isPrintable(scripts.join('')))
    scripts.unshift(comment('Control characters are spelled out here: --json has them as they are'));
  return scripts.length === 0 ? '-- nothing to do\n' : scripts.join('\n\n');
}

const comment = (text: string): string => `-- ${inLine(text)}\n`;

function headline({ to }: PlanReport, ready: readonly PlannedCohort[], options: TextOptions): string {
  const goal = to.length === 0 ? 'base' : to.join(', ');
  if (ready.length === 0) return wrap(`No target has anything to run on the way to ${goal}.`, 0, options);
  const targets = `${count(total(ready), 'target')} in ${count(ready.length, 'cohort')}`;
  return wrap(`On the way to ${goal}: ${targets}.`, 0, options);
}

function cohortTitle(cohort: PlannedCohort): string {
  return `${cohortName(cohort)}: ${pendingText(cohort.revisions.map(({ id }) => id))}`;
}

function cohortName({ state, revision, count: n, example }: PlannedCohort): string {
  return `${count(n, 'target')} like ${inLine(example)} (${revision === null ? state : `${state} at ${revision}`})`;
}

function revisionLines({ revisions }: PlannedCohort): string {
  return lines(revisions.map(({ id, name, file }) => [id, name, file]));
}

function total(cohorts: readonly PlannedCohort[]): number {
  return cohorts.reduce((sum, { count: n }) => sum + n, 0);
}
