// Revisions that use what the others make, in a circle: no order of the files would do.

import type { LintContext, Mistake, Rule } from '../rule.js';
import { orderOfNeeds } from '../../order.js';

export const circularNeeds: Rule = {
  id: 'circular-needs',
  severity: 'error',
  why: 'No order of these revisions works; moving one of them only moves the mistake.',
  check: ({ needs, graph }: LintContext) =>
    orderOfNeeds(needs).loops.flatMap((loop): Mistake[] => {
      const ids = loop.map(({ id }) => id);
      const revision = graph.order.find(({ id }) => ids.includes(id));
      if (revision === undefined) return [];
      const links = ids.map((id, index) => {
        const next = ids[(index + 1) % ids.length];
        const objects = (needs.get(id)?.from ?? [])
          .filter((need) => need.revision === next)
          .map((need) => need.object);
        return `${id} needs ${objects.join(', ')} of ${next ?? ''}`;
      });
      return [
        {
          revision,
          line: 1,
          message: `Revisions need each other in a circle: ${links.join('; ')}`,
          mend: 'put what they share into a revision before all of them',
        },
      ];
    }),
};
