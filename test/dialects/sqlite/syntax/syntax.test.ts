// SQLite's answers to the reader of revisions, one by one.

import { describe, expect, it } from 'vitest';
import { programSyntax, sqliteSyntax } from '../../../../src/dialects/sqlite/syntax/syntax.js';
import type { StatementReading, Syntax } from '../../../../src/revisions/syntax.js';

function read(sql: string, transactional = true, syntax: Syntax = sqliteSyntax): StatementReading {
  const [tokens = [], ...more] = syntax.split(syntax.tokensOf(sql).tokens);
  expect(more).toEqual([]);
  return syntax.read(tokens, sql, transactional);
}

describe('A statement', () => {
  it.each(['VACUUM', 'vacuum main', 'PRAGMA journal_mode = WAL', 'pragma main.page_size(8192)'])(
    'is marked where no transaction holds it: %s',
    (sql) => {
      expect(read(sql, false)).toMatchObject({ outsideTransaction: true, problems: [] });
    },
  );

  it.each(['UPDATE t SET a = 1', 'EXPLAIN VACUUM', 'SELECT 1 AS vacuum', 'CREATE TABLE pragma (a)'])(
    'is not marked where a transaction holds it: %s',
    (sql) => {
      expect(read(sql, false)).not.toHaveProperty('outsideTransaction');
    },
  );

  it('ends at a semicolon, in a trigger at the one behind END.', () => {
    const sql = `;; EXPLAIN QUERY PLAN SELECT 1; CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT 2; SELECT 3; END; SELECT 4;;`;
    const pieces = sqliteSyntax.split(sqliteSyntax.tokensOf(sql).tokens);
    expect(pieces.map((piece) => [piece[0]?.text, piece.at(-1)?.text])).toEqual([
      ['EXPLAIN', '1'],
      ['CREATE', 'END'],
      ['SELECT', '4'],
    ]);
  });

  it('has values in a program, and none in a file.', () => {
    expect(read('INSERT INTO t VALUES (?)').problems).toHaveLength(1);
    expect(read('INSERT INTO t VALUES (?)', true, programSyntax).problems).toEqual([]);
    expect(read('COMMIT', true, programSyntax).problems).toHaveLength(1);
  });

  it('is left to SQLite in a program where it is malformed, and told before in a file.', () => {
    expect(read('SELEC 1').problems.map(({ message }) => message)).toEqual([
      'Syntax error: near "SELEC": syntax error',
    ]);
    expect(read('SELEC 1', true, programSyntax)).toMatchObject({ kind: 'unknown', problems: [] });
  });
});

it('Keywords count in any case, names and strings as they are written.', () => {
  const fold = (sql: string): string[] =>
    sqliteSyntax.tokensOf(sql).tokens.map((token) => sqliteSyntax.fold(token));
  expect(fold(`select Name, 'aB' FROM "T" -- why`)).toEqual(['SELECT', 'Name', ',', `'aB'`, 'FROM', '"T"']);
});
