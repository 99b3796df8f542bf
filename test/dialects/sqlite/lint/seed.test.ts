import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createSeeder } from '../../../../src/dialects/sqlite/lint/seed.js';
import { readSnapshot } from '../../../../src/dialects/sqlite/driver/introspect.js';

/** Makes the tables, seeds them, and tells rows by table, what could not be seeded, and rows without a parent. */
function seed(sql: string): {
  rows: Record<string, unknown[]>;
  unseeded: readonly string[];
  orphans: number;
} {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  const seeder = createSeeder(db);
  const structure = readSnapshot(db);
  seeder.fill(structure);
  seeder.fill(structure);
  const rows = Object.fromEntries(
    structure.tables
      .filter(({ virtual }) => !virtual)
      .map(({ name }) => [name, db.prepare(`SELECT * FROM "${name}"`).all()]),
  );
  const orphans = db.prepare('PRAGMA foreign_key_check').all().length;
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
  return { rows, unseeded: seeder.unseeded().map(({ table }) => table), orphans };
}

/** Rows of tables in which only one fits, or only two. */
const FEWER: Readonly<Record<string, number>> = { 'a single row': 1 };

describe('a seeded database', () => {
  it.each([
    [
      'plain types',
      `CREATE TABLE t (a INTEGER, b TEXT, c REAL, d BLOB, e NUMERIC, f, g BOOLEAN, h DATETIME, i VARCHAR(10))`,
    ],
    ['STRICT types', `CREATE TABLE t (a INTEGER, b TEXT, c REAL, d BLOB, e INT, f ANY) STRICT`],
    [
      'a list of words',
      `CREATE TABLE t (a TEXT NOT NULL CHECK (a IN ('x', 'y')), b TEXT CHECK (b IN ('p', 'q')))`,
    ],
    ['a range', `CREATE TABLE t (a INTEGER CHECK (a BETWEEN 5 AND 6), b REAL CHECK (b > 0.5 AND b < 2))`],
    [
      'a length',
      `CREATE TABLE t (a TEXT CHECK (length(a) = 36), b TEXT CHECK (length(b) > 3 AND length(b) < 6))`,
    ],
    ['JSON', `CREATE TABLE t (a TEXT NOT NULL CHECK (json_valid(a)), b TEXT CHECK (json_type(b) = 'array'))`],
    ['a rule over two columns', `CREATE TABLE t (a INTEGER, b INTEGER, CHECK (a < b AND b < 3))`],
    ['a single row', `CREATE TABLE t (id INTEGER PRIMARY KEY CHECK (id = 1), a TEXT)`],
    [
      'no rowid, generated columns and defaults',
      `CREATE TABLE t (a TEXT PRIMARY KEY, b AS (a || 'x') STORED, c TEXT DEFAULT (upper('c')) CHECK (c = 'C')) WITHOUT ROWID`,
    ],
    [
      'a parent of two columns',
      `CREATE TABLE p (a INTEGER, b TEXT, PRIMARY KEY (a, b)); CREATE TABLE t (x INTEGER, y TEXT, FOREIGN KEY (x, y) REFERENCES p)`,
    ],
    ['itself as parent', `CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t (id))`],
    [
      'parents in a circle',
      `CREATE TABLE t (id INTEGER PRIMARY KEY, u INTEGER NOT NULL REFERENCES u (id)); CREATE TABLE u (id INTEGER PRIMARY KEY, t INTEGER NOT NULL REFERENCES t (id))`,
    ],
    [
      'a parent with rows of its own',
      `CREATE TABLE p (k TEXT UNIQUE); INSERT INTO p VALUES ('mine'); CREATE TABLE t (k TEXT NOT NULL REFERENCES p (k))`,
    ],
  ])('has three rows in each table, and parents for them: %s', (what, sql) => {
    const { rows, unseeded, orphans } = seed(sql);
    expect(Object.values(rows).map((each) => each.length)).toEqual(
      what.startsWith('a parent with') ? [1, 3] : Object.keys(rows).map(() => FEWER[what] ?? 3),
    );
    expect(unseeded).toEqual([]);
    expect(orphans).toBe(0);
  });

  it('has no NULL where another value fits, and different numbers in different columns', () => {
    const [row] = seed('CREATE TABLE t (a INTEGER, b INTEGER, c TEXT, d TEXT)').rows['t'] ?? [];
    const values = Object.values(row ?? {});
    expect(values).not.toContain(null);
    expect(new Set(values).size).toBe(4);
  });

  it('has a row that is equal to the first but for its keys, and one with NULL wherever it may be', () => {
    const { rows } = seed(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b TEXT NOT NULL, c TEXT CHECK (c IS NOT NULL), d TEXT)`,
    );
    const [first, equal, empty] = (rows['t'] ?? []) as Record<string, unknown>[];
    expect(equal).toMatchObject({ b: first?.['b'], c: first?.['c'], d: first?.['d'] });
    expect([equal?.['id'], equal?.['a']]).not.toContain(first?.['a']);
    expect(empty).toMatchObject({ a: null, b: first?.['b'], c: first?.['c'], d: null });
  });

  it('says which tables it could not fill', () => {
    const { unseeded } =
      seed(`CREATE TABLE never (a NOT NULL CHECK (a > 1 AND a < 1)); CREATE VIRTUAL TABLE words USING fts5 (a);
CREATE TABLE locked (a); CREATE TRIGGER g BEFORE INSERT ON locked BEGIN SELECT RAISE(ABORT, 'closed'); END;`);
    expect(unseeded).toEqual(['locked', 'never', 'words']);
  });
});
