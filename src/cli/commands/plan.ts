// `flotilla plan`.

import { planSql, planText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present } from '../settings.js';

export const plan = defineCommand({
  name: 'plan',
  argument: {
    word: 'REV',
    kind: 'revision',
    also: ['head'],
    default: 'head',
    describe: 'Where the targets are to be brought: head, an id or its prefix, +N, id+N',
  },
  summary: 'shows per cohort the revisions that upgrade would run',
  description: [
    'Shows for each cohort which revisions `upgrade` would run, in order, and which targets it would',
    'leave alone and why. Nothing is changed; `upgrade --dry-run` goes further and runs them on copies.',
  ],
  settings: ['jobs', 'stamp', 'at', 'allowExtra'],
  switches: ['sql'],
  examples: [
    { args: 'plan', does: 'what is pending, cohort by cohort' },
    { args: 'plan 0042 --stamp', does: 'up to revision 0042, legacy targets included' },
    { args: 'plan --sql', does: 'the SQL of it, to read and review' },
  ],
  exitCodes: { 0: 'the plan was made', 1: 'there is no target' },
  async run(fleet, { select, settings: { stamp, at, allowExtra }, argument: to, switches }) {
    const report = await fleet.plan({ ...select, ...present({ to, stamp, at, allowExtra }) });
    return {
      report,
      text: (options) => (switches.has('sql') ? planSql(report, options) : planText(report, options)),
    };
  },
});
