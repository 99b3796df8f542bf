// What differs from the structure that it should have, for people: cohort by cohort, because drift comes in shapes.

import type { DriftReport } from '../model/report.js';
import { commandText } from '../model/command.js';
import { complete, onFleet } from '../model/hint.js';
import { causesText } from './causes-text.js';
import { cluster } from './group.js';
import { count, document, nothingFound, section, visible, type TextOptions } from './layout.js';
import { countEdited, nextStepsText } from './next-steps.js';

/** The report of `drift`, ending in an empty line. */
export function driftText(report: DriftReport, options: TextOptions): string {
  const { summary, cohorts, targets } = report;
  if (summary.targets === 0) return `${nothingFound(options)}\n`;
  const uncompared =
    (summary.states.legacy ?? 0) + (summary.states.unknown ?? 0) + (summary.states.unreadable ?? 0);
  const edited = cluster(
    targets.flatMap(({ id, path, problem }) =>
      problem?.code === 'checksumMismatch' ? [{ id, path, failure: problem }] : [],
    ),
  ).map(({ first, count: n }) => ({ ...first.failure, count: n, example: first.id }));
  return document([
    `${count(summary.drifted, 'target')} of ${summary.targets} drifted from the structure of ${summary.drifted === 1 ? 'its' : 'their'} revision.`,
    causesText('Revisions that were edited after they were applied', edited, options),
    ...cohorts
      .filter(({ state }) => state === 'drifted')
      .map(({ count: n, example, revision, fingerprint, difference }) => {
        const title = `${count(n, 'target')} at ${revision ?? 'base'}, for example ${visible(example)}`;
        const names = options.verbose
          ? targets
              .filter(
                (target) =>
                  target.revision === revision && cohortKey(target.difference) === cohortKey(difference),
              )
              .map(({ id }) => `  ${visible(id)}`)
          : [];
        const shape = fingerprint === null ? '' : ` (shape ${fingerprint.slice(0, 8)})`;
        const words = difference.map((one) => `  ${one.words} [${one.kind}]`);
        return section(`${title}${shape}`, [...words, ...names].join('\n'), options);
      }),
    uncompared === 0
      ? null
      : `Not compared, because no known revision is recorded or they cannot be read: ${count(uncompared, 'target')}; see why: ${commandText(complete(onFleet('status'), options.about))}`,
    summary.drifted === countEdited(targets)
      ? null
      : nextStepsText(
          [
            {
              command: onFleet('repair', { plan: true }),
              does: 'shows the SQL that would mend the structure; nothing is changed',
            },
          ],
          options,
        ),
  ]);
}

function cohortKey(difference: DriftReport['cohorts'][number]['difference']): string {
  return difference.map(({ words }) => words).join('\n');
}
