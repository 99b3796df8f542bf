// A column that is added in a large scratch database without ALTER TABLE: the same tables, rows and objects as with it.

import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addColumn } from '../../../../src/dialects/sqlite/lint/add-column.js';
import { revisionOf } from '../rows/passes.js';

const TABLES = [
  'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)',
  "create table\n  t(id INTEGER PRIMARY KEY, a TEXT CHECK (a <> ')'), FOREIGN KEY (a) REFERENCES other (x)) -- words",
  'CREATE TABLE "t" (id TEXT PRIMARY KEY, a) WITHOUT ROWID',
  'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT) STRICT',
  'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)',
  'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, g AS (a || 1))',
  'CREATE TABLE t (a TEXT, id INTEGER, UNIQUE (a, id))',
  'CREATE TABLE t AS SELECT 1 AS id, 2 AS a',
];
const COLUMNS = [
  'label TEXT',
  "label TEXT DEFAULT 'x' COLLATE NOCASE",
  'n INTEGER NOT NULL DEFAULT 7',
  'n INTEGER NOT NULL DEFAULT NULL',
  'n INTEGER NOT NULL',
  'a TEXT',
  'n TEXT DEFAULT CURRENT_TIMESTAMP',
  'n INTEGER DEFAULT (1 + 1)',
  'n INTEGER CHECK (n > 0)',
  'n INTEGER UNIQUE',
  'n AS (id)',
  'n BLOB DEFAULT x',
];
const ON_IT = [
  'CREATE INDEX ix ON t (a)',
  'CREATE UNIQUE INDEX ux ON t (a, id) WHERE a IS NOT NULL',
  'CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO seen VALUES (new.a); END',
  'CREATE VIEW v AS SELECT * FROM t',
  'CREATE VIEW broken AS SELECT * FROM nowhere',
  'CREATE TEMP TABLE aside (x)',
];
const many = Array.from({ length: 150 }, (_, n) => `CREATE TABLE m${n} (x UNIQUE);`).join('');

const asked = fc.record({
  table: fc.constantFrom(...TABLES),
  column: fc.constantFrom(...COLUMNS),
  onIt: fc.subarray(ON_IT),
  rows: fc.array(fc.constantFrom("'a'", 'NULL', "x'00ff'", "'x' || char(0)"), { maxLength: 3 }),
  inside: fc.boolean(),
});

function databaseOf({ table, onIt, rows, inside }: typeof asked extends fc.Arbitrary<infer T> ? T : never) {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
  const own = rows.map((value, n) => `INSERT OR IGNORE INTO t (id, a) VALUES (${n * 3 + 1}, ${value})`);
  const isStrict = table.includes('STRICT');
  db.exec(`${many} CREATE TABLE seen (x); ${table}\n; ${isStrict ? '' : own.join(';')}; ${onIt.join(';')};`);
  if (inside) db.exec('BEGIN');
  return db;
}

function contentOf(db: Database.Database) {
  const objects = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();
  return [
    objects,
    db.prepare('SELECT * FROM t').raw().all(),
    db.prepare('SELECT * FROM seen').all(),
    db.inTransaction,
  ];
}

test('A column added without ALTER TABLE leaves what ALTER TABLE leaves, or nothing is done.', () => {
  let done = 0;
  fc.assert(
    fc.property(asked, (one) => {
      const sql = `ALTER TABLE t ADD COLUMN ${one.column}`;
      const { up } = revisionOf(sql);
      const [statement] = up.kind === 'sql' ? up.statements : [];
      if (statement === undefined) throw new Error(sql);
      const [by, untouched] = [databaseOf(one), contentOf(databaseOf(one))];
      if (!addColumn(by, statement)) {
        expect(contentOf(by)).toEqual(untouched);
        return;
      }
      done += 1;
      const altered = databaseOf(one);
      altered.exec(sql);
      expect(contentOf(by)).toEqual(contentOf(altered));
    }),
    { numRuns: 300 },
  );
  expect(done).toBeGreaterThan(20);
});
