// Reads the whole histories of many targets. Apart from observations, which leave out all that differs between the
// targets of a cohort: only few commands ask for runs and times.

import pLimit from 'p-limit';
import type { Target } from '../model/target.js';
import { CHUNK, chunks, notRead, type InspectRequest } from './inspect.js';
import { WorkerError, type Pool } from '../workers/pool.js';
import type { HistoryReading } from '../workers/messages.js';

/**
 * @param onReading called once for each target with its index in the list, as soon as it is read, so in no order;
 *   nothing is kept, because a fleet may be large
 */
export async function readHistories(
  request: InspectRequest,
  pool: Pool,
  onReading: (target: Target, reading: HistoryReading, index: number) => void,
): Promise<void> {
  const limit = pLimit(request.jobs);
  let done = 0;
  await Promise.all(
    chunks(request.targets, CHUNK).map((chunk, chunkIndex) =>
      limit(async () => {
        request.signal?.throwIfAborted();
        const readings = await readChunk(chunk, request, pool);
        chunk.forEach((target, index) => {
          const reading = readings[index];
          if (reading !== undefined) onReading(target, reading, chunkIndex * CHUNK + index);
        });
        done += chunk.length;
        request.onProgress(done);
      }),
    ),
  );
}

/** A chunk whose worker died is read one by one, so that one bad file fails alone. */
async function readChunk(
  chunk: readonly Target[],
  request: InspectRequest,
  pool: Pool,
): Promise<readonly HistoryReading[]> {
  const { busyWaitMs, timeoutMs } = request;
  try {
    return await pool.run({ kind: 'histories', targets: chunk, busyWaitMs }, { timeoutMs });
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    if (chunk.length === 1 || error.reason === 'notStarted')
      return chunk.map(() => ({ failure: notRead(error) }));
    const readings: HistoryReading[] = [];
    for (const target of chunk) readings.push(...(await readChunk([target], request, pool)));
    return readings;
  }
}
