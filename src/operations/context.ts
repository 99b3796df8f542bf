// What every command over the fleet starts from: places, revisions, targets, processes. Filled in by the composition
// root, so that nothing here names a driver, a clock or chance.

import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Dialect } from '../dialects/port.js';
import { select } from '../discovery/select.js';
import { makeDirectory, stateDirectoryError } from '../ledger/state-directory.js';
import type { SelectOptions } from '../model/api.js';
import type { CommandOptions } from '../model/command.js';
import { FleetError, type ProblemDraft } from '../model/errors.js';
import { command, hint } from '../model/hint.js';
import { RUN_SETTINGS } from '../model/settings.js';
import type { Refusal, Target } from '../model/target.js';
import type { Graph } from '../revisions/graph.js';
import { WorkerError, type Pool } from '../workers/pool.js';
import type { Replies, StartMessage, Task } from '../workers/messages.js';

export interface Context {
  readonly dataDir: string;
  readonly pattern: string;
  readonly stateDir: string;
  readonly migrations: string;
  /** Worker processes unless a call says otherwise. */
  readonly jobs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newRunId: () => string;
  /** Twelve hexadecimal digits. */
  readonly randomId: () => string;
  /** Reads the revisions, once. @throws FleetError `migrations` */
  readonly loadGraph: () => Promise<Graph>;
  readonly dialect: Dialect;
  /** Options that say which fleet it is, for commands to type. */
  readonly place: CommandOptions;
  readonly startPool: (start: Promise<StartMessage>) => Pool;
  /** How long running all revisions on an empty database may take, in milliseconds; default: a target's deadline. */
  readonly trialTimeoutMs?: number;
  /** For private copies where the state directory cannot be written. */
  readonly fallbackDir: string;
}

export interface Selected {
  readonly targets: readonly Target[];
  readonly refused: readonly Refusal[];
}

/** The targets that a call is about. */
export async function selectTargets(context: Context, options: SelectOptions): Promise<Selected> {
  return select(await context.dialect.discover(), options);
}

/**
 * Works with a pool of processes and a directory for private copies; both are gone afterwards. The directory is for
 * `work` to make, once the run is recorded: what an unrecorded run leaves behind, nobody would remove.
 * The first process starts while the graph is read; `work` begins while it runs the revisions in a scratch database;
 * `replayed` is to be waited for before any target is opened, and a signal breaks it off.
 */
export async function withPool<T>(
  context: Context,
  graph: Graph | Promise<Graph>,
  scratchDir: string,
  signal: AbortSignal | undefined,
  work: (pool: Pool, replayed: Promise<void>) => Promise<T>,
): Promise<T> {
  return withWorkers(context, graph, scratchDir, async (pool) => {
    const replayed = tryRevisions<'replay'>(context, pool, { kind: 'replay' }, signal).then(assertReplays);
    const working = work(pool, replayed);
    try {
      const [result] = await Promise.all([working, replayed]);
      return result;
    } catch (error) {
      // Until it waits for the revisions it may start processes, to be closed too, and find more that is wrong.
      await working;
      throw error;
    }
  });
}

/**
 * Has all revisions run in a scratch database, before any target is opened; so this may be broken off at any time.
 * @throws FleetError `interrupted`; `migrations` where they come to no end
 */
export async function tryRevisions<K extends 'replay' | 'lint'>(
  context: Context,
  pool: Pool,
  task: Extract<Task, { kind: K }>,
  signal: AbortSignal | undefined,
): Promise<Replies[K]> {
  const timeoutMs = context.trialTimeoutMs ?? RUN_SETTINGS.timeout.default;
  const stop = (): void => {
    pool.kill();
  };
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    return await pool.run<K>(task, { timeoutMs });
  } catch (error) {
    if (signal?.aborted === true)
      throw new FleetError('interrupted', 'interrupted', {
        hint: 'nothing was changed; run the command again',
        cause: error,
      });
    throw error instanceof WorkerError ? notReplayed(error) : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The same without running the revisions first. */
export async function withWorkers<T>(
  context: Context,
  graph: Graph | Promise<Graph>,
  scratchDir: string,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const { fallbackDir } = context;
  const start = Promise.resolve(graph).then(({ order }) => ({ revisions: order, scratchDir, fallbackDir }));
  const pool = context.startPool(start);
  try {
    return await work(pool);
  } finally {
    await pool.close();
    removeQuietly(scratchDir);
  }
}

/** @throws FleetError `stateDirectory` */
export function makeScratch(scratchDir: string): void {
  try {
    makeDirectory(resolve(scratchDir));
  } catch (error) {
    throw stateDirectoryError(scratchDir, error);
  }
}

/** Copies that cannot be removed are in nobody's way, and must not hide how the work ended. */
function removeQuietly(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // The disk that does not take this has said so elsewhere.
  }
}

/** No process, or none that came to an end: this is known before any target is touched. */
function notReplayed({ reason, message, stack }: WorkerError): FleetError {
  switch (reason) {
    case 'timeout':
    case 'died':
      return new FleetError(
        'migrations',
        `the revisions do not come to an end on an empty database: ${message}`,
        {
          hint: 'find the statement that does not end, or takes all memory: run them one by one in the sqlite3 shell',
        },
      );
    case 'notStarted':
      return new FleetError('configuration', `the worker processes cannot be started: ${message}`, {
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

export function scratchOf(context: Context, id: string): string {
  return join(context.stateDir, 'scratch', id);
}
