import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSnapshot } from '../../../../src/dialects/sqlite/driver/introspect.js';
import { describe as inWords, diff } from '../../../../src/dialects/sqlite/schema/diff.js';
import { planRebuild } from '../../../../src/dialects/sqlite/schema/rebuild.js';
import type { Rebuild } from '../../../../src/dialects/sqlite/schema/rebuild.js';
import type { Table } from '../../../../src/dialects/sqlite/schema/snapshot.js';
import { writeSchema } from '../../../support/schema-writer.js';
import { schemaArbitrary, snapshotAfter, styleArbitrary } from '../../../support/schemas.js';

let db: Database.Database;
beforeEach(() => {
  db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
});
afterEach(() => {
  db.close();
});

/** Rebuilds a table in a transaction, as the protocol does; rolls back where a statement fails. */
function rebuild(table: string, target: Table, more: Partial<Rebuild> = {}): void {
  db.pragma('foreign_keys = OFF');
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const statement of planRebuild({ current: readSnapshot(db), table, target, ...more }))
      db.exec(statement);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  } finally {
    db.pragma('foreign_keys = ON');
  }
}

/** The only table that a script makes beside those that it needs. */
function tableOf(sql: string, name: string): Table {
  const table = snapshotAfter(sql).tables.find((each) => each.name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

function own(name: string): Table {
  const table = readSnapshot(db).tables.find((each) => each.name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

function all(sql: string): unknown[] {
  return db.prepare(sql).raw().all();
}

const PROJECTS = 'CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT);';
const TASKS = `CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects ON DELETE CASCADE,
  parent_id INTEGER REFERENCES tasks (id) ON DELETE CASCADE, title TEXT);`;
const NOTES =
  'CREATE TABLE notes (id INTEGER PRIMARY KEY, task_id INTEGER REFERENCES tasks ON DELETE SET NULL, body TEXT);';
const ROWS = `INSERT INTO projects VALUES (1, 'one'), (2, 'two');
  INSERT INTO tasks VALUES (1, 1, NULL, 'a'), (2, 1, 1, 'b'), (3, 2, 2, 'c'), (9, 2, NULL, 'z');
  INSERT INTO notes VALUES (1, 1, 'x'), (2, 3, 'y');`;

describe('rows of parents and children', () => {
  test.each(['projects', 'tasks', 'notes'])(
    'are all there after a rebuild of %s, whatever keys point where',
    (table) => {
      db.exec(PROJECTS + TASKS + NOTES + ROWS);
      const before = ['projects', 'tasks', 'notes'].map((name) => all(`SELECT * FROM ${name}`));
      const structure = readSnapshot(db);
      rebuild(table, own(table));
      expect(['projects', 'tasks', 'notes'].map((name) => all(`SELECT * FROM ${name}`))).toEqual(before);
      expect(diff(structure, readSnapshot(db))).toEqual([]);
      expect(all('PRAGMA foreign_key_check')).toEqual([]);
      // The keys are alive: they act on the table of the old name.
      db.exec('DELETE FROM projects WHERE id = 1');
      expect(all('SELECT id FROM tasks')).toEqual([[9]]);
      expect(all('SELECT task_id FROM notes')).toEqual([[null], [null]]);
    },
  );

  test('keep a violation that was there before, and no more', () => {
    db.exec(
      `${PROJECTS}${TASKS}${ROWS.replace(/INSERT INTO notes.*/s, '')} INSERT INTO tasks VALUES (20, 77, NULL, 'orphan')`,
    );
    const before = all('PRAGMA foreign_key_check');
    expect(before).toHaveLength(1);
    rebuild('tasks', own('tasks'));
    expect(all('PRAGMA foreign_key_check')).toEqual(before);
  });
});

describe('the counter of AUTOINCREMENT', () => {
  test('goes on after the ids of rows that were deleted', () => {
    db.exec(`${PROJECTS}${TASKS}${NOTES}${ROWS} DELETE FROM tasks WHERE id = 9`);
    rebuild('tasks', own('tasks'));
    expect(all('SELECT name, seq FROM sqlite_sequence')).toEqual([['tasks', 9]]);
    db.exec(`INSERT INTO tasks (project_id) VALUES (1)`);
    expect(all('SELECT max(id) FROM tasks')).toEqual([[10]]);
  });

  test('goes on in a table without rows', () => {
    db.exec(`${PROJECTS}${TASKS}${NOTES}${ROWS} DELETE FROM tasks`);
    rebuild('tasks', own('tasks'));
    expect(all('SELECT name, seq FROM sqlite_sequence')).toEqual([['tasks', 9]]);
  });

  test('starts at the highest id where the table had none before', () => {
    db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (4), (41)`);
    rebuild('t', tableOf('CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)', 't'));
    expect(all('SELECT name, seq FROM sqlite_sequence')).toEqual([['t', 41]]);
  });
});

describe('rowids', () => {
  test.each([
    ['no key', 'CREATE TABLE t (a TEXT)'],
    ['a key of text', 'CREATE TABLE t (a TEXT PRIMARY KEY)'],
    ['a column named rowid', 'CREATE TABLE t (a TEXT, "RowID" TEXT)'],
    ['columns named rowid and _rowid_', 'CREATE TABLE t (a TEXT, rowid TEXT, _rowid_ TEXT)'],
    ['a key that is not the rowid', 'CREATE TABLE t (a INTEGER PRIMARY KEY DESC)'],
  ])('are kept in a table with %s', (_, sql) => {
    db.exec(`${sql}; INSERT INTO t (oid, a) VALUES (1, 10), (5, 20), (7, 30), (-3, 40)`);
    const before = all('SELECT oid, * FROM t ORDER BY oid');
    rebuild('t', own('t'));
    expect(all('SELECT oid, * FROM t ORDER BY oid')).toEqual(before);
  });

  test('become the new column that is another name of the rowid', () => {
    db.exec(`CREATE TABLE t (a TEXT); INSERT INTO t (rowid, a) VALUES (5, 'x'), (8, 'y')`);
    rebuild('t', tableOf('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)', 't'));
    expect(all('SELECT id, a FROM t')).toEqual([
      [5, 'x'],
      [8, 'y'],
    ]);
  });

  test('keep a full-text index of outside content right', () => {
    db.exec(`CREATE TABLE t (a TEXT); CREATE VIRTUAL TABLE f USING fts5(a, content='t');
      INSERT INTO t (rowid, a) VALUES (5, 'apple'), (8, 'pear'); INSERT INTO f(f) VALUES ('rebuild')`);
    rebuild('t', tableOf('CREATE TABLE t (a TEXT, b TEXT)', 't'));
    expect(all(`SELECT rowid, a FROM f WHERE f MATCH 'pear'`)).toEqual([[8, 'pear']]);
    expect(() => db.exec(`INSERT INTO f(f, rank) VALUES ('integrity-check', 1)`)).not.toThrow();
  });
});

describe('what stands on the table or reads it', () => {
  const SCRIPT = `${PROJECTS} CREATE TABLE log (what TEXT);
    CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INT);
    CREATE UNIQUE INDEX i ON t (lower(a) DESC) WHERE b > 0; CREATE INDEX j ON t (a COLLATE RTRIM, b DESC);
    CREATE VIEW v AS SELECT t.a FROM t; CREATE VIEW w AS SELECT * FROM v;
    CREATE TRIGGER g1 AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('t ' || new.a); END;
    CREATE TRIGGER g2 AFTER INSERT ON projects BEGIN INSERT INTO t (a) VALUES (new.name); END;
    CREATE TRIGGER g3 INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (new.a); END;
    INSERT INTO t (a, b) VALUES ('x', 1), ('y', 2); DELETE FROM log;`;

  test.each([true, false])('is kept and works, and legacy_alter_table is put back (%s)', (legacy) => {
    db.exec(SCRIPT);
    db.pragma(`legacy_alter_table = ${legacy ? 'ON' : 'OFF'}`);
    const before = db
      .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type <> ? ORDER BY 1, 2')
      .all('table');
    const structure = readSnapshot(db);
    rebuild('t', own('t'), { legacyAlterTable: legacy });
    expect(diff(structure, readSnapshot(db)).map(inWords)).toEqual([]);
    expect(before).toHaveLength(7);
    expect(db.pragma('legacy_alter_table', { simple: true })).toBe(legacy ? 1 : 0);
    db.exec(`INSERT INTO projects VALUES (1, 'p'); INSERT INTO v VALUES ('q')`);
    expect(all('SELECT a FROM w')).toEqual([['x'], ['y'], ['p'], ['q']]);
    expect(all('SELECT what FROM log')).toEqual([['t p'], ['t q']]);
  });

  test('does not stand in the way when it was broken before', () => {
    db.exec(`${SCRIPT} CREATE VIEW broken AS SELECT gone FROM nowhere;
      CREATE TRIGGER broken_too AFTER DELETE ON t BEGIN DELETE FROM nowhere; END`);
    const structure = readSnapshot(db);
    rebuild('t', own('t'));
    expect(diff(structure, readSnapshot(db)).map(inWords)).toEqual([]);
  });

  test('may be a table whose module is missing', () => {
    db.exec(SCRIPT);
    db.unsafeMode();
    db.pragma('writable_schema = ON');
    db.exec(
      `INSERT INTO sqlite_schema VALUES ('table', 'm', 'm', 0, 'CREATE VIRTUAL TABLE m USING of_another_host(x)')`,
    );
    db.pragma('writable_schema = RESET');
    db.unsafeMode(false);
    const structure = readSnapshot(db);
    rebuild('t', own('t'));
    expect(diff(structure, readSnapshot(db)).map(inWords)).toEqual([]);
  });

  test('can be given anew', () => {
    db.exec(SCRIPT);
    const target = tableOf('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)', 't');
    rebuild('t', target, { indexes: [], triggers: [] });
    const { indexes, triggers } = readSnapshot(db);
    expect(indexes).toEqual([]);
    expect(triggers.map(({ name }) => name)).toEqual(['g2', 'g3']);
  });
});

describe('the new table', () => {
  test.each([
    ['STRICT', 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT) STRICT'],
    ['WITHOUT ROWID', 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT) WITHOUT ROWID'],
    [
      'CHECK',
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL CHECK (a <> ''), b INT, CHECK (b > 0 OR t.a = 'x'))",
    ],
    ['UNIQUE', 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL UNIQUE, b INT)'],
    [
      'generated columns',
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, c TEXT AS (upper(a)) STORED, b INT, d INT AS (b * 2))`,
    ],
    ['another order of columns', 'CREATE TABLE t (b INT, a TEXT NOT NULL, id INTEGER PRIMARY KEY)'],
    [
      'a column with a default',
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT, c TEXT NOT NULL DEFAULT 'new')",
    ],
    [
      'a self-reference',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT REFERENCES t ON DELETE CASCADE)',
    ],
  ])('has %s, and the rows', (_, sql) => {
    db.exec(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT); INSERT INTO t VALUES (1, 'x', 1), (3, 'y', 3)`,
    );
    rebuild('t', tableOf(sql, 't'));
    expect(diff(snapshotAfter(sql), readSnapshot(db)).map(inWords)).toEqual([]);
    expect(all('SELECT id, a, b FROM t ORDER BY id')).toEqual([
      [1, 'x', 1],
      [3, 'y', 3],
    ]);
  });

  test('takes values from expressions', () => {
    db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x'), (2, NULL)`);
    rebuild('t', tableOf('CREATE TABLE t (id INTEGER PRIMARY KEY, A TEXT NOT NULL, size INT)', 't'), {
      copy: { a: `coalesce(a, 'none')`, size: 'length(a)' },
    });
    expect(all('SELECT * FROM t')).toEqual([
      [1, 'x', 1],
      [2, 'none', null],
    ]);
  });

  test.each([
    ['NOT NULL', 'CREATE TABLE t (a TEXT NOT NULL)', 'NOT NULL constraint failed'],
    [
      'NOT NULL that would drop rows',
      'CREATE TABLE t (a TEXT NOT NULL ON CONFLICT IGNORE)',
      'NOT NULL constraint failed',
    ],
    ['CHECK', 'CREATE TABLE t (a TEXT, CHECK (length(a) < 2))', 'CHECK constraint failed'],
    [
      'UNIQUE that would replace rows',
      'CREATE TABLE t (a TEXT UNIQUE ON CONFLICT REPLACE)',
      'UNIQUE constraint failed',
    ],
    [
      'UNIQUE that would drop rows',
      'CREATE TABLE t (a TEXT UNIQUE ON CONFLICT IGNORE)',
      'UNIQUE constraint failed',
    ],
    ['STRICT', 'CREATE TABLE t (a INTEGER) STRICT', 'cannot store TEXT value'],
  ])('fails where rows do not meet its %s, and nothing changes', (_, sql, message) => {
    db.exec(`CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'), ('x'), (NULL), ('long')`);
    const before = db.serialize();
    expect(() => {
      rebuild('t', tableOf(sql, 't'));
    }).toThrow(message);
    expect(db.serialize().equals(before)).toBe(true);
  });

  test('is made beside leftovers of its temporary name', () => {
    db.exec(`CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'); CREATE TABLE _flotilla_new_t (kept TEXT);
      INSERT INTO _flotilla_new_t VALUES ('by the user')`);
    rebuild('t', tableOf('CREATE TABLE t (a TEXT, b TEXT)', 't'));
    expect(all('SELECT * FROM t')).toEqual([['x', null]]);
    expect(all('SELECT * FROM _flotilla_new_t')).toEqual([['by the user']]);
  });
});

test('a table that does not exist and a virtual one are refused', () => {
  db.exec('CREATE VIRTUAL TABLE f USING fts5(a); CREATE TABLE t (a TEXT)');
  const current = readSnapshot(db);
  expect(() => planRebuild({ current, table: 'gone', target: own('t') })).toThrow('no ordinary table gone');
  expect(() => planRebuild({ current, table: 'f', target: own('t') })).toThrow('no ordinary table f');
});

test('a random structure with random rows is the same after all its tables are rebuilt', () => {
  const value = fc.oneof(
    fc.integer({ min: -9, max: 99 }),
    fc.constantFrom('a', 'B', "it's", 'longer than nine'),
    fc.constant(null),
  );
  const rows = fc.array(fc.array(value, { minLength: 8, maxLength: 8 }), { minLength: 4, maxLength: 12 });
  let inserted = 0;
  fc.assert(
    fc.property(schemaArbitrary, styleArbitrary, rows, (model, style, values) => {
      db.close();
      db = new Database(':memory:');
      db.pragma('foreign_keys = OFF');
      db.exec(writeSchema(model, style));
      const structure = readSnapshot(db);
      const tables = structure.tables.map((table) => {
        const name = `"${table.name.replaceAll('"', '""')}"`;
        const columns = table.columns.filter(({ generated }) => generated === null);
        const list = columns.map((column) => `"${column.name.replaceAll('"', '""')}"`).join(', ');
        const insert = db.prepare(
          `INSERT OR IGNORE INTO ${name} (${list}) VALUES (${columns.map(() => '?').join(', ')})`,
        );
        for (const row of values) {
          try {
            inserted += insert.run(...row.slice(0, columns.length)).changes;
          } catch (error) {
            // The random rows do not all fit the random types and triggers.
            expect(String(error)).toMatch(/SqliteError: /);
          }
        }
        return {
          name: table.name,
          read: `SELECT ${table.withoutRowid ? '' : 'rowid, '}* FROM ${name} ORDER BY 1, 2`,
        };
      });
      const reads = tables.map(({ read }) => read);
      const before = reads.map(all);
      const counters = (): unknown[] =>
        db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).get() === undefined
          ? []
          : all('SELECT name, seq FROM sqlite_sequence ORDER BY name');
      const countersBefore = counters();
      for (const { name } of tables) rebuild(name, own(name));
      expect(diff(structure, readSnapshot(db)).map(inWords)).toEqual([]);
      expect(reads.map(all)).toEqual(before);
      expect(counters()).toEqual(countersBefore);
      expect(all('PRAGMA integrity_check')).toEqual([['ok']]);
    }),
    { numRuns: 200 },
  );
  expect(inserted).toBeGreaterThan(300);
});
