// `flotilla downgrade`.

import { runText } from '../../index.js';
import { defineCommand } from '../command.js';
import { RUN_SETTING_NAMES, runOptions } from '../settings.js';

export const downgrade = defineCommand({
  name: 'downgrade',
  argument: {
    word: 'REV',
    kind: 'revision',
    also: ['base'],
    default: null,
    describe: 'Where the targets are to go back to: an id or its prefix, -N, base',
  },
  summary: 'takes revisions back, newest first',
  description: [
    'Runs the down of every revision that a target has beyond REV, newest first, by the same steps as',
    'upgrade: backup, one transaction, verification against the structure of the older revision.',
    'Where a revision has no down, nothing is started and the revision is named.',
  ],
  settings: RUN_SETTING_NAMES,
  switches: [],
  examples: [
    { args: 'downgrade -1 --dry-run', does: 'rehearses undoing the newest revision' },
    { args: 'downgrade 0003 --only project_7', does: 'brings one target back to revision 0003' },
    { args: 'downgrade base', does: 'takes everything back that revisions made' },
  ],
  exitCodes: {
    0: 'every target is there',
    1: 'some target was left alone, or there is none',
    2: 'some target failed, and is as it was before; or stands in between (partial), as told',
    3: 'some target is in doubt; a person must look',
    78: 'a revision on the way has no down; no target was touched',
  },
  async run(fleet, { select, settings, argument: to = 'base' }) {
    const report = await fleet.downgrade({ ...select, ...runOptions(settings), to });
    return { report, text: (options) => runText(report, options) };
  },
});
