// Repairs structures that drifted from their own revision.

import type { RepairOption, RepairOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import { command, hint } from '../model/hint.js';
import type { RunReport } from '../model/report.js';
import { resolveArgument } from '../revisions/argument.js';
import type { Intent } from '../target/intent.js';
import type { Context } from './context.js';
import { runFleet } from './run.js';

/** @throws FleetError before any target is touched */
export async function repairFleet(context: Context, options: RepairOptions): Promise<RunReport> {
  return runFleet(context, 'repair', await repairIntent(context, options), options);
}

/** @throws FleetError `unknownRevision` or `usage` where `checksums` does not name revisions */
export async function repairIntent(
  context: Context,
  { dropExtra = [], checksums = [], columns = false }: Pick<RepairOptions, RepairOption>,
): Promise<Extract<Intent, { kind: 'repair' }>> {
  const asked = { kind: 'repair', dropExtra, columns } as const;
  if (checksums.length === 0) return { ...asked, checksums };
  if (checksums.includes('all')) return { ...asked, checksums: ['all'] };
  const graph = await context.loadGraph();
  const ids = checksums.map((name) => {
    const [id, ...others] = resolveArgument(graph, name, new Set());
    if (id !== undefined && others.length === 0) return id;
    throw new FleetError('usage', `--checksums ${name} does not name one revision`, {
      hint: hint`name the revision whose file was edited; ${command('history')} lists them`,
    });
  });
  return { ...asked, checksums: ids };
}
