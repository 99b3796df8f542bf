// What the doctor found, for people: the worst is not hidden by the rest, and the end says what to type.

import type { DoctorFinding, DoctorReport, DoctorSeverity } from '../model/report.js';
import {
  count,
  document,
  hintText,
  lines,
  number,
  paint,
  size,
  wrap,
  type Paint,
  type TextOptions,
} from './layout.js';
import { nextStepsText } from './next-steps.js';

const DETAILS_SHOWN = 10;
const TINT: Readonly<Record<DoctorSeverity, Paint>> = { error: 'red', warning: 'yellow', note: 'dim' };

/** The report of `doctor`, ending in an empty line. */
export function doctorText(report: DoctorReport, options: TextOptions): string {
  const { findings, next } = report;
  return document([
    facts(report),
    ...findings.map((finding) => findingText(finding, options)),
    verdict(report, options),
    nextStepsText(next, options),
  ]);
}

function facts(report: DoctorReport): string {
  const { summary, version, database, dataDir, migrations, backupDir, head } = report;
  const at = head.length === 0 ? '' : `, head ${head.join(', ')}`;
  const free = summary.freeBytes === null ? 'free space unknown' : `${size(summary.freeBytes)} free`;
  return lines([
    ['Flotilla', `${version}, ${database}`],
    ['Targets', `${number(summary.targets)} under ${dataDir}, ${size(summary.sizeBytes)} in all`],
    ['Revisions', `${number(summary.revisions)} in ${migrations}${at}`],
    ['Backups', `${backupDir}, ${free}`],
  ]);
}

function findingText(finding: DoctorFinding, options: TextOptions): string {
  const { severity, message, details } = finding;
  const shown = options.verbose ? details : details.slice(0, DETAILS_SHOWN);
  const hidden = details.length - shown.length;
  return [
    `${paint(TINT[severity], severity, options)}: ${wrap(message, 2, options).trimStart()}`,
    ...shown.map((line) => wrap(`- ${line}`, 4, options)),
    ...(hidden > 0 ? [`    - ${number(hidden)} more: --verbose lists all`] : []),
    hintText(finding, 2, options),
  ].join('\n');
}

function verdict({ summary, exitCode }: DoctorReport, options: TextOptions): string {
  const { errors, warnings } = summary;
  if (exitCode === 0) return paint('green', 'Nothing wants to be done.', options);
  const counts = [
    ...(errors === 0 ? [] : [count(errors, 'error')]),
    ...(warnings === 0 ? [] : [count(warnings, 'warning')]),
  ];
  return `${counts.join(' and ')}.`;
}
