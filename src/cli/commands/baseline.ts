// `flotilla baseline`.

import { baselineReportText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present } from '../settings.js';

export const baseline = defineCommand({
  name: 'baseline',
  argument: {
    word: 'TARGET',
    kind: 'target',
    default: null,
    describe: 'The id of a target, or the path of a database',
  },
  summary: "writes a first revision from a database's structure",
  description: [
    'Writes the structure of one database as a revision: tables with parents first, indexes, views,',
    'triggers; the down in reverse. Tables of other migration tools are left out, and so are rows.',
    'The text is run in memory first, and written only where it leaves exactly this structure.',
    'Where the migrations directory has no revision yet, the file is 0001_baseline.sql there; otherwise',
    'the text is printed, unless --output names a file.',
    'Says how many other targets have the same structure; no target is changed.',
  ],
  settings: ['output', 'jobs'],
  switches: [],
  examples: [
    {
      args: 'baseline project_7',
      does: 'writes migrations/0001_baseline.sql, where there is no revision yet',
    },
    { args: 'baseline project_7 --output schema.sql', does: 'writes it to another file' },
    { args: 'baseline backup/old.db', does: 'takes a database that is no target' },
  ],
  exitCodes: {
    0: 'the revision was written, or printed',
    2: 'the database cannot be read, or its structure not be written as a revision; nothing was written',
    64: 'the command line is wrong, or the file is there already',
    78: 'the file cannot be written, or the configuration is not valid',
  },
  async run(fleet, { select, settings: { output }, argument: target = '' }) {
    const report = await fleet.baseline({ ...select, target, ...present({ output }) });
    return { report, text: (options) => baselineReportText(report, options) };
  },
});
