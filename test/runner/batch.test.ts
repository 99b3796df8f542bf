// Several targets in one message to a worker: which of them it does before it answers.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createSqliteDriver } from '../../src/database/sqlite/driver.js';
import type { Outcome } from '../../src/model/outcome.js';
import type { Target } from '../../src/model/target.js';
import { loadRevisions } from '../../src/revisions/load.js';
import { createServer } from '../../src/runner/serve.js';
import { temporaryDirectory } from '../support/fleet.js';
import { writeMigrations } from '../support/revisions.js';

/** Makes a database for each statement that is to be in it already. */
function makeTargets(...before: string[]): readonly Target[] {
  const directory = temporaryDirectory();
  return before.map((sql, index) => {
    const id = `project_${index + 1}`;
    const path = join(directory, `${id}.db`);
    const db = new Database(path);
    db.exec(`VACUUM; ${sql}`);
    db.close();
    const { dev, ino } = lstatSync(path, { bigint: true });
    return { id, path, sizeBytes: 4096, version: '', identity: { device: `${dev}`, inode: `${ino}` } };
  });
}

/** Sends targets to a worker's server in one message. @returns what became of those that it did */
async function apply(targets: readonly Target[], now: () => number, rehearse = false): Promise<string[]> {
  const driver = createSqliteDriver(() => BigInt(Date.now()) * 1_000_000n);
  const { order } = await loadRevisions({
    directory: writeMigrations({ '0001_tasks.sql': '-- migrate:up\nCREATE TABLE tasks (id INTEGER);\n' }),
    dialect: 'sqlite',
    syntaxError: (sql) => driver.syntaxError(sql),
    readModule: () => Promise.reject(new Error('there is no module')),
  });
  const directory = temporaryDirectory();
  const start = { revisions: order, scratchDir: join(directory, 'scratch'), fallbackDir: directory };
  const server = createServer(start, driver, { now, mayCommit: () => true });
  const work = {
    intent: { kind: 'upgrade', to: 'head', stamp: false, allowDrift: [], allowExtra: false },
    runId: 'run',
    verify: 'quick',
    backupDir: join(directory, 'backups'),
    busyWaitMs: 100,
    busyTimeoutMs: 100,
    timeoutMs: 60_000,
    toolVersion: '0',
  } as const;
  const outcomes = (await server.perform({ kind: 'apply', targets, work, rehearse })) as readonly Outcome[];
  return outcomes.map(({ id, outcome }) => `${id} ${outcome}`);
}

const LEGACY = 'CREATE TABLE notes (id INTEGER)';

describe('a worker that gets several targets', () => {
  test.each([false, true])('does one after the other (rehearsed: %s)', async (rehearse) => {
    expect(await apply(makeTargets('', '', ''), () => 0, rehearse)).toEqual([
      'project_1 upgraded',
      'project_2 upgraded',
      'project_3 upgraded',
    ]);
  });

  test('begins no other after a failure, which may be one that ends the run', async () => {
    expect(await apply(makeTargets('', LEGACY, ''), () => 0)).toEqual([
      'project_1 upgraded',
      'project_2 skipped',
    ]);
  });

  test('begins no other after one that took long, so that an idle process can have it', async () => {
    let time = 0;
    expect(await apply(makeTargets('', '', ''), () => (time += 20))).toEqual(['project_1 upgraded']);
  });
});
