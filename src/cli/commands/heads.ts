// `flotilla heads`.

import { historyText } from '../../index.js';
import { defineCommand } from '../command.js';

export const heads = defineCommand({
  name: 'heads',
  summary: 'lists the revisions that no other stands on',
  description: ['Lists the last revisions of the graph. More than one means that a merge is missing.'],
  looks: 'never',
  settings: [],
  switches: [],
  examples: [{ args: 'heads', does: 'the head, or the heads' }],
  exitCodes: { 0: 'the heads were listed' },
  async run(fleet) {
    const report = await fleet.heads();
    return { report, text: (options) => historyText(report, options) };
  },
});
