// What `--at` says: which of several revisions of one structure a target is at. Checked before any target is looked at.

import { FleetError } from '../model/errors.js';
import { command, hint, onFleet } from '../model/hint.js';
import { resolveArgument } from '../revisions/argument.js';
import type { Graph } from '../revisions/graph.js';
import type { Context } from './context.js';

/**
 * @returns `earliest`, `latest`, or the id of a revision
 * @throws FleetError `unknownRevision` or `usage` where it does not name one revision
 */
export function resolveAt(at: string, graph: Graph): string {
  if (at === 'earliest' || at === 'latest') return at;
  const [revision, ...others] = resolveArgument(graph, at, new Set());
  if (revision !== undefined && others.length === 0) return revision;
  throw new FleetError('usage', `--at ${at} does not name one revision`, {
    hint: hint`name the one that these targets are at, of these, or earliest or latest: ${command('history')}`,
  });
}

/**
 * Of a command on the way up, where legacy targets are baselined in the same pass.
 * @throws FleetError `usage` where they are not, and as `resolveAt`
 */
export async function atOf(
  context: Pick<Context, 'loadGraph'>,
  { at, stamp = false, to }: { readonly at?: string; readonly stamp?: boolean; readonly to?: string },
  verb: 'upgrade' | 'plan',
): Promise<{ readonly at?: string }> {
  if (at === undefined) return {};
  if (!stamp) {
    throw new FleetError(
      'usage',
      `--at ${at} decides between revisions of legacy targets, which ${verb} leaves alone`,
      {
        hint: hint`baseline them in the same pass: ${onFleet(verb, { stamp: true, at }, to)}; or first: ${onFleet('stamp', { at })}`,
      },
    );
  }
  return { at: resolveAt(at, await context.loadGraph()) };
}
