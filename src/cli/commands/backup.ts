// `flotilla backup`.

import { backupsText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present } from '../settings.js';

export const backup = defineCommand({
  name: 'backup',
  argument: {
    word: 'ACTION',
    kind: 'text',
    default: null,
    describe: 'list: tell which there are; verify: read each, and say whether it is good',
    choices: ['list', 'verify'],
  },
  summary: 'tells what copies there are, and whether they are good',
  description: [
    'list tells the copies that runs made of their targets before they changed them, also of targets that',
    'are gone: when, by which run, at which revision, how large, and where. Nothing is read of them.',
    'verify reads each: its content is what its name says, and the database in it opens and is sound.',
    'Copies are looked for in the directory of --backup-dir, and in those that the ledger knows.',
  ],
  settings: ['run', 'backupDir', 'jobs'],
  switches: [],
  optionTexts: { run: 'The copies of this run alone', backupDir: 'Where backups are' },
  examples: [
    { args: 'backup list --only project_7', does: 'the copies of one target, the newest first' },
    { args: 'backup verify', does: 'reads every copy' },
  ],
  exitCodes: {
    0: 'there are copies, and those that were read are good',
    1: 'a copy is damaged, or there is none',
  },
  async run(fleet, { argument, select, settings: { run, backupDir } }) {
    const options = { ...select, ...present({ run, backupDir }) };
    const report = await (argument === 'verify' ? fleet.verifyBackups(options) : fleet.backups(options));
    return { report, text: (how) => backupsText(report, how) };
  },
});
