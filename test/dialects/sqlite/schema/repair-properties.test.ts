// Any structure, changed in any way, with any rows: it is mended back and keeps every row, or is as it was.

import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSnapshot } from '../../../../src/dialects/sqlite/driver/introspect.js';
import { foreignKeyViolations } from '../../../../src/dialects/sqlite/driver/rows.js';
import { describe as inWords, diff } from '../../../../src/dialects/sqlite/schema/diff.js';
import { fingerprintOf } from '../../../../src/dialects/sqlite/schema/fingerprint.js';
import { rowidColumn } from '../../../../src/dialects/sqlite/schema/render.js';
import { planRepair } from '../../../../src/dialects/sqlite/schema/repair.js';
import type { Snapshot, Table } from '../../../../src/dialects/sqlite/schema/snapshot.js';
import { times } from '../../../support/figures.js';
import { mend } from '../../../support/mend.js';
import type { SchemaModel, TableModel } from '../../../support/schema-model.js';
import { mutationsOf } from '../../../support/schema-mutations.js';
import { PLAIN, writeSchema } from '../../../support/schema-writer.js';
import { schemaArbitrary, snapshotAfter, styleArbitrary } from '../../../support/schemas.js';

const RUNS = times({ standard: 120, full: 400 });

type Value = number | string | Buffer | null;

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: -9, max: 99 }),
  fc.constantFrom('a', 'B', 'b', "it's", '007', '5', '1.50', 'longer than nine'),
  fc.constantFrom(0.5, 0.1 + 0.2, Buffer.from('5')),
  fc.constant(null),
);
const rowsArbitrary = fc.array(fc.array(value, { minLength: 8, maxLength: 8 }), { maxLength: 8 });
const picksArbitrary = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });

test('A structure that drifted in any way is mended to what was expected with every row kept, or is as it was.', () => {
  const seen = { repaired: 0, refused: 0, failed: 0, rows: 0, whole: 0 };
  fc.assert(
    fc.property(
      schemaArbitrary,
      styleArbitrary,
      picksArbitrary,
      rowsArbitrary,
      fc.boolean(),
      (model, style, picks, rows, drop) => {
        const expected = snapshotAfter(writeSchema(model, PLAIN));
        const db = new Database(':memory:');
        try {
          db.pragma('foreign_keys = OFF');
          db.exec(writeSchema(mutate(model, picks), style));
          const before = readSnapshot(db);
          fill(db, before, rows);
          const bytes = db.serialize();
          const dropExtra = drop ? namesOfExtra(expected, before) : [];
          const found = diff(expected, before).map(inWords);
          const done = mend(db, expected, { dropExtra });
          seen[done.kind]++;
          if (done.kind !== 'repaired') {
            expect(db.serialize().equals(bytes)).toBe(true);
            // What nobody could know beforehand is about columns whose values are made, or made into another type.
            if (done.kind === 'failed')
              expect(found.join('\n')).toMatch(/missing|generated|type|collation|STRICT/);
            return;
          }
          const after = readSnapshot(db);
          const { left, goal } = done.repair;
          expect(fingerprintOf(after)).toBe(fingerprintOf(goal));
          expect(diff(expected, after).map(inWords)).toEqual(left.map(inWords));
          for (const words of left.map(inWords)) expect(words).toMatch(/is not expected$|is not STRICT$/);
          if (left.length === 0) {
            expect(fingerprintOf(after)).toBe(fingerprintOf(expected));
            seen.whole++;
          }
          expect(planRepair({ actual: after, expected, dropExtra }).statements).toEqual([]);
          seen.rows += assertRowsKept(bytes, before, db, after);
        } finally {
          db.close();
        }
      },
    ),
    { numRuns: RUNS },
  );
  expect(seen.whole).toBeGreaterThan(RUNS / 4);
  expect(seen.rows).toBeGreaterThan(RUNS / 4);
  expect(seen.refused).toBeGreaterThan(RUNS / 80);
});

test('Rows are said to be in the way only where they are: without them SQLite refuses, or a value or parent is lost.', () => {
  let refused = 0;
  fc.assert(
    fc.property(schemaArbitrary, picksArbitrary, rowsArbitrary, (model, picks, rows) => {
      const expected = snapshotAfter(writeSchema(model, PLAIN));
      const db = new Database(':memory:');
      try {
        db.pragma('foreign_keys = OFF');
        db.exec(writeSchema(mutate(model, picks), PLAIN));
        const before = readSnapshot(db);
        fill(db, before, rows);
        const bytes = db.serialize();
        const orphans = orphansOf(db);
        const done = mend(db, expected);
        if (done.kind !== 'refused') return;
        refused++;
        if (mend(db, expected, { force: true }).kind === 'failed') return;
        const changed = (): void => void assertRowsKept(bytes, before, db, readSnapshot(db));
        if (orphansOf(db) <= orphans) expect(changed, done.why.join()).toThrow();
      } finally {
        db.close();
      }
    }),
    { numRuns: RUNS },
  );
  expect(refused).toBeGreaterThan(RUNS / 80);
});

/** Changes a structure, a step a pick. */
function mutate(model: SchemaModel, picks: readonly number[]): SchemaModel {
  return picks.reduce((current, pick) => {
    const models = [...coarseMutations(current), ...mutationsOf(current).map((one) => one.model)];
    return models[pick % models.length] ?? current;
  }, model);
}

/** Changes of whole objects, and of what a table is. */
function coarseMutations(model: SchemaModel): SchemaModel[] {
  const { tables, views } = model;
  const change = (i: number, changes: Partial<TableModel>): SchemaModel => ({
    ...model,
    tables: tables.map((table, j) => (i === j ? { ...table, ...changes } : table)),
  });
  return [
    ...(tables.length > 1 && views.length === 0 ? [{ ...model, tables: tables.slice(1) }] : []),
    { ...model, views: [] },
    {
      ...model,
      views: [...views.filter(({ name }) => name !== 'more'), { name: 'more', query: 'select 1 as {one}' }],
    },
    ...tables.flatMap((table, i) => [
      ...(table.strict ? [change(i, { strict: false })] : []),
      ...(table.withoutRowid ? [change(i, { withoutRowid: false })] : []),
      ...(table.autoincrement ? [change(i, { autoincrement: false })] : []),
      change(i, { primaryKey: [], withoutRowid: false, autoincrement: false }),
      change(i, { foreignKeys: [], uniques: [], checks: [], indexes: [], triggers: [] }),
    ]),
  ];
}

function fill(db: Database.Database, { tables }: Snapshot, rows: readonly (readonly Value[])[]): void {
  for (const table of tables) {
    const columns = storedColumns(table);
    const list = columns.map(quoted).join(', ');
    const places = columns.map(() => '?').join(', ');
    const insert = db.prepare(`INSERT OR IGNORE INTO ${quoted(table.name)} (${list}) VALUES (${places})`);
    for (const row of rows) {
      try {
        insert.run(
          ...row
            .slice(0, columns.length)
            .map((each) => (Number.isInteger(each) ? BigInt(Number(each)) : each)),
        );
      } catch (error) {
        // The random rows do not all fit the random types and triggers.
        expect(String(error)).toMatch(/SqliteError: /);
      }
    }
  }
}

/** @returns how many rows there were */
function assertRowsKept(bytes: Buffer, before: Snapshot, db: Database.Database, after: Snapshot): number {
  const old = new Database(bytes);
  try {
    let count = 0;
    for (const table of before.tables) {
      const now = after.tables.find(({ name }) => name.toLowerCase() === table.name.toLowerCase());
      if (now === undefined) continue;
      const there = new Set(storedColumns(now).map((name) => name.toLowerCase()));
      const columns = storedColumns(table).filter((name) => there.has(name.toLowerCase()));
      // Where a column is or was another name of the rowid, its values are the rowids.
      const sameAlias = rowidColumn(table)?.name.toLowerCase() === rowidColumn(now)?.name.toLowerCase();
      const rowid = sameAlias && !table.withoutRowid && !now.withoutRowid ? ['rowid'] : [];
      const sql = `SELECT ${[...rowid, ...columns.map(quoted)].join(', ')} FROM ${quoted(table.name)}`;
      const rows = contentOf(old, sql);
      expect(contentOf(db, sql)).toEqual(rows);
      count += rows.length;
      if (table.autoincrement && now.autoincrement) expect(counterOf(db, table)).toBe(counterOf(old, table));
    }
    return count;
  } finally {
    old.close();
  }
}

function contentOf(db: Database.Database, sql: string): string[] {
  const rows = db.prepare<[], Value[]>(sql).raw().all();
  return rows.map((row) => JSON.stringify(row.map(asStored))).sort();
}

/** A number is the same in a column of another type, as long as it is spelled as a number is. */
function asStored(value: Value): unknown {
  const number = Number(value);
  return typeof value === 'string' && [`${number}`, `${number}.0`].includes(value) ? number : value;
}

function counterOf(db: Database.Database, { name }: Table): unknown {
  return db.prepare('SELECT seq FROM sqlite_sequence WHERE name = ? COLLATE NOCASE').pluck().get(name);
}

function orphansOf(db: Database.Database): number {
  return foreignKeyViolations(db).filter((line) => line.includes('has no parent')).length;
}

function namesOfExtra(expected: Snapshot, actual: Snapshot): string[] {
  return diff(expected, actual).flatMap((difference): string[] => {
    if (difference.kind === 'columnExtra') return [`${difference.table}.${difference.actual.name}`];
    return /Extra$/.test(difference.kind) && 'actual' in difference && 'name' in difference.actual
      ? [difference.actual.name ?? '']
      : [];
  });
}

function storedColumns({ columns }: Table): string[] {
  return columns.filter(({ generated }) => generated === null).map(({ name }) => name);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
