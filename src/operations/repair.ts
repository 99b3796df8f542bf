// Repairs structures that drifted from their own revision.

import type { RepairOptions } from '../model/api.js';
import type { RunReport } from '../model/report.js';
import type { Context } from './context.js';
import { runFleet } from './run.js';

/** @throws FleetError before any target is touched */
export async function repairFleet(context: Context, options: RepairOptions): Promise<RunReport> {
  return runFleet(context, 'repair', { kind: 'repair', dropExtra: options.dropExtra ?? [] }, options);
}
