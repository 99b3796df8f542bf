import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createStructureReader } from '../../../../src/dialects/sqlite/driver/structure-reader.js';
import { readSnapshot } from '../../../../src/dialects/sqlite/driver/introspect.js';
import { tablesTouched } from '../../../../src/dialects/sqlite/lint/trace-tables.js';
import { writeSchema } from '../../../support/schema-writer.js';
import { schemaArbitrary, styleArbitrary } from '../../../support/schemas.js';

const STEPS = [
  'CREATE TABLE parent (a INTEGER, b TEXT, PRIMARY KEY (a, b))',
  'CREATE TABLE child (x INTEGER, y TEXT, FOREIGN KEY (x, y) REFERENCES Parent)',
  'CREATE INDEX ix ON Child (x) WHERE y > 1',
  'CREATE VIEW v AS SELECT * FROM child',
  'CREATE TRIGGER tr AFTER INSERT ON child BEGIN DELETE FROM parent; END',
  'CREATE TABLE other (z INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT, q TEXT UNIQUE) STRICT',
  'INSERT INTO other (b) VALUES (1)',
  'CREATE VIEW w AS SELECT 1 AS one',
  'CREATE TRIGGER on_w INSTEAD OF DELETE ON w BEGIN SELECT 1; END',
  'DROP VIEW w',
  'DROP INDEX ix',
  'CREATE UNIQUE INDEX ix2 ON child (y DESC)',
  'DROP VIEW v',
  'DROP TRIGGER tr',
  'DROP TABLE parent',
  'ALTER TABLE other RENAME TO parent',
  'CREATE VIRTUAL TABLE words USING fts5 (a, b)',
  'CREATE TABLE alembic_version (version_num TEXT)',
  'DROP TABLE words',
  'ALTER TABLE child RENAME COLUMN y TO why',
  `ALTER TABLE child ADD COLUMN meta TEXT DEFAULT '{}'`,
  'ALTER TABLE child DROP COLUMN meta',
  'DROP TABLE child',
];

it('reads after every step what a reading of the whole structure finds', () => {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
  const whole = createStructureReader(db);
  const partial = createStructureReader(db);
  for (const sql of STEPS) {
    const statement = { sql, line: 1, kind: 'any' };
    const touched = tablesTouched(statement, partial.read());
    db.exec(sql);
    const expected = readSnapshot(db);
    expect(whole.read()).toEqual(expected);
    expect(partial.read(touched)).toEqual(expected);
  }
  db.close();
});

it('gives the same object for what did not change, and comes back from a rollback', () => {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE a (x); CREATE TABLE b (y);');
  const reader = createStructureReader(db);
  const before = reader.read();
  db.exec('INSERT INTO a VALUES (1)');
  expect(reader.read()).toBe(before);
  db.exec('BEGIN; ALTER TABLE b ADD COLUMN z');
  const inside = reader.read();
  expect(inside.tables[0]).toBe(before.tables[0]);
  expect(inside.tables[1]).not.toBe(before.tables[1]);
  db.exec('ROLLBACK');
  reader.rewind(before);
  db.exec('CREATE TABLE c (w)');
  expect(reader.read()).toEqual(readSnapshot(db));
  expect(reader.read().tables.slice(0, 2)).toEqual(before.tables);
  db.close();
});

it('reads any random structure as a reading of the whole finds it, foreign keys to the table itself included', () => {
  fc.assert(
    fc.property(schemaArbitrary, styleArbitrary, (model, style) => {
      const db = new Database(':memory:');
      try {
        db.pragma('foreign_keys = OFF');
        const reader = createStructureReader(db);
        reader.read();
        db.exec(writeSchema(model, style));
        expect(reader.read()).toEqual(readSnapshot(db));
      } finally {
        db.close();
      }
    }),
    { numRuns: 200 },
  );
});
