// The targets that there are, and what must not be opened.

import type { SelectOptions } from '../model/api.js';
import { CONTRACT, type DiscoverReport } from '../model/report.js';
import { discoverExitCode } from '../report/summarize.js';
import { scopedOf, selectTargets, type Context } from './context.js';

export async function discoverFleet(context: Context, options: SelectOptions): Promise<DiscoverReport> {
  const selected = await selectTargets(context, options);
  const { targets, refused } = selected;
  return {
    contract: CONTRACT,
    command: 'discover',
    dataDir: context.dataDir,
    targets: targets.map(({ id, path, sizeBytes }) => ({ id, path, sizeBytes })),
    refused,
    ...scopedOf(selected),
    exitCode: discoverExitCode(targets, refused, selected),
  };
}
