// Has copies read and looked into by worker processes: no other process opens a database.

import pLimit from 'p-limit';
import type { Copy } from '../backup/copies.js';
import type { SelectOptions } from '../model/api.js';
import { WorkerError, type Pool } from '../workers/pool.js';
import type { CopyVerdict } from '../workers/messages.js';
import type { Context } from './context.js';
import { tryGraph, withLook } from './look.js';

/** @returns in the order of the copies */
export async function proveCopies(
  context: Context,
  copies: readonly Copy[],
  { jobs, signal, onEvent }: Pick<SelectOptions, 'jobs' | 'signal' | 'onEvent'>,
): Promise<readonly CopyVerdict[]> {
  const choose = async () => ({ targets: [], refused: [], unexamined: 0, allowEmpty: true });
  const watch = {
    ...(jobs === undefined ? {} : { jobs }),
    ...(signal === undefined ? {} : { signal }),
  };
  const graph = tryGraph(context).then((found) => found.graph);
  return withLook(context, graph, { ...watch, choose, unproven: true }, async ({ pool, request }) => {
    const limit = pLimit(request.jobs);
    let done = 0;
    return Promise.all(
      copies.map((copy) =>
        limit(async () => {
          request.signal?.throwIfAborted();
          const verdict = await proveCopy(copy, pool, request.timeoutMs);
          onEvent?.({ event: 'inspected', done: ++done, planned: copies.length });
          return verdict;
        }),
      ),
    );
  });
}

async function proveCopy(copy: Copy, pool: Pool, timeoutMs: number): Promise<CopyVerdict> {
  try {
    return await pool.run({ kind: 'proveCopy', copy }, { timeoutMs });
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    return { problem: `${copy.path} could not be read: ${error.message}`, mayForce: false, revision: null };
  }
}
