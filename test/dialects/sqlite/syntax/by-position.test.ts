// Which tables' order of columns a statement leans on.

import { expect, test } from 'vitest';
import { sqliteSyntax } from '../../../../src/dialects/sqlite/syntax/syntax.js';
import { readStatements } from '../../../../src/revisions/statements.js';

function tablesOf(sql: string): readonly string[] {
  const section = { text: sql, ...sqliteSyntax.tokensOf(sql), transactional: true };
  const { statements, problems } = readStatements(section, sqliteSyntax);
  expect(problems).toEqual([]);
  expect(statements).toHaveLength(1);
  return statements[0]?.byPosition ?? [];
}

test.each([
  ['INSERT INTO t VALUES (1, 2)', ['t']],
  ['insert or ignore into Main."T t" values (1, 2)', ['T t']],
  ['REPLACE INTO [t] SELECT a, b FROM s', ['t']],
  ['INSERT INTO `t` SELECT * FROM s', ['t', 's']],
  ['INSERT INTO t (a, b) SELECT * FROM s', ['s']],
  ['INSERT INTO t (a, b) SELECT s.* FROM s JOIN u ON s.id = u.id', ['s']],
  ['INSERT INTO t (a, b) SELECT x.* FROM s AS x', ['s']],
  ['INSERT INTO t (a, b, c) SELECT * FROM s, u', ['s', 'u']],
  ['INSERT INTO t (a, b) SELECT * FROM (SELECT * FROM s)', ['s']],
  ['INSERT INTO t (a, b) SELECT * FROM (s JOIN u)', ['s', 'u']],
  ['WITH c AS (SELECT * FROM s) INSERT INTO t (a, b) SELECT * FROM c', ['s']],
  ['WITH c (x, y) AS (SELECT * FROM s) INSERT INTO t (a, b) SELECT x, y FROM c', ['s']],
  ['WITH c AS (SELECT 1 AS a) INSERT INTO t (a, b) SELECT * FROM main.c', ['c']],
  [
    'WITH RECURSIVE c AS (SELECT * FROM s UNION ALL SELECT * FROM c) INSERT INTO t (a) SELECT a FROM c',
    ['s'],
  ],
  ['CREATE TABLE n AS SELECT * FROM s', ['s']],
  ['CREATE TEMP TABLE n AS SELECT s.*, 1 AS one FROM s', ['s']],
  ['INSERT INTO t (a, b) SELECT a, b FROM (SELECT * FROM s UNION SELECT * FROM u)', ['s', 'u']],
  ['UPDATE t SET a = q.a FROM (SELECT * FROM s EXCEPT SELECT 1, 2) AS q', ['s']],
  ['CREATE TABLE n AS SELECT a FROM s INTERSECT SELECT * FROM u', ['u']],
  ['UPDATE t SET (a, b) = (SELECT * FROM s WHERE s.id = t.id)', ['s']],
])('A statement by position is marked with the tables that it leans on: %s', (sql, tables) => {
  expect(tablesOf(sql)).toEqual(tables);
});

test.each([
  'INSERT INTO t DEFAULT VALUES',
  'INSERT INTO t (a, b) VALUES (1, 2)',
  'INSERT INTO t (a, b) SELECT a, b FROM s WHERE EXISTS (SELECT * FROM u)',
  'INSERT INTO t (a) SELECT count(*) FROM s',
  'INSERT INTO t (a, b) SELECT a, b FROM (SELECT * FROM s)',
  'WITH c AS (SELECT * FROM s) INSERT INTO t (a) SELECT a FROM c',
  'WITH c (x) AS (SELECT a FROM s) INSERT INTO t (a) SELECT * FROM c',
  'CREATE TABLE n AS SELECT a, b FROM s',
  'CREATE VIEW v AS SELECT * FROM s UNION SELECT * FROM u',
  'CREATE TRIGGER g AFTER DELETE ON s BEGIN INSERT INTO u VALUES (old.a); END',
  'UPDATE t SET a = 1',
  'DELETE FROM t WHERE a IN (SELECT a FROM s)',
  'SELECT * FROM t',
])('A statement by name is not marked: %s', (sql) => {
  expect(tablesOf(sql)).toEqual([]);
});
