// `flotilla stamp`.

import { runText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present, RUN_SETTING_NAMES, runOptions } from '../settings.js';

export const stamp = defineCommand({
  name: 'stamp',
  argument: {
    word: 'REV',
    kind: 'revision',
    also: ['auto', 'head'],
    default: 'auto',
    describe: 'The revision to record: auto (by evidence), head, an id or its prefix',
  },
  summary: 'records the revision of legacy targets without running it',
  description: [
    'Finds out by evidence at which revision a legacy target is: its structure must equal exactly that of',
    'one revision. That one and all before it are then recorded as applied.',
    "A target whose structure is no revision's is left alone, and the difference is told.",
    'Where the structure is that of several, the version table of another tool decides, or --user-version.',
    'Where nothing decides, the earliest is recorded if what would run again changes no rows; else the',
    'target is left alone, and --at says which it is: earliest, latest or a revision.',
    'Where another tool says otherwise than the structure, or stopped half-way, the target is left alone.',
    'With a revision instead of auto, that one is recorded where the structure is its own.',
  ],
  settings: ['at', 'allowExtra', ...RUN_SETTING_NAMES],
  switches: ['force'],
  examples: [
    { args: 'stamp --dry-run', does: 'tells which revision each legacy target matches; touches nothing' },
    { args: 'stamp', does: 'records what evidence says' },
    { args: 'stamp --at 0004', does: 'records 0004 where the structure is that of 0003 and of 0004' },
    { args: 'stamp --at latest', does: 'records the last of the revisions that have the structure' },
    { args: 'stamp --allow-extra', does: 'lets targets have tables that no revision knows' },
    { args: 'stamp 0003 --only project_7', does: 'records 0003, where the structure is that of 0003' },
    { args: 'stamp 0003 --only project_7 --force', does: 'records 0003 whatever the structure says' },
  ],
  exitCodes: {
    0: 'every target has a history',
    1: 'some target was left alone, or there is none',
    2: 'some target failed; every one is as it was before',
    3: 'some target is in doubt; a person must look',
  },
  async run(fleet, { select, settings, switches, argument: to }) {
    const { at, allowExtra } = settings;
    const force = switches.has('force');
    const own = { ...present({ to, at, allowExtra }), force };
    const report = await fleet.stamp({ ...select, ...runOptions(settings), ...own });
    return { report, text: (options) => runText(report, options) };
  },
});
