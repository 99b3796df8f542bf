// One revision, with its SQL and what it has to do with the others; no target is looked at.

import { FleetError } from '../model/errors.js';
import { command, hint } from '../model/hint.js';
import { CONTRACT, type ShowReport } from '../model/report.js';
import { resolveArgument } from '../revisions/argument.js';
import { needsOf } from '../revisions/graph.js';
import type { Context } from './context.js';
import { summaryOf } from './history.js';
import { needsOfGraph } from './lint.js';
import { sqlOf } from './plan-script.js';

/** @throws FleetError `unknownRevision` */
export async function showRevision(context: Context, argument: string): Promise<ShowReport> {
  const graph = await context.loadGraph();
  const [id, ...others] = resolveArgument(graph, argument, new Set(graph.byId.keys()));
  const revision = id === undefined ? undefined : graph.byId.get(id);
  if (revision === undefined || others.length > 0) {
    throw new FleetError(
      'unknownRevision',
      `"${argument}" names ${others.length === 0 ? 'base' : 'several revisions'}`,
      {
        hint: hint`name one revision, of these: ${command('history')}`,
      },
    );
  }
  const needs = (await needsOfGraph(context, graph)).find((one) => one.revision === id);
  return {
    contract: CONTRACT,
    command: 'show',
    head: graph.heads,
    revision: {
      ...summaryOf(revision, graph),
      children: graph.order.filter((other) => needsOf(other).includes(revision.id)).map((other) => other.id),
      losesRows: revision.losesRows,
      changes: revision.changes,
      drops: revision.drops,
      moves: revision.moves.map(({ from, to }) => `${from} -> ${to}`),
      checksum: revision.checksum,
      up: sqlOf(revision.up),
      down: revision.down === null ? null : sqlOf(revision.down),
      needs: needs ?? null,
    },
    exitCode: 0,
  };
}
