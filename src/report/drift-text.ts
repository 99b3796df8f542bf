// What differs from the structure that it should have, for people: cohort by cohort, because drift comes in shapes.

import type { DriftReport } from '../model/report.js';
import { commandText } from '../model/command.js';
import { complete, onFleet } from '../model/hint.js';
import { causeOf, causesText } from './causes-text.js';
import { cluster } from './group.js';
import {
  count,
  document,
  nothingFound,
  number,
  section,
  unexaminedText,
  inLine,
  visible,
  wrap,
  type TextOptions,
} from './layout.js';
import { namesOf } from '../model/settings.js';
import { isCompared } from './summarize.js';
import { countEdited, nextStepsText, type NextStep } from './next-steps.js';

/** The report of `drift`, ending in an empty line. */
export function driftText(report: DriftReport, options: TextOptions): string {
  const { summary, cohorts, targets } = report;
  if (summary.targets === 0) return `${nothingFound(report, options)}\n`;
  const status = complete(onFleet('status'), options.about);
  const uncompared = namesOf(summary.states)
    .filter((state) => !isCompared(state))
    .map((state) => `${number(summary.states[state] ?? 0)} ${state}`);
  const edited = cluster(
    targets.flatMap(({ id, path, problem }) =>
      problem?.code === 'checksumMismatch' ? [{ id, path, failure: problem }] : [],
    ),
  ).map(causeOf);
  return document([
    `${count(summary.drifted, 'target')} of ${summary.targets} drifted from the structure of ${summary.drifted === 1 ? 'its' : 'their'} revision.`,
    unexaminedText(report, options),
    causesText('Revisions that were edited after they were applied', edited, options),
    ...cohorts
      .filter(({ state }) => state === 'drifted')
      .map(({ count: n, example, revision, fingerprint, difference }) => {
        const title = `${count(n, 'target')} at ${revision ?? 'base'}, for example ${inLine(example)}`;
        const names = options.verbose
          ? targets
              .filter(
                (target) =>
                  target.revision === revision && cohortKey(target.difference) === cohortKey(difference),
              )
              .map(({ id }) => `  ${inLine(id)}`)
          : [];
        const shape = fingerprint === null ? '' : ` (shape ${fingerprint.slice(0, 8)})`;
        const words = difference.map((one) => `  ${one.words} [${one.kind}]`);
        return section(`${title}${shape}`, [...words, ...names].join('\n'), options);
      }),
    ...softSections(report, options),
    uncompared.length === 0
      ? null
      : wrap(
          `Not compared, because there is nothing whole to compare: ${uncompared.join(', ')}; see why: ${commandText(status)}`,
          0,
          options,
          [status],
        ),
    nextStepsText(
      [
        ...(summary.drifted === countEdited(targets) ? [] : [REPAIR]),
        ...(summary.soft === 0 ? [] : [ARRANGE]),
      ],
      options,
    ),
  ]);
}

const REPAIR: NextStep = {
  command: onFleet('repair', { plan: true }),
  does: 'shows the SQL that would mend the structure; nothing is changed',
};
const ARRANGE: NextStep = {
  command: onFleet('repair', { columns: true, plan: true }),
  does: 'shows the SQL that would also put the order and the names right',
};

/** What is no drift, and may be in the way of SQL that leans on it. */
function softSections({ soft }: DriftReport, options: TextOptions): (string | null)[] {
  return soft.map(({ revision, count: n, example, difference, targets }) => {
    const title = `Soft differences from ${revision ?? 'base'}, no drift: ${count(n, 'target')}, for example ${inLine(example)}`;
    const names = options.verbose ? targets.map((id) => `  ${inLine(id)}`) : [];
    return section(
      title,
      [...difference.map(({ words }) => wrap(visible(words), 2, options)), ...names].join('\n'),
      options,
    );
  });
}

function cohortKey(difference: DriftReport['cohorts'][number]['difference']): string {
  return difference.map(({ words }) => words).join('\n');
}
