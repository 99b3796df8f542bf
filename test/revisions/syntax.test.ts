// Revisions in a language that is no SQL at all: whoever reads marks, headers, guards and checksums asks the dialect
// for everything else.

import { describe, expect, it } from 'vitest';
import { parseRevision, type DraftReading } from '../../src/revisions/parse.js';
import type { Comment, Syntax, Token } from '../../src/revisions/syntax.js';

/** Bare words; `THEN` on its own ends a statement, and only words with a capital letter mean what they say. */
const toy: Syntax = {
  faultOf: (text) => (text.includes('~') ? { message: 'a tilde', hint: 'leave it out', line: 1 } : null),
  tokensOf(text) {
    const tokens: Token[] = [];
    const comments: Comment[] = [];
    for (const { 0: found, index: offset } of text.matchAll(/^--.*$|\S+/gm)) {
      const line = text.slice(0, offset).split('\n').length;
      if (found.startsWith('--')) comments.push({ text: found.slice(2).trim(), offset, line, ownLine: true });
      else tokens.push({ kind: 'word', text: found, offset, line });
    }
    return { tokens, comments };
  },
  split(tokens) {
    const pieces: Token[][] = [[]];
    for (const token of tokens) {
      if (token.text === 'THEN') pieces.push([]);
      else pieces.at(-1)?.push(token);
    }
    return pieces.filter((piece) => piece.length > 0);
  },
  fold: ({ text }) => (/[A-Z]/.test(text) ? text : 'word'),
  read(tokens, sql, transactional) {
    const bad = tokens.find(({ text }) => text === 'Explode');
    const problems = bad === undefined ? [] : [{ message: 'it explodes', hint: 'do not', line: bad.line }];
    return transactional
      ? { kind: `said:${sql.split(/\s/, 1)[0] ?? ''}`, problems }
      : { kind: 'shouted', outsideTransaction: true, problems };
  },
};

const NAME = { version: '0001', slug: 'toy', form: 'sql', dialect: null } as const;
const parse = (text: string): DraftReading => parseRevision('0001_toy.sql', NAME, text, toy);
const TEXT = `-- loses_rows: a
-- migrate:up
Make a; Selects
  semicolons THEN
-- if_missing: b
Make b
-- migrate:down
Burn a`;

describe('A revision of another dialect', () => {
  it('is cut into statements by the dialect, and told by it what they are.', () => {
    const { draft, problems } = parse(TEXT);
    expect(problems).toEqual([]);
    expect(draft).toMatchObject({ losesRows: ['a'], transactional: true });
    expect(draft.up).toEqual({
      kind: 'sql',
      statements: [
        { sql: 'Make a; Selects\n  semicolons', line: 3, kind: 'said:Make' },
        { sql: 'Make b', line: 6, kind: 'said:Make', guard: { when: 'missing', object: 'b' } },
      ],
    });
    expect(draft.down).toEqual({
      kind: 'sql',
      statements: [{ sql: 'Burn a', line: 8, kind: 'said:Burn' }],
    });
  });

  it('hands on whether a transaction can hold a statement.', () => {
    const { draft } = parse(TEXT.replace('migrate:up', 'migrate:up transaction:false'));
    expect(draft.down).toMatchObject({ statements: [{ kind: 'shouted', outsideTransaction: true }] });
  });

  it('has the checksum of what the dialect says that its tokens mean.', () => {
    const checksum = (text: string): string => parse(text).draft.checksum;
    expect(checksum(TEXT.replace('semicolons', 'colons'))).toBe(checksum(TEXT));
    expect(checksum(TEXT.replace('Selects', 'Sells'))).not.toBe(checksum(TEXT));
  });

  it('is refused for what the dialect refuses, and for what stands before the first mark.', () => {
    expect(parse('THEN\nMake a\n-- migrate:up\nDo\nExplode').problems).toEqual([
      {
        message: 'SQL stands before `-- migrate:up`',
        hint: 'move it below `-- migrate:up`',
        line: 2,
        file: '0001_toy.sql',
      },
      { message: 'it explodes', hint: 'do not', line: 5, file: '0001_toy.sql' },
    ]);
    expect(parse(`${TEXT} ~`).problems).toEqual([
      { message: 'a tilde', hint: 'leave it out', line: 1, file: '0001_toy.sql' },
    ]);
  });
});
