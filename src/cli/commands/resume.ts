// `flotilla resume`.

import { resumeText, runText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present } from '../settings.js';

export const resume = defineCommand({
  name: 'resume',
  argument: {
    word: 'RUN',
    kind: 'run',
    default: 'the last one, where it stopped, paused or died',
    describe: 'The run: its id or the beginning of it',
  },
  summary: 'goes on with a run that stopped, paused or died',
  description: [
    'Goes on with the same run: with its own options, targets, order, waves and heads as they were when it',
    'began. A revision that came since is not applied; where those of the run have changed, it refuses and',
    'names them, except that a revision which no target of the run has may have been mended.',
    'Tried again are the targets that were not started or were in flight, whatever stopped the run, and',
    'those that failed in a wave in which more failed than may. --retry adds others.',
    'After a kill or a power cut each target that was in flight is asked what was committed.',
    'A soak goes on where it was, and a gate is asked again. The report is that of the whole run.',
  ],
  settings: ['retry', 'jobs', 'wait', 'report'],
  looks: 'never',
  switches: [],
  examples: [
    { args: 'resume', does: 'goes on with the last run, once the cause is mended' },
    { args: 'resume 20261120T101500Z-3f9a1c', does: 'goes on with that run' },
    { args: 'resume --retry failed', does: 'the same, and tries again whatever failed' },
  ],
  exitCodes: {
    0: 'every target of the run is there, or there was nothing to go on with',
    1: 'some target was left alone, or it paused or was stopped again',
    2: 'some target failed, and is as it was before; or stands in between (partial), as told',
    3: 'some target is in doubt; a person must look',
    64: 'the command line is wrong; there is no such run, or it was a rehearsal',
    78: 'the revisions of the run have changed, or configuration or migrations are not valid',
  },
  async run(fleet, { select, settings, argument: run }) {
    const { retry, wait } = settings;
    const { jobs, signal, onEvent } = select;
    const report = await fleet.resume(present({ run, retry, wait, jobs, signal, onEvent }));
    return {
      report,
      text: (options) =>
        report.command === 'resume' ? resumeText(report, options) : runText(report, options),
    };
  },
});
