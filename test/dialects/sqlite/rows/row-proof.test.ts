// What a revision may do to rows that were there before it, and what stops it: statement by statement, by key.

import { describe, expect, test } from 'vitest';
import type { Kept, RowsFound } from '../../../../src/dialects/port.js';
import { pass, revisionOf } from './passes.js';

const USERS = `CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);
INSERT INTO users VALUES (1, 'a', '008'), (2, 'b', '1e3'), (7, 'c', NULL);`;
const OTHERS = `${USERS} CREATE TABLE t(id INTEGER PRIMARY KEY, email, phone); INSERT INTO t VALUES (1, 'x', 'y');`;
const MAKE = 'CREATE TABLE users_new(id INTEGER PRIMARY KEY, email TEXT NOT NULL, phone TEXT);';
const SWAP = 'DROP TABLE users; ALTER TABLE users_new RENAME TO users;';
const rebuilt = (copy: string, make = MAKE): string => `${make} ${copy}; ${SWAP}`;
const PAIRS = "CREATE TABLE t(k TEXT, v); INSERT INTO t VALUES ('x', 1), ('x', 1), ('c', 3);";
const NULLS = "CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES (NULL, 1), (NULL, 2), ('c', 3);";
const CITIES = `CREATE TABLE c(id INTEGER PRIMARY KEY, name TEXT, city TEXT);
INSERT INTO c VALUES (1, 'a', 'Rome'), (2, 'b', 'Oslo'), (3, 'c', 'Rome'), (4, 'd', NULL);`;
const PROFILES = `CREATE TABLE u(id INTEGER PRIMARY KEY, n TEXT); CREATE TABLE p(user_id INTEGER PRIMARY KEY, bio TEXT);
INSERT INTO u VALUES (1, 'a'), (2, 'b'); INSERT INTO p VALUES (1, 'x');`;
/** Profiles with a key of their own. */
const OWN_KEY = `CREATE TABLE u(id INTEGER PRIMARY KEY, n TEXT, bio TEXT); CREATE TABLE p(id INTEGER PRIMARY KEY, user_id INTEGER UNIQUE, bio TEXT);
INSERT INTO u(id, n) VALUES (1, 'a'), (2, 'b'); INSERT INTO p VALUES (70, 1, 'x'), (71, 2, 'y');`;
const ADD = 'ALTER TABLE u ADD COLUMN bio TEXT;';
const MOVES = '-- moves: p -> u';
const header = (lines: string, up: string): string => `${lines}\n-- migrate:up\n${up}`;

type Right = readonly [what: string, start: string, ...revisions: string[]];

const RIGHT: readonly Right[] = [
  ['a rebuild', USERS, rebuilt('INSERT INTO users_new(id, email, phone) SELECT id, email, phone FROM users')],
  [
    'a rebuild that computes',
    USERS,
    rebuilt(`INSERT INTO users_new SELECT id, upper(email), phone || 'x' FROM users`),
  ],
  [
    'a rebuild that sets a column anew',
    USERS,
    rebuilt(`INSERT INTO users_new SELECT id, email, 'none' FROM users`),
  ],
  [
    'a rebuild with another order of rows',
    USERS,
    rebuilt('INSERT INTO users_new SELECT * FROM users ORDER BY id DESC'),
  ],
  [
    'an update afterwards',
    USERS,
    rebuilt('INSERT INTO users_new SELECT * FROM users; UPDATE users_new SET phone = NULL'),
  ],
  [
    'an update of the key afterwards',
    USERS,
    rebuilt('INSERT INTO users_new SELECT * FROM users; UPDATE users_new SET id = id + 50'),
  ],
  [
    'new keys that are computed',
    USERS,
    rebuilt(
      "INSERT INTO users_new SELECT 'u' || id, email, phone FROM users",
      'CREATE TABLE users_new(id TEXT PRIMARY KEY, email, phone);',
    ),
  ],
  [
    'new keys in two parts',
    USERS,
    rebuilt(
      "INSERT INTO users_new SELECT 'u' || id, email, phone FROM users WHERE id < 2; INSERT INTO users_new SELECT 'v' || id, email, phone FROM users WHERE id >= 2",
      'CREATE TABLE users_new(id TEXT PRIMARY KEY, email, phone);',
    ),
  ],
  [
    'a temporary table between',
    USERS,
    'CREATE TEMP TABLE b AS SELECT id, email, phone FROM users; DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT); INSERT INTO users SELECT id, email, phone FROM b; DROP TABLE b;',
  ],
  [
    'a table between that goes first',
    USERS,
    `CREATE TABLE m AS SELECT * FROM users; ${MAKE} INSERT INTO users_new SELECT * FROM m; DROP TABLE m; ${SWAP}`,
  ],
  [
    'a split by rows',
    USERS,
    `CREATE TABLE late AS SELECT * FROM users WHERE id > 5; ${rebuilt('INSERT INTO users_new SELECT * FROM users WHERE id <= 5')}`,
  ],
  [
    'a split by columns',
    USERS,
    'CREATE TABLE a(id INTEGER PRIMARY KEY, email); CREATE TABLE b(uid INTEGER PRIMARY KEY, phone TEXT); INSERT INTO a SELECT id, email FROM users; INSERT INTO b SELECT id, phone FROM users; DROP TABLE users;',
  ],
  [
    'two copies into one table',
    USERS,
    rebuilt(
      'INSERT INTO users_new SELECT * FROM users WHERE id < 3; INSERT INTO users_new SELECT * FROM users WHERE id >= 3',
    ),
  ],
  [
    'a copy that is tried twice',
    USERS,
    rebuilt(
      'INSERT INTO users_new SELECT * FROM users WHERE id < 3; INSERT OR IGNORE INTO users_new SELECT * FROM users',
    ),
  ],
  [
    'a copy that replaces',
    USERS,
    rebuilt(
      'INSERT INTO users_new SELECT * FROM users; INSERT OR REPLACE INTO users_new SELECT * FROM users',
    ),
  ],
  [
    'an upsert',
    USERS,
    rebuilt(
      'INSERT INTO users_new SELECT * FROM users; INSERT INTO users_new SELECT * FROM users WHERE true ON CONFLICT (id) DO UPDATE SET phone = 1',
    ),
  ],
  [
    'the old one renamed aside',
    USERS,
    'ALTER TABLE users RENAME TO old; CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT); INSERT INTO users SELECT * FROM old; DROP TABLE old;',
  ],
  [
    'a column renamed between',
    USERS,
    `${MAKE} INSERT INTO users_new SELECT * FROM users; ALTER TABLE users_new RENAME COLUMN id TO uid; ALTER TABLE users RENAME COLUMN phone TO tel; ${SWAP}`,
  ],
  [
    'a rebuild over several revisions',
    USERS,
    MAKE,
    'INSERT INTO users_new SELECT * FROM users',
    'UPDATE users_new SET phone = 1',
    SWAP,
  ],
  [
    'an archive',
    USERS,
    'CREATE TABLE gone AS SELECT * FROM users WHERE id < 5; DELETE FROM users WHERE id < 5',
  ],
  [
    'an archive of all',
    USERS,
    'CREATE TABLE gone AS SELECT * FROM users; DELETE FROM users AS u WHERE u.id IN (SELECT id FROM gone)',
  ],
  [
    'a DELETE with a WITH',
    USERS,
    'CREATE TABLE gone AS SELECT * FROM users; WITH g AS (SELECT id FROM gone) DELETE FROM users WHERE id IN (SELECT id FROM g)',
  ],
  ['a DELETE of no row', USERS, 'DELETE FROM users WHERE id = 100'],
  ['an update of the key', USERS, 'UPDATE users SET id = id + 100'],
  [
    'a merge of two tables',
    OTHERS,
    `${MAKE} INSERT INTO users_new SELECT id, email, phone FROM users UNION ALL SELECT id + 10, email, phone FROM t; DROP TABLE t; ${SWAP}`,
  ],
  [
    'a copy through a view',
    `${USERS} CREATE VIEW v AS SELECT * FROM users;`,
    `DROP VIEW IF EXISTS w; CREATE TABLE n(id INTEGER PRIMARY KEY, email, phone); INSERT INTO n SELECT * FROM v; DROP VIEW v; DROP TABLE users;`,
  ],
  [
    'a copy through a subquery',
    USERS,
    rebuilt('INSERT INTO users_new SELECT * FROM (SELECT id, email, phone FROM users)'),
  ],
  [
    'a copy through a WITH',
    USERS,
    rebuilt('WITH c AS (SELECT id, email, phone FROM users) INSERT INTO users_new SELECT * FROM c'),
  ],
  [
    'a copy through a join',
    OTHERS,
    rebuilt('INSERT INTO users_new SELECT u.id, u.email, u.phone FROM users AS u LEFT JOIN t ON t.id = u.id'),
  ],
  [
    'a text key with gaps in its numbers',
    "CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3); DELETE FROM t WHERE k = 'b';",
    'CREATE TABLE n(k TEXT PRIMARY KEY, v); INSERT INTO n SELECT * FROM t; DROP TABLE t',
  ],
  [
    'several rows with no key',
    PAIRS,
    'CREATE TABLE n(k TEXT, v); INSERT INTO n SELECT * FROM t ORDER BY v DESC; DROP TABLE t',
  ],
  [
    'several keys that are NULL',
    NULLS,
    'CREATE TABLE n(k TEXT PRIMARY KEY, v); INSERT INTO n SELECT * FROM t ORDER BY k DESC; DROP TABLE t',
  ],
  [
    'a table that columns hide the row number of',
    "CREATE TABLE t(rowid TEXT, _rowid_ TEXT, oid TEXT, v); INSERT INTO t VALUES ('a', 'b', 'c', 1);",
    'CREATE TABLE n(rowid TEXT, _rowid_ TEXT, oid TEXT, v); INSERT INTO n SELECT * FROM t; DROP TABLE t',
  ],
  [
    'a column that is generated',
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v, w AS (v + 1)); INSERT INTO t(v) VALUES (1);',
    'CREATE TABLE n(id INTEGER PRIMARY KEY, v); INSERT INTO n SELECT id, v FROM t; DROP TABLE t',
  ],
  ['a column that is dropped', USERS, 'ALTER TABLE users DROP COLUMN phone'],
  [
    'a column that is empty and forgotten',
    USERS.replace("'008'", 'NULL').replace("'1e3'", 'NULL'),
    rebuilt('INSERT INTO users_new(id, email) SELECT id, email FROM users'),
  ],
  ['an empty table', 'CREATE TABLE t(a); CREATE TABLE z(a); INSERT INTO z VALUES (1);', 'DROP TABLE t'],
  [
    'what came into being in the same pass',
    'CREATE TABLE z(a); INSERT INTO z VALUES (1);',
    'CREATE TABLE t(a); INSERT INTO t VALUES (1)',
    'DROP TABLE t',
  ],
  [
    'rows that are replaced with all they hold',
    USERS,
    "INSERT OR REPLACE INTO users(id, email, phone) VALUES (1, 'new', 'x')",
  ],
  ['rows that may go', USERS, header('-- loses_rows: users', 'DELETE FROM users WHERE id = 1')],
  [
    'rows that may go under a later name',
    USERS,
    'ALTER TABLE users RENAME TO people',
    header('-- loses_rows: people', 'DELETE FROM people'),
  ],
  [
    'rows that may go under the name that comes',
    USERS,
    header('-- loses_rows: people', 'DELETE FROM users; ALTER TABLE users RENAME TO people'),
  ],
  [
    'a column that may go',
    USERS,
    header('-- drops: users.phone', rebuilt('INSERT INTO users_new(id, email) SELECT id, email FROM users')),
  ],
  [
    'a key that may go',
    USERS,
    header(
      '-- drops: users.id',
      rebuilt('INSERT INTO users_new(email, phone) SELECT email, phone FROM users'),
    ),
  ],
  [
    'a column that may change',
    USERS,
    header(
      '-- changes: users.phone',
      rebuilt(
        'INSERT INTO users_new SELECT * FROM users',
        'CREATE TABLE users_new(id INTEGER PRIMARY KEY, email, phone STRING);',
      ),
    ),
  ],
  [
    'a column that may change by its new name',
    USERS,
    header(
      '-- changes: users_new.tel',
      rebuilt(
        'INSERT INTO users_new SELECT * FROM users',
        'CREATE TABLE users_new(id INTEGER PRIMARY KEY, email, tel STRING);',
      ),
    ),
  ],
  [
    'rows that move',
    OTHERS,
    header(
      '-- moves: users -> t',
      'INSERT INTO t(email, phone) SELECT email, phone FROM users; DROP TABLE users',
    ),
  ],
  [
    'rows that move out of a table that stays',
    OTHERS,
    header(
      '-- moves: users -> t',
      'INSERT INTO t(email, phone) SELECT email, phone FROM users WHERE id < 5; DELETE FROM users WHERE id < 5',
    ),
  ],
  [
    'a table without a key, copied in two parts of which one has nothing in a column',
    'CREATE TABLE t(v TEXT, w); INSERT INTO t VALUES (1, NULL), (2, 3);',
    'CREATE TABLE n(v TEXT, w); INSERT INTO n(v) SELECT v FROM t WHERE w IS NULL; INSERT INTO n(v, w) SELECT v, w FROM t WHERE w > 0; DROP TABLE t; ALTER TABLE n RENAME TO t',
  ],
  [
    'a copy by a view that calls columns otherwise',
    `${USERS} CREATE VIEW v AS SELECT id, email AS first, phone AS last FROM users;`,
    'CREATE TABLE n(id INTEGER PRIMARY KEY, first, last); INSERT INTO n SELECT id, first, last FROM v; DROP VIEW v; DROP TABLE users',
  ],
  [
    'a copy by a WITH that calls columns otherwise, and numbers rows',
    USERS,
    `CREATE TABLE n(id INTEGER PRIMARY KEY, e, p, pos INTEGER NOT NULL);
WITH r AS (SELECT id, email AS e, phone AS p, ROW_NUMBER() OVER (ORDER BY email) AS pos FROM users)
INSERT INTO n SELECT id, e, p, pos FROM r; DROP TABLE users`,
  ],
  [
    'names that become rows of a table of their own, found by a join',
    CITIES,
    `CREATE TABLE cities(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
INSERT INTO cities(name) SELECT DISTINCT city FROM c WHERE city IS NOT NULL;
CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT, city_id INTEGER REFERENCES cities(id));
INSERT INTO n SELECT c.id, c.name, x.id FROM c LEFT JOIN cities x ON x.name = c.city; DROP TABLE c; ALTER TABLE n RENAME TO c`,
  ],
  [
    'two tables of one key made one by a join',
    PROFILES,
    `CREATE TABLE n(id INTEGER PRIMARY KEY, n TEXT, bio TEXT);
INSERT INTO n SELECT u.id, u.n, p.bio FROM u LEFT JOIN p ON p.user_id = u.id; DROP TABLE u; DROP TABLE p; ALTER TABLE n RENAME TO u`,
  ],
  [
    'two tables of one key made one by values that are asked for',
    PROFILES,
    `${ADD} UPDATE u SET bio = (SELECT bio FROM p WHERE p.user_id = u.id); DROP TABLE p`,
  ],
  [
    'two tables of one key made one by an update from the other',
    PROFILES,
    `${ADD} UPDATE u AS x SET bio = p.bio FROM p WHERE p.user_id = x.id; DROP TABLE p`,
  ],
  [
    'a merge that computes, and leaves alone what has nothing',
    PROFILES,
    `${ADD} UPDATE u SET bio = coalesce((SELECT upper(q.bio) FROM p AS q WHERE q.user_id = id), 'none') WHERE id IN (SELECT user_id FROM p); DROP TABLE p`,
  ],
  [
    'a merge of several columns at once',
    `${PROFILES} ALTER TABLE p ADD COLUMN age; UPDATE p SET age = 7;`,
    `${ADD} ALTER TABLE u ADD COLUMN years; UPDATE u SET (bio, years) = (SELECT bio, age FROM p WHERE user_id = u.id); DROP TABLE p`,
  ],
  [
    'a merge column by column',
    `${PROFILES} ALTER TABLE p ADD COLUMN age; UPDATE p SET age = 7;`,
    `${ADD} ALTER TABLE u ADD COLUMN age; UPDATE u SET bio = p.bio FROM p WHERE user_id = u.id; UPDATE u SET age = (SELECT age FROM p WHERE user_id = u.id); DROP TABLE p`,
  ],
  [
    'a merge through a subquery, a WITH and a view',
    `${PROFILES} CREATE VIEW v AS SELECT user_id AS uid, bio AS text FROM p;`,
    `${ADD} WITH w AS (SELECT * FROM v) UPDATE u SET bio = s.text FROM (SELECT uid, text FROM w) AS s WHERE s.uid = u.id; DROP VIEW v; DROP TABLE p`,
  ],
  [
    'a merge, and the rest put in beside it',
    `${PROFILES} INSERT INTO p VALUES (9, 'late');`,
    `${ADD} UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id; INSERT INTO u(id, bio) SELECT user_id, bio FROM p WHERE user_id NOT IN (SELECT id FROM u); DROP TABLE p`,
  ],
  [
    'a merge into a table that is then made anew',
    PROFILES,
    `${ADD} UPDATE u SET bio = (SELECT bio FROM p WHERE p.user_id = u.id); CREATE TABLE m(id INTEGER PRIMARY KEY, n, text TEXT); INSERT INTO m SELECT id, n, bio FROM u; DROP TABLE u; DROP TABLE p`,
  ],
  [
    'a merge, and the other table goes revisions later',
    PROFILES,
    ADD,
    'UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id',
    'DROP TABLE p',
  ],
  [
    'a merge of a table without a key',
    PROFILES.replace('user_id INTEGER PRIMARY KEY', 'user_id INTEGER'),
    `${ADD} UPDATE u SET bio = (SELECT bio FROM p WHERE p.user_id = u.id); DROP TABLE p`,
  ],
  [
    'a merge of what has a key of its own, and is said to live on',
    OWN_KEY,
    header(MOVES, 'UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id; DROP TABLE p'),
  ],
  [
    'a merge that carries such a key as well',
    OWN_KEY,
    'ALTER TABLE u ADD COLUMN profile; UPDATE u SET bio = p.bio, profile = p.id FROM p WHERE p.user_id = u.id; DROP TABLE p',
  ],
  [
    'a merge of the one row of settings, which are said to live on',
    'CREATE TABLE s(id INTEGER PRIMARY KEY, theme); CREATE TABLE old(id INTEGER PRIMARY KEY, theme); INSERT INTO s VALUES (1, NULL); INSERT INTO old VALUES (7, 3);',
    header('-- moves: old -> s', 'UPDATE s SET theme = (SELECT theme FROM old); DROP TABLE old'),
  ],
  [
    'two tables of one key made one by a copy that asks for values',
    PROFILES,
    'CREATE TABLE m(id INTEGER PRIMARY KEY, n TEXT, text TEXT); INSERT INTO m SELECT u.id, u.n, (SELECT bio FROM p WHERE user_id = u.id) FROM u; DROP TABLE u; DROP TABLE p',
  ],
  [
    'a reference that is kept only where what it names is there',
    'CREATE TABLE v(id INTEGER PRIMARY KEY); CREATE TABLE t(id INTEGER PRIMARY KEY, v_id); INSERT INTO v VALUES (1); INSERT INTO t VALUES (1, 1), (2, 555);',
    'CREATE TABLE n(id INTEGER PRIMARY KEY, v_id INTEGER REFERENCES v(id)); INSERT INTO n SELECT id, (SELECT v.id FROM v WHERE v.id = t.v_id) FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t',
  ],
  [
    'a value that is looked up by what a row holds',
    'CREATE TABLE rates(upto INTEGER PRIMARY KEY, rate); CREATE TABLE t(id INTEGER PRIMARY KEY, amount); INSERT INTO rates VALUES (10, 3), (100, 2); INSERT INTO t VALUES (1, 7), (2, 50), (3, 5000);',
    'CREATE TABLE n(id INTEGER PRIMARY KEY, rate); INSERT INTO n SELECT id, (SELECT max(rate) FROM rates WHERE upto >= amount) FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t',
  ],
];

test.each(RIGHT)('%s is right', async (_, start, ...revisions) => {
  expect(await pass({ start, revisions })).toEqual({ code: null, message: '', found: null, sql: '' });
});

type Wrong = readonly [
  what: string,
  start: string,
  revisions: readonly string[],
  at: string,
  message: string,
  declare: RowsFound['declare'],
];

const loses = (...names: string[]): RowsFound['declare'] => [{ key: 'loses_rows', names }];
const drops = (...names: string[]): RowsFound['declare'] => [{ key: 'drops', names }];

const LOST: readonly Wrong[] = [
  [
    'a rebuild that forgets a column',
    USERS,
    [rebuilt('INSERT INTO users_new(id, email) SELECT id, email FROM users')],
    'DROP TABLE users',
    'users goes, and nothing holds what is in phone (2 rows)',
    drops('users.phone'),
  ],
  [
    'one that forgets it after a rename',
    USERS,
    [
      `ALTER TABLE users RENAME TO old; ${MAKE} INSERT INTO users_new(id, email) SELECT id, email FROM old; DROP TABLE old`,
    ],
    'DROP TABLE old',
    'old with the rows of users goes, and nothing holds what is in phone (2 rows)',
    drops('users.phone'),
  ],
  [
    'one that leaves rows out',
    USERS,
    [rebuilt('INSERT INTO users_new SELECT * FROM users WHERE phone IS NOT NULL')],
    'DROP TABLE users',
    'users goes, and 1 row is nowhere else: (id) = (7)',
    loses('users'),
  ],
  [
    'one that numbers rows anew',
    USERS,
    [rebuilt('INSERT INTO users_new(email, phone) SELECT email, phone FROM users')],
    'DROP TABLE users',
    'users goes, and its copy in users_new leaves out id, which 3 rows are known by',
    drops('users.id'),
  ],
  [
    'a merge under new keys',
    OTHERS,
    ['INSERT INTO t(email, phone) SELECT email, phone FROM users; DROP TABLE users'],
    'DROP TABLE users',
    'users goes, and its copy in t leaves out id, which 3 rows are known by',
    [{ key: 'moves', names: ['users -> t'] }],
  ],
  [
    'rows that a later INSERT would hide',
    USERS,
    [
      'DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, email, phone)',
      'INSERT INTO users(email) VALUES (1), (2), (3)',
    ],
    'DROP TABLE users',
    'users goes, and 3 rows are nowhere else: (id) = (1), (id) = (2), (id) = (7)',
    loses('users'),
  ],
  [
    'rows that are in a temporary table alone',
    USERS,
    [
      'CREATE TEMP TABLE b AS SELECT id, email, phone FROM users; DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);',
    ],
    '',
    "b with the rows of users is temporary, and 3 rows are nowhere else: (id, email, phone) = (1, 'a', '008'), (id, email, phone) = (2, 'b', '1e3'), (id, email, phone) = (7, 'c', NULL)",
    loses('users'),
  ],
  [
    'a temporary table that is copied back in part',
    USERS,
    [
      'CREATE TEMP TABLE b AS SELECT * FROM users; DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, email, phone); INSERT INTO users(id, email) SELECT id, email FROM b; DROP TABLE b;',
    ],
    'DROP TABLE b',
    'b with the rows of users goes, and nothing holds what is in phone (2 rows)',
    drops('users.phone'),
  ],
  [
    'a split with a gap',
    USERS,
    [
      `CREATE TABLE late AS SELECT * FROM users WHERE id > 7; ${rebuilt('INSERT INTO users_new SELECT * FROM users WHERE id <= 5')}`,
    ],
    'DROP TABLE users',
    'users goes, and 1 row is nowhere else: (id) = (7)',
    loses('users'),
  ],
  [
    'a split of which one part forgets a column',
    USERS,
    [
      `CREATE TABLE late AS SELECT id, email FROM users WHERE id = 1; ${rebuilt('INSERT INTO users_new SELECT * FROM users WHERE id > 1')}`,
    ],
    'DROP TABLE users',
    'users goes, and nothing holds what is in phone (1 row)',
    drops('users.phone'),
  ],
  [
    'a copy whose rows are deleted again',
    USERS,
    [rebuilt('INSERT INTO users_new SELECT * FROM users; DELETE FROM users_new WHERE id = 2')],
    'DROP TABLE users',
    'users goes, and 1 row is nowhere else: (id) = (2)',
    loses('users'),
  ],
  [
    'a row that came after the copy',
    USERS,
    [rebuilt("INSERT INTO users_new SELECT * FROM users; INSERT INTO users VALUES (9, 'n', 'm')")],
    'DROP TABLE users',
    'users goes, and 1 row is nowhere else: (id) = (9)',
    loses('users'),
  ],
  [
    'the copy that goes after its table',
    USERS,
    [rebuilt('INSERT INTO users_new SELECT * FROM users'), 'DROP TABLE users'],
    'DROP TABLE users',
    'users goes, and 3 rows are nowhere else: (id) = (1), (id) = (2), (id) = (7)',
    loses('users'),
  ],
  [
    'a DELETE',
    USERS,
    ['DELETE FROM users WHERE id = 1'],
    'DELETE FROM users WHERE id = 1',
    'users loses rows, and 1 row is nowhere else: (id) = (1)',
    loses('users'),
  ],
  [
    'an archive of too little',
    USERS,
    ['CREATE TABLE gone AS SELECT * FROM users WHERE id < 2; DELETE FROM users WHERE id < 5'],
    'DELETE FROM users WHERE id < 5',
    'users loses rows, and 1 row is nowhere else: (id) = (2)',
    loses('users'),
  ],
  [
    'rows whose keys other rows had already, in the table that they came to',
    `${USERS} CREATE TABLE o(id INTEGER PRIMARY KEY, email TEXT, phone TEXT); INSERT INTO o VALUES (1, 'other', 'o');`,
    ['INSERT OR IGNORE INTO o(id, email, phone) SELECT id, email, phone FROM users; DROP TABLE users'],
    'DROP TABLE users',
    'users goes, and 1 row is nowhere else: (id) = (1)',
    loses('users'),
  ],
  [
    'keys that another collation takes for one',
    "CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('a', 1), ('A', 2);",
    [
      'CREATE TABLE n(k TEXT PRIMARY KEY COLLATE NOCASE, v); INSERT OR IGNORE INTO n SELECT * FROM t; DROP TABLE t',
    ],
    'DROP TABLE t',
    "t goes, and 1 row is nowhere else: (k) = ('A')",
    loses('t'),
  ],
  [
    'a join that leaves rows out',
    OTHERS,
    [rebuilt('INSERT INTO users_new SELECT u.id, u.email, u.phone FROM users AS u JOIN t ON t.id = u.id')],
    'DROP TABLE users',
    'users goes, and 2 rows are nowhere else: (id) = (2), (id) = (7)',
    loses('users'),
  ],
  [
    'one of several rows with no key',
    PAIRS,
    ['CREATE TABLE n(k TEXT, v); INSERT INTO n SELECT DISTINCT * FROM t; DROP TABLE t'],
    'DROP TABLE t',
    "t goes, and 1 row is nowhere else: (k, v) = ('x', 1)",
    loses('t'),
  ],
  [
    'one of several keys that are NULL',
    NULLS,
    ['CREATE TABLE n(k TEXT PRIMARY KEY, v); INSERT INTO n SELECT * FROM t WHERE v <> 2; DROP TABLE t'],
    'DROP TABLE t',
    't goes, and 1 row is nowhere else: (k, v) = (NULL, 2)',
    loses('t'),
  ],
  [
    'a row that is replaced, and holds more',
    USERS,
    ["INSERT OR REPLACE INTO users(id, email) VALUES (1, 'new')"],
    "INSERT OR REPLACE INTO users(id, email) VALUES (1, 'new')",
    'users has rows replaced, and nothing holds what is in phone (1 row)',
    drops('users.phone'),
  ],
  [
    'a row that is replaced under another key',
    `${USERS} CREATE UNIQUE INDEX ux ON users(email);`,
    ["REPLACE INTO users VALUES (9, 'a', 'x')"],
    "REPLACE INTO users VALUES (9, 'a', 'x')",
    'users has rows replaced, and 1 row is nowhere else: (id) = (1)',
    loses('users'),
  ],
  [
    'a row that an update replaces',
    `${USERS} CREATE UNIQUE INDEX ux ON users(email);`,
    ["UPDATE OR REPLACE users SET email = 'a' WHERE id = 2"],
    "UPDATE OR REPLACE users SET email = 'a' WHERE id = 2",
    'users has rows replaced, and 1 row is nowhere else: (id) = (1)',
    loses('users'),
  ],
  [
    'a row that the table itself has replaced',
    'CREATE TABLE t(id INTEGER PRIMARY KEY, k UNIQUE ON CONFLICT REPLACE); INSERT INTO t VALUES (1, 1), (2, 2);',
    ['INSERT INTO t VALUES (3, 1)'],
    'INSERT INTO t VALUES (3, 1)',
    't has rows replaced, and 1 row is nowhere else: (id) = (1)',
    loses('t'),
  ],
  [
    'rows that move and forget a column',
    OTHERS,
    [header('-- moves: users -> t', 'INSERT INTO t(email) SELECT email FROM users; DROP TABLE users')],
    'DROP TABLE users',
    'users goes, and nothing holds what is in phone (2 rows)',
    drops('users.phone'),
  ],
  [
    'rows that do not all move',
    OTHERS,
    [
      header(
        '-- moves: users -> t',
        'INSERT INTO t(email, phone) SELECT email, phone FROM users WHERE id > 1; DROP TABLE users',
      ),
    ],
    '',
    '3 rows of users are to live on in t, which has 2 more',
    loses('users'),
  ],
  [
    'a row without a key that is there twice, and in two copies once',
    PAIRS,
    [
      'CREATE TABLE n(k TEXT, v); INSERT INTO n SELECT k, v FROM t LIMIT 1; INSERT INTO n SELECT k, v FROM t WHERE v > 1; DROP TABLE t',
    ],
    'DROP TABLE t',
    "t goes, and 1 row is nowhere else: (k, v) = ('x', 1)",
    loses('t'),
  ],
  [
    'a row of the one table that the join with the other leaves out',
    `${PROFILES} INSERT INTO p VALUES (9, 'y');`,
    [
      'CREATE TABLE n(id INTEGER PRIMARY KEY, n TEXT, bio TEXT); INSERT INTO n SELECT u.id, u.n, p.bio FROM u LEFT JOIN p ON p.user_id = u.id; DROP TABLE u; DROP TABLE p',
    ],
    'DROP TABLE p',
    'p goes, and 1 row is nowhere else: (user_id) = (9)',
    loses('p'),
  ],
  [
    'a row whose other is there, but not joined',
    PROFILES,
    [
      "CREATE TABLE n(id INTEGER PRIMARY KEY, n TEXT, bio TEXT); INSERT INTO n SELECT u.id, u.n, p.bio FROM u LEFT JOIN p ON p.user_id = u.id AND u.n = 'z'; DROP TABLE u; DROP TABLE p",
    ],
    'DROP TABLE p',
    'p goes, and 1 row is nowhere else: (user_id) = (1)',
    loses('p'),
  ],
  [
    'a key that a join only finds others by',
    PROFILES,
    [
      'CREATE TABLE n(id INTEGER PRIMARY KEY, n TEXT, bio TEXT); INSERT INTO n(n, bio) SELECT u.n, p.bio FROM u LEFT JOIN p ON p.user_id = u.id; DROP TABLE u',
    ],
    'DROP TABLE u',
    'u goes, and its copy in n leaves out id, which 2 rows are known by',
    drops('u.id'),
  ],
  [
    'a value of a copy that a later row replaces',
    USERS,
    [rebuilt("INSERT INTO users_new SELECT * FROM users; REPLACE INTO users_new(id, email) VALUES (1, 'z')")],
    "REPLACE INTO users_new(id, email) VALUES (1, 'z')",
    'users_new has rows replaced, and nothing holds what is in phone (1 row)',
    drops('users_new.phone'),
  ],
  [
    'rows that a trigger takes',
    `${USERS} CREATE TABLE z(a); CREATE TRIGGER tr AFTER INSERT ON z BEGIN DELETE FROM users WHERE id = 1; END;`,
    ['INSERT INTO z VALUES (1)'],
    '',
    'users has 1 row less, and no statement of the revision takes any: a trigger does',
    loses('users'),
  ],
  ...[
    `UPDATE u SET bio = (SELECT bio FROM p WHERE p.user_id = u.id)`,
    'UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id',
    'UPDATE u SET bio = upper(p.bio) FROM p WHERE p.user_id = u.id',
  ].map((merge): Wrong => [
    `a row that ${merge} matched no other with`,
    `${PROFILES} INSERT INTO p VALUES (9, 'y');`,
    [`${ADD} ${merge}; DROP TABLE p`],
    'DROP TABLE p',
    'p goes, and 1 row is nowhere else: (user_id) = (9)',
    loses('p'),
  ]),
  [
    'a merge that leaves out what was there',
    PROFILES,
    [`${ADD} UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id AND u.n = 'z'; DROP TABLE p`],
    'DROP TABLE p',
    'p goes, and 1 row is nowhere else: (user_id) = (1)',
    loses('p'),
  ],
  [
    'a merge that computes for some alone',
    PROFILES,
    [`${ADD} UPDATE u SET bio = upper(p.bio) FROM p WHERE p.user_id = u.id AND u.n = 'z'; DROP TABLE p`],
    'DROP TABLE p',
    'p goes, and nothing holds what is in bio (1 row)',
    drops('p.bio'),
  ],
  [
    'a merge by one condition, with a value for one row alone',
    PROFILES,
    [`${ADD} UPDATE u SET bio = (SELECT bio FROM p WHERE p.user_id = u.id) WHERE id = 2; DROP TABLE p`],
    'DROP TABLE p',
    'p goes, and 1 row is nowhere else: (user_id) = (1)',
    loses('p'),
  ],
  [
    'a merge that forgets a column',
    `${PROFILES} ALTER TABLE p ADD COLUMN age; UPDATE p SET age = 7;`,
    [`${ADD} UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id; DROP TABLE p`],
    'DROP TABLE p',
    'p goes, and nothing holds what is in age (1 row)',
    drops('p.age'),
  ],
  [
    'an update that only looks at another table',
    PROFILES,
    [`${ADD} UPDATE u SET bio = 'has one' FROM p WHERE p.user_id = u.id; DROP TABLE p`],
    'DROP TABLE p',
    'p goes, and 1 row is nowhere else: (user_id) = (1)',
    loses('p'),
  ],
  [
    'a merged row that is deleted again',
    PROFILES,
    [
      header(
        '-- loses_rows: u',
        `${ADD} UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id; DELETE FROM u WHERE id = 1; DROP TABLE p`,
      ),
    ],
    'DROP TABLE p',
    'p goes, and 1 row is nowhere else: (user_id) = (1)',
    loses('p'),
  ],
  [
    'a merge of what has a key of its own',
    OWN_KEY,
    ['UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id; DROP TABLE p'],
    'DROP TABLE p',
    'p goes, and its copy in u leaves out id, which 2 rows are known by',
    [{ key: 'moves', names: ['p -> u'] }],
  ],
  [
    'a row that is said to live on and that a merge matched no other with',
    `${OWN_KEY} INSERT INTO p VALUES (72, NULL, 'z');`,
    [header(MOVES, 'UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id; DROP TABLE p')],
    '',
    '1 row of p is to live on in u, which has 0 more',
    loses('p'),
  ],
  [
    'a merge of several rows into one, said to live on',
    OWN_KEY.replace('(71, 2,', '(71, 1,').replace(' UNIQUE', ''),
    [header(MOVES, 'UPDATE u SET bio = (SELECT bio FROM p WHERE user_id = u.id); DROP TABLE p')],
    '',
    '1 row of p is to live on in u, which has 0 more',
    loses('p'),
  ],
];

test.each(LOST)('%s is stopped', async (_, start, revisions, sql, message, declare) => {
  const ended = await pass({ start, revisions });
  expect(ended).toMatchObject({ code: 'rowsLost', sql, message, found: { declare } });
});

/** What the copy of one value into another column makes of it; null: it stays what it is. */
const VALUES: readonly (readonly [from: string, value: string, to: string, words: string | null])[] = [
  ['TEXT', "'008'", 'STRING', "'008' becomes 8"],
  ['TEXT', "'1e3'", 'DECIMAL(10,2)', "'1e3' becomes 1000"],
  ['TEXT', "'12345678901234567890'", 'NUMERIC', "'12345678901234567890' becomes 1.2345678901234567e+19"],
  ['TEXT', "'8'", 'INTEGER', "'8' becomes 8"],
  ['INTEGER', '8', 'TEXT', "8 becomes '8'"],
  ['INTEGER', '1', 'REAL', '1 becomes 1.0'],
  ['', '1.0', 'INTEGER', '1.0 becomes 1'],
  ['TEXT', "'abc'", 'INTEGER', null],
  ['TEXT', "'2024-01-01'", 'DATETIME', null],
  ['TEXT', "'Abc'", 'TEXT COLLATE NOCASE', null],
  ['TEXT COLLATE RTRIM', "'a '", 'TEXT', null],
  ['', "CAST('a' || char(0) || 'b' AS TEXT)", 'TEXT', null],
  ['BLOB', "x'00ff'", 'TEXT', null],
  ['REAL', '-0.0', 'REAL', null],
  ['INTEGER', '9007199254740993', 'NUMERIC', null],
  ['TEXT', 'NULL', 'INTEGER', null],
];

describe.each(VALUES)('a column %s with %s in a column %s', (from, value, to, words) => {
  test.each([
    ['by its number', 'id INTEGER PRIMARY KEY', '1'],
    ['by a key of text', 'id TEXT PRIMARY KEY', "'x'"],
    ['by a key without numbers', 'id TEXT NOT NULL, PRIMARY KEY (id)', "'x'"],
    ['by nothing but its values', 'id INTEGER', '1'],
  ])('is seen for what it is %s', async (how, key, id) => {
    const end = how.includes('without') ? ' WITHOUT ROWID' : '';
    const columns = (type: string): string =>
      `(v ${type}, ${key})`.replace(
        /\(v (.*), id TEXT NOT NULL, PRIMARY/,
        '(v $1, id TEXT NOT NULL, PRIMARY',
      );
    const ended = await pass({
      start: `CREATE TABLE t ${columns(from)}${end}; INSERT INTO t(v, id) VALUES (${value}, ${id});`,
      revisions: [
        `CREATE TABLE n ${columns(to)}${end}; INSERT INTO n(v, id) SELECT v, id FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t`,
      ],
    });
    if (words === null) {
      expect(ended.code).toBeNull();
      return;
    }
    const told = how.includes('nothing') ? `${words.split(' becomes ')[1] ?? ''} is new` : words;
    expect(ended).toMatchObject({
      code: 'valuesChanged',
      sql: 'INSERT INTO n(v, id) SELECT v, id FROM t',
      message: `the copy of t in n has other values: v in 1 row: ${told}`,
      found: { tables: ['t'], rows: 1, declare: [{ key: 'changes', names: ['t.v'] }] },
    });
  });
});

test('What only the case of letters tells apart, or a blank at the end, is another value.', async () => {
  for (const [collation, change] of [
    ['NOCASE', 'lower(v)'],
    ['RTRIM', "v || ' '"],
  ] as const) {
    const ended = await pass({
      start: "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'Abc');",
      revisions: [
        `CREATE TABLE n(id INTEGER PRIMARY KEY, v TEXT COLLATE ${collation});
         CREATE TRIGGER tr AFTER INSERT ON n BEGIN UPDATE n SET v = ${change}; END;
         INSERT INTO n SELECT * FROM t; DROP TABLE t`,
      ],
    });
    expect([collation, ended.code]).toEqual([collation, 'valuesChanged']);
  }
});

test('A key that converts is a value that changes.', async () => {
  const ended = await pass({
    start: "CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('008', 1), ('x', 2);",
    revisions: ['CREATE TABLE n(k NUMERIC PRIMARY KEY, v); INSERT INTO n SELECT * FROM t; DROP TABLE t'],
  });
  expect(ended).toMatchObject({
    code: 'valuesChanged',
    message: "the copy of t in n has other values: k in 1 row: '008' becomes 8",
  });
});

test('All columns that a copy changes are told at once, with the first rows of each.', async () => {
  const ended = await pass({
    start: `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT);
      INSERT INTO t VALUES (1, '01', '1'), (2, '02', 'x'), (3, '03', 'x'), (4, '04', 'x'), (5, 'x', 'x');`,
    revisions: [
      'CREATE TABLE n(id INTEGER PRIMARY KEY, a INT, b INT); INSERT INTO n SELECT * FROM t; DROP TABLE t',
    ],
  });
  expect(ended).toMatchObject({
    message:
      "the copy of t in n has other values: a in 4 rows: '01' becomes 1, '02' becomes 2, '03' becomes 3, ..; b in 1 row: '1' becomes 1",
    found: { rows: 4, declare: [{ key: 'changes', names: ['t.a', 't.b'] }] },
  });
});

test('A copy reads from no index that lies.', async () => {
  const start = `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, long TEXT);
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300) INSERT INTO t SELECT n, 'a' || n, hex(zeroblob(200)) FROM c;
    CREATE INDEX ix ON t(a);
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = 'CREATE INDEX ix ON t(a) WHERE id <> 7' WHERE name = 'ix';
    PRAGMA writable_schema = RESET;
    REINDEX ix;
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = 'CREATE INDEX ix ON t(a)' WHERE name = 'ix';
    PRAGMA writable_schema = RESET;`;
  const ended = await pass({ start, revisions: ['CREATE TABLE n AS SELECT id, a FROM t'] });
  expect(ended).toMatchObject({ code: 'corrupt', sql: 'CREATE TABLE n AS SELECT id, a FROM t' });
  expect(ended.message).toBe(
    't is to be copied out of an index, and its integrity check says: wrong # of entries in index ix',
  );
  expect((await pass({ start, revisions: ['CREATE TABLE n AS SELECT id, a, long FROM t'] })).code).toBeNull();
});

describe('a way back', () => {
  const now = { users: ['id', 'email'] };
  const kept = { now, end: now, scripts: [] };
  const back = (down: string, more: Kept = kept) =>
    pass({
      start: OTHERS,
      revisions: [`-- migrate:up\nSELECT 1;\n-- migrate:down\n${down}`],
      begun: { direction: 'down', kept: more },
    });
  const without = (columns: string): string =>
    `CREATE TABLE users_new(id INTEGER PRIMARY KEY, email); INSERT INTO users_new(${columns}) SELECT ${columns} FROM users; ${SWAP}`;

  test('takes the tables and columns that were not there before the way up', async () => {
    expect((await back(`DROP TABLE t; ${without('id, email')}`)).code).toBeNull();
  });

  test('takes nothing that was there', async () => {
    expect(await back('DELETE FROM users')).toMatchObject({ code: 'rowsLost' });
    expect(await back(without('id'))).toMatchObject({
      code: 'rowsLost',
      message: 'users goes, and nothing holds what is in email (3 rows)',
    });
  });

  test('may take rows of a table that goes in the end, under whatever name', async () => {
    const then = (sql: string): Kept => ({ now, end: {}, scripts: [revisionOf(sql).up] });
    expect((await back('DELETE FROM users', then('DROP TABLE users'))).code).toBeNull();
    const renamed = {
      now,
      end: { people: ['id'] },
      scripts: [revisionOf('ALTER TABLE users RENAME TO people').up],
    };
    expect((await back('DELETE FROM users', renamed)).code).toBe('rowsLost');
  });
});

describe('a table that an earlier run copied', () => {
  const start = `${USERS} CREATE TABLE people(id INTEGER PRIMARY KEY, email, phone); INSERT INTO people SELECT * FROM users;`;
  const earlier = () => {
    const { up } = revisionOf(
      `${MAKE} INSERT INTO users_new SELECT * FROM users; ALTER TABLE users_new RENAME TO people`,
    );
    return up.kind === 'sql' ? up.statements : [];
  };

  test('may go where its keys are there, whatever the application did to the values since', async () => {
    const changed = `${start} UPDATE people SET phone = 'other'; INSERT INTO people VALUES (90, 'z', 'z');`;
    expect(
      (await pass({ start: changed, revisions: ['DROP TABLE users'], begun: { earlier } })).code,
    ).toBeNull();
    expect((await pass({ start: changed, revisions: ['DROP TABLE users'] })).code).toBe('rowsLost');
  });

  test('may go where columns were called otherwise since, on either side', async () => {
    const { up } = revisionOf(
      `${MAKE} INSERT INTO users_new(id, email, phone) SELECT id, email, phone FROM users;
ALTER TABLE users RENAME COLUMN phone TO mobile; ALTER TABLE users_new RENAME COLUMN phone TO number;
ALTER TABLE users_new RENAME COLUMN id TO n; ALTER TABLE users_new RENAME TO people`,
    );
    const renamed = `${start} ALTER TABLE users RENAME COLUMN phone TO mobile; ALTER TABLE people RENAME COLUMN phone TO number;
ALTER TABLE people RENAME COLUMN id TO n;`;
    const begun = { earlier: () => (up.kind === 'sql' ? up.statements : []) };
    const run = (written: string) => pass({ start: written, revisions: ['DROP TABLE users'], begun });
    expect(await run(renamed)).toMatchObject({ code: null });
    expect(await run(`${renamed} DELETE FROM people WHERE n = 7;`)).toMatchObject({ code: 'rowsLost' });
  });

  test('may go where it was merged into rows that were there, and its values are there under whatever name', async () => {
    const { up } = revisionOf(
      'UPDATE u SET bio = p.bio FROM p WHERE p.user_id = u.id; ALTER TABLE u RENAME COLUMN bio TO text',
    );
    const merged = `${PROFILES} ${ADD} UPDATE u SET bio = 'x' WHERE id = 1; ALTER TABLE u RENAME COLUMN bio TO text;`;
    const begun = { earlier: () => (up.kind === 'sql' ? up.statements : []) };
    const run = (written: string) => pass({ start: written, revisions: ['DROP TABLE p'], begun });
    expect(await run(merged)).toMatchObject({ code: null });
    expect(await run(`${merged} INSERT INTO p VALUES (2, 'since');`)).toMatchObject({
      message: 'p goes, and 1 row is nowhere else: (user_id) = (2)',
    });
  });

  test('may not go where a key is not there', async () => {
    const written = `${start} INSERT INTO users VALUES (8, 'late', NULL);`;
    expect(await pass({ start: written, revisions: ['DROP TABLE users'], begun: { earlier } })).toMatchObject(
      {
        message: 'users goes, and 1 row is nowhere else: (id) = (8)',
      },
    );
  });
});

test('Nothing is asked of the database where no row is copied, replaced or taken away.', async () => {
  const own = [
    'CREATE TABLE z(a)',
    "INSERT INTO z VALUES ('x')",
    'CREATE INDEX i ON users(phone)',
    'ALTER TABLE users ADD COLUMN n',
  ];
  let asked: readonly string[] = [];
  const revisions = [`${own.join('; ')}; UPDATE users SET phone = 1`];
  await pass({ start: USERS, revisions, then: (_, ran) => (asked = ran) });
  const during = asked.slice(asked.findIndex((sql) => sql === own[0]));
  const extra = during.filter((sql) => /count\(|EXPLAIN|table_list|integrity/i.test(sql));
  expect(extra).toEqual([]);
});
