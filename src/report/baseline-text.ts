// A baseline, for people: what was written from which database, and how much of the fleet it is; or the revision
// itself.

import type { BaselineReport } from '../model/report.js';
import { command } from '../model/hint.js';
import { causesText } from './causes-text.js';
import { count, document, number, visible, wrap, type TextOptions } from './layout.js';
import { nextStepsText } from './next-steps.js';
import { isPrintable } from './printable.js';

/** The report of `baseline`, ending in an empty line; where no file was written, the text of the revision. */
export function baselineReportText(report: BaselineReport, options: TextOptions): string {
  const { target, counts, file, sql, problem } = report;
  if (problem !== null || sql === null || counts === null) {
    const cause = problem === null ? [] : [{ ...problem, count: 1, example: target.id }];
    return document([causesText('No revision was written', cause, options)]);
  }
  if (file === null) return `-- ${shareText(report)}\n${spelledOut(sql)}${sql}`;
  const made = [
    count(counts.tables, 'table'),
    `${number(counts.indexes)} ${counts.indexes === 1 ? 'index' : 'indexes'}`,
    count(counts.views, 'view'),
    count(counts.triggers, 'trigger'),
  ];
  return document([
    wrap(`Wrote ${visible(file)} from ${visible(target.id)}: ${made.join(', ')}.`, 0, options),
    wrap(`${shareText(report)}.`, 0, options),
    nextStepsText(
      [
        {
          command: command('stamp', undefined, { dryRun: true }),
          does: 'rehearses to record it on the targets of this structure',
        },
      ],
      options,
    ),
  ]);
}

/** A warning where a text for a shell is not the text that would be run. */
function spelledOut(sql: string): string {
  return isPrintable(sql)
    ? ''
    : '-- Control characters are spelled out here: --output and --json have them as they are\n';
}

function shareText({ alike, others }: BaselineReport): string {
  if (others === 0) return 'There is no other target to compare it with';
  return `${number(alike)} of ${count(others, 'other target')} ${alike === 1 ? 'has' : 'have'} exactly this structure`;
}
