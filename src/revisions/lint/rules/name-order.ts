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

const baseName = (file: string): string =>
  file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
const versionOf = (name: string): string => name.split('_', 1)[0] ?? '';
