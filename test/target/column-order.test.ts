// Columns in another order than the revisions leave them: nothing that goes by position runs over them, and what does
// not lean on the order runs as ever. Through the built program, on real files.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LintReport } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const USERS = `-- migrate:up
CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);
-- migrate:down
DROP TABLE users;
`;
const REBUILD = `-- migrate:up
CREATE TABLE users_new(id INTEGER PRIMARY KEY, email TEXT, phone TEXT, CHECK (id > 0));
INSERT INTO users_new SELECT * FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
-- migrate:down
CREATE TABLE users_old(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);
INSERT INTO users_old SELECT * FROM users;
DROP TABLE users;
ALTER TABLE users_old RENAME TO users;
`;
const ROW = "INSERT INTO users (id, email, phone) VALUES (1, 'bob@x.org', '555-2');\n";
const SWAPPED = `CREATE TABLE users(id INTEGER PRIMARY KEY, phone TEXT);
ALTER TABLE users ADD COLUMN email TEXT;
${ROW}`;
const AS_EVER = `CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);\n${ROW}`;
const BOB = [{ email: 'bob@x.org', phone: '555-2' }];
const bobOf = (dataDir: string) => query(join(dataDir, 'project_1.db'), 'SELECT email, phone FROM users');

/** A history of the users and one more revision. */
const history = (second: string, name = '0002_next.sql') =>
  writeMigrations({ '0001_users.sql': USERS, [name]: second });

describe('a copy by position', () => {
  const migrations = history(REBUILD);

  test.each([
    ['upgrade', ['upgrade', '--stamp']],
    ['a rehearsal', ['upgrade', '--stamp', '--dry-run']],
  ])('fails in %s on a target with another order, which stays as it was to the byte', async (_, args) => {
    const dataDir = makeProjects(1, SWAPPED);
    const before = treeOf(dataDir, ['.flotilla']);
    const { code, report } = await run(dataDir, migrations, args);
    expect(code).toBe(2);
    expect(report.targets[0]).toMatchObject({
      outcome: 'failed',
      failure: {
        code: 'columnOrder',
        step: 'execute',
        revision: '0002',
        statement: 'INSERT INTO users_new SELECT * FROM users',
        line: 3,
        message: expect.stringContaining(
          'users has them in the order id, phone, email, where the revisions leave id, email, phone',
        ) as unknown,
        commands: [
          { verb: 'repair', options: { columns: true, only: ['project_1'] } },
          { verb: 'upgrade', options: { stamp: true, only: ['project_1'] } },
          { verb: 'lint', options: { rule: ['by-position'] } },
          { verb: 'repair', options: { checksums: ['all'] } },
        ],
      },
    });
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });

  test('runs on a target with the order of the revisions, up and down and up again', async () => {
    const dataDir = makeProjects(1, AS_EVER);
    for (const args of [['upgrade', '--stamp'], ['downgrade', '0001'], ['upgrade']]) {
      expect((await run(dataDir, migrations, args)).code).toBe(0);
      expect(bobOf(dataDir)).toEqual(BOB);
    }
  });

  test('fails in downgrade, where a target came to its order after the way up', async () => {
    const dataDir = makeProjects(1, AS_EVER);
    const byName = history(
      `-- migrate:up
CREATE TABLE other (id INTEGER PRIMARY KEY);
-- migrate:down
${REBUILD.split('-- migrate:down\n')[1] ?? ''}DROP TABLE other;
`,
    );
    await run(dataDir, byName, ['upgrade', '--stamp', '--at', 'earliest']);
    const swapped = makeProjects(1, SWAPPED);
    expect((await run(swapped, byName, ['upgrade', '--stamp', '--at', 'earliest'])).code).toBe(0);
    expect((await run(dataDir, byName, ['downgrade', '0001'])).code).toBe(0);
    const path = join(swapped, 'project_1.db');
    const before = readFileSync(path);
    const { code, report } = await run(swapped, byName, ['downgrade', '0001']);
    expect(code).toBe(2);
    expect(report.targets[0]?.failure).toMatchObject({ code: 'columnOrder', revision: '0002', line: 5 });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('fails before anything is done where the revision runs outside a transaction', async () => {
    const outside = history(
      `-- transaction: false\n-- migrate:up\nPRAGMA wal_checkpoint;\nCREATE TABLE copy (id INTEGER, email TEXT, phone TEXT);\nINSERT INTO copy SELECT * FROM users;\n`,
    );
    const dataDir = makeProjects(1, SWAPPED);
    const before = readFileSync(join(dataDir, 'project_1.db'));
    const { code, report } = await run(dataDir, outside, ['upgrade', '--stamp', '--at', 'earliest']);
    expect(code).toBe(2);
    expect(report.targets[0]).toMatchObject({
      outcome: 'failed',
      failure: { code: 'columnOrder', revision: '0002', line: 5 },
    });
    expect(readFileSync(join(dataDir, 'project_1.db')).equals(before)).toBe(true);
    const right = makeProjects(1, AS_EVER);
    expect((await run(right, outside, ['upgrade', '--stamp', '--at', 'earliest'])).code).toBe(0);
  });

  test('is held against the order that its table has by then, under whatever name', async () => {
    const renamed = history(`-- migrate:up
ALTER TABLE users RENAME TO users_old;
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, phone TEXT);
INSERT INTO users SELECT * FROM users_old;
DROP TABLE users_old;
`);
    const { code, report } = await run(makeProjects(1, SWAPPED), renamed, [
      'upgrade',
      '--stamp',
      '--at',
      'earliest',
    ]);
    expect(code).toBe(2);
    expect(report.targets[0]?.failure).toMatchObject({
      code: 'columnOrder',
      line: 4,
      message: expect.stringContaining('users_old has them in the order') as unknown,
    });
    const right = makeProjects(1, AS_EVER);
    expect((await run(right, renamed, ['upgrade', '--stamp', '--at', 'earliest'])).code).toBe(0);
    expect(bobOf(right)).toEqual(BOB);
  });

  test.each([
    ["INSERT INTO users VALUES (2, 'a@x.org', '5')"],
    ["REPLACE INTO main.users VALUES (2, 'a@x.org', '5')"],
    ['CREATE TEMP TABLE kept AS SELECT * FROM users'],
    [
      'CREATE VIEW v AS SELECT * FROM users; INSERT INTO users (email, phone) SELECT v.email, v.phone FROM v UNION SELECT * FROM (SELECT email, phone FROM v EXCEPT SELECT phone, email FROM v); INSERT INTO users SELECT id + 10, email, phone FROM v',
    ],
  ])('fails in any of its forms: %s', async (sql) => {
    const migrations = history(`-- migrate:up\n${sql};\n`);
    const { report } = await run(makeProjects(1, SWAPPED), migrations, [
      'upgrade',
      '--stamp',
      '--at',
      'earliest',
    ]);
    expect(report.targets[0]?.failure?.code).toBe('columnOrder');
    const right = await run(makeProjects(1, AS_EVER), migrations, ['upgrade', '--stamp', '--at', 'earliest']);
    expect(right.report.targets[0]?.failure).toBeNull();
  });
});

describe('what leans on no order', () => {
  test.each([
    [
      'a copy by name',
      REBUILD.replace('INTO users_new SELECT *', 'INTO users_new (phone, email, id) SELECT phone, email, id'),
    ],
    [
      'a rebuild by a temporary table',
      `-- migrate:up
CREATE TEMPORARY TABLE kept (id, email, phone);
INSERT INTO kept SELECT id, email, phone FROM users;
DROP TABLE users;
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, CHECK (id > 0));
INSERT INTO users SELECT id, email, phone FROM kept;
DROP TABLE kept;
`,
    ],
    [
      'a table that the revision makes and fills',
      "-- migrate:up\nCREATE TABLE levels (id INTEGER PRIMARY KEY, name TEXT);\nINSERT INTO levels VALUES (1, 'low'), (2, 'high');\n",
    ],
  ])('runs on a target with another order: %s', async (_, sql) => {
    const dataDir = makeProjects(1, SWAPPED);
    const { code } = await run(dataDir, history(sql), ['upgrade', '--stamp', '--at', 'earliest']);
    expect(code).toBe(0);
    expect(bobOf(dataDir)).toEqual(BOB);
  });
});

describe('a program', () => {
  const copy = history(
    `export function up(db) {
  db.exec(\`CREATE TABLE users_new(id INTEGER PRIMARY KEY, email TEXT, phone TEXT, CHECK (id > 0));
    INSERT INTO users_new SELECT * FROM users; DROP TABLE users; ALTER TABLE users_new RENAME TO users;\`);
}
`,
    '0002_copy.mjs',
  );
  const rows = history(
    `export function up(db) {
  for (const { id, email, phone } of db.all('SELECT id, email, phone FROM users')) {
    db.run('REPLACE INTO users VALUES (?, ?, ?)', id, email.toUpperCase(), phone);
  }
}
`,
    '0002_rows.mjs',
  );

  test.each([
    ['its own SQL', copy],
    ['a statement that it runs for rows alone', rows],
  ])(
    'fails where %s goes by position over another order, and runs where the order is right',
    async (_, files) => {
      const dataDir = makeProjects(1, SWAPPED);
      const before = readFileSync(join(dataDir, 'project_1.db'));
      const { code, report } = await run(dataDir, files, ['upgrade', '--stamp', '--at', 'earliest']);
      expect(code).toBe(2);
      expect(report.targets[0]?.failure).toMatchObject({ code: 'columnOrder', revision: '0002' });
      expect(report.targets[0]?.failure?.message).toMatch(/0002_\w+\.mjs:\d/);
      expect(readFileSync(join(dataDir, 'project_1.db')).equals(before)).toBe(true);
      expect(
        (await run(makeProjects(1, AS_EVER), files, ['upgrade', '--stamp', '--at', 'earliest'])).code,
      ).toBe(0);
    },
  );
});

test('A revision of one branch runs after those of another, and without them.', async () => {
  const migrations = writeMigrations({
    '0001_users.sql': USERS,
    '0002_left.sql': '-- migrate:up\nALTER TABLE users ADD COLUMN note TEXT;\n',
    '0003_right.sql':
      '-- down_revision: 0001\n-- migrate:up\nCREATE TABLE kept AS SELECT * FROM users;\nDROP TABLE kept;\n',
  });
  const [alone, after] = [makeProjects(1, AS_EVER), makeProjects(1, AS_EVER)];
  expect((await run(alone, migrations, ['upgrade', '0003', '--stamp', '--at', 'earliest'])).code).toBe(0);
  expect((await run(after, migrations, ['upgrade', 'heads', '--stamp', '--at', 'earliest'])).code).toBe(0);
});

test('Lint names the copy by position with its place, and how it reads by name.', async () => {
  const dataDir = makeProjects(1, SWAPPED);
  const found = (
    await look(dataDir, history(REBUILD), ['lint', '--rule', 'by-position'])
  ).json() as LintReport;
  expect(found.findings).toMatchObject([
    {
      severity: 'warning',
      revision: '0002',
      line: 3,
      message: 'It goes by the position of columns in users',
      mend: 'write: INSERT INTO users_new (id, email, phone) SELECT id, email, phone FROM users',
    },
    { severity: 'warning', revision: '0002', line: 8 },
  ]);
});

test('The statement that lint writes out runs on a target with another order, and keeps every value.', async () => {
  const dataDir = makeProjects(1, SWAPPED);
  const { findings } = (
    await look(dataDir, history(REBUILD), ['lint', '--rule', 'by-position'])
  ).json() as LintReport;
  const written = findings[0]?.mend.replace('write: ', '') ?? '';
  const mended = history(REBUILD.replace('INSERT INTO users_new SELECT * FROM users', written));
  for (const args of [
    ['upgrade', '--stamp', '--at', 'earliest', '--dry-run'],
    ['upgrade', '--stamp', '--at', 'earliest'],
  ])
    expect((await run(dataDir, mended, args)).code).toBe(0);
  expect(bobOf(dataDir)).toEqual(BOB);
});

test('Targets that ran the statement before it was written out accept the file, and the fleet goes on as one.', async () => {
  const dataDir = makeProjects(1, AS_EVER);
  expect((await run(dataDir, history(REBUILD), ['upgrade', '--stamp', '--at', 'earliest'])).code).toBe(0);
  const byName = 'INSERT INTO users_new (id, email, phone) SELECT id, email, phone FROM users';
  const mended = history(REBUILD.replace('INSERT INTO users_new SELECT * FROM users', byName));
  expect((await run(dataDir, mended, ['upgrade'])).code).toBe(1);
  expect((await run(dataDir, mended, ['repair', '--checksums', 'all'])).code).toBe(0);
  expect((await run(dataDir, mended, ['upgrade'])).code).toBe(0);
  expect(bobOf(dataDir)).toEqual(BOB);
});

test('What a person reads names table, order, revision and line, and what to do.', async () => {
  const dataDir = makeProjects(1, SWAPPED);
  const { code, stdout } = await runCli([
    'upgrade',
    '--data-dir',
    dataDir,
    '--migrations',
    history(REBUILD),
    '--stamp',
    '--at',
    'earliest',
  ]);
  expect(code).toBe(2);
  const words = stdout.replaceAll(/\s+/g, ' ');
  expect(words).toContain('users has them in the order id, phone, email');
  expect(words).toMatch(/0002.*line 3|0002.*:3/);
  expect(words).toContain('flotilla repair --columns --only project_1');
});

describe('a trigger that goes by position', () => {
  const LOGGED = `-- migrate:up
CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);
CREATE TABLE log(email TEXT, phone TEXT);
CREATE TABLE calls(id INTEGER PRIMARY KEY, who INTEGER);
CREATE TRIGGER logged AFTER UPDATE OF phone ON users BEGIN INSERT INTO log VALUES (new.email, new.phone); END;
CREATE TRIGGER called AFTER INSERT ON calls BEGIN UPDATE users SET phone = phone WHERE id = new.who; END;
`;
  const logOf = (order: string) =>
    `${LOGGED.replace('-- migrate:up\n', '').replace('log(email TEXT, phone TEXT)', `log(${order})`)}${ROW}`;
  const files = (sql: string, name = '0002_next.sql') =>
    writeMigrations({ '0001_users.sql': LOGGED, [name]: sql });

  test.each([
    ['by a statement', '-- migrate:up\nUPDATE users SET phone = 1;\n', '0002_next.sql'],
    ['by another trigger', '-- migrate:up\nINSERT INTO calls (who) VALUES (1);\n', '0002_next.sql'],
    [
      'by a statement of a program',
      'export function up(db) { db.run("UPDATE users SET phone = ?", "1"); }\n',
      '0002_next.mjs',
    ],
  ])(
    'stops the revision in which it is fired %s, where its table has another order',
    async (_, sql, name) => {
      const migrations = files(sql, name);
      const other = await run(makeProjects(1, logOf('phone TEXT, email TEXT')), migrations, [
        'upgrade',
        '--stamp',
        '--at',
        'earliest',
      ]);
      expect(other.report.targets[0]?.failure).toMatchObject({ code: 'columnOrder', revision: '0002' });
      expect(other.report.targets[0]?.failure?.message).toContain('log has them in the order phone, email');
      const right = await run(makeProjects(1, logOf('email TEXT, phone TEXT')), migrations, [
        'upgrade',
        '--stamp',
        '--at',
        'earliest',
      ]);
      expect(right.code).toBe(0);
    },
  );

  test.each([
    ['of another column', 'UPDATE users SET email = 1'],
    ['of another kind', 'DELETE FROM calls'],
    ['of another table', 'CREATE TABLE more (id INTEGER); INSERT INTO more VALUES (1)'],
  ])('stops nothing that does not fire it: a change %s', async (_, sql) => {
    const dataDir = makeProjects(1, logOf('phone TEXT, email TEXT'));
    const { code } = await run(dataDir, files(`-- migrate:up\n${sql};\n`), [
      'upgrade',
      '--stamp',
      '--at',
      'earliest',
    ]);
    expect(code).toBe(0);
  });
});

describe('a program that changes the order itself', () => {
  const reorder = `db.exec('CREATE TABLE n(id INTEGER PRIMARY KEY, phone TEXT, email TEXT); INSERT INTO n (id, email, phone) SELECT id, email, phone FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users');`;
  const each = `for (const { id, email, phone } of db.all('SELECT id, email, phone FROM users'))`;
  const program = (text: string) => history(`export function up(db) {\n${text}\n}\n`, '0002_rows.mjs');
  const before = `${each} db.run('REPLACE INTO users VALUES (?, ?, ?)', id, email, phone);`;
  const after = `${each} db.run('REPLACE INTO users VALUES (?, ?, ?)', id, phone, email);`;

  test.each([
    ['before it', `${before}\n${reorder}`],
    ['before it and, in the same words, after it', `${before}\n${reorder}\n${after}`],
  ])('is held against the order %s, though nothing of it was replayed', async (_, text) => {
    // The order that the program leaves is the one that this target begins with.
    const dataDir = makeProjects(1, SWAPPED);
    const { report } = await run(dataDir, program(text), ['upgrade', '--stamp', '--at', 'earliest']);
    expect(report.targets[0]?.failure).toMatchObject({ code: 'columnOrder' });
    const right = makeProjects(1, AS_EVER);
    expect((await run(right, program(text), ['upgrade', '--stamp', '--at', 'earliest'])).code).toBe(0);
    expect(bobOf(right)).toEqual(BOB);
  });

  test('runs after it on a target that began with any order', async () => {
    for (const content of [SWAPPED, AS_EVER]) {
      const dataDir = makeProjects(1, content);
      expect(
        (await run(dataDir, program(`${reorder}\n${after}`), ['upgrade', '--stamp', '--at', 'earliest']))
          .code,
      ).toBe(0);
      expect(bobOf(dataDir)).toEqual(BOB);
    }
  });
});

test('Lint names what a program does by position, at its line, also what it does for rows alone.', async () => {
  const program = `export function up(db) {
  db.exec(\`CREATE TABLE mine (id INTEGER, email TEXT);
    INSERT INTO mine VALUES (1, 'a')\`);
  for (const { id, email, phone } of db.all('SELECT id, email, phone FROM users'))
    db.run('REPLACE INTO users VALUES (?, ?, ?)', id, email, phone);
  db.rebuild('users', 'CREATE TABLE users (id INTEGER PRIMARY KEY, phone TEXT, email TEXT)');
  db.run('INSERT INTO users SELECT * FROM users WHERE false');
}
export function down(db) {
  db.exec('CREATE TABLE kept AS SELECT * FROM users');
}
`;
  const migrations = history(program, '0002_rows.mjs');
  const lint = await look(makeProjects(1, AS_EVER), migrations, ['lint', '--rule', 'by-position']);
  const found = (lint.json() as LintReport).findings.map(({ revision, line, message }) => ({
    revision,
    line,
    message,
  }));
  const message = 'It goes by the position of columns in users';
  expect(found).toEqual([
    { revision: '0002', line: 5, message },
    { revision: '0002', line: 10, message },
  ]);
});
