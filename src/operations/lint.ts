// Reads the revisions for mistakes, in a process of its own. No target is looked at, unless it is asked to hold the
// revisions against what the fleet has applied already.

import type { LintFleetOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import type { LintReport } from '../model/lint.js';
import type { RevisionNeeds } from '../model/report.js';
import { resolveArgument } from '../revisions/argument.js';
import type { Graph } from '../revisions/graph.js';
import { asCounted } from '../revisions/squash.js';
import { chooseRules, type LintOptions, type LintReply } from '../revisions/lint/lint.js';
import { scratchOf, type Context } from './context.js';
import { observeTargets } from './inspect.js';
import { withLook } from './look.js';
import { lintByWorker } from './workers.js';

/** @throws FleetError `migrations` where the revisions cannot even be read; `usage` for a rule that there is not */
export async function lintFleet(context: Context, options: LintFleetOptions): Promise<LintReport> {
  const { rules, strict = false, since } = options;
  chooseRules(context.dialect.lintRules, rules);
  const graph = await context.loadGraph();
  if (since !== undefined) resolveArgument(graph, since, new Set(graph.byId.keys()));
  const released = options.fleet === true ? await releasedIn(context, graph, options) : null;
  const { report, needs } = await read(
    context,
    graph,
    {
      strict,
      place: context.place,
      ...(rules === undefined ? {} : { rules }),
      ...(since === undefined ? {} : { since }),
      ...(released === null ? {} : { released }),
    },
    options.signal,
  );
  const uses = Object.fromEntries(needs.map(({ revision, from }) => [revision, from]));
  return { ...report, graph: { order: graph.order.map(summary), heads: graph.heads, uses } };
}

/** What each revision creates, alters, drops, reads and writes, in the order of the graph. */
export async function needsOfGraph(context: Context, graph: Graph): Promise<readonly RevisionNeeds[]> {
  return (await read(context, graph, {})).needs;
}

async function read(
  context: Context,
  graph: Graph,
  options: LintOptions,
  signal?: AbortSignal,
): Promise<LintReply> {
  const scratchDir = scratchOf(context, context.newRunId());
  return lintByWorker(context, graph, { kind: 'lint', options }, { scratchDir, signal });
}

/** The longest history that a target has; null where none has any, or the revisions are too broken for a look. */
async function releasedIn(
  context: Context,
  graph: Graph,
  options: LintFleetOptions,
): Promise<readonly string[] | null> {
  try {
    return await withLook(context, graph, options, async ({ request, pool, ledger, lookedAt }) => {
      const found = await observeTargets(request, pool, ledger, lookedAt);
      let longest: readonly string[] = [];
      for (const finding of found.values()) {
        const history = 'observation' in finding ? asCounted(finding.observation.history ?? [], graph) : [];
        if (history.length > longest.length) longest = history.map((entry) => entry.revision);
      }
      return longest.length === 0 ? null : longest;
    });
  } catch (error) {
    if (error instanceof FleetError && error.code === 'migrations') return null;
    throw error;
  }
}

function summary({ id, name, parents, dependsOn }: Graph['order'][number]) {
  return { id, name, parents, dependsOn };
}
