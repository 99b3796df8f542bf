import { describe, expect, test } from 'vitest';
import { differenceOf, fingerprintAfter } from '../../../support/schemas.js';

const PARENT = 'CREATE TABLE p (id INTEGER PRIMARY KEY);';

/** Two ways to write one structure. */
const SAME: readonly (readonly [title: string, one: string, other: string])[] = [
  [
    'blanks, case and comments',
    'CREATE TABLE t (a INT, b TEXT)',
    'create  table T(A int /* x */,\n  B text -- y\n)',
  ],
  [
    'four ways to quote',
    'CREATE TABLE t (a INT CHECK (a > 0))',
    'CREATE TABLE "t" ([a] INT CHECK (`a` > 0))',
  ],
  [
    'a quoted name that is a word of SQL',
    'CREATE TABLE t (key INT CHECK (key > 0))',
    'CREATE TABLE t ("KEY" INT CHECK ("key" > 0))',
  ],
  ['the order of columns', 'CREATE TABLE t (a INT, b TEXT)', 'CREATE TABLE t (b TEXT, a INT)'],
  [
    'a column added later',
    "CREATE TABLE t (a INT, b TEXT DEFAULT 'x')",
    "CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'x'",
  ],
  [
    'a column dropped',
    'CREATE TABLE t (a INT)',
    'CREATE TABLE t (a INT, b INT); ALTER TABLE t DROP COLUMN b',
  ],
  [
    'a table renamed',
    `${PARENT} CREATE TABLE t (a INT REFERENCES p); CREATE VIEW v AS SELECT a FROM t`,
    `CREATE TABLE q (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT REFERENCES q); CREATE VIEW v AS SELECT a FROM t; ALTER TABLE q RENAME TO p`,
  ],
  [
    'a table of a view and a trigger renamed',
    'CREATE TABLE t (a INT); CREATE VIEW v AS SELECT t.a FROM t; CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END',
    'CREATE TABLE s (a INT); CREATE VIEW v AS SELECT s.a FROM s; CREATE TRIGGER g AFTER INSERT ON s BEGIN DELETE FROM s; END; ALTER TABLE s RENAME TO t',
  ],
  [
    'a column renamed',
    'CREATE TABLE t (a INT CHECK (a > 0)); CREATE INDEX i ON t (a)',
    'CREATE TABLE t (b INT CHECK (b > 0)); CREATE INDEX i ON t (b); ALTER TABLE t RENAME COLUMN b TO a',
  ],
  ['default 0 in parentheses', 'CREATE TABLE t (a INT DEFAULT 0)', 'CREATE TABLE t (a INT DEFAULT ((0)))'],
  [
    'a default that is stored as the same number',
    'CREATE TABLE t (a INT DEFAULT 0, b REAL DEFAULT 1)',
    "CREATE TABLE t (a INT DEFAULT '0', b REAL DEFAULT '1.0')",
  ],
  [
    'a default that is stored as the same text',
    "CREATE TABLE t (a TEXT DEFAULT 'x', b TEXT DEFAULT '5')",
    'CREATE TABLE t (a TEXT DEFAULT "x", b TEXT DEFAULT 5)',
  ],
  ['DEFAULT NULL', 'CREATE TABLE t (a INT)', 'CREATE TABLE t (a INT DEFAULT NULL)'],
  [
    'the current time by default',
    'CREATE TABLE t (a TEXT DEFAULT CURRENT_TIMESTAMP)',
    'CREATE TABLE t (a TEXT DEFAULT (current_timestamp))',
  ],
  ['a type in blanks and case', 'CREATE TABLE t (a VARCHAR(20))', 'CREATE TABLE t (a varchar ( 20 ))'],
  [
    'ascending and binary, written',
    'CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a)',
    'CREATE TABLE t (a TEXT COLLATE BINARY); CREATE INDEX i ON t (a COLLATE binary ASC)',
  ],
  [
    'UNIQUE beside the column',
    'CREATE TABLE t (a INT UNIQUE, b INT UNIQUE)',
    'CREATE TABLE t (a INT, b INT, CONSTRAINT u UNIQUE (b), UNIQUE (a))',
  ],
  ['UNIQUE twice', 'CREATE TABLE t (a INT UNIQUE)', 'CREATE TABLE t (a INT UNIQUE, UNIQUE (a))'],
  [
    'the primary key beside the column',
    'CREATE TABLE t (id INTEGER PRIMARY KEY)',
    'CREATE TABLE t (id INTEGER NOT NULL, CONSTRAINT pk PRIMARY KEY (id))',
  ],
  [
    'a descending table key of a rowid',
    'CREATE TABLE t (id INTEGER PRIMARY KEY)',
    'CREATE TABLE t (id INTEGER, PRIMARY KEY (id DESC))',
  ],
  [
    'AUTOINCREMENT beside the column',
    'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)',
    'CREATE TABLE t (id INTEGER, PRIMARY KEY (id AUTOINCREMENT))',
  ],
  [
    'CHECK beside the column and its name',
    'CREATE TABLE t (a INT CHECK (a > 0))',
    'CREATE TABLE t (a INT, CONSTRAINT positive CHECK ((a>0)))',
  ],
  [
    'CHECK with the name of its table',
    'CREATE TABLE t (a INT CHECK (a > 0))',
    'CREATE TABLE s (a INT CHECK (s.a > 0)); ALTER TABLE s RENAME TO t',
  ],
  [
    'CHECK with other spellings of operators',
    'CREATE TABLE t (a INT CHECK (a <> 1 AND a = 2))',
    'CREATE TABLE t (a INT CHECK (A != 1 and A == 2))',
  ],
  [
    'CHECK added later',
    'CREATE TABLE t (a INT CHECK (a > 0))',
    'CREATE TABLE t (a INT); ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0)',
  ],
  [
    'NOT NULL added later',
    'CREATE TABLE t (a INT NOT NULL)',
    'CREATE TABLE t (a INT); ALTER TABLE t ALTER COLUMN a SET NOT NULL',
  ],
  [
    'NOT NULL dropped later',
    'CREATE TABLE t (a INT)',
    'CREATE TABLE t (a INT NOT NULL); ALTER TABLE t ALTER COLUMN a DROP NOT NULL',
  ],
  [
    'a constraint dropped later',
    'CREATE TABLE t (a INT)',
    'CREATE TABLE t (a INT, CONSTRAINT c CHECK (a > 0)); ALTER TABLE t DROP CONSTRAINT c',
  ],
  [
    'a foreign key beside the column',
    `${PARENT} CREATE TABLE t (a INT REFERENCES p(id) ON DELETE CASCADE)`,
    `${PARENT} CREATE TABLE t (a INT, CONSTRAINT f FOREIGN KEY ("a") REFERENCES "P" (ID) ON UPDATE NO ACTION ON DELETE CASCADE)`,
  ],
  [
    'a foreign key to the unnamed primary key',
    `${PARENT} CREATE TABLE t (a INT REFERENCES p(id))`,
    `CREATE TABLE t (a INT REFERENCES p); ${PARENT}`,
  ],
  [
    'a foreign key that is checked at once',
    `${PARENT} CREATE TABLE t (a INT REFERENCES p)`,
    `${PARENT} CREATE TABLE t (a INT REFERENCES p NOT DEFERRABLE INITIALLY DEFERRED)`,
  ],
  [
    'foreign keys in another order',
    `${PARENT} CREATE TABLE t (a INT REFERENCES p DEFERRABLE INITIALLY DEFERRED, b INT REFERENCES p)`,
    `${PARENT} CREATE TABLE t (a INT, b INT, FOREIGN KEY (b) REFERENCES p, FOREIGN KEY (a) REFERENCES p DEFERRABLE INITIALLY DEFERRED)`,
  ],
  [
    'ON CONFLICT ABORT',
    'CREATE TABLE t (a INT NOT NULL UNIQUE)',
    'CREATE TABLE t (a INT NOT NULL ON CONFLICT ABORT UNIQUE ON CONFLICT ABORT)',
  ],
  [
    'a partial index in parentheses',
    'CREATE TABLE t (a INT); CREATE INDEX i ON t (a) WHERE a > 0',
    'CREATE TABLE t (a INT); CREATE INDEX IF NOT EXISTS main.I ON [t] ("a") WHERE (a>0)',
  ],
  [
    'an index on an expression',
    'CREATE TABLE t (a TEXT); CREATE INDEX i ON t (lower(a))',
    'CREATE TABLE t (a TEXT); CREATE INDEX i ON t (LOWER( "a" ))',
  ],
  [
    'a generated column',
    'CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a + 1) VIRTUAL)',
    'CREATE TABLE t (a INT, b INT AS ((a+1)))',
  ],
  [
    'a comment inside of GENERATED ALWAYS',
    'CREATE TABLE t (a INT, b INT AS (a))',
    'CREATE TABLE t (a INT, b INT GENERATED /* x */ ALWAYS AS (a))',
  ],
  [
    'a view created where it was missing',
    'CREATE VIEW v AS SELECT 1 AS a',
    'CREATE VIEW IF NOT EXISTS main."V" as select 1 as A',
  ],
  [
    'what a trigger does unless told',
    'CREATE TABLE t (a INT); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SELECT 1; END',
    'CREATE TABLE t (a INT); CREATE TRIGGER IF NOT EXISTS main.g INSERT ON "t" BEGIN select 1 ; END',
  ],
  [
    'a virtual table',
    'CREATE VIRTUAL TABLE f USING fts5(title, body)',
    'CREATE VIRTUAL TABLE IF NOT EXISTS "f" USING FTS5("title",body)',
  ],
  [
    "SQLite's own tables",
    'CREATE TABLE t (a INT); CREATE INDEX i ON t (a)',
    'CREATE TABLE t (a INT); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1); ANALYZE',
  ],
  [
    'version tables of known tools',
    'CREATE TABLE t (a INT)',
    'CREATE TABLE t (a INT); CREATE TABLE alembic_version (version_num TEXT PRIMARY KEY); CREATE TABLE flotilla_history (a); CREATE INDEX h ON flotilla_history (a); CREATE TRIGGER g AFTER INSERT ON Flotilla_History BEGIN SELECT 1; END; CREATE TABLE schema_migrations (version TEXT, dirty INT)',
  ],
];

describe('the fingerprint does not depend on', () => {
  test.each(SAME)('%s', (_, one, other) => {
    expect(differenceOf(one, other)).toEqual([]);
    expect(fingerprintAfter(one)).toBe(fingerprintAfter(other));
  });
});
