// One database and a history, brought to its head by the steps of a worker, without the processes around them: for
// properties that are tried many times.

import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Outcome } from '../../src/model/outcome.js';
import type { Intent } from '../../src/target/intent.js';
import { createServer } from '../../src/workers/server.js';
import { graphOf, type History } from '../dialects/sqlite/lint/histories.js';
import { sqliteDriver } from './driver.js';
import { temporaryDirectory } from './fleet.js';

const UPGRADE: Intent = {
  kind: 'upgrade',
  to: 'head',
  stamp: true,
  allowDrift: [],
  allowExtra: false,
  at: 'earliest',
};

export interface Done {
  readonly outcome: Outcome;
  /** Whether not a byte of it changed. */
  readonly isUntouched: boolean;
  readonly path: string;
}

/** @param sql what the database holds before */
export async function upgradeOne(sql: string, history: History, intent: Intent = UPGRADE): Promise<Done> {
  const directory = temporaryDirectory();
  const path = join(directory, 'project_1.db');
  const db = new Database(path);
  // What SQLite would rather not do to its own tables is done too: that is how damage comes about.
  db.unsafeMode(true);
  db.exec(sql);
  db.close();
  mkdirSync(join(directory, 'scratch'));
  const before = readFileSync(path);
  const revisions = graphOf(history).order;
  const start = { revisions, scratchDir: join(directory, 'scratch'), fallbackDir: directory };
  const server = createServer(start, sqliteDriver(), { now: Date.now, mayCommit: () => true });
  const { dev, ino } = lstatSync(path, { bigint: true });
  const identity = `${dev}:${ino}`;
  const target = { id: 'project_1', path, sizeBytes: 0, identity, version: '', changedAt: 0 };
  const work = {
    intent,
    runId: 'run-1',
    verify: 'quick',
    backupDir: null,
    busyWaitMs: 0,
    busyTimeoutMs: 0,
    timeoutMs: 60_000,
    toolVersion: '0',
  } as const;
  const done = await server.perform({ kind: 'apply', targets: [target], work, rehearse: false });
  const [outcome] = done as readonly Outcome[];
  if (outcome === undefined) throw new Error('no outcome');
  return { outcome, isUntouched: readFileSync(path).equals(before), path };
}
