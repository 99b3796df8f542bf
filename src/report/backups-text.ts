// Copies, for people: which there are, which are damaged, and one that was written beside the targets.

import type { OutcomeCopy } from '../model/outcome.js';
import type { BackupsReport, RestoreToReport } from '../model/backup-report.js';
import { causesText } from './causes-text.js';
import { count, document, number, paint, section, size, table, visible, wrap } from './layout.js';
import type { TextOptions } from './layout.js';

/** Copies in the table before the rest is only counted. */
const SHOWN = 50;

/** The report of `backup list` and `backup verify`, ending in an empty line. */
export function backupsText(report: BackupsReport, options: TextOptions): string {
  const { copies: all, command } = report;
  if (all.length === 0) return 'There is no copy.\n';
  const shown = options.verbose ? all : all.slice(0, SHOWN);
  const hidden = all.length - shown.length;
  const rows = shown.map((copy) => [
    copy.id,
    copy.takenAt.replace(/\.\d+Z$/, 'Z'),
    copy.revision ?? 'base',
    command === 'backupList' ? size(copy.sizeBytes) : copy.problem === null ? 'good' : 'damaged',
    copy.runId ?? '-',
  ]);
  const columns = [
    'Target',
    'Taken',
    'Revision',
    command === 'backupList' ? { title: 'Size', numbers: true as const } : 'Copy',
    'Run',
  ];
  const folders = new Set(shown.map(({ path }) => path.replace(/[\\/][^\\/]*$/, '')));
  return document([
    headline(report, options),
    table(columns, rows, options),
    hidden > 0 ? `  ... ${number(hidden)} more: --verbose lists all` : null,
    damagedText(report, options),
    section(
      options.verbose ? 'Files' : 'Directories',
      (options.verbose ? shown.map(({ path }) => path) : [...folders])
        .map((path) => `  ${visible(path)}`)
        .join('\n'),
      options,
    ),
  ]);
}

function copies(n: number): string {
  return n === 1 ? '1 copy' : `${number(n)} copies`;
}

function headline({ summary, command }: BackupsReport, options: TextOptions): string {
  const all = `${copies(summary.copies)} of ${count(summary.targets, 'target')}, ${size(summary.sizeBytes)}`;
  if (command === 'backupList') return wrap(`${all}.`, 0, options);
  const { damaged = 0 } = summary;
  return damaged === 0
    ? paint('green', wrap(`${all}: all are good.`, 0, options), options)
    : paint(
        'red',
        wrap(`${all}: ${damaged === 1 ? 'one is' : `${number(damaged)} are`} damaged.`, 0, options),
        options,
      );
}

function damagedText({ copies: all }: BackupsReport, options: TextOptions): string | null {
  const causes = all.flatMap(({ id, problem = null }) =>
    problem === null ? [] : [{ code: 'backupFailed' as const, count: 1, example: id, ...problem }],
  );
  return causesText('Damaged', causes, options);
}

/** The report of `restore --to`, ending in an empty line. */
export function restoreToText(report: RestoreToReport, options: TextOptions): string {
  const { target, copy, file, problem } = report;
  const causes =
    problem === null ? [] : [{ code: 'backupFailed' as const, count: 1, example: target, ...problem }];
  if (copy === null || problem !== null)
    return document([causesText('No file was written', causes, options)]);
  const what = `the copy of ${visible(target)} ${copyWords(copy)}`;
  const said = file === null ? `Would write ${what}; it is good.` : `Wrote ${visible(file)}: ${what}.`;
  return document([wrap(said, 0, options), `Copy     ${visible(copy.path)}`]);
}

/** `from 2026-11-20 10:00:00 UTC, revision 0002`. */
export function copyWords({ takenAt, revision }: Pick<OutcomeCopy, 'takenAt' | 'revision'>): string {
  return `from ${takenAt.slice(0, 10)} ${takenAt.slice(11, 19)} UTC, revision ${revision ?? 'base'}`;
}
