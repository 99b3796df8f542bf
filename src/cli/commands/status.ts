// `flotilla status`.

import { statusText } from '../../index.js';
import { defineCommand } from '../command.js';

export const status = defineCommand({
  name: 'status',
  summary: 'shows the fleet by state, revision and cohort',
  description: [
    'Reads what every target records and how it is built, and shows a line for each cohort: the targets',
    'that share state, revision and structure.',
    '--verbose adds a line for each target, and how the last run over it failed where it did.',
    'Nothing is changed.',
  ],
  settings: ['jobs'],
  switches: [],
  examples: [
    { args: 'status', does: 'shows the fleet in a few lines' },
    { args: 'status --verbose', does: 'adds a line for each target' },
    { args: "status --only 'eu/*' --json", does: 'a part of the fleet, as one JSON document' },
  ],
  exitCodes: { 0: 'the fleet was read, whatever its state', 1: 'there is no target' },
  async run(fleet, { select, switches }) {
    const report = await fleet.status({
      ...select,
      command: 'status',
      failures: switches.has('verbose'),
    });
    return { report, text: (options) => statusText(report, options) };
  },
});
