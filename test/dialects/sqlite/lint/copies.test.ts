// Copies that forget, renumber or convert, rebuilds over several revisions, and headers that speak of it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toldOf, type History } from './histories.js';
import { times } from '../../../support/figures.js';

const BASE: History = {
  '0001_base.sql': `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, code TEXT);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user INTEGER REFERENCES users (id));
CREATE INDEX ix_posts ON posts (user);`,
};
const SERIOUS = ['error', 'warning'];

/** Errors and warnings, as `severity rule line message | mend`; notices are of another matter. */
async function told(more: History): Promise<readonly string[]> {
  const all = await toldOf({ ...BASE, ...more });
  return all
    .filter((line) => SERIOUS.includes(line.split(' ')[0] ?? ''))
    .map((line) => line.replace(/ \S+\.sql:(\d+) /, ' $1 '));
}

const rebuild = (columns: string, copy: string, header = ''): History => ({
  '0002_rebuild.sql': `${header}-- migrate:up
CREATE TABLE users_new (${columns});
${copy};
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;`,
});
const COLUMNS = 'id INTEGER PRIMARY KEY, email TEXT, phone TEXT, code TEXT';
const WHOLE = 'INSERT INTO users_new (id, email, phone, code) SELECT id, email, phone, code FROM users';

describe('forgotten-column', () => {
  it('names the columns of both tables that no copy takes over', async () => {
    const copy = 'INSERT INTO users_new (id, email) SELECT id, email FROM users';
    expect(await told(rebuild(COLUMNS, copy))).toEqual([
      'error forgotten-column 3 The copy of users leaves out phone, code, which is in the old table and in the new one | write phone, code on both sides of the copy; or, where the values may go, "-- drops: users.phone, users.code" in the header',
    ]);
    expect(await told(rebuild(COLUMNS, copy, '-- drops: users.phone, users_new.code\n'))).toEqual([]);
  });

  it('warns of a column that the new table has not', async () => {
    const copy = 'INSERT INTO users_new (id, email, phone) SELECT id, email, phone FROM users';
    expect(await told(rebuild('id INTEGER PRIMARY KEY, email TEXT, phone TEXT', copy))).toEqual([
      expect.stringMatching(
        /^warning forgotten-column 3 The rebuild of users leaves out code with what it holds \|.*"-- drops: users\.code"/,
      ),
    ]);
  });

  it.each([
    [
      'copied under another name',
      rebuild(
        'id INTEGER PRIMARY KEY, email TEXT, tel TEXT, code TEXT',
        'INSERT INTO users_new (id, email, tel, code) SELECT id, email, phone, code FROM users',
      ),
    ],
    [
      'part of what is computed',
      rebuild(
        'id INTEGER PRIMARY KEY, contact TEXT, code TEXT',
        "INSERT INTO users_new (id, contact, code) SELECT id, email || ' ' || phone, code FROM users",
      ),
    ],
    [
      'filled anew on purpose',
      rebuild(
        COLUMNS,
        "INSERT INTO users_new (id, email, phone, code) SELECT id, email, '', code FROM users",
      ),
    ],
    [
      'filled by an UPDATE afterwards',
      rebuild(
        COLUMNS,
        'INSERT INTO users_new (id, email, phone) SELECT id, email, phone FROM users;\nUPDATE users_new SET code = (SELECT code FROM users AS u WHERE u.id = users_new.id)',
      ),
    ],
    ['copied in two parts', rebuild(COLUMNS, `${WHOLE} WHERE id < 1000;\n${WHOLE} WHERE id >= 1000`)],
    [
      'copied into another table',
      rebuild(
        'id INTEGER PRIMARY KEY, email TEXT, phone TEXT',
        'CREATE TABLE codes (id INTEGER PRIMARY KEY, code TEXT); INSERT INTO codes (id, code) SELECT id, code FROM users;\nINSERT INTO users_new (id, email, phone) SELECT id, email, phone FROM users',
      ),
    ],
    [
      'copied by a join',
      rebuild(
        COLUMNS,
        'INSERT INTO users_new (id, email, phone, code) SELECT u.id, u.email, u.phone, u.code FROM users AS u LEFT JOIN posts AS p ON p.id = u.id',
      ),
    ],
  ])('says nothing where it is %s', async (_what, history) => {
    expect(await told(history)).toEqual([]);
  });
});

describe('left-out-key', () => {
  it('is an error, and the only one of its line that says what to do', async () => {
    expect(
      await told(
        rebuild(COLUMNS, 'INSERT INTO users_new (email, phone, code) SELECT email, phone, code FROM users'),
      ),
    ).toEqual([
      'error left-out-key 3 The copy of users leaves out its key id, so that rows are numbered anew | write id on both sides: INSERT INTO users_new (id, ..) SELECT id, .. FROM users',
    ]);
  });

  it('is content where the rows live on under other keys on purpose, and where a table only takes some columns', async () => {
    const anew = 'INSERT INTO users_new (email, phone, code) SELECT email, phone, code FROM users';
    const history = rebuild(
      COLUMNS,
      `${anew};\nUPDATE posts SET user = NULL`,
      '-- moves: users -> users_new\n',
    );
    expect(await told(history)).toEqual([]);
    expect(
      await told({
        '0002_more.sql':
          'CREATE TABLE mails (id INTEGER PRIMARY KEY, email TEXT);\nINSERT INTO mails (email) SELECT DISTINCT email FROM users;',
      }),
    ).toEqual([]);
  });
});

describe('changes-values', () => {
  it.each([
    ['code STRING', 'NUMERIC'],
    ['code DECIMAL(10,2)', 'NUMERIC'],
    ['code INTEGER', 'INTEGER'],
    ['code REAL', 'REAL'],
  ])('warns of text that is copied into %s', async (column, affinity) => {
    const columns = `id INTEGER PRIMARY KEY, email TEXT, phone TEXT, ${column}`;
    expect(await told(rebuild(columns, WHOLE))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^warning changes-values 3 users\\.code, TEXT, is copied into .*affinity is ${affinity}.*"-- changes: users\\.code"`,
        ),
      ),
    ]);
    expect(await told(rebuild(columns, WHOLE, '-- changes: users.code\n'))).toEqual([]);
  });

  it('is content with types of one affinity, and with what is computed', async () => {
    expect(
      await told(rebuild('id INTEGER PRIMARY KEY, email VARCHAR(90), phone TEXT, code CLOB', WHOLE)),
    ).toEqual([]);
    expect(
      await told(
        rebuild(
          'id INTEGER PRIMARY KEY, email TEXT, phone TEXT, code INTEGER',
          WHOLE.replace('phone, code FROM', 'phone, CAST(code AS INTEGER) FROM'),
        ),
      ),
    ).toEqual([]);
  });
});

describe('A rebuild', () => {
  it('over several revisions is one: nothing is lost, and no header is asked for', async () => {
    expect(
      await told({
        '0002_make.sql': `CREATE TABLE users_new (${COLUMNS}, at TEXT);`,
        '0003_more.sql':
          'ALTER TABLE users_new ADD COLUMN level INTEGER NOT NULL DEFAULT 0; CREATE UNIQUE INDEX ux ON users_new (id, level);',
        '0004_copy.sql': `${WHOLE};`,
        '0005_swap.sql': 'DROP TABLE users;\nALTER TABLE users_new RENAME TO users;',
      }),
    ).toEqual([]);
  });

  it('with the old table renamed aside and dropped later is one', async () => {
    const history = {
      '0002_aside.sql': `PRAGMA legacy_alter_table = ON;
ALTER TABLE users RENAME TO users_old;
PRAGMA legacy_alter_table = OFF;
CREATE TABLE users (${COLUMNS});
INSERT INTO users (id, email, phone, code) SELECT id, email, phone, code FROM users_old;`,
      '0003_drop.sql': 'DROP TABLE users_old;',
    };
    expect(await told(history)).toEqual([]);
    const forgetful = {
      ...history,
      '0002_aside.sql': history['0002_aside.sql']
        .replaceAll(', phone, code)', ', phone)')
        .replace('phone, code FROM', 'phone FROM'),
    };
    expect(await told(forgetful)).toEqual([
      expect.stringMatching(/^error forgotten-column 6 The copy of users_old leaves out code/),
    ]);
  });

  it('over several revisions that copies a part only is a loss', async () => {
    expect(
      await told({
        '0002_copy.sql': `CREATE TABLE users_new (${COLUMNS});\n${WHOLE} WHERE 0;`,
        '0003_drop.sql': 'DROP TABLE users;',
        '0004_name.sql': 'ALTER TABLE users_new RENAME TO users;',
      }),
    ).toContainEqual(expect.stringMatching(/^error undeclared-loss 2 The table users goes with its rows/));
  });

  it('that takes a reference along is mended by a new table under another name, whichever rule tells it', async () => {
    const lines = await told({
      '0002_aside.sql': `ALTER TABLE users RENAME TO users_old;
CREATE TABLE users (${COLUMNS});
INSERT INTO users (id, email, phone, code) SELECT id, email, phone, code FROM users_old;
DROP TABLE users_old;`,
    });
    expect(lines.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'error cascade 5',
      'error foreign-key-target 5',
    ]);
    expect(new Set(lines.map((line) => line.split(' | ')[1]))).toEqual(
      new Set([
        'make the new table under another name, copy into it, drop users, and rename the new one to users: then posts goes on referring to users',
      ]),
    );
    expect(lines[0]).toContain('posts refers to users_old since the rename on line 2, no longer to users');
  });

  it('whose UNIQUE the same revision makes as an index loses nothing', async () => {
    const history = {
      '0002_unique.sql': 'CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT UNIQUE);',
      '0003_index.sql': `CREATE TABLE tags_new (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO tags_new (id, name) SELECT id, name FROM tags;
DROP TABLE tags;
ALTER TABLE tags_new RENAME TO tags;
CREATE UNIQUE INDEX ux_tags ON tags (name);`,
    };
    expect(await told(history)).toEqual([]);
    const without = {
      ...history,
      '0003_index.sql': history['0003_index.sql'].replace(/CREATE UNIQUE.*/, ''),
    };
    expect(await told(without)).toEqual([
      expect.stringMatching(/^warning rebuild-loses 2 The rebuild of tags loses UNIQUE \(name\)/),
    ]);
  });

  it('that archives rows and deletes them then says nothing of a loss', async () => {
    const archive = (condition: string): History => ({
      '0002_archive.sql': `CREATE TABLE old_users (${COLUMNS});
INSERT INTO old_users (id, email, phone, code) SELECT id, email, phone, code FROM users WHERE id < 10;
DELETE FROM users WHERE ${condition};`,
    });
    expect(await told(archive('id<10'))).toEqual([]);
    expect(await told(archive('id < 11'))).toEqual([
      expect.stringMatching(/^warning undeclared-loss 4 DELETE may take rows of users/),
    ]);
  });
});

describe('fails-with-rows', () => {
  it.each([
    [
      'a unique index',
      'CREATE UNIQUE INDEX ux ON users (email);',
      /^warning fails-with-rows 2 .*UNIQUE constraint failed: users\.email.*distinct/,
    ],
    [
      'NOT NULL',
      rebuild('id INTEGER PRIMARY KEY, email TEXT NOT NULL, phone TEXT, code TEXT', WHOLE)[
        '0002_rebuild.sql'
      ] ?? '',
      /^warning fails-with-rows 3 .*NOT NULL constraint failed: users_new\.email.*COALESCE/,
    ],
    [
      'UNIQUE',
      rebuild('id INTEGER PRIMARY KEY, email TEXT, phone TEXT UNIQUE, code TEXT', WHOLE)[
        '0002_rebuild.sql'
      ] ?? '',
      /^warning fails-with-rows 3 .*UNIQUE constraint failed: users_new\.phone/,
    ],
    [
      'CHECK',
      rebuild("id INTEGER PRIMARY KEY, email TEXT CHECK (email LIKE '%@%'), phone TEXT, code TEXT", WHOLE)[
        '0002_rebuild.sql'
      ] ?? '',
      /^warning fails-with-rows 3 .*CHECK constraint failed/,
    ],
    [
      'a foreign key',
      rebuild('id INTEGER PRIMARY KEY, email TEXT, phone TEXT, code TEXT REFERENCES users (email)', WHOLE)[
        '0002_rebuild.sql'
      ] ?? '',
      /./,
    ],
  ])('warns of %s over rows that are there', async (_what, sql, message) => {
    expect(await told({ '0002_next.sql': sql })).toContainEqual(expect.stringMatching(message));
  });

  it('is content where the revision makes the rows fit first', async () => {
    expect(
      await told({
        '0002_next.sql':
          'UPDATE users SET email = email || id WHERE email IS NOT NULL;\nCREATE UNIQUE INDEX ux ON users (email);',
      }),
    ).toEqual([]);
    const copy = WHOLE.replace('id, email, phone, code FROM', "id, coalesce(email, ''), phone, code FROM");
    expect(
      await told(rebuild('id INTEGER PRIMARY KEY, email TEXT NOT NULL, phone TEXT, code TEXT', copy)),
    ).toEqual([]);
  });
});

describe('unknown-declaration', () => {
  it('names the nearest where a header speaks of what the revision never meets', async () => {
    const lines = async (header: string): Promise<readonly string[]> =>
      told(rebuild(COLUMNS, WHOLE, `-- ${header}\n`));
    expect(await lines('loses_rows: user')).toEqual([
      'error unknown-declaration 1 The header "loses_rows" names user, and the revision meets no such table | did you mean users?',
    ]);
    expect(await lines('changes: users.emial')).toEqual([
      'error unknown-declaration 1 The header "changes" names users.emial, and users never has such a column here | did you mean users.email?',
    ]);
    expect(await lines('drops: user_new.code')).toEqual([
      expect.stringMatching(/names user_new.*did you mean users_new\?/),
    ]);
    expect(await lines('moves: users -> person')).toEqual([expect.stringMatching(/names person/)]);
    expect(await lines('drops: users.phone, users_new.code')).toEqual([]);
  });
});

const NAMES = ['a', 'b', 'c', 'd', 'e'];

it('A random right rebuild gives neither error nor warning, in one revision or in several', async () => {
  const shapes = fc.record({
    columns: fc.subarray(NAMES, { minLength: 1 }),
    order: fc.shuffledSubarray(NAMES, { minLength: 5, maxLength: 5 }),
    renamed: fc.option(fc.constantFrom(...NAMES), { nil: null }),
    computed: fc.option(fc.constantFrom(...NAMES), { nil: null }),
    added: fc.boolean(),
    key: fc.constantFrom(
      'id INTEGER PRIMARY KEY',
      'id TEXT NOT NULL PRIMARY KEY',
      'id INTEGER PRIMARY KEY AUTOINCREMENT',
    ),
    way: fc.constantFrom('one', 'aside', 'parts', 'several'),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ columns, order, renamed, computed, added, key, way }) => {
      const kept = order.filter((column) => columns.includes(column));
      const to = (column: string): string => (column === renamed ? `${column}_2` : column);
      const from = (column: string): string => (column === computed ? `upper(${column})` : column);
      const table = (name: string, list: readonly string[]): string =>
        `CREATE TABLE ${name} (${[key, ...list.map((column) => `${column} TEXT`)].join(', ')}${added && list !== columns ? ', extra TEXT' : ''});`;
      const copy = (into: string, source: string, where = ''): string =>
        `INSERT INTO ${into} (${['id', ...kept.map(to)].join(', ')}) SELECT ${['id', ...kept.map(from)].join(', ')} FROM ${source}${where};`;
      const swap = 'DROP TABLE t; ALTER TABLE n RENAME TO t;';
      const steps: Readonly<Record<typeof way, readonly string[]>> = {
        one: [`${table('n', kept.map(to))} ${copy('n', 't')} ${swap}`],
        aside: [`ALTER TABLE t RENAME TO o; ${table('t', kept.map(to))} ${copy('t', 'o')} DROP TABLE o;`],
        parts: [
          `${table('n', kept.map(to))} ${copy('n', 't', ' WHERE id < 9000')} ${copy('n', 't', ' WHERE NOT id < 9000')} ${swap}`,
        ],
        several: [table('n', kept.map(to)), copy('n', 't'), swap],
      };
      const history = Object.fromEntries(
        [table('t', columns), ...steps[way]].map((sql, at) => [`000${at + 1}_step.sql`, sql]),
      );
      const lines = await toldOf(history);
      expect(lines.filter((line) => SERIOUS.includes(line.split(' ')[0] ?? ''))).toEqual([]);
    }),
    { numRuns: times({ standard: 60, full: 1000 }) },
  );
});
