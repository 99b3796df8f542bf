// Records the revision of legacy targets, with the arguments checked before any target is looked at.

import type { StampOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import { hint, onFleet } from '../model/hint.js';
import type { RunReport } from '../model/report.js';
import { resolveAt } from './at.js';
import type { Context } from './context.js';
import { runFleet } from './run.js';
import type { Intent } from '../target/intent.js';

/** @throws FleetError before any target is touched */
export async function stampFleet(context: Context, options: StampOptions): Promise<RunReport> {
  return runFleet(context, 'stamp', await stampIntent(context, options), options);
}

/** @throws FleetError `unknownRevision` or `usage` where `at` does not name one revision, or stands beside another */
async function stampIntent(context: Context, options: StampOptions): Promise<Intent> {
  const { to = 'auto', force = false, allowExtra = false, at } = options;
  const intent = { kind: 'stamp', to, force, allowExtra } as const;
  if (at === undefined) return intent;
  if (to !== 'auto') {
    throw new FleetError('usage', `stamp is told to record ${to}, and --at ${at} decides between revisions`, {
      hint: hint`record ${at} where evidence allows it: ${onFleet('stamp', { at })}; or everywhere: ${onFleet('stamp', {}, to)}`,
    });
  }
  return { ...intent, at: resolveAt(at, await context.loadGraph()) };
}
