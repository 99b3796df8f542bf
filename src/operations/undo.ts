// Takes back what one run did, target by target. Which run is meant is found in the ledger, before any target is opened.

import type { RecordedRun } from '../ledger/deeds.js';
import { openLedger, type Ledger } from '../ledger/ledger.js';
import type { UndoOptions } from '../model/api.js';
import { isStateDirectory } from '../ledger/state-directory.js';
import { FleetError } from '../model/errors.js';
import { command, hint, onFleet, type Hint } from '../model/hint.js';
import { nearest } from '../model/nearest.js';
import type { RunReport } from '../model/report.js';
import type { Context } from './context.js';
import { withLedger } from './copies.js';
import { mayHaveChanged } from './deeds.js';
import { tryGraph } from './look.js';
import { runFleet } from './run.js';

/** The word for the newest run that changed a target. */
export const LAST_RUN = 'last';

/** @throws FleetError before any target is touched; `usage` where the run is not one that changed anything */
export async function undoFleet(context: Context, options: UndoOptions): Promise<RunReport> {
  const { run, how = 'auto', force = false, ...runOptions } = options;
  if (force && runOptions.backup === false)
    throw new FleetError('usage', '--force and --no-backup exclude each other', {
      hint: 'what goes by force must stay somewhere: leave --no-backup out',
    });
  const { runId } = runMeant(context, run, options);
  // A copy is put back without the revisions, and a broken one may be the reason.
  const lenient = how === 'restore';
  const loading = lenient ? { loadGraph: async () => (await tryGraph(context)).graph } : {};
  return runFleet({ ...context, ...loading }, 'undo', { kind: 'undo', run: runId, how, force }, runOptions);
}

/**
 * The run that is meant by an id, its unique beginning, or `last`.
 * @throws FleetError `usage` where there is none, or there are several; where it changed nothing, or was a rehearsal
 */
function runMeant(context: Context, run: string, options: UndoOptions): RecordedRun {
  // What a look may do without is all that this goes by.
  if (isStateDirectory(context.stateDir)) openLedger(context.stateDir, context.stateMode).close();
  return withLedger(context, options, (ledger) => {
    const found = ledger === null || run === '' ? [] : runsMeant(ledger, run);
    const [first, second] = found;
    if (ledger === null || first === undefined) throw noRun(run, ledger);
    const isWhole = first.runId === run;
    if (second !== undefined && !isWhole) {
      const ids = found.slice(0, RUNS_SHOWN).map(({ runId }) => runId);
      const more = found.length > ids.length ? ` and ${found.length - ids.length} more` : '';
      throw refused(`${found.length} runs begin with ${run}: ${ids.join(', ')}${more}`, 'write more of it');
    }
    const { runId, dryRun } = first;
    const see = hint`see what there is: ${onFleet('status')}`;
    if (dryRun)
      throw refused(`Run ${runId} was a rehearsal of ${first.command}: there is nothing to undo`, see);
    if (!ledger.askDeeds((deeds) => deeds.deedsOf(runId)).some(mayHaveChanged))
      throw refused(`Run ${runId} changed no target: there is nothing to undo`, see);
    return first;
  });
}

const RUNS_SHOWN = 5;

function runsMeant(ledger: Ledger, run: string): readonly RecordedRun[] {
  return ledger.askDeeds((deeds) => {
    const id = run === LAST_RUN ? deeds.lastChanging() : run;
    if (id === null) return [];
    const found = deeds.runsLike(id);
    const whole = found.find(({ runId }) => runId === id);
    return whole === undefined ? found : [whole];
  });
}

function noRun(run: string, ledger: Ledger | null): FleetError {
  const known = ledger?.askDeeds((deeds) => deeds.runsLike('')).map(({ runId }) => runId) ?? [];
  const [near] = nearest(run, known);
  const meant = near === undefined ? '' : `; the nearest is ${near}`;
  const none =
    run === LAST_RUN ? 'No run changed a target' : `There is no run ${JSON.stringify(run)}${meant}`;
  return refused(none, hint`see the runs that made copies: ${command('backup', 'list')}`);
}

function refused(message: string, said: Hint): FleetError {
  return new FleetError('usage', message, { hint: said });
}
