// Takes revisions back by their `down`.

import type { DowngradeOptions } from '../model/api.js';
import type { RunReport } from '../model/report.js';
import type { Context } from './context.js';
import { runFleet } from './run.js';

/** @throws FleetError before any target is touched; `migrations` where revisions leave no target a way back */
export async function downgradeFleet(context: Context, options: DowngradeOptions): Promise<RunReport> {
  return runFleet(context, 'downgrade', { kind: 'downgrade', to: options.to }, options);
}
