// Looks that run no program (`--no-programs`): what each of them says of the programs that it did not run, and that
// nothing is changed without them. In one place, because it is the same for all of them.

import { EXIT } from '../model/exit-code.js';
import { FleetError } from '../model/errors.js';
import type { NotRun } from '../model/not-run.js';
import { unreadIn } from '../revisions/not-run.js';
import type { Context } from './context.js';
import { tryGraph } from './look.js';

/** What a look has found, with the programs that it did not run, which make it a finding. */
export async function tellNotRun<R extends NotRun & { readonly exitCode: number }>(
  context: Context,
  report: Promise<R>,
): Promise<R> {
  const found = await report;
  const { graph } = await tryGraph(context);
  const notRun = unreadIn(graph);
  if (notRun.length === 0) return found;
  return { ...found, notRun, exitCode: found.exitCode === EXIT.ok ? EXIT.findings : found.exitCode };
}

/**
 * Does what follows from all revisions.
 * @throws FleetError `usage` where some are programs that are not to be run
 */
export async function withPrograms<R>(context: Context, work: () => Promise<R>): Promise<R> {
  const { graph } = await tryGraph(context);
  const [first] = unreadIn(graph);
  if (first === undefined) return work();
  const file = graph.byId.get(first)?.file ?? '';
  throw new FleetError(
    'usage',
    `Revision ${first} (${file}) is a program, and nothing is changed without running it`,
    {
      hint: 'leave --no-programs out (FLOTILLA_PROGRAMS, `programs`), where you trust the programs among the revisions',
    },
  );
}
