// Revisions that would lose rows or change values, through the built program on real files: they fail, the target is as
// it was to the byte, and what is printed is what to write. And revisions that are right, and are never stopped.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { ShowReport } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const TABLE = 'CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);';
const FIRST = `-- migrate:up\n${TABLE}\n-- migrate:down\nDROP TABLE users;\n`;
const ROWS = `${TABLE} INSERT INTO users VALUES (1, 'a@x.org', '008'), (2, 'b@x.org', '1e3');`;
const FORGETS = `CREATE TABLE users_new(id INTEGER PRIMARY KEY, email TEXT NOT NULL, phone TEXT);
INSERT INTO users_new(id, email) SELECT id, email FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
`;
const CONVERTS = `CREATE TABLE users_new(id INTEGER PRIMARY KEY, email TEXT, phone STRING);
INSERT INTO users_new(id, email, phone) SELECT id, email, phone FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
`;
const PHONES = 'SELECT phone FROM users ORDER BY id';
const phonesOf = (dataDir: string): readonly unknown[] =>
  query<{ phone: unknown }>(join(dataDir, 'project_1.db'), PHONES).map(({ phone }) => phone);
function change(dataDir: string, statements: string): void {
  const db = new Database(join(dataDir, 'project_1.db'));
  db.exec(statements);
  db.close();
}
const history = (second: string, name = '0002_next.sql') =>
  writeMigrations({ '0001_users.sql': FIRST, [name]: second });
const sql = (up: string, header = ''): string => `${header}-- migrate:up\n${up}`;

describe.each([
  {
    what: 'a rebuild that forgets a column',
    up: FORGETS,
    failure: {
      code: 'rowsLost',
      line: 4,
      statement: 'DROP TABLE users',
      message: 'users goes, and nothing holds what is in phone (2 rows)',
      rows: 2,
    },
    header: '-- drops: users.phone',
    left: [null, null],
  },
  {
    what: 'a rebuild that converts one',
    up: CONVERTS,
    failure: {
      code: 'valuesChanged',
      line: 3,
      statement: 'INSERT INTO users_new(id, email, phone) SELECT id, email, phone FROM users',
      message:
        "the copy of users in users_new has other values: phone in 2 rows: '008' becomes 8, '1e3' becomes 1000",
      rows: 2,
    },
    header: '-- changes: users.phone',
    left: [8, 1000],
  },
  {
    what: 'a DELETE',
    up: 'DELETE FROM users WHERE id = 1;\n',
    failure: {
      code: 'rowsLost',
      line: 2,
      statement: 'DELETE FROM users WHERE id = 1',
      message: 'users loses rows, and 1 row is nowhere else: (id) = (1)',
      rows: 1,
    },
    header: '-- loses_rows: users',
    left: ['1e3'],
  },
])('$what', ({ up, failure, header, left }) => {
  test.each([
    ['upgrade', ['upgrade', '--stamp', '--at', 'earliest']],
    ['a rehearsal', ['upgrade', '--stamp', '--at', 'earliest', '--dry-run']],
  ])('fails in %s, with the header to write, and the target is as it was', async (_, args) => {
    const dataDir = makeProjects(1, ROWS);
    const migrations = history(sql(up));
    const before = treeOf(dataDir, ['.flotilla']);
    const { code, report } = await run(dataDir, migrations, args);
    expect(code).toBe(2);
    const told = report.targets[0]?.failure;
    const file = join(migrations, '0002_next.sql');
    expect(told).toMatchObject({ ...failure, step: 'execute', revision: '0002', file, tables: ['users'] });
    expect(told?.hint).toContain(`"${header}" in ${file}`);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });

  test('runs with that header', async () => {
    const dataDir = makeProjects(1, ROWS);
    const { code } = await run(dataDir, history(sql(up, `${header}\n`)), [
      'upgrade',
      '--stamp',
      '--at',
      'earliest',
    ]);
    expect(code).toBe(0);
    expect(phonesOf(dataDir)).toEqual(left);
  });
});

test('A header that says something already is told whole.', async () => {
  const dataDir = makeProjects(1, ROWS);
  const migrations = history(sql(FORGETS, '-- drops: users.fax\n'));
  const { report } = await run(dataDir, migrations, ['upgrade', '--stamp', '--at', 'earliest']);
  expect(report.targets[0]?.failure?.hint).toContain('"-- drops: users.fax, users.phone"');
});

test('Rows that a later INSERT of the same pass would hide are lost, wherever the pass begins and ends.', async () => {
  const migrations = writeMigrations({
    '0001_t.sql': sql('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);'),
    '0002_anew.sql': sql('DROP TABLE t;\nCREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT);'),
    '0003_rows.sql': sql("INSERT INTO t (v) VALUES ('default 1'), ('default 2');"),
  });
  for (const goal of ['0002', 'head']) {
    const dataDir = makeProjects(
      1,
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');",
    );
    const { code, report } = await run(dataDir, migrations, ['upgrade', goal, '--stamp', '--at', 'earliest']);
    expect(code).toBe(2);
    expect(report.targets[0]?.failure).toMatchObject({
      code: 'rowsLost',
      revision: '0002',
      line: 2,
      tables: ['t'],
    });
  }
  const fresh = makeProjects(1, 'VACUUM;');
  expect((await run(fresh, migrations, ['upgrade'])).code).toBe(0);
});

test('A loss is declared under the name that the table has then, wherever a target begins.', async () => {
  const migrations = writeMigrations({
    '0001_users.sql': FIRST,
    '0002_people.sql': sql('ALTER TABLE users RENAME TO people;'),
    '0003_fewer.sql': sql('DELETE FROM people WHERE id = 1;', '-- loses_rows: people\n'),
  });
  const dataDir = makeProjects(1, ROWS);
  expect((await run(dataDir, migrations, ['upgrade', '--stamp', '--at', 'earliest'])).code).toBe(0);
});

test('One cause is one, wherever targets began.', async () => {
  const migrations = writeMigrations({
    '0001_users.sql': FIRST,
    '0002_more.sql': sql('CREATE TABLE more (id INTEGER PRIMARY KEY);'),
    '0003_next.sql': sql(FORGETS),
  });
  const dataDir = makeProjects(2, ROWS);
  await run(dataDir, migrations, ['upgrade', '0002', '--stamp', '--at', 'earliest', '--only', 'project_1']);
  const { report } = await run(dataDir, migrations, ['upgrade', '--stamp', '--at', 'earliest']);
  expect(report.failures).toHaveLength(1);
});

describe('a program', () => {
  const program = (up: string, meta = '{}') =>
    `export const meta = ${meta};\nexport function up(db) {\n${up}\n}\n`;
  const rebuild = (type: string, options = '') =>
    `  db.rebuild('users', 'CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, phone ${type})'${options});`;
  const upgrade = async (text: string) => {
    const dataDir = makeProjects(1, ROWS);
    const ran = await run(dataDir, history(text, '0002_next.mjs'), [
      'upgrade',
      '--stamp',
      '--at',
      'earliest',
    ]);
    return { ...ran, phones: phonesOf(dataDir), failure: ran.report.targets[0]?.failure };
  };

  test('that rebuilds a table with another type is stopped, and says what may be changed in `meta`', async () => {
    const { code, failure } = await upgrade(program(rebuild('STRING')));
    expect(code).toBe(2);
    expect(failure).toMatchObject({ code: 'valuesChanged', revision: '0002', tables: ['users'], rows: 2 });
    expect(failure?.hint).toContain("changes: 'users.phone' of `meta`");
    const declared = await upgrade(program(rebuild('STRING'), "{ changes: ['users.phone'] }"));
    expect([declared.code, declared.phones]).toEqual([0, [8, 1000]]);
  });

  test('that copies what it computes, and lets go what it names, runs', async () => {
    const computed = await upgrade(program(rebuild('TEXT', ', { copy: { phone: "\'+\' || phone" } }')));
    expect([computed.code, computed.phones]).toEqual([0, ['+008', '+1e3']]);
  });

  test('is held at each statement that it runs, whatever the method and its values', async () => {
    const { code, failure } = await upgrade(program("  db.run('DELETE FROM users WHERE id = ?', 2);"));
    expect(code).toBe(2);
    expect(failure).toMatchObject({ code: 'rowsLost', rows: 1, tables: ['users'] });
    expect(failure?.message).toContain('(id) = (2)');
    const caught = await upgrade(
      program(
        "  try { db.run('DELETE FROM users WHERE id = ?', 2); } catch { db.exec('CREATE TABLE more(n)'); }",
      ),
    );
    expect([caught.code, caught.failure?.code]).toEqual([2, 'rowsLost']);
    const forgets = await upgrade(program(`  db.exec(\`${FORGETS}\`);`));
    expect(forgets.failure).toMatchObject({ code: 'rowsLost' });
    expect(forgets.failure?.message).toContain('nothing holds what is in phone');
  });

  const byHand = (read: string, columns: string, values: string) =>
    program(`  db.exec('CREATE TABLE people(id INTEGER PRIMARY KEY, email TEXT, tel TEXT)');
  for (const row of db.all('${read}')) db.run('INSERT INTO people(${columns}) VALUES (${columns.replace(/\w+/g, '?')})', ${values});
  db.exec('DROP TABLE users; ALTER TABLE people RENAME TO users; ALTER TABLE users RENAME COLUMN tel TO phone');`);

  test('may copy rows by its own hands', async () => {
    const all = await upgrade(
      byHand('SELECT id, email, phone FROM users', 'id, email, tel', 'row.id, row.email, row.phone'),
    );
    expect([all.code, all.phones]).toEqual([0, ['008', '1e3']]);
    const few = await upgrade(
      byHand(
        'SELECT id, email, phone FROM users WHERE id > 1',
        'id, email, tel',
        'row.id, row.email, row.phone',
      ),
    );
    expect(few.failure).toMatchObject({ code: 'rowsLost', rows: 1 });
    const less = await upgrade(byHand('SELECT id, email FROM users', 'id, email', 'row.id, row.email'));
    expect(less.failure?.message).toContain('nothing holds what is in phone (2 rows)');
  });
});

describe('a revision outside a transaction', () => {
  const second = sql(
    `CREATE TABLE people(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);
INSERT INTO people SELECT * FROM users WHERE id <= 1;
PRAGMA page_size = 8192;
INSERT INTO people SELECT * FROM users WHERE id > 1;
DROP TABLE users;
`,
    '-- transaction: false\n',
  );

  test('is held over all of its statements', async () => {
    const dataDir = makeProjects(1, ROWS);
    expect((await run(dataDir, history(second), ['upgrade', '--stamp', '--at', 'earliest'])).code).toBe(0);
    const lacking = second.replace('WHERE id > 1', 'WHERE id > 2');
    const other = makeProjects(1, ROWS);
    const migrations = history(lacking);
    const { report } = await run(other, migrations, ['upgrade', '--stamp', '--at', 'earliest']);
    expect(report.targets[0]?.failure).toMatchObject({ code: 'rowsLost', line: 7 });
    expect(query(join(other, 'project_1.db'), 'SELECT id FROM users')).toHaveLength(2);
    // With the row put where it belongs, it goes on with the statement that was stopped, and knows of the copies before.
    change(other, 'INSERT INTO people SELECT * FROM users WHERE id = 2');
    expect((await run(other, migrations, ['upgrade'])).code).toBe(0);
    expect(query(join(other, 'project_1.db'), 'SELECT id FROM people')).toHaveLength(2);
  });
});

describe('a way back', () => {
  const UP = `ALTER TABLE users ADD COLUMN age INTEGER;
CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);
`;
  const down = (columns: string): string => `${sql(UP)}-- migrate:down
DROP TABLE notes;
CREATE TABLE users_old(id INTEGER PRIMARY KEY, email TEXT, phone TEXT);
INSERT INTO users_old(${columns}) SELECT ${columns} FROM users;
DROP TABLE users;
ALTER TABLE users_old RENAME TO users;
`;
  const upgraded = async (columns: string) => {
    const dataDir = makeProjects(1, ROWS);
    const migrations = history(down(columns));
    expect((await run(dataDir, migrations, ['upgrade', '--stamp', '--at', 'earliest'])).code).toBe(0);
    change(dataDir, "UPDATE users SET age = 3; INSERT INTO notes VALUES (1, 'x')");
    return { dataDir, migrations };
  };

  test('takes what the way up brought', async () => {
    const { dataDir, migrations } = await upgraded('id, email, phone');
    expect((await run(dataDir, migrations, ['downgrade', '0001'])).code).toBe(0);
    expect(phonesOf(dataDir)).toEqual(['008', '1e3']);
  });

  test('takes nothing else', async () => {
    const { dataDir, migrations } = await upgraded('id, email');
    const { code, report } = await run(dataDir, migrations, ['downgrade', '0001']);
    expect(code).toBe(2);
    expect(report.targets[0]?.failure).toMatchObject({
      code: 'rowsLost',
      message: 'users goes, and nothing holds what is in phone (2 rows)',
    });
  });
});

test('What a revision says of its rows is shown.', async () => {
  const lines =
    '-- loses_rows: t\n-- changes: users.phone, users.email\n-- drops: users.fax\n-- moves: u -> t, v->t\n';
  const migrations = history(sql('SELECT 1;', lines));
  const { revision } = (await look(makeProjects(1), migrations, ['show', '0002'])).json() as ShowReport;
  expect(revision).toMatchObject({
    losesRows: ['t'],
    changes: ['users.phone', 'users.email'],
    drops: ['users.fax'],
    moves: ['u -> t', 'v -> t'],
  });
  const { stdout } = await runCli(['show', '0002', '--migrations', migrations]);
  expect(stdout).toContain(`  Loses rows of  t
  Changes        users.phone, users.email
  Drops          users.fax
  Moves          u -> t, v -> t
`);
});

test.each([
  ['changes: phone', 'names "phone", which is not a table and its column'],
  ['drops: a.b.c', 'names "a.b.c", which is not a table and its column'],
  ['moves: u', 'says "u", which is not one table and another'],
  ['moves: u -> ', 'says "u ->", which is not one table and another'],
])('A header "%s" is refused with its line.', async (line, words) => {
  const { code, stderr } = await runCli(['heads', '--migrations', history(sql('SELECT 1;', `-- ${line}\n`))]);
  expect(code).toBe(78);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(words);
});
