// The worker processes of one call. Invariant: `proven` gives them out only when all revisions have run on an empty
// database, so no target is opened for revisions that do not run. Apart from the pool, which knows nothing of
// revisions.

import { FleetError, type ProblemDraft } from '../model/errors.js';
import { command, hint } from '../model/hint.js';
import { CHANGE_SETTINGS } from '../model/settings.js';
import type { Graph } from '../revisions/graph.js';
import { removeOwn } from '../trust/own-files.js';
import type { Replies, Task } from '../workers/messages.js';
import { WorkerError, type Pool } from '../workers/pool.js';
import { interrupted, type Context } from './context.js';

/** How long running all revisions on an empty database may take: `--timeout` is the deadline of a target. */
const REPLAY_MS_MAX = CHANGE_SETTINGS.timeout.default;

export interface WorkersOptions {
  /**
   * For private copies. Whoever opens targets makes it, after the call is recorded: nobody would remove it otherwise.
   */
  readonly scratchDir: string;
  /** Breaks that off. */
  readonly signal?: AbortSignal | undefined;
  /** The revisions are not run: nothing that is done to targets follows from them. */
  readonly unproven?: true;
}

export interface Workers {
  /** Starts processes ahead of their tasks, until there are so many. */
  warm(count: number): void;
  /**
   * The processes, once all revisions have run in a scratch database, unless nothing follows from them.
   * @throws FleetError `migrations` with all mistakes in the revisions, `interrupted`, `configuration`
   */
  proven(): Promise<Pool>;
  /** How long that has taken, in milliseconds. */
  proofMs(): number;
  /** Lets the processes end, and removes their private copies. */
  close(): Promise<void>;
}

/**
 * Starts the first process while the graph is still read; then it runs the revisions, whatever else is done meanwhile.
 */
export function startWorkers(
  context: Context,
  graph: Graph | Promise<Graph>,
  options: WorkersOptions,
): Workers {
  const pool = openPool(context, graph, options.scratchDir);
  const startedAt = context.now();
  let proofMs = 0;
  const prove = async (): Promise<void> => {
    if (options.unproven === true) return;
    const problems = await tryRevisions<'replay'>(pool, { kind: 'replay' }, options);
    proofMs = context.now() - startedAt;
    assertReplays(problems);
  };
  const proof = prove();
  // A call that fails before it asks for the processes reports its own fault, not this one.
  proof.catch(() => undefined);
  return {
    warm(count): void {
      pool.warm(count);
    },
    async proven(): Promise<Pool> {
      await proof;
      return pool;
    },
    proofMs: () => proofMs,
    close: () => pool.close(),
  };
}

/** What lint says of the revisions, read by a process that lives no longer. @throws FleetError like `proven` */
export async function lintByWorker(
  context: Context,
  graph: Graph,
  task: Extract<Task, { kind: 'lint' }>,
  options: WorkersOptions,
): Promise<Replies['lint']> {
  const pool = openPool(context, graph, options.scratchDir);
  try {
    return await tryRevisions<'lint'>(pool, task, options);
  } finally {
    await pool.close();
  }
}

/** A pool that removes its private copies when it is closed. */
function openPool(
  { startPool, fallbackDir, userVersionsIn }: Context,
  graph: Graph | Promise<Graph>,
  scratchDir: string,
): Pool {
  const start = Promise.resolve(graph).then((loaded) => ({
    revisions: [...loaded.order, ...loaded.shadowed],
    userVersions: userVersionsIn(loaded),
    scratchDir,
    fallbackDir,
  }));
  // Every task rejects with it; where there is no task, the reader of the graph reports it.
  start.catch(() => undefined);
  const pool = startPool(start);
  return {
    ...pool,
    async close(): Promise<void> {
      await pool.close();
      removeQuietly(scratchDir);
    },
  };
}

/** Copies that cannot be removed do no harm, and that must not hide how the work ended. */
function removeQuietly(directory: string): void {
  try {
    removeOwn(directory);
  } catch {
    // Nothing can be done about it here.
  }
}

/** Has all revisions run in a scratch database, before any target is opened; so it may be interrupted at any time. */
async function tryRevisions<K extends 'replay' | 'lint'>(
  pool: Pool,
  task: Extract<Task, { kind: K }>,
  { signal }: WorkersOptions,
): Promise<Replies[K]> {
  const stop = (): void => {
    pool.kill();
  };
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    return await pool.run<K>(task, { timeoutMs: REPLAY_MS_MAX });
  } catch (error) {
    if (signal?.aborted === true) throw interrupted(error);
    throw error instanceof WorkerError ? notReplayed(error) : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Why the revisions could not be run to their end; known before any target is touched. */
function notReplayed({ reason, message, stack }: WorkerError): FleetError {
  switch (reason) {
    case 'timeout':
    case 'died':
      return new FleetError(
        'migrations',
        `The revisions do not come to an end on an empty database: ${message}`,
        {
          hint: 'find the statement that does not end, or takes all memory: run them one by one in the sqlite3 shell',
        },
      );
    case 'notStarted':
      return new FleetError('configuration', `The worker processes cannot be started: ${message}`, {
        hint: 'see the limits of this user: ulimit -a (open files, processes, memory)',
      });
    case 'defect':
      return new FleetError('internal', stack ?? message, { hint: 'please report it with this message' });
  }
}

/** Revisions that do not even run on an empty database say nothing about what a target should be. */
function assertReplays(problems: readonly ProblemDraft[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const count = problems.length === 1 ? 'A mistake' : `${problems.length} mistakes`;
  throw new FleetError('migrations', `${count} in the revisions; no target was touched`, {
    hint: hint`correct what is listed, then: ${command('lint')}`,
    problems,
  });
}
