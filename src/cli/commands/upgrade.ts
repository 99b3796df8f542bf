// `flotilla upgrade`.

import { runText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present, RUN_SETTING_NAMES, runOptions } from '../settings.js';

export const upgrade = defineCommand({
  name: 'upgrade',
  argument: {
    word: 'REV',
    kind: 'revision',
    also: ['head'],
    default: 'head',
    describe: 'Where the targets are to be brought: head, an id or its prefix, +N, id+N',
  },
  summary: 'brings every target to a revision',
  description: [
    'Runs what each target lacks.',
    'A target is backed up first, changed in one transaction and verified before it is committed: it is',
    'at its old or at its new revision, whatever fails. Revisions with `-- transaction: false` cut the',
    'way in parts, and a target whose later part fails stands in between, as told.',
    'Any other target that fails is as it was before, and the others go on.',
    'Running it again does only what is left.',
  ],
  settings: ['stamp', 'at', 'allowDrift', 'allowExtra', ...RUN_SETTING_NAMES],
  switches: [],
  examples: [
    {
      args: 'upgrade --dry-run',
      does: 'rehearses on private copies and tells the outcome; touches nothing',
    },
    { args: 'upgrade', does: 'brings every target to head' },
    { args: 'upgrade --stamp', does: 'the same, legacy targets included where evidence is clear' },
    {
      args: 'upgrade --stamp --at latest',
      does: 'the same; where several revisions have the structure, it is the last of them',
    },
    { args: 'upgrade --limit 10 --verbose', does: 'the first ten targets, telling of each' },
    {
      args: 'upgrade 0042 --jobs 4 --report run.json',
      does: 'to revision 0042, by four processes, with a report',
    },
  ],
  exitCodes: {
    0: 'every target is there',
    1: 'some target was left alone, or there is none',
    2: 'some target failed, and is as it was before; or stands in between (partial), as told',
    3: 'some target is in doubt; a person must look',
  },
  async run(fleet, { select, settings, argument: to }) {
    const { stamp, at, allowDrift, allowExtra } = settings;
    const report = await fleet.upgrade({
      ...select,
      ...runOptions(settings),
      ...present({ to, stamp, at, allowDrift, allowExtra }),
    });
    return { report, text: (options) => runText(report, options) };
  },
});
