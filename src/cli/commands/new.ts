// `flotilla new`.

import { newText } from '../../index.js';
import { defineCommand } from '../command.js';

export const newRevision = defineCommand({
  name: 'new',
  argument: { word: 'MESSAGE', kind: 'text', default: null, describe: 'What the revision does, in quotes' },
  summary: 'writes the file of a new revision',
  description: [
    'Writes a new file into the migrations directory: the next number after numbers, a new id that stands',
    'on the heads otherwise. The SQL is yours to write.',
  ],
  looks: 'never',
  settings: [],
  switches: [],
  examples: [
    { args: 'new "add an index on tasks"', does: 'writes, for example, 0008_add_an_index_on_tasks.sql' },
  ],
  exitCodes: {
    0: 'the file was written',
    78: 'the file cannot be written, or the revisions there are invalid',
  },
  async run(fleet, { argument: message = '' }) {
    const report = await fleet.newRevision({ message });
    return { report, text: () => newText(report) };
  },
});
