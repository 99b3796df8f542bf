// What was found, for people. A long list is cut unless all of it is asked for; what was refused is told with the
// reason.

import type { DiscoverReport } from '../model/report.js';
import type { Refusal } from '../model/target.js';
import {
  count,
  document,
  lines,
  nothingFound,
  number,
  section,
  size,
  unexaminedText,
  visible,
  wrap,
} from './layout.js';
import type { TextOptions } from './layout.js';
import { onFleet } from '../model/hint.js';
import { nextStepsText } from './next-steps.js';

const TARGETS_SHOWN = 50;
const REFUSALS_SHOWN = 20;

/** The report of `discover`, ending in an empty line. */
export function discoverText(report: DiscoverReport, options: TextOptions): string {
  const { targets, refused } = report;
  return document([
    headline(report, options),
    targets.length === 0 ? null : unexaminedText(report, options),
    targetList(targets, options),
    refusedText(refused, options),
    targets.length === 0
      ? null
      : nextStepsText(
          [{ command: onFleet('status'), does: 'shows at which revision each of them is' }],
          options,
        ),
  ]);
}

function headline(report: DiscoverReport, options: TextOptions): string {
  const { targets } = report;
  if (targets.length === 0) {
    return `${nothingFound(report, options)}\n--data-dir and --pattern say where to look.`;
  }
  const bytes = targets.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return wrap(
    `${count(targets.length, 'target')} under ${options.dataDir}, ${size(bytes)} in all.`,
    0,
    options,
  );
}

function targetList(targets: DiscoverReport['targets'], { verbose }: TextOptions): string {
  const shown = verbose ? targets : targets.slice(0, TARGETS_SHOWN);
  const list = lines(shown.map(({ id, sizeBytes, path }) => [id, size(sizeBytes), path]));
  return shown.length === targets.length ? list : `${list}\n${hiddenLine(targets.length - shown.length)}`;
}

function refusedText(refused: readonly Refusal[], options: TextOptions): string | null {
  if (refused.length === 0) return null;
  const shown = options.verbose ? refused : refused.slice(0, REFUSALS_SHOWN);
  const lines = shown.map(({ path, reason, hint }) =>
    [`  ${visible(path)}`, wrap(reason, 4, options), wrap(`hint: ${hint}`, 4, options)].join('\n'),
  );
  if (refused.length > shown.length) lines.push(hiddenLine(refused.length - shown.length));
  return section(`Refused: ${count(refused.length, 'path')}`, lines.join('\n'), options);
}

function hiddenLine(hidden: number): string {
  return `  ... ${number(hidden)} more: --verbose lists all`;
}
