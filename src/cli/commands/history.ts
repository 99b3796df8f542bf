// `flotilla history`.

import { fleetHistoryText, historyText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present } from '../settings.js';

export const history = defineCommand({
  name: 'history',
  argument: {
    word: 'A:B',
    kind: 'range',
    default: 'base:heads',
    describe: 'A range of revisions; either end may be left out',
  },
  summary: 'lists the revisions in the order of application',
  description: [
    'Lists the revisions, oldest first, with what each stands on. No target is looked at.',
    'With --fleet, reads the history of every target: how many have each revision, and when the first and',
    'the last got it; also revisions that no file has.',
  ],
  looks: 'withFleet',
  settings: ['jobs'],
  switches: ['fleet'],
  optionTexts: { fleet: 'Look at the targets: how many have which revision, and since when' },
  examples: [
    { args: 'history', does: 'all revisions' },
    { args: 'history 0003:', does: 'revision 0003 and all after it' },
    { args: 'history 0003:0007', does: 'these two and all between' },
    { args: 'history --fleet', does: 'how far the fleet is, and since when' },
  ],
  exitCodes: { 0: 'the revisions were listed', 1: 'there is no target (with --fleet)' },
  async run(fleet, { argument: range, select, switches }) {
    if (switches.has('fleet')) {
      const report = await fleet.fleetHistory({ ...select, ...present({ range }) });
      return { report, text: (options) => fleetHistoryText(report, options) };
    }
    const report = await fleet.history(present({ range }));
    return { report, text: (options) => historyText(report, options) };
  },
});
