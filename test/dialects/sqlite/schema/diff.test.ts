import { describe, expect, test } from 'vitest';
import { differenceOf, fingerprintAfter } from '../../../support/schemas.js';

const PARENT = 'CREATE TABLE p (id INTEGER PRIMARY KEY);';

/** Expected structure, actual structure, and the one difference between them. */
const DIFFERENT: readonly (readonly [title: string, expected: string, actual: string, difference: string])[] =
  [
    ['a column', 'CREATE TABLE t (a INT, b INT)', 'CREATE TABLE t (a INT)', 't: column b is missing'],
    [
      'a column of the user',
      'CREATE TABLE t (a INT)',
      'CREATE TABLE t (a INT, note TEXT)',
      't: column note is not expected',
    ],
    [
      'a column with its pieces',
      `${PARENT} CREATE TABLE t (a INT, b INT UNIQUE CHECK (b > 0) REFERENCES p)`,
      `${PARENT} CREATE TABLE t (a INT)`,
      't: column b is missing',
    ],
    [
      'a column of the primary key',
      'CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b))',
      'CREATE TABLE t (a INT, PRIMARY KEY (a))',
      't: column b is missing',
    ],
    [
      'a type',
      'CREATE TABLE t (a INT)',
      'CREATE TABLE t (a TEXT)',
      't: column a has type TEXT, expected INT',
    ],
    ['no type', 'CREATE TABLE t (a INT)', 'CREATE TABLE t (a)', 't: column a has type (none), expected INT'],
    [
      'NOT NULL',
      'CREATE TABLE t (a INT NOT NULL)',
      'CREATE TABLE t (a INT)',
      't: column a is nullable, expected NOT NULL',
    ],
    [
      'NOT NULL that is not expected',
      'CREATE TABLE t (a INT)',
      'CREATE TABLE t (a INT NOT NULL)',
      't: column a is NOT NULL, expected nullable',
    ],
    [
      'what NOT NULL does',
      'CREATE TABLE t (a INT NOT NULL)',
      'CREATE TABLE t (a INT NOT NULL ON CONFLICT IGNORE)',
      't: column a has NOT NULL ON CONFLICT IGNORE, expected ABORT',
    ],
    [
      'a default',
      "CREATE TABLE t (s TEXT DEFAULT 'PENDING')",
      "CREATE TABLE t (s TEXT DEFAULT 'NEW')",
      "t: column s has default 'NEW', expected 'PENDING'",
    ],
    [
      'the case of a default',
      "CREATE TABLE t (s TEXT DEFAULT 'A')",
      "CREATE TABLE t (s TEXT DEFAULT 'a')",
      "t: column s has default 'a', expected 'A'",
    ],
    [
      'a default that is lost',
      'CREATE TABLE t (a INT DEFAULT 1)',
      'CREATE TABLE t (a INT)',
      't: column a has no default, expected 1',
    ],
    [
      'a default that is stored otherwise',
      'CREATE TABLE t (a DEFAULT 0)',
      "CREATE TABLE t (a DEFAULT '0')",
      "t: column a has default '0', expected 0",
    ],
    [
      'a default by a function',
      "CREATE TABLE t (a TEXT DEFAULT (datetime('now')))",
      'CREATE TABLE t (a TEXT DEFAULT CURRENT_TIMESTAMP)',
      "t: column a has default CURRENT_TIMESTAMP, expected datetime('now')",
    ],
    [
      'a collation',
      'CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE); CREATE INDEX i ON t (a)',
      'CREATE TABLE t (a TEXT UNIQUE); CREATE INDEX i ON t (a)',
      't: column a has collation BINARY, expected NOCASE',
    ],
    [
      'a generated column',
      'CREATE TABLE t (a INT, b INT AS (a + 1))',
      'CREATE TABLE t (a INT, b INT AS (a + 2))',
      't: column b is generated as (a + 2) VIRTUAL, expected generated as (a + 1) VIRTUAL',
    ],
    [
      'a generated column that is stored',
      'CREATE TABLE t (a INT, b INT AS (a))',
      'CREATE TABLE t (a INT, b INT AS (a) STORED)',
      't: column b is generated as (a) STORED, expected generated as (a) VIRTUAL',
    ],
    [
      'a generated column that is not',
      'CREATE TABLE t (a INT, b INT AS (a))',
      'CREATE TABLE t (a INT, b INT)',
      't: column b is not generated, expected generated as (a) VIRTUAL',
    ],
    ['STRICT', 'CREATE TABLE t (a INT) STRICT', 'CREATE TABLE t (a INT)', 't: is not STRICT'],
    [
      'WITHOUT ROWID',
      'CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID',
      'CREATE TABLE t (a TEXT PRIMARY KEY)',
      't: is not WITHOUT ROWID',
    ],
    [
      'AUTOINCREMENT',
      'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)',
      'CREATE TABLE t (a INTEGER PRIMARY KEY)',
      't: has no AUTOINCREMENT',
    ],
    [
      'a primary key',
      'CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b))',
      'CREATE TABLE t (a INT, b INT, PRIMARY KEY (b, a))',
      't: PRIMARY KEY is (b, a), expected (a, b)',
    ],
    [
      'a primary key that is lost',
      'CREATE TABLE t (a INTEGER PRIMARY KEY)',
      'CREATE TABLE t (a INTEGER)',
      't: PRIMARY KEY (a) is missing',
    ],
    [
      'a rowid that is a key only',
      'CREATE TABLE t (a INTEGER PRIMARY KEY)',
      'CREATE TABLE t (a INTEGER PRIMARY KEY DESC)',
      't: PRIMARY KEY is (a DESC), expected (a)',
    ],
    [
      'the primary key of a parent',
      `${PARENT} CREATE TABLE t (a INT REFERENCES p)`,
      'CREATE TABLE p (id INTEGER, x INT, PRIMARY KEY (id, x)); CREATE TABLE t (a INT REFERENCES p)',
      'p: column x is not expected',
    ],
    ['UNIQUE', 'CREATE TABLE t (a INT UNIQUE)', 'CREATE TABLE t (a INT)', 't: UNIQUE (a) is missing'],
    [
      'more columns in UNIQUE',
      'CREATE TABLE t (a INT, b INT, UNIQUE (a, b))',
      'CREATE TABLE t (a INT, b INT, UNIQUE (a))',
      't: UNIQUE is (a), expected (a, b)',
    ],
    [
      'what UNIQUE does',
      'CREATE TABLE t (a INT UNIQUE ON CONFLICT REPLACE)',
      'CREATE TABLE t (a INT UNIQUE)',
      't: UNIQUE is (a), expected (a) ON CONFLICT REPLACE',
    ],
    [
      'CHECK',
      'CREATE TABLE t (a INT CHECK (a > 0))',
      'CREATE TABLE t (a INT)',
      't: CHECK (a > 0) is missing',
    ],
    [
      'a bound in CHECK',
      'CREATE TABLE t (a INT CHECK (a > 0))',
      'CREATE TABLE t (a INT CHECK (a > 1))',
      't: CHECK is (a > 1), expected (a > 0)',
    ],
    [
      'a literal in CHECK',
      "CREATE TABLE t (a TEXT CHECK (a IN ('x', 'Y')))",
      "CREATE TABLE t (a TEXT CHECK (a IN ('x', 'y')))",
      "t: CHECK is (a IN ('x', 'y')), expected (a IN ('x', 'Y'))",
    ],
    [
      'a quoted name that is no NULL',
      'CREATE TABLE t (a INT, "null" INT, CHECK (a IS "null"))',
      'CREATE TABLE t (a INT, "null" INT, CHECK (a IS NULL))',
      't: CHECK is (a IS NULL), expected (a IS "null")',
    ],
    [
      'a foreign key',
      `${PARENT} CREATE TABLE t (a INT REFERENCES p)`,
      `${PARENT} CREATE TABLE t (a INT)`,
      't: foreign key (a) -> p(id) is missing',
    ],
    [
      'the action of a foreign key',
      'CREATE TABLE projects (id INTEGER PRIMARY KEY); CREATE TABLE tasks (project_id INT REFERENCES projects)',
      'CREATE TABLE projects (id INTEGER PRIMARY KEY); CREATE TABLE tasks (project_id INT REFERENCES projects ON DELETE CASCADE)',
      'tasks: foreign key (project_id) -> projects(id) has ON DELETE CASCADE, expected NO ACTION',
    ],
    [
      'a deferred foreign key',
      `${PARENT} CREATE TABLE t (a INT REFERENCES p DEFERRABLE INITIALLY DEFERRED)`,
      `${PARENT} CREATE TABLE t (a INT REFERENCES p)`,
      't: foreign key (a) -> p(id) is checked at once, expected INITIALLY DEFERRED',
    ],
    [
      'the parent of a foreign key',
      `${PARENT} CREATE TABLE q (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT REFERENCES p)`,
      `${PARENT} CREATE TABLE q (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT REFERENCES q)`,
      't: foreign key (a) -> p(id) refers to q(id), expected p(id)',
    ],
    [
      'an index',
      'CREATE TABLE t (a INT); CREATE INDEX i ON t (a)',
      'CREATE TABLE t (a INT)',
      'index i is missing',
    ],
    [
      'an index of the user',
      'CREATE TABLE t (a INT)',
      'CREATE TABLE t (a INT); CREATE INDEX i ON t (a)',
      'index i is not expected',
    ],
    [
      'a unique index',
      'CREATE TABLE t (a INT); CREATE UNIQUE INDEX i ON t (a)',
      'CREATE TABLE t (a INT); CREATE INDEX i ON t (a)',
      'index i is not unique',
    ],
    [
      'a descending index',
      'CREATE TABLE t (a INT); CREATE INDEX i ON t (a DESC)',
      'CREATE TABLE t (a INT); CREATE INDEX i ON t (a)',
      'index i is on (a), expected (a DESC)',
    ],
    [
      'the collation of an index',
      'CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a COLLATE NOCASE)',
      'CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a)',
      'index i is on (a), expected (a COLLATE NOCASE)',
    ],
    [
      'a partial index',
      'CREATE TABLE t (a INT); CREATE INDEX i ON t (a) WHERE a > 0',
      'CREATE TABLE t (a INT); CREATE INDEX i ON t (a)',
      'index i has no WHERE, expected WHERE a > 0',
    ],
    [
      'an index on an expression',
      'CREATE TABLE t (a TEXT); CREATE INDEX i ON t (lower(a))',
      'CREATE TABLE t (a TEXT); CREATE INDEX i ON t (upper(a))',
      'index i is on (upper(a)), expected (lower(a))',
    ],
    [
      'an index on another table',
      'CREATE TABLE t (a INT); CREATE TABLE s (a INT); CREATE INDEX i ON t (a)',
      'CREATE TABLE t (a INT); CREATE TABLE s (a INT); CREATE INDEX i ON s (a)',
      'index i is on table s, expected t',
    ],
    [
      'a table with what is on it',
      `${PARENT} CREATE TABLE t (a INT); CREATE INDEX i ON t (a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END`,
      PARENT,
      'table t is missing',
    ],
    [
      'a table of the user',
      PARENT,
      `${PARENT} CREATE TABLE notes (a INT); CREATE INDEX i ON notes (a)`,
      'table notes is not expected',
    ],
    [
      'a leftover of Alembic',
      PARENT,
      `${PARENT} CREATE TABLE _alembic_tmp_p (id INT)`,
      'table _alembic_tmp_p is not expected: by its name, left behind by a rebuild of p (Alembic) that did not finish',
    ],
    [
      'a leftover of drizzle',
      PARENT,
      `${PARENT} CREATE TABLE __new_p (id INT)`,
      'table __new_p is not expected: by its name, left behind by a rebuild of p (drizzle) that did not finish',
    ],
    [
      'a table that is new, not a leftover',
      PARENT,
      `${PARENT} CREATE TABLE new_orders (id INT)`,
      'table new_orders is not expected',
    ],
    [
      'a view',
      'CREATE VIEW v AS SELECT 1 AS a',
      'CREATE VIEW v AS SELECT 2 AS a',
      'view v is `as select 2 as a`, expected `as select 1 as a`',
    ],
    [
      'a trigger',
      'CREATE TABLE t (a INT); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END',
      'CREATE TABLE t (a INT); CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT 1; END',
      'trigger g is `before insert on t begin select 1 ; ...`, expected `after insert on t begin select 1 ; ...`',
    ],
    [
      'arguments of a module',
      "CREATE VIRTUAL TABLE f USING fts5(a, tokenize = 'porter')",
      'CREATE VIRTUAL TABLE f USING fts5(a)',
      "f: is `... ( a )`, expected `... ( a , tokenize = 'porter' )`",
    ],
    [
      'a table under the name of a version table',
      PARENT,
      `${PARENT} CREATE TABLE schema_migrations (id INT, note TEXT)`,
      'table schema_migrations is not expected',
    ],
  ];

describe('one change of a structure changes the fingerprint and is one difference:', () => {
  test.each(DIFFERENT)('%s', (_, expected, actual, difference) => {
    expect(differenceOf(expected, actual)).toEqual([difference]);
    expect(fingerprintAfter(expected)).not.toBe(fingerprintAfter(actual));
  });
});
