// `flotilla undo`.

import { runText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present, RUN_SETTING_NAMES, runOptions } from '../settings.js';

export const undo = defineCommand({
  name: 'undo',
  argument: {
    word: 'RUN',
    kind: 'text',
    also: ['last'],
    default: null,
    describe: 'The run: its id or the beginning of it, or last: the newest that changed a target',
  },
  summary: 'takes back what a run did',
  description: [
    'Takes back an upgrade, a downgrade, a stamp, a repair, a restore or an undo, target by target. Where a',
    'target is proved to be as the run left it, the copy of before comes back, exactly. Else the revisions go',
    'back (after a downgrade: forward), which keeps what was written since. Where neither can be done, the',
    'target is left alone, and what is at stake is counted by table; --force puts the copy back all the same.',
    'What is there now is backed up first, so an undo can itself be undone. A target that a later run has',
    'changed is left alone, and that run is named.',
  ],
  settings: ['how', ...RUN_SETTING_NAMES],
  switches: ['force'],
  optionTexts: { force: 'Put the copy back although something was written since' },
  examples: [
    { args: 'undo last --dry-run', does: 'rehearses to take the newest run back' },
    { args: 'undo 20261120T101500Z-3f9a1c', does: 'takes that run back' },
    { args: 'undo last --only project_7 --how downgrade', does: 'one target, by the revisions alone' },
  ],
  exitCodes: {
    0: 'every target is as it was before that run, or had nothing to undo',
    1: 'some target was left alone',
    2: 'some target failed, and is as it was before; or stands in between (partial), as told',
    3: 'some target is in doubt; a person must look',
    64: 'the command line is wrong; there is no such run, or it changed nothing',
  },
  async run(fleet, { select, settings, switches, argument: run = '' }) {
    const { how } = settings;
    const options = { ...select, ...runOptions(settings), ...present({ how }), run };
    const report = await fleet.undo({ ...options, force: switches.has('force') });
    return { report, text: (options) => runText(report, options) };
  },
});
