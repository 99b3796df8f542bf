// File names whose order by letters is another than by numbers: 10 before 9.

import type { LintContext, Mistake, Rule } from '../rule.js';
import { compareFiles, isNumeric } from '../../file-name.js';

export const nameOrder: Rule = {
  id: 'name-order',
  severity: 'warning',
  why: 'Flotilla goes by number; people, listings and other tools go by letters, and see or run 10 before 9.',
  check({ graph }: LintContext) {
    const files = graph.order
      .map((revision) => ({ revision, name: baseName(revision.file) }))
      .filter(({ name }) => isNumeric(versionOf(name)))
      .sort((a, b) => compareFiles(a.name, b.name));
    const width = Math.max(0, ...files.map(({ name }) => versionOf(name).length));
    return files.flatMap(({ revision, name }, at): Mistake[] => {
      const before = files[at - 1];
      if (before === undefined || before.name < name) return [];
      const stamp = stampLike(versionOf(before.name), versionOf(name));
      if (stamp !== null) {
        return [
          {
            revision: before.revision,
            line: 1,
            message: `${before.name} comes before ${name} by number, and after it by letters: its version is a date without the time of day`,
            mend: `write the time of day behind it, as the others have it: ${stamp}; where revisions are released, write "-- revision: ${before.revision.id}" into the renamed file`,
          },
        ];
      }
      return [
        {
          revision,
          line: 1,
          message: `${name} comes after ${before.name} by number, and before it by letters`,
          mend: `give all numbers the same width, for example ${versionOf(before.name).padStart(width, '0')}; where revisions are released, write "-- revision: ${before.revision.id}" into the renamed file`,
        },
      ];
    });
  },
};

/** A date (20240313) beside a time (20240313101500) is padded behind: zeros in front would put it before all others. */
function stampLike(short: string, long: string): string | null {
  const isDate = /^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])/;
  const isPart = short.length >= 8 && short.length < long.length && long.length <= 17;
  return isPart && isDate.test(short) && isDate.test(long) ? short.padEnd(long.length, '0') : null;
}

const baseName = (file: string): string =>
  file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
const versionOf = (name: string): string => name.split('_', 1)[0] ?? '';
