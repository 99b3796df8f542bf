// A worker's server in the process of the test, for what its messages alone can show.

import { sqliteDriver } from './driver.js';
import { loadRevisions } from '../../src/revisions/load.js';
import type { Intent } from '../../src/target/intent.js';
import { createServer, type Server } from '../../src/workers/server.js';
import type { Work } from '../../src/target/work.js';
import { temporaryDirectory } from './fleet.js';

/** @param now the clock, in milliseconds since 1970 */
export async function openServer(migrations: string, now: () => number = Date.now): Promise<Server> {
  const driver = sqliteDriver();
  const { order } = await loadRevisions({
    directory: migrations,
    dialect: 'sqlite',
    syntax: driver.syntax,
    readModule: () => Promise.reject(new Error('there is no module')),
  });
  const scratchDir = temporaryDirectory();
  const start = { revisions: order, scratchDir, fallbackDir: scratchDir };
  return createServer(start, driver, { now, mayCommit: () => true });
}

/** Work with backups in a directory of its own, and little patience. */
export function makeWork(intent: Intent): Work {
  return {
    intent,
    runId: 'run',
    verify: 'quick',
    backupDir: temporaryDirectory(),
    busyWaitMs: 100,
    busyTimeoutMs: 100,
    timeoutMs: 60_000,
    toolVersion: '0',
  };
}
