import { test } from 'vitest';
import { temporaryDirectory } from '../../../support/fleet.js';
import { pass } from './passes.js';
const USERS = `CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT); INSERT INTO users VALUES (1,'a','008'),(2,'b','1e3'),(7,'c',NULL);`;
const MAKE = 'CREATE TABLE users_new(id INTEGER PRIMARY KEY, email TEXT NOT NULL, phone TEXT);';
const SWAP = 'DROP TABLE users; ALTER TABLE users_new RENAME TO users;';
const cases: [string, string, string[]][] = [
  [
    'right',
    USERS,
    [`${MAKE} INSERT INTO users_new(id,email,phone) SELECT id,email,phone FROM users; ${SWAP}`],
  ],
  ['forgets', USERS, [`${MAKE} INSERT INTO users_new(id,email) SELECT id,email FROM users; ${SWAP}`]],
  [
    'drops',
    USERS,
    [
      `-- drops: users.phone\n-- migrate:up\n${MAKE} INSERT INTO users_new(id,email) SELECT id,email FROM users; ${SWAP}`,
    ],
  ],
  ['where', USERS, [`${MAKE} INSERT INTO users_new SELECT * FROM users WHERE phone IS NOT NULL; ${SWAP}`]],
  ['renumber', USERS, [`${MAKE} INSERT INTO users_new(email,phone) SELECT email,phone FROM users; ${SWAP}`]],
  [
    'numeric',
    USERS,
    [
      `CREATE TABLE users_new(id INTEGER PRIMARY KEY, email TEXT NOT NULL, phone STRING); INSERT INTO users_new SELECT * FROM users; ${SWAP}`,
    ],
  ],
  [
    'numeric declared',
    USERS,
    [
      `-- changes: users.phone\n-- migrate:up\nCREATE TABLE users_new(id INTEGER PRIMARY KEY, email TEXT NOT NULL, phone STRING); INSERT INTO users_new SELECT * FROM users; ${SWAP}`,
    ],
  ],
  [
    'computed',
    USERS,
    [`${MAKE} INSERT INTO users_new SELECT id, upper(email), phone||'x' FROM users; ${SWAP}`],
  ],
  [
    'hidden',
    USERS,
    [
      `DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, email, phone)`,
      `INSERT INTO users(email) VALUES (1),(2),(3)`,
    ],
  ],
  [
    'temp faq 11',
    USERS,
    [
      `CREATE TEMP TABLE b AS SELECT id, email, phone FROM users; DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT); INSERT INTO users SELECT id,email,phone FROM b; DROP TABLE b;`,
    ],
  ],
  [
    'temp left',
    USERS,
    [
      `CREATE TEMP TABLE b AS SELECT id, email, phone FROM users; DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);`,
    ],
  ],
  [
    'temp forgets',
    USERS,
    [
      `CREATE TEMP TABLE b AS SELECT id, email, phone FROM users; DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT); INSERT INTO users(id,email) SELECT id,email FROM b; DROP TABLE b;`,
    ],
  ],
  [
    'split where',
    USERS,
    [
      `${MAKE} CREATE TABLE u2 AS SELECT * FROM users WHERE id > 5; INSERT INTO users_new SELECT * FROM users WHERE id <= 5; ${SWAP}`,
    ],
  ],
  [
    'split where gap',
    USERS,
    [
      `${MAKE} CREATE TABLE u2 AS SELECT * FROM users WHERE id > 7; INSERT INTO users_new SELECT * FROM users WHERE id <= 5; ${SWAP}`,
    ],
  ],
  [
    'split columns',
    USERS,
    [
      `CREATE TABLE a(id INTEGER PRIMARY KEY, email); CREATE TABLE b(uid INTEGER PRIMARY KEY, phone TEXT); INSERT INTO a SELECT id,email FROM users; INSERT INTO b SELECT id,phone FROM users; DROP TABLE users;`,
    ],
  ],
  [
    'aside',
    USERS,
    [
      `ALTER TABLE users RENAME TO old; CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT); INSERT INTO users SELECT * FROM old; DROP TABLE old;`,
    ],
  ],
  [
    'several',
    USERS,
    [MAKE, 'INSERT INTO users_new SELECT * FROM users', 'UPDATE users_new SET phone = 1', SWAP],
  ],
  ['update key', USERS, [`UPDATE users SET id = id + 100`]],
  [
    'copy then update key',
    USERS,
    [`${MAKE} INSERT INTO users_new SELECT * FROM users; UPDATE users_new SET id = id + 100; ${SWAP}`],
  ],
  [
    'uuid',
    USERS,
    [
      `CREATE TABLE users_new(id TEXT PRIMARY KEY, email TEXT, phone TEXT); INSERT INTO users_new SELECT 'u'||id, email, phone FROM users; ${SWAP}`,
    ],
  ],
  [
    'archive',
    USERS,
    [`CREATE TABLE arch AS SELECT * FROM users WHERE id < 5; DELETE FROM users WHERE id < 5`],
  ],
  [
    'archive too much',
    USERS,
    [`CREATE TABLE arch AS SELECT * FROM users WHERE id < 2; DELETE FROM users WHERE id < 5`],
  ],
  ['delete', USERS, ['DELETE FROM users WHERE id = 1']],
  ['delete none', USERS, ['DELETE FROM users WHERE id = 100']],
  ['delete declared', USERS, ['-- loses_rows: users\n-- migrate:up\nDELETE FROM users WHERE id = 1']],
  [
    'renamed declared',
    USERS,
    ['ALTER TABLE users RENAME TO people', '-- loses_rows: people\n-- migrate:up\nDELETE FROM people'],
  ],
  [
    'moves',
    USERS + `CREATE TABLE t(id INTEGER PRIMARY KEY, email, phone); INSERT INTO t VALUES(1,'x','y');`,
    [
      '-- moves: users -> t\n-- migrate:up\nINSERT INTO t(email,phone) SELECT email,phone FROM users; DROP TABLE users',
    ],
  ],
  [
    'moves forgets',
    USERS + `CREATE TABLE t(id INTEGER PRIMARY KEY, email, phone); INSERT INTO t VALUES(1,'x','y');`,
    ['-- moves: users -> t\n-- migrate:up\nINSERT INTO t(email) SELECT email FROM users; DROP TABLE users'],
  ],
  [
    'moves too few',
    USERS + `CREATE TABLE t(id INTEGER PRIMARY KEY, email, phone); INSERT INTO t VALUES(1,'x','y');`,
    [
      '-- moves: users -> t\n-- migrate:up\nINSERT INTO t(email,phone) SELECT email, phone FROM users WHERE id > 1; DROP TABLE users',
    ],
  ],
  [
    'merge undeclared',
    USERS + `CREATE TABLE t(id INTEGER PRIMARY KEY, email, phone); INSERT INTO t VALUES(1,'x','y');`,
    ['INSERT INTO t(email,phone) SELECT email,phone FROM users; DROP TABLE users'],
  ],
  ['replace', USERS, ["INSERT OR REPLACE INTO users(id, email) VALUES (1, 'new')"]],
  ['replace all', USERS, ["INSERT OR REPLACE INTO users(id, email, phone) VALUES (1, 'new', 'x')"]],
  [
    'replace other',
    USERS + 'CREATE UNIQUE INDEX ux ON users(email);',
    ["INSERT OR REPLACE INTO users(id, email, phone) VALUES (9, 'a', 'x')"],
  ],
  [
    'view',
    USERS + 'CREATE VIEW v AS SELECT * FROM users;',
    [`${MAKE} INSERT INTO users_new SELECT * FROM v; DROP VIEW v; ${SWAP}`],
  ],
  [
    'subquery',
    USERS,
    [`${MAKE} INSERT INTO users_new SELECT * FROM (SELECT id,email,phone FROM users); ${SWAP}`],
  ],
  [
    'cte',
    USERS,
    [`${MAKE} WITH c AS (SELECT id,email,phone FROM users) INSERT INTO users_new SELECT * FROM c; ${SWAP}`],
  ],
  [
    'join',
    USERS + 'CREATE TABLE k(id INTEGER PRIMARY KEY, x); INSERT INTO k VALUES(1,2),(2,3),(7,4);',
    [
      `${MAKE} INSERT INTO users_new SELECT u.id, u.email, u.phone FROM users u LEFT JOIN k ON k.id=u.id; ${SWAP}`,
    ],
  ],
  [
    'join loses',
    USERS + 'CREATE TABLE k(id INTEGER PRIMARY KEY, x); INSERT INTO k VALUES(1,2),(2,3);',
    [`${MAKE} INSERT INTO users_new SELECT u.id, u.email, u.phone FROM users u JOIN k ON k.id=u.id; ${SWAP}`],
  ],
  [
    'ignore',
    `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a',1),('A',2);`,
    [
      `CREATE TABLE n(k TEXT PRIMARY KEY COLLATE NOCASE, v); INSERT OR IGNORE INTO n SELECT * FROM t; DROP TABLE t`,
    ],
  ],
  [
    'text key gaps',
    `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a',1),('b',2),('c',3); DELETE FROM t WHERE k='b'`,
    [`CREATE TABLE n(k TEXT PRIMARY KEY, v); INSERT INTO n SELECT * FROM t ORDER BY k DESC; DROP TABLE t`],
  ],
  [
    'null keys',
    `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES(NULL,1),(NULL,2),('c',3);`,
    [`CREATE TABLE n(k TEXT PRIMARY KEY, v); INSERT INTO n SELECT * FROM t ORDER BY k DESC; DROP TABLE t`],
  ],
  [
    'null keys lost',
    `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES(NULL,1),(NULL,2),('c',3);`,
    [`CREATE TABLE n(k TEXT PRIMARY KEY, v); INSERT INTO n SELECT * FROM t WHERE v <> 2; DROP TABLE t`],
  ],
  [
    'keyless',
    `CREATE TABLE t(k TEXT, v); INSERT INTO t VALUES('x',1),('x',1),('c',3);`,
    [`CREATE TABLE n(k TEXT, v); INSERT INTO n SELECT * FROM t ORDER BY v DESC; DROP TABLE t`],
  ],
  [
    'keyless distinct',
    `CREATE TABLE t(k TEXT, v); INSERT INTO t VALUES('x',1),('x',1),('c',3);`,
    [`CREATE TABLE n(k TEXT, v); INSERT INTO n SELECT DISTINCT * FROM t ORDER BY v DESC; DROP TABLE t`],
  ],
  [
    'keyless changed',
    `CREATE TABLE t(k TEXT, v); INSERT INTO t VALUES('08',1),('x',1),('c',3);`,
    [`CREATE TABLE n(k INT, v); INSERT INTO n SELECT * FROM t ORDER BY v DESC; DROP TABLE t`],
  ],
  [
    'real',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER); INSERT INTO t VALUES(1,1)`,
    [`CREATE TABLE n(id INTEGER PRIMARY KEY, v REAL); INSERT INTO n SELECT * FROM t; DROP TABLE t`],
  ],
  [
    'nocase',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES(1,'Abc')`,
    [
      `CREATE TABLE n(id INTEGER PRIMARY KEY, v TEXT COLLATE NOCASE); CREATE TRIGGER tr AFTER INSERT ON n BEGIN UPDATE n SET v = lower(v); END; INSERT INTO n SELECT * FROM t; DROP TABLE t`,
    ],
  ],
  [
    'key converts',
    `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('008',1),('9',2)`,
    [`CREATE TABLE n(k INTEGER PRIMARY KEY, v); INSERT INTO n SELECT * FROM t; DROP TABLE t`],
  ],
  [
    'trigger deletes',
    USERS + 'CREATE TABLE z(a); CREATE TRIGGER tr AFTER INSERT ON z BEGIN DELETE FROM users WHERE id=1; END;',
    ['INSERT INTO z VALUES(1)'],
  ],
  ['drop column', USERS, ['ALTER TABLE users DROP COLUMN phone']],
  [
    'compound',
    USERS + `CREATE TABLE t(id INTEGER PRIMARY KEY, email, phone); INSERT INTO t VALUES(11,'x','y');`,
    [
      `${MAKE} INSERT INTO users_new SELECT id,email,phone FROM users UNION ALL SELECT id,email,phone FROM t; DROP TABLE t; ${SWAP}`,
    ],
  ],
  [
    'insert after',
    USERS,
    [`${MAKE} INSERT INTO users_new SELECT * FROM users; INSERT INTO users VALUES(100,'n','m'); ${SWAP}`],
  ],
  [
    'two steps',
    USERS,
    [
      `CREATE TABLE m AS SELECT * FROM users; ${MAKE} INSERT INTO users_new SELECT * FROM m; DROP TABLE m; ${SWAP}`,
    ],
  ],
  ['drop empty', 'CREATE TABLE t(a);', ['DROP TABLE t']],
  [
    'drop seeded',
    'CREATE TABLE z(a); INSERT INTO z VALUES(1)',
    ['CREATE TABLE t(a); INSERT INTO t VALUES(1)', 'DROP TABLE t'],
  ],
];
test.each(cases)('%s', async (name, start, texts) => {
  const { code, message, found, sql } = await pass(temporaryDirectory(), start, texts);
  console.log(
    `${name.padEnd(22)} ${code ?? 'ok'} ${message} | ${found?.mend ?? ''} ${JSON.stringify(found?.declare ?? '')} ${found?.rows ?? ''} | ${sql.slice(0, 40)}`,
  );
});
