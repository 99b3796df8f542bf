import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFingerprinter, readSnapshot } from '../../../../src/dialects/sqlite/driver/introspect.js';
import { fingerprintOf } from '../../../../src/dialects/sqlite/schema/fingerprint.js';
import { fingerprintAfter } from '../../../support/schemas.js';

const SCRIPT = `
  CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'naïve');
  CREATE TABLE tasks (id INTEGER PRIMARY KEY, project_id INTEGER REFERENCES projects, title TEXT CHECK (title <> ''));
  CREATE INDEX ix_tasks_title ON tasks (lower(title)) WHERE title IS NOT NULL;`;

let db: Database.Database;
beforeEach(() => {
  db = new Database(':memory:');
});
afterEach(() => {
  db.close();
});

/** Writes into sqlite_schema what no statement would. */
function forge(type: string, name: string, sql: string): void {
  db.unsafeMode();
  db.pragma('writable_schema = ON');
  db.prepare(`INSERT INTO sqlite_schema VALUES (?, ?, ?, 0, ?)`).run(type, name, name, sql);
  db.pragma('writable_schema = RESET');
}

describe('a snapshot', () => {
  test('is the same in a database of UTF-16', () => {
    db.pragma(`encoding = 'UTF-16le'`);
    db.exec(SCRIPT);
    expect(fingerprintOf(readSnapshot(db))).toBe(fingerprintAfter(SCRIPT));
  });

  test('shows an open transaction what it changed, and no more after the rollback', () => {
    db.exec(SCRIPT);
    db.exec('BEGIN IMMEDIATE; ALTER TABLE tasks ADD COLUMN priority INTEGER');
    expect(readSnapshot(db).tables[1]?.columns.map(({ name }) => name)).toContain('priority');
    db.exec('ROLLBACK');
    expect(fingerprintOf(readSnapshot(db))).toBe(fingerprintAfter(SCRIPT));
  });

  test('is of the main database alone', () => {
    db.exec(SCRIPT);
    db.exec(`ATTACH ':memory:' AS other; CREATE TABLE other.tasks (x); CREATE TABLE other.more (x);
      CREATE TEMP TABLE tasks (y, z); CREATE TEMP TABLE projects (y); CREATE INDEX temp.ix_tasks_title ON tasks (y, z);
      CREATE TEMP TRIGGER tr AFTER INSERT ON main.tasks BEGIN SELECT 1; END; CREATE TEMP VIEW v AS SELECT 1`);
    expect(fingerprintOf(readSnapshot(db))).toBe(fingerprintAfter(SCRIPT));
  });

  test('holds a virtual table whose module is missing, and the tables beside it', () => {
    db.exec(SCRIPT);
    forge('table', 'places', `CREATE VIRTUAL TABLE places USING spatial_of_another_host(x, y)`);
    const { tables } = readSnapshot(db);
    expect(tables.map(({ name, virtual }) => [name, virtual])).toEqual([
      ['places', true],
      ['projects', false],
      ['tasks', false],
    ]);
    expect(tables[0]?.definition?.text).toBe('USING spatial_of_another_host(x, y)');
  });

  test('leaves out the shadow tables of a module, and keeps a table that only looks like one', () => {
    db.exec(`CREATE VIRTUAL TABLE notes USING fts5(body); CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);
      CREATE TABLE tasks_content (id INTEGER)`);
    expect(readSnapshot(db).tables.map(({ name }) => name)).toEqual(['boxes', 'notes', 'tasks_content']);
  });

  test('holds views and triggers that refer to what is missing', () => {
    db.exec(`${SCRIPT} CREATE VIEW v AS SELECT gone FROM nowhere;
      CREATE TRIGGER tr AFTER INSERT ON tasks BEGIN DELETE FROM nowhere; END`);
    const snapshot = readSnapshot(db);
    expect(snapshot.views.map(({ definition }) => definition.text)).toEqual(['AS SELECT gone FROM nowhere']);
    expect(snapshot.triggers.map(({ name }) => name)).toEqual(['tr']);
  });

  test('is read from a connection that trusts no schema', () => {
    db.exec(SCRIPT);
    db.pragma('trusted_schema = OFF');
    expect(fingerprintOf(readSnapshot(db))).toBe(fingerprintAfter(SCRIPT));
  });

  test('compares a text that the parser cannot read by its tokens', () => {
    const forged = (check: string): string => {
      const other = new Database(':memory:');
      other.exec(`CREATE TABLE t (a INTEGER, b TEXT)`);
      other.unsafeMode();
      other.pragma('writable_schema = ON');
      other.prepare(`UPDATE sqlite_schema SET sql = ?`).run(`CREATE TABLE t(a INTEGER, b TEXT, ${check})`);
      other.pragma('writable_schema = RESET');
      const snapshot = readSnapshot(other);
      other.close();
      return fingerprintOf(snapshot);
    };
    // SQLite knows digit separators, the parser does not: https://sqlite.org/lang_expr.html#literal_values_constants_
    expect(forged('CHECK (a > 1_000)')).toBe(forged('check  ("A">1_000)'));
    expect(forged('CHECK (a > 1_000)')).not.toBe(forged('CHECK (a > 1_001)'));
  });
});

describe('the fingerprinter', () => {
  test('counts the tables of the user alone', () => {
    db.exec(`${SCRIPT} CREATE TABLE flotilla_history (x); CREATE TABLE alembic_version (version_num);
      CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIEW v AS SELECT 1`);
    expect(createFingerprinter()(db).tableCount).toBe(3);
  });

  test('asks a structure that it knows one question, and notices every change', () => {
    const directory = mkdtempSync(join(tmpdir(), 'flotilla-introspect-'));
    try {
      const fingerprint = createFingerprinter();
      const statements: unknown[] = [];
      const open = (name: string): Database.Database =>
        new Database(join(directory, name), { verbose: (sql) => statements.push(sql) });
      const [first, second] = [open('a.db'), open('b.db')];
      first.exec(SCRIPT);
      second.exec(SCRIPT);
      const found = fingerprint(first);
      statements.length = 0;
      expect(fingerprint(second)).toEqual(found);
      expect(statements).toHaveLength(1);
      second.exec('DROP INDEX ix_tasks_title');
      expect(fingerprint(second).fingerprint).not.toBe(found.fingerprint);
      first.close();
      second.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('forgets the oldest structures beyond its capacity, and is right all the same', () => {
    const fingerprint = createFingerprinter(2);
    const seen = new Map<string, string>();
    for (const round of [1, 2]) {
      for (const column of ['a', 'b', 'c', 'd']) {
        db.exec(`CREATE TABLE t (${column} TEXT)`);
        const found = fingerprint(db).fingerprint;
        if (round === 2) expect(found).toBe(seen.get(column));
        seen.set(column, found);
        db.exec('DROP TABLE t');
      }
    }
    expect(new Set(seen.values()).size).toBe(4);
  });
});
