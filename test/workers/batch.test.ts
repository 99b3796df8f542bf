// Several targets in one message to a worker: which of them it does before it answers.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/model/outcome.js';
import type { Target } from '../../src/model/target.js';
import { targetAt } from '../faults/harness/inside.js';
import { temporaryDirectory } from '../support/fleet.js';
import { writeMigrations } from '../support/revisions.js';
import { makeWork, openServer } from '../support/server.js';

const MIGRATIONS = writeMigrations({
  '0001_tasks.sql': '-- migrate:up\nCREATE TABLE tasks (id INTEGER);\n',
});

/** Makes a database for each statement that is to be in it already. */
function makeTargets(...before: string[]): readonly Target[] {
  const directory = temporaryDirectory();
  return before.map((sql, index) => {
    const id = `project_${index + 1}`;
    const path = join(directory, `${id}.db`);
    const db = new Database(path);
    db.exec(`VACUUM; ${sql}`);
    db.close();
    return targetAt(path, id);
  });
}

/** Sends targets to a worker's server in one message. @returns what became of those that it did */
async function apply(targets: readonly Target[], now: () => number, rehearse = false): Promise<string[]> {
  const server = await openServer(MIGRATIONS, now);
  const work = makeWork({ kind: 'upgrade', to: 'head', stamp: false, allowDrift: [], allowExtra: false });
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
