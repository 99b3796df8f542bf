// Revisions, for people: the list of them, and one of them whole.

import { onFleet } from '../model/hint.js';
import type {
  FleetHistoryReport,
  HeadsReport,
  HistoryReport,
  NewReport,
  RevisionNeeds,
  RevisionSummary,
  ShowReport,
} from '../model/report.js';
import {
  count,
  document,
  lines,
  nothingFound,
  number,
  paint,
  section,
  table,
  unexaminedText,
  wrap,
  type TextOptions,
} from './layout.js';
import { nextStepsText } from './next-steps.js';

/** The report of `history` and `heads`, ending in an empty line. */
export function historyText({ head, revisions }: HistoryReport | HeadsReport, options: TextOptions): string {
  const several = head.length > 1;
  return document([
    `${count(revisions.length, 'revision')}. ${several ? 'Heads are' : 'Head is'} ${head.join(', ')}.`,
    table(
      ['Revision', 'After', 'What it does', 'File'],
      revisions.map((revision) => [
        revision.isHead ? paint('bold', revision.id, options) : revision.id,
        standsOn(revision),
        revision.name,
        revision.file,
      ]),
      options,
    ),
    several
      ? wrap(
          `Several heads: merge them by a new revision with "-- down_revision: ${head.join(', ')}", or name one of them.`,
          0,
          options,
        )
      : null,
  ]);
}

/** The report of `history --fleet`, ending in an empty line. */
export function fleetHistoryText(report: FleetHistoryReport, options: TextOptions): string {
  const { summary, revisions, unread, problem } = report;
  if (summary.targets === 0) return `${nothingFound(report, options)}\n`;
  // Where the files cannot be used, a revision without one tells nothing.
  const lost = problem === null ? revisions.filter(({ file }) => file === null) : [];
  const others = [
    summary.unrecorded === 0 ? null : `${number(summary.unrecorded)} without history`,
    summary.unread === 0 ? null : `${number(summary.unread)} that cannot be read`,
  ].flatMap((words) => (words === null ? [] : [`, ${words}`]));
  return document([
    wrap(`${count(summary.recorded, 'target')} with a history${others.join('')}.`, 0, options),
    unexaminedText(report, options),
    problem === null ? null : wrap(`The revision files cannot be used: ${problem.message}.`, 0, options),
    revisions.length === 0
      ? null
      : table(
          ['Revision', { title: 'Targets', numbers: true }, 'First applied', 'Last applied', 'What it does'],
          revisions.map((one) => [
            one.id,
            number(one.targets),
            one.firstAppliedAt ?? '-',
            one.lastAppliedAt ?? '-',
            [
              one.name,
              one.stamped === 0 ? '' : `(${number(one.stamped)} stamped)`,
              lost.includes(one) ? '(no file)' : '',
            ]
              .filter((words) => words !== '')
              .join(' '),
          ]),
          options,
        ),
    unread.length === 0
      ? null
      : section(
          'Cannot be read',
          lines(unread.slice(0, UNREAD_SHOWN).map(({ id, problem: why }) => [id, why.code, why.message])),
          options,
        ),
    nextStepsText(
      lost.length === 0 && problem === null
        ? []
        : [
            {
              command: onFleet('doctor'),
              does:
                problem === null
                  ? 'says which targets record the revisions that no file has, and what to do'
                  : 'says what is wrong with the revision files, and what to do',
            },
          ],
      options,
    ),
  ]);
}

const UNREAD_SHOWN = 20;

function declared(word: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`  ${word.padEnd(14)} ${names.join(', ')}`];
}

/** The report of `show`, ending in an empty line. */
export function showText({ revision }: ShowReport, options: TextOptions): string {
  const facts = [
    `${paint('bold', revision.id, options)}: ${revision.name}${revision.isHead ? ' (head)' : ''}`,
    `  File           ${revision.file}`,
    `  After          ${standsOn(revision)}`,
    `  Before         ${revision.children.length === 0 ? 'nothing yet' : revision.children.join(', ')}`,
    `  Transaction    ${revision.transactional ? 'yes' : 'no: runs alone, statement by statement'}`,
    ...(revision.replaces === undefined ? [] : [`  Replaces       ${revision.replaces.join(', ')}`]),
    ...declared('Loses rows of', revision.losesRows),
    ...declared('Changes', revision.changes),
    ...declared('Drops', revision.drops),
    ...declared('Moves', revision.moves),
    `  Checksum       ${revision.checksum}`,
  ];
  return document([
    facts.join('\n'),
    needsText(revision.needs, options),
    section('Up', indented(revision.up), options),
    section(
      'Down',
      revision.down === null ? '  none: it cannot be taken back' : indented(revision.down),
      options,
    ),
  ]);
}

/** The report of `new`, ending in an empty line. */
export function newText({ file, revision }: NewReport): string {
  return `Wrote ${file}: revision ${revision}. Write its SQL under "-- migrate:up" and the way back under "-- migrate:down".\n`;
}

function needsText(needs: RevisionNeeds | null, options: TextOptions): string | null {
  if (needs === null) return null;
  const { creates, alters, drops, reads, writes, from, unknown } = needs;
  const makers = new Map<string, string[]>();
  for (const { object, revision } of from) {
    const maker = revision ?? 'no revision';
    makers.set(maker, [...(makers.get(maker) ?? []), object]);
  }
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['creates', creates],
    ['alters', alters],
    ['drops', drops],
    ['reads', reads],
    ['writes', writes],
    ...[...makers].map(([maker, objects]) => [`from ${maker}`, objects] as const),
    ['not understood, lines', unknown.map(String)],
  ];
  const shown = rows.filter(([, names]) => names.length > 0);
  if (shown.length === 0) return null;
  return section(
    'Needs',
    shown.map(([title, names]) => wrap(`${title}: ${names.join(', ')}`, 2, options)).join('\n'),
    options,
  );
}

function standsOn({ parents, dependsOn }: RevisionSummary): string {
  const on = parents.length === 0 ? 'base' : parents.join(', ');
  return dependsOn.length === 0 ? on : `${on} (and ${dependsOn.join(', ')})`;
}

function indented(sql: string): string {
  return sql === '' ? '  nothing' : sql.replaceAll(/^/gm, '  ');
}
