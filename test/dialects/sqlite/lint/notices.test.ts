// What is worth knowing before a release, and never fails.

import { describe, expect, it } from 'vitest';
import { lintOf, toldOf, type History } from './histories.js';

const BASE = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, note TEXT);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user INTEGER REFERENCES users (id));
CREATE INDEX ix_posts ON posts (user);`;

async function of(rule: string, sql: string, base = BASE): Promise<readonly string[]> {
  const history: History = { '0001_base.sql': base, '0002_next.sql': sql };
  const told = await toldOf(history, { rules: [rule] });
  return told.map((line) => line.replace(`${rule} `, '').replace(/ \S+:(\d+) /, ' $1 '));
}

describe('breaks-application', () => {
  it('names what is called otherwise, or is gone, from here on', async () => {
    expect(await of('breaks-application', 'ALTER TABLE users RENAME TO people;')).toEqual([
      expect.stringMatching(/^notice 2 users is called people from here on/),
    ]);
    expect(await of('breaks-application', 'ALTER TABLE users RENAME COLUMN note TO remark;')).toEqual([
      expect.stringMatching(/^notice 2 users\.note is called remark/),
    ]);
    expect(await of('breaks-application', 'ALTER TABLE users DROP COLUMN note;')).toEqual([
      expect.stringMatching(/^notice 2 users\.note is dropped/),
    ]);
  });

  it('is content where the old name is still there, or was made in the same revision', async () => {
    expect(
      await of(
        'breaks-application',
        'ALTER TABLE users RENAME TO people; CREATE VIEW users AS SELECT * FROM people;',
      ),
    ).toEqual([]);
    expect(
      await of(
        'breaks-application',
        'CREATE TABLE n (a, b); ALTER TABLE n DROP COLUMN b; ALTER TABLE n RENAME TO m;',
      ),
    ).toEqual([]);
    expect(
      await of(
        'breaks-application',
        'ALTER TABLE users DROP COLUMN note; ALTER TABLE users ADD COLUMN note INTEGER;',
      ),
    ).toEqual([]);
  });
});

describe('every-row', () => {
  it('names an UPDATE without WHERE of what was there', async () => {
    expect(await of('every-row', "UPDATE users SET note = 'x', email = lower(email);")).toEqual([
      expect.stringMatching(/^notice 2 UPDATE has no WHERE: it sets note, email in every row of users/),
    ]);
    expect(
      await of(
        'every-row',
        "UPDATE users SET note = 'x' WHERE note IS NULL;\nALTER TABLE users ADD COLUMN level INTEGER; UPDATE users SET level = 1;",
      ),
    ).toEqual([]);
  });
});

describe('time-or-chance', () => {
  it('names values that are others in each database', async () => {
    expect(
      await of(
        'time-or-chance',
        "UPDATE users SET note = hex(randomblob(4)) WHERE id = 1;\nINSERT INTO users (email, note) VALUES (datetime('now'), CURRENT_TIMESTAMP);",
      ),
    ).toEqual([
      expect.stringMatching(/^notice 2 The data is another in each database: randomblob\(\)/),
      expect.stringMatching(/^notice 3 .*datetime\(\), CURRENT_TIMESTAMP/),
    ]);
    expect(
      await of(
        'time-or-chance',
        "UPDATE users SET note = datetime('2020-01-01') WHERE id = 1;\nCREATE TABLE n (at TEXT DEFAULT CURRENT_TIMESTAMP);",
      ),
    ).toEqual([]);
  });
});

describe('definitions', () => {
  it('foreign-key-index: references that no index begins with', async () => {
    expect(await of('foreign-key-index', 'SELECT 1;')).toEqual([]);
    expect(await of('foreign-key-index', 'DROP INDEX ix_posts;')).toEqual([
      expect.stringMatching(
        /^notice 3 No index of posts begins with user, which refers to users \|.*CREATE INDEX ix_posts_user ON posts \(user\)/,
      ),
    ]);
    const both = (index: string): Promise<readonly string[]> =>
      of(
        'foreign-key-index',
        `CREATE TABLE c (a, b, FOREIGN KEY (a, b) REFERENCES p (x, y)); ${index}`,
        'CREATE TABLE p (x, y, UNIQUE (x, y));',
      );
    expect(await both('CREATE INDEX ix ON c (b, a, a);')).toEqual([]);
    expect(await both('CREATE INDEX ix ON c (a);')).toHaveLength(1);
    expect(await both('CREATE INDEX ix ON c (a, b) WHERE a > 1;')).toHaveLength(1);
  });

  it('duplicate-index: an index beside an equal one, or beside a key', async () => {
    expect(await of('duplicate-index', 'CREATE INDEX ix_again ON posts ("user");')).toEqual([
      expect.stringMatching(/The index ix_posts is there twice: ix_again is an index on the same columns/),
    ]);
    expect(await of('duplicate-index', 'CREATE TABLE t (a UNIQUE);\nCREATE INDEX ix_a ON t (a);')).toEqual([
      expect.stringMatching(/^notice \d The index ix_a is there twice: a key of t/),
    ]);
    expect(
      await of(
        'duplicate-index',
        'CREATE INDEX i ON posts (user DESC); CREATE INDEX j ON posts (user) WHERE user > 1; CREATE INDEX k ON posts (user, id);',
      ),
    ).toEqual([]);
  });

  it('int-primary-key: what is no rowid', async () => {
    expect(await of('int-primary-key', 'SELECT 1;\nCREATE TABLE t (id INT PRIMARY KEY);')).toEqual([
      expect.stringMatching(/^notice 3 t\.id is INT PRIMARY KEY, which is not the rowid/),
    ]);
    expect(
      await of(
        'int-primary-key',
        'CREATE TABLE t (id integer primary key); CREATE TABLE u (id INT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE v (id TEXT PRIMARY KEY); CREATE TABLE w (a INT, b INT, PRIMARY KEY (a, b));',
      ),
    ).toEqual([]);
  });

  it('quoted-default: a word for the time that is a text', async () => {
    expect(
      await of(
        'quoted-default',
        "CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT DEFAULT 'CURRENT_TIMESTAMP', b TEXT DEFAULT 'datetime(''now'')');",
      ),
    ).toEqual([
      expect.stringMatching(
        /^notice 2 t\.at has the text 'CURRENT_TIMESTAMP' as its default \| write DEFAULT CURRENT_TIMESTAMP, without quotes/,
      ),
      expect.stringMatching(/write DEFAULT \(datetime\('now'\)\)/),
    ]);
    expect(
      await of(
        'quoted-default',
        "CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP, b TEXT DEFAULT 'current');",
      ),
    ).toEqual([]);
  });

  it('null-check: a CHECK that compares with NULL', async () => {
    expect(
      await of('null-check', "CREATE TABLE t (a CHECK (a IN ('x', NULL)), b CHECK (b <> NULL));"),
    ).toEqual([
      expect.stringMatching(/^notice 2 CHECK \(a IN \('x', NULL\)\) of t compares with NULL/),
      expect.stringMatching(/CHECK \(b <> NULL\)/),
    ]);
    expect(await of('null-check', "CREATE TABLE t (a CHECK (a IS NOT NULL OR a IN ('x')));")).toEqual([]);
  });
});

it('Notices never fail, and are counted', async () => {
  const history: History = {
    '0001_base.sql': BASE,
    '0002_next.sql': 'DROP INDEX ix_posts;\nALTER TABLE users DROP COLUMN note;',
  };
  const rules = ['breaks-application', 'foreign-key-index'];
  expect(await lintOf(history, { rules, strict: true })).toMatchObject({
    exitCode: 0,
    summary: { errors: 0, warnings: 0, notices: 2 },
  });
});
