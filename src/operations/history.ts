// The revisions in their order, and the heads among them; no target is looked at.

import { CONTRACT, type HeadsReport, type HistoryReport, type RevisionSummary } from '../model/report.js';
import type { Revision } from '../model/revision.js';
import { resolveRange } from '../revisions/argument.js';
import type { Graph } from '../revisions/graph.js';
import type { Context } from './context.js';

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

export function summaryOf(revision: Revision, graph: Graph): RevisionSummary {
  const { id, name, file, parents, dependsOn, transactional, replaces } = revision;
  const isHead = graph.heads.includes(id);
  const own = { id, name, file, parents, dependsOn, transactional, isHead };
  return replaces === undefined ? own : { ...own, replaces };
}
