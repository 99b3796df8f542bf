// Any history, through the real steps on real files: running it twice equals once, and going up and down again gives
// back the structure and the rows of the tables that stay.

import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sqliteDriver } from '../support/driver.js';
import type { Revision, Statement } from '../../src/model/revision.js';
import type { Outcome } from '../../src/model/outcome.js';
import type { Target } from '../../src/model/target.js';
import { createServer } from '../../src/workers/server.js';
import type { Intent } from '../../src/target/intent.js';
import { NOTHING_DECLARED } from '../../src/revisions/header.js';
import { temporaryDirectory } from '../support/fleet.js';

/** One revision of a random history: a table, a column with an index, or rows. */
const step = fc.record({
  kind: fc.constantFrom('table', 'column', 'rows'),
  table: fc.nat(3),
  rows: fc.nat(4),
});
const histories = fc.array(step, { minLength: 1, maxLength: 8 });

function revisionsOf(steps: readonly { kind: string; table: number; rows: number }[]): Revision[] {
  const made = new Set<string>();
  return steps.map(({ kind, table, rows }, index) => {
    const name = `t${table}`;
    const isNew = !made.has(name);
    made.add(name);
    const [up, down] = isNew
      ? [
          [`CREATE TABLE ${name} (id INTEGER PRIMARY KEY, v TEXT NOT NULL DEFAULT 'x')`],
          [`DROP TABLE ${name}`],
        ]
      : kind === 'column'
        ? [
            [
              `ALTER TABLE ${name} ADD COLUMN c${index} TEXT`,
              `CREATE INDEX ix_${index} ON ${name} (c${index})`,
            ],
            [`DROP INDEX ix_${index}`, `ALTER TABLE ${name} DROP COLUMN c${index}`],
          ]
        : [
            Array.from(
              { length: rows },
              (_, row) => `INSERT INTO ${name} (id, v) VALUES (${index * 100 + row}, 'r${row}')`,
            ),
            [`DELETE FROM ${name} WHERE id BETWEEN ${index * 100} AND ${index * 100 + 99}`],
          ];
    const id = String(index + 1).padStart(4, '0');
    const statements = (sql: readonly string[]): Statement[] =>
      sql.map((text) => ({ sql: text, line: 1, kind: 'unknown' }));
    return {
      id,
      name: `step ${id}`,
      file: `${id}_step.sql`,
      parents: index === 0 ? [] : [String(index).padStart(4, '0')],
      dependsOn: [],
      transactional: true,
      ...NOTHING_DECLARED,
      losesRows: [name],
      up: { kind: 'sql', statements: statements(up) },
      down: { kind: 'sql', statements: statements(down) },
      checksum: `${id}:${up.join(';')}`,
      downChecksum: `${id}:${down.join(';')}`,
      formerChecksum: `former ${id}:${up.join(';')}`,
    };
  });
}

/** One database and the steps of the program on it. */
function bench(revisions: readonly Revision[]) {
  const directory = temporaryDirectory();
  const path = join(directory, 'project_1.db');
  const db = new Database(path);
  db.exec('VACUUM');
  db.close();
  mkdirSync(join(directory, 'scratch'));
  const start = { revisions, scratchDir: join(directory, 'scratch'), fallbackDir: directory };
  const driver = sqliteDriver();
  const server = createServer(start, driver, { now: Date.now, mayCommit: () => true });
  let runs = 0;
  return {
    content: () => contentOf(path),
    go: async (intent: Intent) => {
      const { dev, ino } = lstatSync(path, { bigint: true });
      const identity = `${dev}:${ino}`;
      const target: Target = { id: 'project_1', path, sizeBytes: 0, identity, version: '', changedAt: 0 };
      const work = {
        intent,
        runId: `run-${++runs}`,
        verify: 'full',
        backupDir: null,
        busyWaitMs: 0,
        busyTimeoutMs: 0,
        timeoutMs: 60_000,
        toolVersion: '0',
      } as const;
      const done = await server.perform({ kind: 'apply', targets: [target], work, rehearse: false });
      const [outcome] = done as readonly Outcome[];
      if (outcome === undefined) throw new Error('no outcome');
      return outcome;
    },
  };
}

/** Structure and rows by table, the history apart; the order of columns is no part of it. */
function contentOf(path: string): Readonly<Record<string, unknown>> {
  const db = new Database(path, { readonly: true });
  try {
    const tables = db
      .prepare<[], string>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'flotilla_history' ORDER BY name`,
      )
      .pluck()
      .all();
    return Object.fromEntries(
      tables.map((table) => [
        table,
        {
          columns: db.prepare(`SELECT name FROM pragma_table_info(?) ORDER BY name`).pluck().all(table),
          indexes: db.prepare(`SELECT name FROM pragma_index_list(?) ORDER BY name`).pluck().all(table),
          rows: db.prepare(`SELECT id, v FROM ${table} ORDER BY id`).all(),
        },
      ]),
    );
  } finally {
    db.close();
  }
}

const upgrade = (to = 'head'): Intent => ({
  kind: 'upgrade',
  to,
  stamp: false,
  allowDrift: [],
  allowExtra: false,
});

test('Running any history twice equals running it once.', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const { go, content } = bench(revisionsOf(steps));
      expect(await go(upgrade())).toMatchObject({ outcome: 'upgraded', failure: null });
      const once = content();
      expect(await go(upgrade())).toMatchObject({ outcome: 'current', failure: null });
      expect(content()).toEqual(once);
    }),
    { numRuns: 40 },
  );
});

test('Going up and down again gives back the structure and the rows of the tables that stay.', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.nat(), async (steps, where) => {
      const revisions = revisionsOf(steps);
      const middle = revisions[where % revisions.length]?.id ?? '0001';
      const { go, content } = bench(revisions);
      await go(upgrade(middle));
      const before = content();
      await go(upgrade());
      const down = await go({ kind: 'downgrade', to: middle });
      expect(down.failure).toBeNull();
      expect(content()).toEqual(before);
      expect(await go({ kind: 'downgrade', to: 'base' })).toMatchObject({ to: null, failure: null });
      expect(content()).toEqual({});
    }),
    { numRuns: 40 },
  );
});
