// How the text of revisions is read: the same in both halves of a dialect.

import { expect, test } from 'vitest';
import { NOTES, ROWS, TASKS, type Kit } from './kit.js';

export function testSyntax(kit: Kit): void {
  const syntaxes = () => [kit.fleet.dialect.syntax, kit.fleet.driver.syntax];
  const TEXT = `-- first\n${TASKS};\n/* second */ ${ROWS};`;

  test('Tokens are pieces of the text, in order, and comments are told with their lines.', () => {
    for (const syntax of syntaxes()) {
      expect(syntax.faultOf(TEXT)).toBeNull();
      const { tokens, comments } = syntax.tokensOf(TEXT);
      for (const { text, offset, line } of tokens) {
        expect(TEXT.slice(offset, offset + text.length)).toBe(text);
        expect(line).toBe(TEXT.slice(0, offset).split('\n').length);
      }
      expect(tokens.map(({ offset }) => offset)).toEqual(
        tokens.map(({ offset }) => offset).sort((a, b) => a - b),
      );
      expect(comments.map(({ text, line, ownLine }) => [text, line, ownLine])).toEqual([
        ['first', 1, true],
        ['second', 3, false],
      ]);
    }
  });

  test('A text is split into its statements, without what separates them.', () => {
    for (const syntax of syntaxes()) {
      const pieces = syntax.split(syntax.tokensOf(`;;${TEXT};`).tokens);
      expect(pieces.map((piece) => [piece[0]?.text, piece.at(-1)?.text])).toEqual([
        ['CREATE', ')'],
        ['INSERT', ')'],
      ]);
    }
  });

  test('A keyword counts the same in any case, and what is between quotes as it is written.', () => {
    const { syntax } = kit.fleet.dialect;
    const fold = (sql: string) => syntax.tokensOf(sql).tokens.map((token) => syntax.fold(token));
    expect(fold(`select 'aB'`)).toEqual(fold(`SELECT 'aB'`));
    expect(fold(`SELECT 'aB'`)).not.toEqual(fold(`SELECT 'AB'`));
  });

  function read(sql: string, transactional = true) {
    const { syntax } = kit.fleet.dialect;
    const [tokens = [], ...others] = syntax.split(syntax.tokensOf(sql).tokens);
    expect(others).toEqual([]);
    return syntax.read(tokens, sql, transactional);
  }

  test.each(['BEGIN', 'COMMIT', 'ROLLBACK', 'END', 'SAVEPOINT a', 'RELEASE a', 'rollback to a'])(
    'A revision may not say %s: the transaction is not its own.',
    (sql) => {
      for (const transactional of [true, false])
        expect(read(sql, transactional).problems.length).toBeGreaterThan(0);
    },
  );

  test('An ordinary statement is refused nothing, and a transaction may hold it.', () => {
    for (const sql of [TASKS, NOTES, ROWS, 'DROP TABLE tasks', `UPDATE tasks SET title = 'BEGIN'`]) {
      const reading = read(sql);
      expect(reading.problems).toEqual([]);
      expect(reading).not.toHaveProperty('outsideTransaction');
      expect(reading.kind).not.toBe('');
    }
  });

  test('A statement that no transaction may hold is marked, and refused in one.', () => {
    expect(read(kit.fixture.outside, false)).toMatchObject({ outsideTransaction: true, problems: [] });
    expect(read(kit.fixture.outside, true).problems.length).toBeGreaterThan(0);
  });
}
