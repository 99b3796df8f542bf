// SQLite's part of `lint`: runs the revisions in memory and holds every rule against what happened.

import type { Graph } from '../../../revisions/graph.js';
import { unknownIn } from '../../../revisions/not-run.js';
import { lint, type LintOptions, type LintReply } from '../../../revisions/lint/lint.js';
import { needsOfAll } from './needs.js';
import { RULES } from './rules.js';
import type { SqliteTrace } from './sqlite-trace.js';
import { Timeline } from './timeline.js';
import { traceRevisions } from './trace-revisions.js';

/**
 * @param oldest the oldest SQLite that is to read the databases, where somebody said
 * @throws FleetError `usage` for a rule that there is not
 */
export async function lintRevisions(
  graph: Graph,
  options: LintOptions,
  oldest: string | null = null,
): Promise<LintReply> {
  const unknown = unknownIn(graph);
  const order = graph.order.filter(({ id }) => !unknown.has(id));
  const trace = await traceRevisions(order);
  const read = order.length === graph.order.length ? graph : { ...graph, order };
  return lintTrace(read, oldest === null ? trace : { ...trace, oldest }, options);
}

/**
 * The same for revisions that were run already.
 * @param trace of the revisions of the graph
 * @throws FleetError `usage` for a rule that there is not
 */
export function lintTrace(graph: Graph, trace: SqliteTrace, options: LintOptions = {}): LintReply {
  const needs = needsOfAll(trace);
  const seen = { graph, needs, trace: { ...trace, timeline: new Timeline(trace) } };
  return { report: lint(RULES, seen, options), needs: [...needs.values()] };
}
