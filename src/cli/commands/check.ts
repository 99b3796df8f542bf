// `flotilla check`.

import { statusText } from '../../index.js';
import { defineCommand } from '../command.js';

export const check = defineCommand({
  name: 'check',
  summary: 'fails unless every target is current',
  description: [
    'Shows what `status` shows, and exits 1 unless every target is current: for a pipeline or a monitor.',
    'Nothing is changed.',
  ],
  settings: ['jobs'],
  switches: [],
  examples: [
    { args: 'check --quiet', does: 'answers by the exit code alone' },
    { args: 'check --json', does: 'says which targets are not current' },
  ],
  exitCodes: { 0: 'every target is current', 1: 'some target is not current, or there is none' },
  async run(fleet, { select }) {
    const report = await fleet.status({ ...select, command: 'check' });
    return { report, text: (options) => statusText(report, options) };
  },
});
