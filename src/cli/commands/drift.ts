// `flotilla drift`.

import { driftText } from '../../index.js';
import { defineCommand } from '../command.js';

export const drift = defineCommand({
  name: 'drift',
  summary: 'compares each target with the structure of its revision',
  description: [
    'Compares the structure of each target with the one that its own revision leaves on an empty',
    'database, cohort by cohort: columns, constraints, indexes, views and triggers, however they were',
    'written. Rows are not compared.',
    'The order of columns and the names of constraints are told apart: they are no drift, and in the way',
    'only of SQL that leans on them.',
  ],
  settings: ['jobs'],
  switches: [],
  examples: [
    { args: 'drift', does: 'what differs, cohort by cohort' },
    { args: 'drift --verbose', does: 'the same, naming every target' },
    { args: 'drift --json --only project_7', does: 'each difference of one target with its kind' },
  ],
  exitCodes: {
    0: 'no target drifted',
    1: 'some target drifted, has a revision that was edited, or cannot be compared, or there is none',
  },
  async run(fleet, { select }) {
    const report = await fleet.drift(select);
    return { report, text: (options) => driftText(report, options) };
  },
});
