// What the tests of the contract share: a fleet that is opened before the first of them, ways to work on its targets
// through the port, and statements that every SQL database takes.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { BegunRevision, Session } from '../../../src/dialects/port.js';
import type { Structure } from '../../../src/dialects/structure.js';
import type { HistoryRow } from '../../../src/model/history.js';
import type { Target } from '../../../src/model/target.js';
import type { Graph } from '../../../src/revisions/graph.js';
import { loadRevisions } from '../../../src/revisions/load.js';
import { temporaryDirectory } from '../../support/fleet.js';
import type { ContractFixture, ContractFleet } from './fixture.js';

export const PATIENCE = { busyTimeoutMs: 100 };

export const TASKS = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL)';
export const NOTES =
  'CREATE TABLE notes (id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES tasks (id), body TEXT)';
export const ROWS = `INSERT INTO tasks (id, title) VALUES (1, 'one'), (2, 'two')`;
export const INDEX = 'CREATE INDEX ix_title ON tasks (title)';

export const REVISIONS: Readonly<Record<string, string>> = {
  '0001_tasks.sql': `-- migrate:up\n${TASKS};\n-- migrate:down\nDROP TABLE tasks;\n`,
  '0002_notes.sql': `-- migrate:up\n${NOTES};\n-- migrate:down\nDROP TABLE notes;\n`,
  '0003_index.sql': `-- migrate:up\n${INDEX};\n-- migrate:down\nDROP INDEX ix_title;\n`,
};

/** A program that renames the first task. */
export const MODULE = `export function up(db) {
  db.run("UPDATE tasks SET title = 'up' WHERE id = 1");
}
export function down(db) {
  db.run("UPDATE tasks SET title = 'down' WHERE id = 1");
}
export const meta = { loses_rows: 'tasks' };
`;

/** A row of the history. */
export function rowOf(revision: string, more: Partial<HistoryRow> = {}): HistoryRow {
  return {
    revision,
    name: `what ${revision} does`,
    checksum: `sum of ${revision}`,
    sqlChecksum: `sql of ${revision}`,
    status: 'applied',
    statementsDone: 0,
    runId: 'run-1',
    appliedAt: '2030-01-02T03:04:05.678Z',
    durationMs: 7,
    toolVersion: '1.2.3',
    ...more,
  };
}

export interface Kit {
  readonly fixture: ContractFixture;
  /** There from the first test on. */
  readonly fleet: ContractFleet;
  /** Makes a database of the fleet, and runs statements in it. */
  readonly make: (...statements: readonly string[]) => Promise<Target>;
  /** The target of an id as a search finds it now. */
  readonly targetOf: (id: string) => Promise<Target>;
  /** Works with a session for change; a transaction that `work` leaves open is rolled back. */
  readonly opened: <T>(target: Target, work: (session: Session) => Promise<T>) => Promise<T>;
  /** The same, in a transaction. */
  readonly within: <T>(target: Target, work: (session: Session) => Promise<T>) => Promise<T>;
  /** Works with a session that only asks. */
  readonly asked: <T>(target: Target, work: (session: Session) => Promise<T>) => Promise<T>;
  /** Runs statements in a transaction, and commits. */
  readonly change: (target: Target, ...statements: readonly string[]) => Promise<void>;
  /** The structure that statements leave. */
  readonly structureOf: (...statements: readonly string[]) => Promise<Structure>;
  /** The graph of revisions, text by file name. */
  readonly graphOf: (files: Readonly<Record<string, string>>) => Promise<Graph>;
}

/** Titles of the tasks, in order, as SQL. */
export async function titlesOf(session: Session): Promise<readonly (string | undefined)[]> {
  const { first } = await session.findRows('SELECT title FROM tasks ORDER BY id', 10);
  return first.map(([title]) => title);
}

export function createKit(fixture: ContractFixture): Kit {
  let opening: ContractFleet | null = null;
  let last = 0;
  beforeAll(async () => {
    opening = await fixture.openFleet();
  });
  afterAll(async () => opening?.close());

  const kit: Kit = {
    fixture,
    get fleet() {
      if (opening === null) throw new Error('the fleet is there from the first test on');
      return opening;
    },
    async make(...statements) {
      const id = `project_${++last}`;
      await kit.fleet.make(id, statements);
      return kit.targetOf(id);
    },
    async targetOf(id) {
      const { targets } = await kit.fleet.dialect.discover();
      const target = targets.find((one) => one.id === id);
      if (target === undefined) throw new Error(`the fleet has no ${id}`);
      return target;
    },
    async opened(target, work) {
      const session = await kit.fleet.driver.open(target, { purpose: 'change', ...PATIENCE });
      try {
        return await work(session);
      } finally {
        await session.rollback();
        await session.close();
      }
    },
    within: (target, work) =>
      kit.opened(target, async (session) => {
        await session.lock();
        return work(session);
      }),
    async asked(target, work) {
      const session = await kit.fleet.driver.open(target, { purpose: 'ask', ...PATIENCE });
      try {
        return await work(session);
      } finally {
        await session.close();
      }
    },
    change: (target, ...statements) =>
      kit.within(target, async (session) => {
        for (const sql of statements) await session.execute({ sql });
        await session.commit();
      }),
    structureOf: async (...statements) => kit.fleet.driver.structure(await kit.make(...statements), PATIENCE),
    async graphOf(files) {
      const directory = temporaryDirectory();
      for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
      const { name: dialect, syntax, readModule } = kit.fleet.dialect;
      return loadRevisions({ directory, dialect, syntax, readModule });
    },
  };
  return kit;
}

/** What begins: a revision that says nothing, or something, over rows that there are none of. */
export function begun(more: Partial<BegunRevision> = {}): BegunRevision {
  return { revision: null, direction: 'up', rows: {}, dropped: [], kept: null, earlier: () => [], ...more };
}
