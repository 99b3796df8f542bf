// `flotilla doctor`.

import { doctorText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present } from '../settings.js';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'checks the whole installation and says what to do next',
  description: [
    'Looks at everything once: directories, revisions, ledger, room for backups, leftovers of runs that',
    'were stopped, and every target, with the revisions that targets record and no file has.',
    'Each thing that is wrong is told with what to do about it, and the end says what to type, in order.',
    'It works where the revisions are gone, or the ledger is damaged. No target is changed.',
  ],
  settings: ['jobs', 'backupDir'],
  switches: [],
  examples: [
    { args: 'doctor', does: 'what is wrong, and what to do next' },
    { args: 'doctor --verbose', does: 'the same, with every single case' },
    { args: 'doctor --json', does: 'the same as one JSON document' },
  ],
  exitCodes: { 0: 'nothing wants to be done', 1: 'something wants to be done' },
  async run(fleet, { select, settings: { backupDir } }) {
    const report = await fleet.doctor({ ...select, ...present({ backupDir }) });
    return { report, text: (options) => doctorText(report, options) };
  },
});
