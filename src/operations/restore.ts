// Puts copies back in the place of what targets hold. Works where the revisions do not: nothing that is put back follows
// from them, and a broken one may be the reason.

import type { CopyChoice, RestoreOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import { command, hint } from '../model/hint.js';
import type { RunReport } from '../model/report.js';
import type { Intent } from '../target/intent.js';
import { chooseCopies, withLedger } from './copies.js';
import type { Context } from './context.js';
import { tryGraph } from './look.js';
import { runFleet } from './run.js';

/** @throws FleetError before any target is touched */
export async function restoreFleet(context: Context, options: RestoreOptions): Promise<RunReport> {
  const { run, before, from, force = false, ...runOptions } = options;
  assertOneChoice(options);
  const intent: Intent = {
    kind: 'restore',
    force,
    ...(run === undefined ? {} : { run }),
    ...(before === undefined ? {} : { before }),
    ...(from === undefined ? {} : { from }),
  };
  const lenient: Context = { ...context, loadGraph: async () => (await tryGraph(context)).graph };
  try {
    return await runFleet(lenient, 'restore', intent, runOptions);
  } catch (error) {
    throw error instanceof FleetError && error.code === 'unknownTarget'
      ? goneTarget(context, options, error)
      : error;
  }
}

/** @throws FleetError `usage` where two things say which copy is meant */
export function assertOneChoice(choice: CopyChoice): void {
  const given = (['run', 'before', 'from'] as const).filter((name) => choice[name] !== undefined);
  if (given.length < 2) return;
  const flags = given.map((name) => `--${name}`).join(' and ');
  throw new FleetError('usage', `${flags} exclude each other`, {
    hint: 'name the copy by its run, by a time before which it was made, or by its file',
  });
}

/** A target that is gone has its copies still. */
function goneTarget(context: Context, options: RestoreOptions, error: FleetError): FleetError {
  const ids = options.only.filter((id) => chooseCopies(context, [id], {}, options).has(id));
  const [id] = ids;
  if (id === undefined) return error;
  const recorded = withLedger(context, {}, (ledger) => ledger?.backupsOf([id]).at(-1));
  const to = recorded?.target ?? 'FILE';
  const { run, before, backupDir } = options;
  const chosen = { ...(run === undefined ? {} : { run }), ...(before === undefined ? {} : { before }) };
  const place = backupDir === undefined ? {} : { backupDir };
  return new FleetError('unknownTarget', `${error.message}; but there are copies of ${id}`, {
    hint: hint`bring it back: ${command('restore', undefined, { only: [id], ...chosen, to, ...place })}`,
    cause: error,
  });
}
