// Structures for tests: what a script leaves, read from a real database; and random ones, in random styles.

import Database from 'better-sqlite3';
import fc from 'fast-check';
import { readSnapshot } from '../../src/dialects/sqlite/driver/introspect.js';
import { describe, diff } from '../../src/dialects/sqlite/schema/diff.js';
import { fingerprintOf } from '../../src/dialects/sqlite/schema/fingerprint.js';
import type { Snapshot } from '../../src/dialects/sqlite/schema/snapshot.js';
import type { ColumnModel, IndexModel, SchemaModel, TableModel, TriggerModel } from './schema-model.js';
import type { Style } from './schema-writer.js';

/** The structure that a script leaves in an empty database. */
export function snapshotAfter(sql: string): Snapshot {
  const db = new Database(':memory:');
  try {
    db.pragma('foreign_keys = OFF');
    db.exec(sql);
    return readSnapshot(db);
  } catch (error) {
    throw new Error(`SQLite refuses:\n${sql}`, { cause: error });
  } finally {
    db.close();
  }
}

/** The fingerprint of the structure that a script leaves. */
export function fingerprintAfter(sql: string): string {
  return fingerprintOf(snapshotAfter(sql));
}

/** In words, what is otherwise after `actual` than after `expected`. */
export function differenceOf(expected: string, actual: string): readonly string[] {
  return diff(snapshotAfter(expected), snapshotAfter(actual)).map(describe);
}

const TABLE_NAMES = ['tasks', 'Order Items', 'select', 'naïve', 'project]s', 'key'] as const;
const COLUMN_NAMES = ['title', 'group', 'Due Date', 'state', 'a"b', 'größe'] as const;
const TYPES = ['INTEGER', 'TEXT', 'REAL', 'VARCHAR ( 20 )', 'BLOB', 'NUMERIC', ''] as const;
const STRICT_TYPES = ['INTEGER', 'INT', 'TEXT', 'REAL', 'BLOB', 'ANY'] as const;
const DEFAULTS: readonly (readonly string[])[] = [
  [],
  [],
  ['0', '(0)', '+0', '((0))'],
  ["'it''s {new}'", "('it''s {new}')"],
  ['-1.5', '(-1.5)', '(( - 1.5 ))'],
  ['current_timestamp', '(current_timestamp)'],
  ["(lower('X'))", "( lower( 'X' ) )"],
  ["x'0aff'", "(x'0aff')"],
];
const ACTIONS = ['no action', 'cascade', 'set null', 'restrict'] as const;

const key: ColumnModel = {
  name: 'id',
  type: 'INTEGER',
  notNull: false,
  defaults: [],
  collation: null,
  generated: null,
};

function columnArbitrary(name: string, strict: boolean, base: string): fc.Arbitrary<ColumnModel> {
  const expression = fc.constantFrom(`length({${base}}) + 1`, `{${base}} || 'A b'`, `coalesce({${base}}, 0)`);
  return fc
    .record({
      name: fc.constant(name),
      type: fc.constantFrom(...(strict ? STRICT_TYPES : TYPES)),
      notNull: fc.boolean(),
      defaults: fc.constantFrom(...DEFAULTS),
      collation: fc.constantFrom(null, null, 'nocase', 'rtrim'),
      generated: fc.constant(null),
    })
    .chain((column) =>
      fc
        .tuple(fc.integer({ min: 0, max: 5 }), expression, fc.boolean())
        .map(([pick, text, stored]) =>
          pick === 0
            ? { ...column, defaults: [], generated: { expression: text, columns: [base], stored } }
            : column,
        ),
    );
}

function tableArbitrary(name: string, number: number, tables: readonly string[]): fc.Arbitrary<TableModel> {
  const shape = fc.record({
    strict: fc.boolean(),
    keyKind: fc.constantFrom('none', 'rowid', 'autoincrement', 'text', 'composite', 'withoutRowid'),
    names: fc.subarray([...COLUMN_NAMES], { minLength: 2 }),
  });
  return shape.chain(({ strict, keyKind, names }) => {
    const [first = 'title', second = 'group'] = names;
    const columns = fc
      .tuple(...names.map((column) => columnArbitrary(column, strict, 'id')))
      .map((more): ColumnModel[] => [key, ...more]);
    return fc
      .record({
        columns,
        uniques: fc.subarray([[second], [second, 'id'], [names.at(-1) ?? second, second]]),
        uniqueConflict: fc.constantFrom(null, 'replace', 'ignore'),
        checks: fc.subarray([
          { expression: `{${first}} > 0`, columns: [first] },
          { expression: `{${second}} in ('a', 'B', 'it''s')`, columns: [second] },
          { expression: `{${first}} is not {${second}}`, columns: [first, second] },
          { expression: `length({${second}}) < 9 or {${second}} is null`, columns: [second] },
        ]),
        foreignKeys: fc.subarray(
          tables.map((parent) => ({ parent })),
          { maxLength: 1 },
        ),
        action: fc.constantFrom(...ACTIONS),
        deferred: fc.boolean(),
        indexes: fc.subarray([0, 1, 2, 3]),
        triggers: fc.subarray([0, 1]),
      })
      .map((made): TableModel => {
        const plain = made.columns.filter(({ generated }) => generated === null).map((column) => column.name);
        const primaryKey = {
          none: [],
          rowid: ['id'],
          autoincrement: ['id'],
          text: [first],
          composite: [first, 'id'],
          withoutRowid: ['id', first],
        }[keyKind].filter((column) => plain.includes(column));
        const at = (column: string) => ({ column, expression: null, collation: null, descending: false });
        const indexes: readonly IndexModel[] = [
          { name: `ix_${number}_a`, unique: false, columns: [at(first)], where: null },
          {
            name: `ix ${number} b`,
            unique: true,
            columns: [{ ...at(second), descending: true }, at('id')],
            where: `{${second}} > 'x'`,
          },
          {
            name: `ix_${number}_c`,
            unique: false,
            columns: [{ column: null, expression: `lower({${first}})`, collation: null, descending: false }],
            where: null,
          },
          {
            name: `ix_${number}_d`,
            unique: false,
            columns: [{ ...at(first), collation: 'nocase' }, at(second)],
            where: null,
          },
        ];
        const triggers: readonly TriggerModel[] = [
          {
            name: `tr_${number}_a`,
            time: 'before',
            event: 'insert',
            body: `delete from {${name}} where {id} = 'A b'`,
          },
          {
            name: `tr_${number}_b`,
            time: 'after',
            event: `update of {${first}}`,
            body: `insert into {${name}} ({id}) values (1)`,
          },
        ];
        return {
          name,
          strict,
          withoutRowid: keyKind === 'withoutRowid',
          autoincrement: keyKind === 'autoincrement',
          columns: made.columns,
          primaryKey,
          uniques: made.uniques
            .filter((unique) => new Set(unique).size === unique.length && unique.join() !== primaryKey.join())
            .map((unique) => ({ columns: unique, onConflict: made.uniqueConflict })),
          checks: made.checks,
          foreignKeys: made.foreignKeys.map(({ parent }) => ({
            columns: [second],
            parent,
            parentColumns: ['id'],
            toPrimaryKey: false,
            onDelete: made.action,
            deferred: made.deferred,
          })),
          indexes: made.indexes.flatMap((i) => indexes[i] ?? []),
          triggers: made.triggers.flatMap((i) => triggers[i] ?? []),
        };
      });
  });
}

/** Random structures: one to three tables with constraints, indexes, triggers and a view. */
export const schemaArbitrary: fc.Arbitrary<SchemaModel> = fc
  .subarray([...TABLE_NAMES], { minLength: 1, maxLength: 3 })
  .chain((names) =>
    fc.record({
      tables: fc
        .tuple(...names.map((name, i) => tableArbitrary(name, i, names)))
        .map((tables) => tables.map((table) => withKeys(table, tables))),
      views: fc.constantFrom(
        [],
        [{ name: 'v all', query: `select {id} as {number} from {${names[0] ?? ''}} where {id} <> 'X'` }],
      ),
    }),
  );

function withKeys(table: TableModel, tables: readonly TableModel[]): TableModel {
  const isKey = (parent: string): boolean =>
    tables.find(({ name }) => name === parent)?.primaryKey.join() === 'id';
  return {
    ...table,
    foreignKeys: table.foreignKeys.map((foreignKey) => ({
      ...foreignKey,
      toPrimaryKey: isKey(foreignKey.parent),
    })),
  };
}

/** Random ways to write a structure. */
export const styleArbitrary: fc.Arbitrary<Style> = fc.record({
  quote: fc.constantFrom('none', '"', '`', '['),
  upper: fc.boolean(),
  blank: fc.constantFrom(' ', '\n  ', '\t', ' /* a ; comment */ ', " -- it's a comment\n"),
  inline: fc.boolean(),
  named: fc.boolean(),
  reversed: fc.boolean(),
  spelling: fc.nat(3),
  wrapped: fc.boolean(),
  rename: fc.boolean(),
  addColumn: fc.boolean(),
  addConstraints: fc.boolean(),
});
