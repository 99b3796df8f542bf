// The SQLite driver as a worker gets it, with a place of its own for private copies.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteDriver } from '../../src/dialects/sqlite/driver/driver.js';
import type { Driver } from '../../src/dialects/port.js';
import { temporaryDirectory } from './fleet.js';

const makeScratch = () => mkdtempSync(join(temporaryDirectory(), 'copy-'));

/** What a session is opened with where no driver opens it. */
export const SESSION_OPTIONS = { memoryBytesMax: 256 * 1024 * 1024, makeScratch };

/** @param memoryBytesMax above so many bytes a content does not pass through memory; default: as in a worker */
export function sqliteDriver(memoryBytesMax?: number): Driver {
  return createSqliteDriver({
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    makeScratch,
    ...(memoryBytesMax === undefined ? {} : { memoryBytesMax }),
  });
}
