// `flotilla current`.

import { currentText } from '../../index.js';
import { defineCommand } from '../command.js';

export const current = defineCommand({
  name: 'current',
  summary: 'shows the revision that each target records',
  description: [
    'Prints a line for each target: its id, the revision it records, its state.',
    '--verbose adds the rows of its history: status, time, duration, run, version of Flotilla; and how',
    'the last run over it failed, if it did. Nothing is changed.',
  ],
  settings: ['jobs'],
  switches: [],
  examples: [
    { args: 'current', does: 'a line for each target' },
    {
      args: 'current --only project_7 --verbose',
      does: 'one target, with its history and what it still lacks',
    },
    { args: 'current --ndjson', does: 'one JSON object a line' },
  ],
  exitCodes: { 0: 'the fleet was read, whatever its state', 1: 'there is no target' },
  async run(fleet, { select, switches }) {
    const report = await fleet.current({ ...select, history: switches.has('verbose') });
    return { report, text: (options) => currentText(report, options) };
  },
});
