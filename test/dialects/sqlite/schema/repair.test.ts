import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSnapshot } from '../../../../src/dialects/sqlite/driver/introspect.js';
import { describe as inWords, diff } from '../../../../src/dialects/sqlite/schema/diff.js';
import { mend } from '../../../support/mend.js';
import type { Mended } from '../../../support/mend.js';
import { snapshotAfter } from '../../../support/schemas.js';

let db: Database.Database;
beforeEach(() => {
  db = new Database(':memory:');
});
afterEach(() => {
  db.close();
});

const all = (sql: string): unknown[] => db.prepare(sql).raw().all();

/** Makes a drifted database and mends it towards what another script leaves. */
function mendTo(expected: string, actual: string, dropExtra: readonly string[] = []): Mended {
  db.pragma('foreign_keys = OFF');
  db.exec(actual);
  return mend(db, snapshotAfter(expected), { dropExtra });
}

/** In words, what differs from what another script leaves. */
function drift(expected: string): readonly string[] {
  return diff(snapshotAfter(expected), readSnapshot(db)).map(inWords);
}

function reasonsOf(done: Mended): readonly string[] {
  expect(done.kind).toBe('refused');
  return done.kind === 'refused' ? done.why : [];
}

// Projects with tasks, some of them children of others, and notes on them.
const EXPECTED = `CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL REFERENCES projects ON DELETE CASCADE, parent_id INTEGER REFERENCES tasks ON DELETE CASCADE, title TEXT NOT NULL, state TEXT DEFAULT 'open', effort INTEGER NOT NULL DEFAULT 1, CHECK (length(title) < 100), UNIQUE (project_id, title));
CREATE TABLE notes (id INTEGER PRIMARY KEY, task_id INTEGER REFERENCES tasks ON DELETE CASCADE, body TEXT);
CREATE INDEX ix_notes_task ON notes (task_id);
CREATE INDEX ix_tasks_state ON tasks (state) WHERE state <> 'done';
CREATE VIEW open_tasks AS SELECT id, title FROM tasks WHERE state = 'open';
CREATE TRIGGER tr_tasks AFTER DELETE ON tasks BEGIN DELETE FROM notes WHERE task_id = old.id; END;`;
const ROWS = `INSERT INTO projects VALUES (1, 'one'), (2, 'two');
INSERT INTO tasks (id, project_id, parent_id, title) VALUES (1, 1, NULL, 'a'), (2, 1, 1, 'b'), (7, 2, 2, 'c'), (9, 2, NULL, 'z');
INSERT INTO notes VALUES (3, 1, 'x'), (5, 7, 'y');
DELETE FROM tasks WHERE id = 9;`;
const CONTENT: readonly (readonly [sql: string, rows: readonly unknown[]])[] = [
  [
    'SELECT * FROM projects',
    [
      [1, 'one'],
      [2, 'two'],
    ],
  ],
  [
    'SELECT rowid, id, project_id, parent_id, title FROM tasks',
    [
      [1, 1, 1, null, 'a'],
      [2, 2, 1, 1, 'b'],
      [7, 7, 2, 2, 'c'],
    ],
  ],
  [
    'SELECT * FROM notes',
    [
      [3, 1, 'x'],
      [5, 7, 'y'],
    ],
  ],
];

describe('one thing that drifted is mended, and rows, rowids, counters and children are as they were', () => {
  const rebuild = ['PRAGMA', 'CREATE', 'INSERT', 'DELETE', 'INSERT', 'DROP', 'ALTER'];
  const REBUILD = [...rebuild, 'CREATE', 'CREATE', 'PRAGMA'];
  const UNCOUNTED = REBUILD.filter((_, at) => at < 3 || at > 4);
  test.each<readonly [difference: string, from: string, to: string, statements: readonly string[]]>([
    ['tasks: column effort is missing', ', effort INTEGER NOT NULL DEFAULT 1', '', ['ALTER']],
    [`tasks: column state has default 'new', expected 'open'`, `DEFAULT 'open'`, `DEFAULT 'new'`, REBUILD],
    ['tasks: column title is nullable, expected NOT NULL', 'title TEXT NOT NULL', 'title TEXT', REBUILD],
    ['tasks: column state is NOT NULL, expected nullable', 'state TEXT', 'state TEXT NOT NULL', REBUILD],
    ['tasks: column title has type CLOB, expected TEXT', 'title TEXT', 'title CLOB', REBUILD],
    [
      'tasks: column title has collation NOCASE, expected BINARY',
      'title TEXT',
      'title TEXT COLLATE NOCASE',
      REBUILD,
    ],
    ['tasks: CHECK (length(title) < 100) is missing', 'CHECK (length(title) < 100), ', '', REBUILD],
    ['tasks: CHECK is (length(title) < 50), expected (length(title) < 100)', '< 100', '< 50', REBUILD],
    ['tasks: UNIQUE (project_id, title) is missing', ', UNIQUE (project_id, title)', '', REBUILD],
    ['tasks: UNIQUE (parent_id) is not expected', 'UNIQUE (', 'UNIQUE (parent_id), UNIQUE (', REBUILD],
    [
      'tasks: foreign key (project_id) -> projects(id) is missing',
      'REFERENCES projects ON DELETE CASCADE',
      '',
      REBUILD,
    ],
    [
      'tasks: foreign key (parent_id) -> tasks(id) has ON DELETE SET NULL, expected CASCADE',
      'REFERENCES tasks ON DELETE CASCADE, title',
      'REFERENCES tasks ON DELETE SET NULL, title',
      REBUILD,
    ],
    ['tasks: is STRICT, expected not to be', '(project_id, title))', '(project_id, title)) STRICT', REBUILD],
    ['tasks: has no AUTOINCREMENT', ' AUTOINCREMENT', '', UNCOUNTED],
    ['index ix_notes_task is missing', 'CREATE INDEX ix_notes_task ON notes (task_id);', '', ['CREATE']],
    [
      `index ix_tasks_state has no WHERE, expected WHERE state <> 'done'`,
      ` WHERE state <> 'done'`,
      '',
      ['DROP', 'CREATE'],
    ],
    [
      'index ix_notes_task is on (task_id DESC), expected (task_id)',
      '(task_id)',
      '(task_id DESC)',
      ['DROP', 'CREATE'],
    ],
    [
      'view open_tasks is missing',
      `CREATE VIEW open_tasks AS SELECT id, title FROM tasks WHERE state = 'open';`,
      '',
      ['CREATE'],
    ],
    [
      'view open_tasks is `... , title , state',
      'SELECT id, title',
      'SELECT id, title, state',
      ['DROP', 'CREATE'],
    ],
    [
      'trigger tr_tasks is missing',
      `CREATE TRIGGER tr_tasks AFTER DELETE ON tasks BEGIN DELETE FROM notes WHERE task_id = old.id; END;`,
      '',
      ['CREATE'],
    ],
    ['trigger tr_tasks is `before', 'AFTER DELETE', 'BEFORE DELETE', ['DROP', 'CREATE']],
  ])('%s', (difference, from, to, statements) => {
    const drifted = EXPECTED.replace(from, to);
    expect(drifted).not.toBe(EXPECTED);
    const { kind, repair } = mendTo(EXPECTED, drifted + ROWS);
    expect(kind).toBe('repaired');
    expect(repair.statements.map(({ sql }) => /^\w+/.exec(sql)?.[0])).toEqual(statements);
    for (const { mends } of repair.statements) expect(mends).toContain(difference);
    expect(repair.left).toEqual([]);
    expect(drift(EXPECTED)).toEqual([]);
    for (const [sql, rows] of CONTENT) expect(all(sql)).toEqual(rows);
    if (difference !== 'tasks: has no AUTOINCREMENT')
      expect(all('SELECT * FROM sqlite_sequence')).toEqual([['tasks', 9]]);
    expect(all('PRAGMA foreign_key_check')).toEqual([]);
    // The keys are alive.
    db.exec('PRAGMA foreign_keys = ON; DELETE FROM projects WHERE id = 1');
    expect([all('SELECT id FROM tasks'), all('SELECT id FROM notes')]).toEqual([[], []]);
  });
});

describe('what is missing', () => {
  test.each([
    ['with a constant default', `state TEXT NOT NULL DEFAULT 'new'`, 'new'],
    ['with a signed default', 'size INTEGER NOT NULL DEFAULT -1', -1],
    ['with a default in words', 'done BOOLEAN NOT NULL DEFAULT FALSE', 0],
    ['with a CHECK and a reference', 'owner INTEGER CHECK (owner <> a) REFERENCES t (id)', null],
    ['with a collation', `name TEXT COLLATE NOCASE DEFAULT 'x'`, 'x'],
    ['generated when it is read', 'double INTEGER AS (a * 2)', 10],
  ])('as a column %s is added', (_, column, value) => {
    const expected = `CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, ${column})`;
    const { repair } = mendTo(
      expected,
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (3, 5)',
    );
    expect(repair.statements.map(({ sql }) => sql.slice(0, 24))).toEqual(['ALTER TABLE t ADD COLUMN']);
    expect(drift(expected)).toEqual([]);
    expect(all('SELECT * FROM t')).toEqual([[3, 5, value]]);
  });

  test.each([
    ['with a default that is an expression', `at TEXT NOT NULL DEFAULT (lower('X'))`, 'x'],
    ['with a time for a default', `at TEXT DEFAULT CURRENT_TIMESTAMP`, expect.stringMatching(/^20/)],
    ['that is UNIQUE', 'code TEXT UNIQUE', null],
    ['generated when it is written', 'double INTEGER AS (a * 2) STORED', 10],
    ['that is the key of the rowid', 'id INTEGER PRIMARY KEY', 3],
  ])('as a column %s comes with a rebuild', (_, column, value) => {
    const expected = `CREATE TABLE t (a INTEGER, ${column})`;
    const { kind } = mendTo(expected, 'CREATE TABLE t (a INTEGER); INSERT INTO t (rowid, a) VALUES (3, 5)');
    expect(kind).toBe('repaired');
    expect(drift(expected)).toEqual([]);
    expect(all('SELECT rowid, * FROM t')).toEqual([[3, 5, value]]);
  });

  test('as a table comes with all that is on it, in the order of its references', () => {
    const { kind, repair } = mendTo(EXPECTED, 'CREATE TABLE notes (id INTEGER PRIMARY KEY, task_id, body)');
    expect(kind).toBe('repaired');
    expect(drift(EXPECTED)).toEqual([]);
    expect(
      repair.statements.filter(({ sql }) => /^CREATE TABLE \w+ /.test(sql)).map(({ mends }) => mends),
    ).toEqual([
      'table projects is missing',
      'table tasks is missing',
      expect.stringContaining('notes: column task_id has type (none), expected INTEGER'),
    ]);
  });

  test('as a view comes with its triggers, after the views that it reads', () => {
    const expected = `CREATE TABLE t (a); CREATE VIEW b AS SELECT a FROM t; CREATE VIEW a AS SELECT a FROM b;
      CREATE TRIGGER tr INSTEAD OF INSERT ON a BEGIN INSERT INTO t VALUES (new.a); END`;
    const { repair } = mendTo(expected, 'CREATE TABLE t (a)');
    expect(repair.statements.map(({ sql }) => sql.slice(0, 13))).toEqual([
      'CREATE VIEW b',
      'CREATE VIEW a',
      'CREATE TRIGGE',
    ]);
    expect(drift(expected)).toEqual([]);
    db.exec('INSERT INTO a VALUES (1)');
    expect(all('SELECT * FROM t')).toEqual([[1]]);
  });
});

test('a table that was made anew from a query gets all of its differences mended by one rebuild', () => {
  const drifted = EXPECTED.replace(/CREATE TABLE projects .*;/, '').replace(/CREATE TABLE tasks .*;/, '');
  const { kind, repair } = mendTo(
    EXPECTED,
    `CREATE TABLE old_projects (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO old_projects VALUES (1, 'one'), (2, 'two');
     CREATE TABLE projects AS SELECT * FROM old_projects; DROP TABLE old_projects;
     CREATE TABLE tasks AS SELECT 7 AS id, 1 AS project_id, NULL AS parent_id, 'a' AS title, 'open' AS state, 1 AS effort; ${drifted}
     INSERT INTO notes VALUES (5, 7, 'y');`,
  );
  expect(kind).toBe('repaired');
  expect(repair.statements.filter(({ sql }) => sql.startsWith('DROP TABLE'))).toHaveLength(2);
  expect(drift(EXPECTED)).toEqual([]);
  expect(all('SELECT rowid, id, title FROM tasks')).toEqual([[7, 7, 'a']]);
  expect(all('SELECT * FROM sqlite_sequence')).toEqual([['tasks', 7]]);
  expect(all('PRAGMA foreign_key_check')).toEqual([]);
});

test('a view that is made again keeps the triggers that are on it', () => {
  const expected = `CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t;
    CREATE TRIGGER tr INSTEAD OF DELETE ON v BEGIN DELETE FROM t; END`;
  const { repair } = mendTo(expected, expected.replace('SELECT a', 'SELECT a, a AS b'));
  expect(drift(expected)).toEqual([]);
  expect(new Set(repair.statements.map(({ mends }) => mends)).size).toBe(1);
});

test('an index whose name stands on another table moves', () => {
  const expected = 'CREATE TABLE a (x); CREATE TABLE b (x NOT NULL); CREATE INDEX ix ON b (x)';
  const { kind } = mendTo(expected, 'CREATE TABLE a (x); CREATE TABLE b (x); CREATE INDEX ix ON a (x)');
  expect(kind).toBe('repaired');
  expect(drift(expected)).toEqual([]);
});

test('children that name no columns of their parent are left alone when the parent gets its key back', () => {
  const child = 'CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p);';
  const expected = `CREATE TABLE p (id INTEGER PRIMARY KEY); ${child}`;
  const { kind, repair } = mendTo(
    expected,
    `CREATE TABLE p (id INTEGER); ${child} INSERT INTO p VALUES (4); INSERT INTO c VALUES (1, 4)`,
  );
  expect(kind).toBe('repaired');
  expect(repair.statements.some(({ sql }) => /TABLE c\b/.test(sql))).toBe(false);
  expect(drift(expected)).toEqual([]);
});

describe('rows in the way are counted, listed, and nothing is changed', () => {
  const cases: readonly (readonly [
    string,
    expected: string,
    actual: string,
    why: string,
    rows: unknown[],
  ])[] = [
    [
      'NULL where it is not allowed',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL)',
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x'), (4, NULL), (5, NULL)`,
      't: 2 with NULL in a, expected NOT NULL',
      [
        [4, null],
        [5, null],
      ],
    ],
    [
      'a missing column without a value to fill it with',
      'CREATE TABLE t (a, b TEXT NOT NULL)',
      'CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)',
      't: 2 without a value for the missing column b, which is NOT NULL and has no default',
      [[1], [2]],
    ],
    [
      'CHECK',
      'CREATE TABLE t (rowid TEXT, a INT, b INT, CHECK (a < b))',
      `CREATE TABLE t (rowid TEXT, a INT, b INT); INSERT INTO t VALUES ('x', 1, 2), ('y', 3, 2), ('z', NULL, 1)`,
      't: 1 against CHECK (a < b)',
      [[2, 3, 2]],
    ],
    [
      'UNIQUE by the collation that is expected',
      'CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE)',
      `CREATE TABLE t (a TEXT UNIQUE); INSERT INTO t VALUES ('x'), ('X'), ('y'), (NULL), (NULL)`,
      't: 2 that are the same by UNIQUE (a COLLATE NOCASE)',
      [
        [1, 'x'],
        [2, 'X'],
      ],
    ],
    [
      'UNIQUE that would drop rows without a word',
      'CREATE TABLE t (a TEXT UNIQUE ON CONFLICT REPLACE)',
      `CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'), ('x')`,
      't: 2 that are the same by UNIQUE (a) ON CONFLICT REPLACE',
      [
        [1, 'x'],
        [2, 'x'],
      ],
    ],
    [
      'a unique index over a part of the rows',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE UNIQUE INDEX ix ON t (lower(a)) WHERE id > 1',
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'X'), (3, 'x')`,
      't: 2 that are the same by UNIQUE index ix',
      [[2], [3]],
    ],
    [
      'PRIMARY KEY of a table without rowid',
      'CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID',
      `CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (a)) WITHOUT ROWID; INSERT INTO t VALUES ('x', NULL), ('y', 1)`,
      't: 1 with NULL in b, expected NOT NULL',
      [['x', null]],
    ],
    [
      'a rowid that is no number',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a)',
      `CREATE TABLE t (id INTEGER, a); INSERT INTO t VALUES (1, 1), ('x', 2), (2.5, 3), ('7', 4)`,
      't: 2 with a value in id that is no whole number, expected INTEGER PRIMARY KEY',
      [
        [2, 'x'],
        [3, 2.5],
      ],
    ],
    [
      'a foreign key',
      'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, p INT REFERENCES p)',
      `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, p INT);
         INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1), (2, 8), (3, NULL)`,
      't: 1 without a parent in p by the foreign key (p)',
      [[2, 8]],
    ],
    [
      'a foreign key to a table that is missing as well',
      'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, p INT REFERENCES p)',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, p INT); INSERT INTO t VALUES (1, 1), (3, NULL)',
      't: 1 without a parent in p by the foreign key (p)',
      [[1, 1]],
    ],
    [
      'STRICT',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER) STRICT',
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (1, 1), (2, '2'), (3, 'x'), (4, x'00')`,
      't: 2 with a value in a that a STRICT table does not store as INTEGER',
      [
        [3, 'x'],
        [4, Buffer.from([0])],
      ],
    ],
    [
      'a text that another type would rewrite',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, zip INTEGER)',
      `CREATE TABLE t (id INTEGER PRIMARY KEY, zip TEXT); INSERT INTO t VALUES (1, '007'), (2, '7'), (3, 'n/a')`,
      't: 1 whose value in zip would change with its type INTEGER',
      [[1, '007']],
    ],
    [
      'a number that another type would round',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a REAL)',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (1, 9007199254740993), (2, 5)',
      't: 1 whose value in a would change with its type REAL',
      [[1, Number('9007199254740993')]],
    ],
    [
      'a value that would be generated over',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, total INT AS (a * 2) STORED)',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, total INT); INSERT INTO t VALUES (1, 2, 4), (2, 2, 5)',
      't: 1 whose value in total, which is to be generated, would be lost',
      [[2, 5]],
    ],
  ];
  test.each(cases)('%s', (_, expected, actual, why, rows) => {
    db.exec(actual);
    const before = db.serialize();
    const done = mendTo(expected, '');
    expect(reasonsOf(done)).toEqual([why]);
    expect(db.serialize().equals(before)).toBe(true);
    const found = done.repair.obstacles.flatMap(({ sql }) => all(sql));
    expect(found).toEqual(rows);
    // Once these rows are gone, nothing is in the way.
    for (const row of rows as unknown[][])
      db.prepare(`DELETE FROM t WHERE ${done.repair.obstacles[0]?.key[0] ?? ''} = ?`).run(row[0]);
    expect(mend(db, snapshotAfter(expected)).kind).toBe('repaired');
    expect(drift(expected)).toEqual([]);
  });

  test('and a violation that was there before is none of its business', () => {
    const expected =
      'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (p INT REFERENCES p ON DELETE CASCADE)';
    const { kind } = mendTo(
      expected,
      `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (p INT REFERENCES p); INSERT INTO t VALUES (5)`,
    );
    expect(kind).toBe('repaired');
    expect(all('SELECT * FROM t')).toEqual([[5]]);
  });
});

describe('what is not expected', () => {
  const expected = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL)';
  const actual = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, owner TEXT UNIQUE CHECK (owner <> ''));
    CREATE INDEX ix_owner ON t (owner); CREATE TABLE audit (x); CREATE INDEX ix_audit ON audit (x); CREATE VIEW v AS SELECT a FROM t;
    INSERT INTO t VALUES (1, 'x', 'me'); INSERT INTO audit VALUES (1)`;
  const left = [
    't: column owner is not expected',
    'table audit is not expected',
    'index ix_owner is not expected',
    'view v is not expected',
  ];

  test('stays, with what is on it and its constraints, when the rest is mended', () => {
    const { kind, repair } = mendTo(expected, actual);
    expect(kind).toBe('repaired');
    expect([...drift(expected)].sort()).toEqual([...left].sort());
    expect(repair.left.map(inWords)).toEqual(drift(expected));
    expect(all('SELECT * FROM t')).toEqual([[1, 'x', 'me']]);
    expect(all('SELECT * FROM audit')).toEqual([[1]]);
    expect(() => db.exec(`INSERT INTO t VALUES (2, 'y', 'me')`)).toThrow('UNIQUE');
    expect(() => db.exec(`INSERT INTO t VALUES (2, 'y', '')`)).toThrow('CHECK');
  });

  test('alone is nothing to mend', () => {
    const { repair } = mendTo(expected, actual.replace('a TEXT', 'a TEXT NOT NULL'));
    expect(repair.statements).toEqual([]);
    expect(repair.left).toHaveLength(4);
  });

  test('goes where it is named, and takes along what is on it', () => {
    const { kind, repair } = mendTo(expected, actual, ['AUDIT', 't.Owner', 'v']);
    expect(kind).toBe('repaired');
    expect(drift(expected)).toEqual([]);
    expect(repair.dropped).toEqual(['audit']);
    expect(all('SELECT * FROM t')).toEqual([[1, 'x']]);
  });

  test('goes alone: a name of something expected drops nothing', () => {
    const { repair } = mendTo(expected, actual, ['t', 't.a', 't.id', 'sqlite_schema']);
    expect(repair.dropped).toEqual([]);
    expect(all('SELECT * FROM t')).toEqual([[1, 'x', 'me']]);
  });

  test.each([
    ['trigger tr', 'CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO audit VALUES (new.owner); END'],
    ['view w', 'CREATE VIEW w AS SELECT owner, x FROM t, audit'],
  ])('does not go while a %s that stays uses it', (user, sql) => {
    const done = mendTo(expected, `${actual}; ${sql}`, ['audit', 't.owner']);
    expect(reasonsOf(done)).toEqual([
      `table audit cannot be dropped: ${user}, which stays, uses it; name it too`,
      `column t.owner cannot be dropped: ${user}, which stays, uses it; name it too`,
    ]);
    const name = user.split(' ')[1] ?? '';
    expect(mend(db, snapshotAfter(expected), { dropExtra: ['audit', 't.owner', name] }).kind).toBe(
      'repaired',
    );
  });

  test('does not go while a foreign key that stays refers to it', () => {
    const done = mendTo(
      expected,
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, p INT REFERENCES p); CREATE TABLE p (id INTEGER PRIMARY KEY)',
      ['p'],
    );
    expect(reasonsOf(done)).toEqual([
      'table p cannot be dropped: the foreign key (p) of t, which stays, uses it; name it too',
    ]);
  });

  test('keeps a column in the primary key where it is the only difference of the key', () => {
    const wanted = 'CREATE TABLE t (a INT, b INT NOT NULL, PRIMARY KEY (a)) WITHOUT ROWID';
    const { kind } = mendTo(
      wanted,
      'CREATE TABLE t (a INT, b INT, x INT, PRIMARY KEY (a, x)); INSERT INTO t VALUES (1, 1, 1), (1, 1, 2)',
    );
    expect(kind).toBe('repaired');
    expect(drift(wanted)).toEqual(['t: column x is not expected']);
    expect(all('SELECT * FROM t')).toEqual([
      [1, 1, 1],
      [1, 1, 2],
    ]);
  });

  test('keeps a table from becoming STRICT where the type of a column does not let it', () => {
    const wanted = 'CREATE TABLE t (a INT NOT NULL) STRICT';
    const { kind } = mendTo(wanted, 'CREATE TABLE t (a INT, x VARCHAR(9)); INSERT INTO t VALUES (1, 1)');
    expect(kind).toBe('repaired');
    expect(drift(wanted)).toEqual(['t: is not STRICT', 't: column x is not expected']);
  });

  test('stands in the way of what is expected under its name, which is then left as well', () => {
    const wanted = 'CREATE TABLE t (a); CREATE INDEX ix ON t (a); CREATE VIEW v AS SELECT a FROM t';
    const there =
      'CREATE TABLE t (a, b); CREATE TABLE v (x); CREATE INDEX ix ON v (x); INSERT INTO v VALUES (1)';
    const { repair } = mendTo(wanted, there);
    expect(repair.statements).toEqual([]);
    expect(repair.left.map(inWords)).toEqual(drift(wanted));
    expect(mend(db, snapshotAfter(wanted), { dropExtra: ['v', 't.b'] }).kind).toBe('repaired');
    expect(drift(wanted)).toEqual([]);
  });

  test('that a rebuild left behind when it died is named as that, and goes where it is named', () => {
    const crashed = `${expected}; CREATE TABLE _alembic_tmp_t (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX ix_a ON _alembic_tmp_t (a)`;
    const wanted = `${expected}; CREATE INDEX ix_a ON t (a)`;
    const { repair } = mendTo(wanted, crashed);
    expect(repair.left.map(inWords)).toEqual([
      'table _alembic_tmp_t is not expected: by its name, left behind by a rebuild of t (Alembic) that did not finish',
      'index ix_a is missing',
    ]);
    expect(mend(db, snapshotAfter(wanted), { dropExtra: ['_alembic_tmp_t'] }).kind).toBe('repaired');
    expect(drift(wanted)).toEqual([]);
  });
});

test('a missing table that a rebuild has only left under its other name is not made anew in its place', () => {
  const expected = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX ix ON t (a)';
  const crashed = `CREATE TABLE _alembic_tmp_t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO _alembic_tmp_t VALUES (1, 'x')`;
  const done = mendTo(expected, crashed);
  expect(reasonsOf(done)).toEqual([
    'table t is missing, and _alembic_tmp_t, by its name left behind by a rebuild of it (Alembic), may hold its rows: ALTER TABLE _alembic_tmp_t RENAME TO t, or name _alembic_tmp_t to drop it',
  ]);
  db.exec('ALTER TABLE _alembic_tmp_t RENAME TO t');
  expect(mend(db, snapshotAfter(expected)).kind).toBe('repaired');
  expect(drift(expected)).toEqual([]);
  expect(all('SELECT * FROM t')).toEqual([[1, 'x']]);
});

describe('a virtual table', () => {
  const expected = 'CREATE VIRTUAL TABLE f USING fts5(title, body)';

  test('that is missing is made', () => {
    expect(mendTo(expected, '').kind).toBe('repaired');
    expect(drift(expected)).toEqual([]);
  });

  test.each([
    ['of other columns', `CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('x')`],
    ['that is an ordinary one', `CREATE TABLE f (title, body); INSERT INTO f VALUES ('x', 'y')`],
  ])('%s keeps what it holds, unless it is named', (_, actual) => {
    const { repair } = mendTo(expected, actual);
    expect(repair.statements).toEqual([]);
    expect(repair.left.map(inWords)).toEqual(drift(expected));
    expect(drift(expected)).toHaveLength(1);
    const done = mend(db, snapshotAfter(expected), { dropExtra: ['f'] });
    expect([done.kind, done.repair.dropped]).toEqual(['repaired', ['f']]);
    expect(drift(expected)).toEqual([]);
  });
});
