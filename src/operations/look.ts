// A look at the fleet: processes, targets and the ledger's cache, for as long as the look takes. Nothing is changed;
// where the state directory cannot be written, it works without the ledger.

import { openLedger, type Ledger } from '../ledger/ledger.js';
import { isStateDirectory } from '../ledger/state-directory.js';
import type { SelectOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import type { About } from '../model/hint.js';
import { RUN_SETTINGS } from '../model/settings.js';
import type { Graph } from '../revisions/graph.js';
import { aboutOf, commandOf } from './about.js';
import { interrupted, scratchOf, selectTargets, type Context, type Selected } from './context.js';
import { firstWithWork } from './first-with-work.js';
import { judgeTargets, observeTargets, type InspectRequest, type Judged, type Question } from './inspect.js';
import type { RunCommand } from '../model/report.js';
import type { Intent } from '../target/intent.js';
import type { Target } from '../model/target.js';
import type { Pool } from '../workers/pool.js';
import { startWorkers } from './workers.js';

/** Longest single wait for a lock, in milliseconds. */
const BUSY_WAIT_MS = 2_000;

export interface Look extends Selected {
  readonly pool: Pool;
  /** What all requests to the workers have in common. */
  readonly request: InspectRequest;
  /** Null where it cannot be opened. */
  readonly ledger: Ledger | null;
  /** When the targets were listed, in milliseconds since 1970. */
  readonly lookedAt: number;
  /** What the commands of hints are about. */
  readonly about: About;
}

/** The graph where there are no revisions. */
export const NO_REVISIONS: Graph = { order: [], byId: new Map(), heads: [], shadowed: [] };

/** The revisions, or why they cannot be had. */
export async function tryGraph(context: Context): Promise<{ graph: Graph; fault: FleetError | null }> {
  try {
    return { graph: await context.loadGraph(), fault: null };
  } catch (error) {
    if (error instanceof FleetError) return { graph: NO_REVISIONS, fault: error };
    throw error;
  }
}

export interface LookOptions extends SelectOptions {
  /** Chooses the targets; default: as the other options say. */
  readonly choose?: () => Promise<Selected>;
  /** The revisions are not run: nothing that is looked at follows from them. */
  readonly unproven?: true;
}

/**
 * Looks at the selected targets.
 * @throws FleetError `interrupted`, and what keeps the fleet from being looked at as a whole
 */
export async function withLook<T>(
  context: Context,
  graph: Graph | Promise<Graph>,
  { choose = () => selectTargets(context, options), ...options }: LookOptions,
  work: (look: Look) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  const timeoutMs = RUN_SETTINGS.timeout.default;
  const scratchDir = scratchOf(context, context.newRunId());
  const unproven = options.unproven === true ? ({ unproven: true } as const) : {};
  const workers = startWorkers(context, graph, { scratchDir, signal, ...unproven });
  let ledger: Ledger | null = null;
  try {
    const jobs = options.jobs ?? context.jobs;
    workers.warm(jobs);
    const lookedAt = context.now();
    const selected = await choose();
    const { targets } = selected;
    const pool = await workers.proven();
    ledger = tryLedger(context, options);
    const request = {
      targets,
      jobs,
      busyWaitMs: BUSY_WAIT_MS,
      timeoutMs,
      signal,
      onProgress: (done: number) => options.onEvent?.({ event: 'inspected', done, planned: targets.length }),
    };
    const about = aboutOf(context, options);
    return await work({ ...selected, pool, request, ledger, lookedAt, about });
  } catch (error) {
    throw signal?.aborted === true ? interrupted(error) : error;
  } finally {
    try {
      await workers.close();
    } finally {
      ledger?.close();
    }
  }
}

/** The state of every target and what else is asked; default nothing else. */
export async function judgeAll(
  { pool, targets, refused, request, ledger, lookedAt, about }: Look,
  { intent = null, soft = false }: Partial<Question> = {},
): Promise<readonly Judged[]> {
  const found = await observeTargets(request, pool, ledger, lookedAt);
  return judgeTargets({ targets, refused, found, about }, pool, { intent, soft });
}

/** A run that is only looked at. */
interface WorkAhead {
  readonly options: SelectOptions;
  readonly intent: Intent;
  readonly verb: RunCommand;
}

/**
 * Looks at what a run with an intent would do; a limit takes the first targets that have something to do.
 * @throws FleetError as `withLook`
 */
export async function withWork<T>(
  context: Context,
  graph: Graph,
  { options: { limit, ...options }, intent, verb }: WorkAhead,
  work: (look: Look, judged: readonly Judged[]) => Promise<T>,
): Promise<T> {
  return withLook(context, graph, options, async (seen) => {
    const all = { ...seen, about: { ...seen.about, run: commandOf(verb, intent, options) } };
    const examine = (targets: readonly Target[]) =>
      judgeAll({ ...all, targets, refused: [], request: { ...all.request, targets } }, { intent });
    const selected = await firstWithWork(all, limit, examine);
    const { targets } = selected;
    const look = { ...all, ...selected, request: { ...all.request, targets } };
    return work(look, await judgeAll(look, { intent }));
  });
}

/**
 * The ledger as a cache; null where it cannot be used: a look works without it, and says so where there is a state
 * directory.
 */
export function tryLedger(
  { stateDir, stateMode }: Pick<Context, 'stateDir' | 'stateMode'>,
  { onEvent }: Pick<SelectOptions, 'onEvent'>,
): Ledger | null {
  try {
    return openLedger(stateDir, stateMode);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    if (isStateDirectory(stateDir)) {
      const { message, hint } = error;
      onEvent?.({ event: 'warning', message, hint: `this look goes on without it; ${hint}` });
    }
    return null;
  }
}
