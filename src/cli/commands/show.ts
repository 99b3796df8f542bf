// `flotilla show`.

import { showText } from '../../index.js';
import { defineCommand } from '../command.js';

export const show = defineCommand({
  name: 'show',
  argument: {
    word: 'REV',
    kind: 'revision',
    also: ['head'],
    default: null,
    describe: 'The revision: an id or its prefix, head, id-N',
  },
  summary: 'shows one revision: what it stands on and its SQL',
  description: ['Shows the file of a revision, its place in the graph, and the SQL of both directions.'],
  looks: 'never',
  settings: [],
  switches: [],
  examples: [
    { args: 'show head', does: 'the last revision' },
    { args: 'show e6e5', does: 'the one revision whose id starts like this' },
  ],
  exitCodes: { 0: 'the revision was shown' },
  async run(fleet, { argument: revision = 'head' }) {
    const report = await fleet.show({ revision });
    return { report, text: (options) => showText(report, options) };
  },
});
