// Revisions that end in several heads: each file is right, and no upgrade runs until they are merged.

import { command, hint } from '../../../model/hint.js';
import type { LintContext, Mistake, Rule } from '../rule.js';

export const severalHeads: Rule = {
  id: 'several-heads',
  severity: 'error',
  why: 'An upgrade does not choose between heads: it is refused until they are merged, or `heads` is asked for.',
  check: ({ graph }: LintContext) => {
    const heads = graph.heads.flatMap((id) => graph.byId.get(id) ?? []);
    const [last, ...others] = heads.toReversed();
    if (last === undefined || others.length === 0) return [];
    const named = others.toReversed().map(({ id, file }) => `${id} (${file})`);
    const mistake: Mistake = {
      revision: last,
      line: 1,
      message: `${last.id} is a head beside ${named.join(', ')}`,
      mend: hint`let it stand on the other with "-- down_revision"; or merge them by a new revision with "-- down_revision: ${graph.heads.join(', ')}": ${command('new', 'merge')}`,
    };
    return [mistake];
  },
};
