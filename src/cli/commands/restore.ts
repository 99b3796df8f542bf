// `flotilla restore`.

import { restoreToText, runText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present, RUN_SETTING_NAMES, runOptions } from '../settings.js';

export const restore = defineCommand({
  name: 'restore',
  argument: {
    word: 'ID',
    kind: 'target',
    several: 'only',
    default: null,
    describe: 'The targets: ids and globs, as --only takes them',
  },
  summary: 'puts a backup back',
  description: [
    'Makes the content of a target that of a copy again: of the newest one, or the one that --run, --before',
    'or --from names. The copy is proved first, and what is there now is backed up first.',
    'Writes through the database, in one step: programs that have it open wait or see the old content.',
    'Owner, mode and the way of its journal stay.',
    'Where the target has rows that the copy does not have, they are counted by table and nothing is done,',
    'unless --force says that they may go.',
    'With --to, the copy is written beside, never over anything, and no target is changed; the target may',
    'be gone.',
  ],
  settings: ['run', 'before', 'from', 'to', ...RUN_SETTING_NAMES.filter((name) => name !== 'backup')],
  switches: ['force'],
  optionTexts: { force: 'Restore although rows go that the copy does not have' },
  examples: [
    {
      args: 'restore project_7 --dry-run',
      does: 'rehearses it on a private copy, and says which copy it is',
    },
    { args: 'restore project_7', does: 'puts the newest copy back' },
    { args: 'restore project_7 --before 2026-11-20', does: 'puts back what it was before that day' },
    { args: 'restore project_7 --to old.db', does: 'writes the copy to a file, to look at it' },
  ],
  exitCodes: {
    0: 'every target has the content of its copy',
    1: 'some target was left alone, or has no such copy',
    2: 'some copy is damaged, or some target failed; every one is as it was before',
    3: 'some target is in doubt; a person must look',
    64: 'the command line is wrong, or the file of --to is there already',
  },
  async run(fleet, { select, settings, switches }) {
    const { only = [] } = select;
    const { run, before, from, to } = settings;
    const choice = present({ run, before, from });
    const force = switches.has('force');
    if (to === undefined) {
      const options = { ...select, ...runOptions(settings), ...choice, only, force };
      const report = await fleet.restore(options);
      return { report, text: (how) => runText(report, how) };
    }
    const { jobs, signal, onEvent } = select;
    const { dryRun, backupDir } = settings;
    const how = present({ jobs, signal, onEvent, dryRun, backupDir });
    const report = await fleet.restoreTo({ ...how, ...choice, only, to, force });
    return { report, text: (options) => restoreToText(report, options) };
  },
});
