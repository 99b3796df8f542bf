// The commands about revisions alone; no target is looked at.

import { join } from 'node:path';
import { FleetError } from '../model/errors.js';
import { command, hint } from '../model/hint.js';
import {
  CONTRACT,
  type HeadsReport,
  type HistoryReport,
  type NewReport,
  type RevisionSummary,
  type ShowReport,
} from '../model/report.js';
import type { Revision } from '../model/revision.js';
import { resolveArgument, resolveRange } from '../revisions/argument.js';
import { hasRevisions, writeRevision } from '../revisions/directory.js';
import { needsOf, type Graph } from '../revisions/graph.js';
import { newRevision } from '../revisions/new-revision.js';
import type { Context } from './context.js';
import { needsOfGraph } from './lint.js';
import { sqlOf } from './plan-script.js';

/** @throws FleetError `unknownRevision` */
export async function historyOf(context: Context, range: string): Promise<HistoryReport> {
  const graph = await context.loadGraph();
  const revisions = resolveRange(graph, range).map((revision) => summaryOf(revision, graph));
  return { contract: CONTRACT, command: 'history', head: graph.heads, revisions, exitCode: 0 };
}

export async function headsOfGraph(context: Context): Promise<HeadsReport> {
  const graph = await context.loadGraph();
  const revisions = graph.order
    .filter((revision) => graph.heads.includes(revision.id))
    .map((revision) => summaryOf(revision, graph));
  return { contract: CONTRACT, command: 'heads', head: graph.heads, revisions, exitCode: 0 };
}

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
        hint: hint`name one revision; ${command('history')} lists them`,
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
      checksum: revision.checksum,
      up: sqlOf(revision.up),
      down: revision.down === null ? null : sqlOf(revision.down),
      needs: needs ?? null,
    },
    exitCode: 0,
  };
}

/** Writes a new revision file. @throws FleetError `migrations`, `usage` */
export async function createRevision(context: Context, message: string): Promise<NewReport> {
  const directory = context.migrations;
  const graph = hasRevisions(directory) ? await context.loadGraph() : null;
  const revision = newRevision(graph, message, context.randomId());
  if (revision === null) {
    throw new FleetError('usage', 'the message has no letter or digit to name a file after', {
      hint: hint`say what the revision does: ${command('new', 'add an index on tasks')}`,
    });
  }
  const file = join(directory, revision.name);
  writeRevision(file, revision.text, 'another directory with --migrations DIR');
  return { contract: CONTRACT, command: 'new', revision: revision.id, file, exitCode: 0 };
}

function summaryOf(revision: Revision, graph: Graph): RevisionSummary {
  const { id, name, file, parents, dependsOn, transactional } = revision;
  return { id, name, file, parents, dependsOn, transactional, isHead: graph.heads.includes(id) };
}
