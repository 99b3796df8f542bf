// What a restore put back, for people: of each target which copy, what it says it is, how many rows that changes, and
// where that is which was there before.

import type { Outcome } from '../model/outcome.js';
import type { RunReport } from '../model/report.js';
import { copyWords } from './backups-text.js';
import { number, section, visible, wrap } from './layout.js';
import type { TextOptions } from './layout.js';

/** Targets before the rest is only counted. */
const SHOWN = 20;

/** The sections of a restore; none where no target has a copy. */
export function restoredSections(
  report: Pick<RunReport, 'targets' | 'dryRun' | 'undoes'>,
  options: TextOptions,
): (string | null)[] {
  const { dryRun, undoes } = report;
  // Which copies an undo takes is no news, as long as nothing goes with it.
  const targets = report.targets.filter(
    ({ lost }) => undoes === undefined || lost !== undefined || options.verbose,
  );
  const isRestored = ({ outcome }: Outcome) => outcome === 'restored';
  return [
    copies(dryRun ? 'Would be put back' : 'Put back', targets.filter(isRestored), options),
    copies(
      'Not put back',
      targets.filter((target) => !isRestored(target)),
      options,
    ),
  ];
}

function copies(title: string, targets: readonly Outcome[], options: TextOptions): string | null {
  const found = targets.filter(({ copy }) => copy !== undefined);
  if (found.length === 0) return null;
  const shown = options.verbose ? found : found.slice(0, SHOWN);
  const hidden = found.length - shown.length;
  const lines = shown.flatMap((target) => copyLines(target, options));
  if (hidden > 0) lines.push(`  ... ${number(hidden)} more: --verbose lists all`);
  return section(title, lines.join('\n'), options);
}

function copyLines({ id, copy, rows, backup, lost = {} }: Outcome, options: TextOptions): string[] {
  if (copy === undefined) return [];
  const changed = Object.entries(rows)
    .filter(([, [before, after]]) => before !== after)
    .map(([table, [before, after]]) => `${table} ${number(before)} -> ${number(after)}`);
  const went = Object.entries(lost).map(([table, count]) => `${table} ${number(count)}`);
  return [
    wrap(`${id}: the copy ${copyWords(copy)}`, 2, options),
    ...(copy.runId === null ? [] : [`    made by run ${copy.runId}`]),
    `    ${visible(copy.path)}`,
    ...(changed.length === 0 ? [] : [wrap(`rows: ${changed.join(', ')}`, 4, options)]),
    ...(went.length === 0 ? [] : [wrap(`rows that go with it: ${went.join(', ')}`, 4, options)]),
    ...(backup === null ? [] : ['    what was there before is in', `    ${visible(backup)}`]),
  ];
}
