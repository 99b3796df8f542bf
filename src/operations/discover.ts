// The targets that there are, and what must not be opened.

import type { SelectOptions } from '../model/api.js';
import { CONTRACT, type DiscoverReport } from '../model/report.js';
import { listExitCode } from '../report/summarize.js';
import { selectTargets, type Context } from './context.js';

export async function discoverFleet(context: Context, options: SelectOptions): Promise<DiscoverReport> {
  const { targets, refused } = await selectTargets(context, options);
  return {
    contract: CONTRACT,
    command: 'discover',
    dataDir: context.dataDir,
    targets: targets.map(({ id, path, sizeBytes }) => ({ id, path, sizeBytes })),
    refused,
    exitCode: listExitCode(targets),
  };
}
