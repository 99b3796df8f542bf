// `flotilla discover`.

import { discoverText } from '../../index.js';
import { defineCommand } from '../command.js';

export const discover = defineCommand({
  name: 'discover',
  summary: 'lists the targets and what was refused, and why',
  description: [
    'Looks for the targets under the data directory.',
    'Nothing is opened: what is not a plain file with one name is refused, with the reason and what to do',
    'about it; the rest of the fleet goes on without it.',
  ],
  settings: [],
  switches: [],
  examples: [
    { args: 'discover', does: 'lists the targets under data' },
    {
      args: "discover --data-dir /srv/app --pattern '**/*.sqlite'",
      does: 'looks elsewhere, for other names',
    },
    { args: 'discover --json', does: 'the same as one JSON document' },
  ],
  exitCodes: { 0: 'there are targets', 1: 'there is no target' },
  async run(fleet, { select }) {
    const report = await fleet.discover(select);
    return { report, text: (options) => discoverText(report, options) };
  },
});
