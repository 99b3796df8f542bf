// The SQLite driver as a worker gets it, with a place of its own for private copies.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteDriver } from '../../src/dialects/sqlite/driver/driver.js';
import type { Driver } from '../../src/dialects/port.js';
import { temporaryDirectory } from './fleet.js';

export function sqliteDriver(): Driver {
  return createSqliteDriver({
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    makeScratch: () => mkdtempSync(join(temporaryDirectory(), 'copy-')),
  });
}
