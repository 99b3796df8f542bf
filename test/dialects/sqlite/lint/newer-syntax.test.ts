// What stays in the schema and an older SQLite cannot read, each with the version that brought it.

import { describe, expect, it } from 'vitest';
import { lintRevisions } from '../../../../src/dialects/sqlite/lint/lint-revisions.js';
import { FEATURES, isBefore } from '../../../../src/dialects/sqlite/schema/since.js';
import { graphOf, type History } from './histories.js';

async function newer(history: History, oldest: string | null): Promise<readonly string[]> {
  const { report } = await lintRevisions(graphOf(history), { rules: ['newer-syntax'] }, oldest);
  return report.findings.map(({ revision, line, message }) => `${revision}:${line} ${message}`);
}

const BASE = 'CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c TEXT);';
const view = (query: string): string => `${BASE} CREATE VIEW v AS ${query};`;
const trigger = (body: string): string => `${BASE} CREATE TRIGGER g AFTER INSERT ON t BEGIN ${body}; END;`;

const KINDS: readonly (readonly [since: string, words: string, sql: string])[] = [
  ['3.8.0', 'WHERE in an index', `${BASE} CREATE INDEX i ON t (b) WHERE c > 1;`],
  ['3.8.2', 'WITHOUT ROWID', 'CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID;'],
  ['3.8.3', 'WITH', view('WITH x AS (SELECT a FROM t) SELECT a FROM x')],
  ['3.8.6', 'numbers in hexadecimal', 'CREATE TABLE t (a CHECK (a < 0x1f));'],
  ['3.9.0', 'FTS5', 'CREATE VIRTUAL TABLE t USING fts5(a);'],
  ['3.9.0', 'an expression in an index', `${BASE} CREATE INDEX i ON t (lower(b));`],
  ['3.9.0', 'the columns of a view in parentheses', `${BASE} CREATE VIEW v (x) AS SELECT a FROM t;`],
  ['3.9.0', 'the function json_extract()', view(`SELECT json_extract(b, '$.x') FROM t`)],
  ['3.15.0', 'row values', view('SELECT a FROM t WHERE (b, c) = (1, 2)')],
  ['3.15.0', 'row values', view('SELECT a FROM t WHERE (b, c) IN (SELECT b, c FROM t)')],
  ['3.16.0', 'pragmas as functions', view(`SELECT name FROM pragma_table_info('t')`)],
  ['3.23.0', 'TRUE and FALSE', 'CREATE TABLE t (a DEFAULT TRUE);'],
  ['3.24.0', 'ON CONFLICT .. DO', trigger('INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING')],
  ['3.25.0', 'window functions', view('SELECT sum(a) OVER (ORDER BY b) FROM t')],
  ['3.25.0', 'window functions', view('SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY b)')],
  [
    '3.28.0',
    'GROUPS and EXCLUDE in windows',
    view('SELECT sum(a) OVER (ORDER BY b GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t'),
  ],
  ['3.30.0', 'NULLS FIRST and NULLS LAST', view('SELECT a FROM t ORDER BY b NULLS LAST')],
  ['3.30.0', 'FILTER of an aggregate', view('SELECT count(*) FILTER (WHERE b > 1) FROM t')],
  ['3.31.0', 'generated columns', 'CREATE TABLE t (a, b AS (a + 1));'],
  ['3.32.0', 'the function iif()', 'CREATE TABLE t (a CHECK (iif(a, 1, 0)));'],
  ['3.33.0', 'UPDATE .. FROM', trigger('UPDATE t SET b = 1 FROM (SELECT 1 AS x) WHERE a = x')],
  ['3.34.0', 'the trigram tokenizer', `CREATE VIRTUAL TABLE t USING fts5(a, tokenize = 'trigram');`],
  ['3.35.0', 'the function sqrt()', `${BASE} CREATE INDEX i ON t (sqrt(a));`],
  ['3.35.0', 'MATERIALIZED', view('WITH x AS MATERIALIZED (SELECT a FROM t) SELECT a FROM x')],
  ['3.37.0', 'STRICT', 'CREATE TABLE t (a TEXT) STRICT;'],
  ['3.38.0', 'the operators -> and ->>', view(`SELECT b ->> '$.x' FROM t`)],
  ['3.38.0', 'the function unixepoch()', 'CREATE TABLE t (a DEFAULT (unixepoch()));'],
  ['3.39.0', 'IS DISTINCT FROM', view('SELECT a IS NOT DISTINCT FROM b FROM t')],
  ['3.39.0', 'RIGHT and FULL JOIN', view('SELECT x.a FROM t AS x FULL OUTER JOIN t AS y ON x.a = y.b')],
  ['3.43.0', 'contentless_delete', `CREATE VIRTUAL TABLE t USING fts5(a, content='', contentless_delete=1);`],
  ['3.44.0', 'the function concat()', view(`SELECT concat(a, b) FROM t`)],
  ['3.44.0', 'ORDER BY within an aggregate', view(`SELECT group_concat(b, ',' ORDER BY a) FROM t`)],
  ['3.45.0', 'the function jsonb()', trigger(`UPDATE t SET b = jsonb('1')`)],
  ['3.46.0', 'digits with underscores', 'CREATE TABLE t (a CHECK (a < 1_000));'],
  ['3.47.0', 'an expression as the message of RAISE', trigger(`SELECT RAISE(ABORT, 'no ' || NEW.a)`)],
  ['3.48.0', 'the function if()', view('SELECT if(a, 1, 2) FROM t')],
];

describe.each(KINDS)('%s brought %s', (since, words, sql) => {
  it(`in ${sql}`, async () => {
    const before = `3.${Number(since.split('.')[1]) - 1}.9`;
    expect(await newer({ '0001_a.sql': sql }, before)).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `: ${words.replace(/[-.()>]/g, '\\$&')}, which SQLite reads from ${since} on, and the oldest here is`,
        ),
      ),
    );
    const told = await newer({ '0001_a.sql': sql }, since);
    expect(told.filter((line) => line.includes(`: ${words},`))).toEqual([]);
    expect(await newer({ '0001_a.sql': sql }, null)).toEqual([]);
    // What does not stay is no matter.
    const drops = `${sql.includes('VIEW') ? 'DROP VIEW v; ' : ''}DROP TABLE t;`;
    expect(await newer({ '0001_a.sql': sql, '0002_b.sql': drops }, '3.7.0')).toEqual([]);
  });
});

it('What an old SQLite reads is not named, whatever it is called like.', async () => {
  const old = `${BASE}
CREATE TABLE log (a TEXT, "format" TEXT DEFAULT 'STRICT', filter TEXT, "true" TEXT, CHECK (a IN ('WITH', 'OVER')));
CREATE TABLE format (a, b);
CREATE INDEX i ON log (a, filter DESC);
CREATE VIEW v AS SELECT a, max(b, c) AS over, coalesce(b, c) FROM t LEFT OUTER JOIN log USING (a) WHERE a IN (1, 2) AND max(b, 2) = 3 ORDER BY a;
CREATE TRIGGER g AFTER UPDATE OF b, c ON t WHEN NEW.b IS NOT NULL BEGIN
  INSERT OR IGNORE INTO log (a, filter) SELECT b, c FROM t;
  INSERT INTO format (a, b) VALUES (1, 'x');
  UPDATE t SET b = (SELECT max(a) FROM log) WHERE a = NEW.a;
  SELECT RAISE(IGNORE);
END;
CREATE VIRTUAL TABLE f USING fts4(a);`;
  expect(await newer({ '0001_a.sql': old }, '3.7.11')).toEqual([]);
});

it('It names the line, and the revision that brought it and not one that keeps it.', async () => {
  const history = {
    '0001_a.sql': '-- migrate:up\nCREATE TABLE a (a);\n\nCREATE TABLE t (a TEXT) STRICT;\n',
    '0002_b.sql':
      'CREATE TABLE n (a TEXT, b) STRICT; INSERT INTO n (a) SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;',
  };
  expect(await newer({ ...history, '0002_b.sql': history['0002_b.sql'].replace(', b', '') }, '3.36')).toEqual(
    ['0001:4 In table t: STRICT, which SQLite reads from 3.37.0 on, and the oldest here is 3.36'],
  );
});

it('Versions are compared as numbers, and each feature has one that SQLite may have.', () => {
  expect(isBefore('3.9', '3.10')).toBe(true);
  expect(isBefore('3.40', '3.40.0')).toBe(false);
  expect(isBefore('3.8.11.1', '3.8.11')).toBe(false);
  for (const { since } of FEATURES) expect(since).toMatch(/^3\.\d+\.\d+$/);
});
