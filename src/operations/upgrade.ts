// Brings targets to a revision, with the arguments checked before any target is looked at.

import type { UpgradeOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import { hint, onFleet } from '../model/hint.js';
import type { RunReport } from '../model/report.js';
import { nearest } from '../model/nearest.js';
import { atOf } from './at.js';
import type { Context } from './context.js';
import { runFleet } from './run.js';

/** @throws FleetError before any target is touched; `usage` for a kind of difference that does not exist */
export async function upgradeFleet(context: Context, options: UpgradeOptions): Promise<RunReport> {
  const { to = 'head', stamp = false, allowDrift = [], allowExtra = false } = options;
  const at = await atOf(context, options, 'upgrade');
  assertKinds(allowDrift, context.dialect.differenceKinds);
  return runFleet(context, 'upgrade', { kind: 'upgrade', to, stamp, allowDrift, allowExtra, ...at }, options);
}

function assertKinds(kinds: readonly string[], known: readonly string[]): void {
  const unknown = kinds.find((kind) => !known.includes(kind));
  if (unknown === undefined) return;
  const [near] = nearest(unknown, known);
  const meant = near === undefined ? '' : `; the nearest is ${near}`;
  throw new FleetError('usage', `There is no kind of difference "${unknown}"${meant}`, {
    hint: hint`see the kind of each difference: ${onFleet('drift', { json: true })}; there are ${known.join(', ')}`,
  });
}
