// Any table in any order of columns, and any revisions that go by position: a target ends failed and as it was, or with
// every value under the column that it was written for. Every value names its column. A failure prints its seed.

import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/model/outcome.js';
import type { Intent } from '../../src/target/intent.js';
import { createServer } from '../../src/workers/server.js';
import { graphOf, type History } from '../dialects/sqlite/lint/histories.js';
import { sqliteDriver } from '../support/driver.js';
import { times } from '../support/figures.js';
import { temporaryDirectory } from '../support/fleet.js';

const FORMS = [
  'copy',
  'named',
  'values',
  'query',
  'union',
  'list',
  'select',
  'rename',
  'common',
  'view',
  'column',
] as const;
type Form = (typeof FORMS)[number];

interface Case {
  /** The columns, in the order of the revisions. */
  readonly expected: readonly string[];
  /** The same, in the order of the target. */
  readonly actual: readonly string[];
  readonly steps: readonly {
    readonly form: Form;
    readonly shuffle: readonly number[];
    readonly upper: boolean;
  }[];
}

const cases: fc.Arbitrary<Case> = fc.integer({ min: 2, max: 5 }).chain((count) => {
  const names = Array.from({ length: count }, (_, index) => `c${index}`);
  const order = fc.shuffledSubarray(names, { minLength: count });
  const steps = fc.array(
    fc.record({
      form: fc.constantFrom(...FORMS),
      shuffle: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      upper: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  );
  return fc.record({ expected: order, actual: fc.oneof(order, fc.constant(null)), steps }).map((one) => ({
    ...one,
    actual: one.actual ?? one.expected,
  }));
});

const create = (table: string, columns: readonly string[]): string =>
  `CREATE TABLE ${table} (${columns.map((name) => `${name} TEXT`).join(', ')});`;
const values = (columns: readonly string[], row: string): string =>
  `(${columns.map((name) => `'${name} ${row}'`).join(', ')})`;
const swap = 'DROP TABLE t; ALTER TABLE n RENAME TO t;';

/** A history in which every revision is right for the order that the revisions before it leave. */
function historyOf({ expected, steps }: Case): History {
  let order = expected;
  const files: Record<string, string> = { '0001_t.sql': create('t', order) };
  for (const [index, { form, shuffle, upper }] of steps.entries()) {
    const [t, list] = [upper ? 'main."T"' : 't', order.join(', ')];
    const other = order
      .map((name, at) => ({ name, rank: shuffle[at] ?? 0 }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ name }) => name);
    const fresh = create('n', order);
    const sql: Readonly<Record<Form, () => string>> = {
      copy: () => `${fresh} INSERT INTO n SELECT * FROM ${t}; ${swap}`,
      named: () => {
        order = other;
        return `${create('n', other)} INSERT INTO n (${list}) SELECT ${list} FROM ${t}; ${swap}`;
      },
      values: () => `INSERT INTO ${t} VALUES ${values(order, `v${index}`)};`,
      query: () =>
        `CREATE TABLE k AS SELECT * FROM ${t}; DROP TABLE t; ${create('t', order)} INSERT INTO t SELECT * FROM k; DROP TABLE k;`,
      union: () =>
        `${fresh} INSERT INTO n (${list}) SELECT * FROM ${t} UNION ALL VALUES ${values(order, `u${index}`)}; ${swap}`,
      list: () => `${fresh} INSERT INTO n (${list}) SELECT x.* FROM ${t} AS x; ${swap}`,
      select: () => `INSERT INTO ${t} SELECT ${list} FROM t LIMIT 1;`,
      rename: () =>
        `ALTER TABLE t RENAME TO k; ${create('t', order)} INSERT INTO t SELECT * FROM k; DROP TABLE k;`,
      common: () =>
        `${fresh} WITH q (${list}) AS (SELECT * FROM ${t}) INSERT INTO n (${list}) SELECT ${list} FROM q; ${swap}`,
      view: () =>
        `CREATE VIEW w AS SELECT * FROM t; ${fresh} INSERT INTO n SELECT * FROM w; DROP VIEW w; ${swap}`,
      column: () => {
        const name = `d${index}`;
        order = [...order, name];
        return `ALTER TABLE t ADD COLUMN ${name} TEXT;`;
      },
    };
    files[`000${index + 2}_${form}.sql`] = `-- loses_rows: t\n-- migrate:up\n${sql[form]()}\n`;
  }
  return files;
}

/** The rows by column, for each column the values that are none of its own. */
function strays(path: string): readonly string[] {
  const db = new Database(path, { readonly: true });
  try {
    const rows = db.prepare<[], Readonly<Record<string, string | null>>>('SELECT * FROM t').all();
    expect(rows.length).toBeGreaterThan(0);
    return rows.flatMap((row) =>
      Object.entries(row).flatMap(([name, value]) =>
        value === null || value.startsWith(`${name} `) ? [] : [`${name}: ${value}`],
      ),
    );
  } finally {
    db.close();
  }
}

const UPGRADE: Intent = {
  kind: 'upgrade',
  to: 'head',
  stamp: true,
  allowDrift: [],
  allowExtra: false,
  at: 'earliest',
};

async function upgraded(
  one: Case,
): Promise<{ outcome: Outcome; isUntouched: boolean; wrong: readonly string[] }> {
  const directory = temporaryDirectory();
  const path = join(directory, 'project_1.db');
  const db = new Database(path);
  db.exec(
    `${create('t', one.actual)} INSERT INTO t VALUES ${values(one.actual, 'a')}, ${values(one.actual, 'b')};`,
  );
  db.close();
  mkdirSync(join(directory, 'scratch'));
  const before = readFileSync(path);
  const revisions = graphOf(historyOf(one)).order;
  const start = { revisions, scratchDir: join(directory, 'scratch'), fallbackDir: directory };
  const server = createServer(start, sqliteDriver(), { now: Date.now, mayCommit: () => true });
  const { dev, ino } = lstatSync(path, { bigint: true });
  const target = {
    id: 'project_1',
    path,
    sizeBytes: 0,
    identity: `${dev}:${ino}`,
    version: '',
    changedAt: 0,
  };
  const work = {
    intent: UPGRADE,
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
  return { outcome, isUntouched: readFileSync(path).equals(before), wrong: strays(path) };
}

test('No value ends under another column: a target is right, or failed and as it was.', async () => {
  const seen = { failed: 0, right: 0 };
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const { outcome, isUntouched, wrong } = await upgraded(one);
      expect(wrong).toEqual([]);
      seen[outcome.failure === null ? 'right' : 'failed'] += 1;
      if (outcome.failure === null) expect(outcome.outcome).toBe('upgraded');
      else
        expect({ code: outcome.failure.code, isUntouched }).toEqual({
          code: 'columnOrder',
          isUntouched: true,
        });
    }),
    { numRuns: times({ standard: 150, full: 3000 }) },
  );
  // Both ends are met: else nothing was tried.
  expect(Math.min(seen.failed, seen.right)).toBeGreaterThan(10);
});

test('A target with the order of the revisions is never stopped for it.', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const { outcome, wrong } = await upgraded({ ...one, actual: one.expected });
      expect({ failure: outcome.failure, wrong }).toEqual({ failure: null, wrong: [] });
    }),
    { numRuns: times({ standard: 60, full: 1000 }) },
  );
});
