// The history that started it: 0020 rebuilds `agents` without a column, 0029 writes to it, and 0027 between them adds
// it back. In all its orders, on a fresh and on a populated database, through the built command line.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { LintReport } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const FIRST = `-- migrate:up
CREATE TABLE agents (id INTEGER PRIMARY KEY, name TEXT NOT NULL, metadata TEXT);
-- migrate:down
DROP TABLE agents;
`;
const REBUILD = `-- migrate:up
CREATE TABLE agents_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO agents_new (id, name) SELECT id, name FROM agents;
DROP TABLE agents;
ALTER TABLE agents_new RENAME TO agents;
-- migrate:down
ALTER TABLE agents ADD COLUMN metadata TEXT;
`;
const ADD_BACK = `-- migrate:up
ALTER TABLE agents ADD COLUMN metadata TEXT DEFAULT '{}';
-- migrate:down
ALTER TABLE agents DROP COLUMN metadata;
`;
const INSERT = `-- loses_rows: agents
-- migrate:up
INSERT INTO agents (name, metadata) VALUES ('system', '{}');
-- migrate:down
DELETE FROM agents WHERE name = 'system';
`;
const story = (addBackAs: string | null) =>
  writeMigrations({
    '0001_agents.sql': FIRST,
    '0020_rebuild.sql': REBUILD,
    ...(addBackAs === null ? {} : { [`${addBackAs}_metadata.sql`]: ADD_BACK }),
    '0029_system.sql': INSERT,
  });
const POPULATED = `CREATE TABLE agents (id INTEGER PRIMARY KEY, name TEXT NOT NULL, metadata TEXT);
INSERT INTO agents VALUES (1, 'planner', NULL), (7, 'coder', NULL);`;

async function lint(migrations: string, ...args: readonly string[]) {
  const result = await runCli(['lint', '--migrations', migrations, '--json', ...args]);
  return { code: result.code, report: result.json() as LintReport };
}

describe('with 0027 between them', () => {
  test('lint finds no error, and every agent is preserved on a populated database and on a fresh one', async () => {
    const migrations = story('0027');
    expect(await lint(migrations)).toMatchObject({ code: 0, report: { summary: { errors: 0 } } });
    const dataDir = makeProjects(1, POPULATED);
    const fresh = new Database(join(dataDir, 'project_2.db'));
    fresh.exec('VACUUM');
    fresh.close();
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
    expect(report.targets.map(({ failure }) => failure)).toEqual([null, null]);
    expect(code).toBe(0);
    expect(query(join(dataDir, 'project_1.db'), 'SELECT id, name, metadata FROM agents ORDER BY id')).toEqual(
      [
        { id: 1, name: 'planner', metadata: '{}' },
        { id: 7, name: 'coder', metadata: '{}' },
        { id: 8, name: 'system', metadata: '{}' },
      ],
    );
    expect(query(join(dataDir, 'project_2.db'), 'SELECT name FROM agents')).toEqual([{ name: 'system' }]);
  });

  test('what the column held is not lost for that it comes back empty, unless the revision says so', async () => {
    const held = POPULATED.replace("'planner', NULL", "'planner', 'a'");
    const { report } = await run(makeProjects(1, held), story('0027'), ['upgrade', '--stamp']);
    expect(report.targets[0]?.failure).toMatchObject({
      code: 'rowsLost',
      revision: '0020',
      message: 'agents goes, and nothing holds what is in metadata (1 row)',
    });
    const said = writeMigrations({
      '0001_agents.sql': FIRST,
      '0020_rebuild.sql': `-- drops: agents.metadata\n${REBUILD}`,
      '0027_metadata.sql': ADD_BACK,
    });
    expect((await run(makeProjects(1, held), said, ['upgrade', '--stamp'])).code).toBe(0);
  });
});

describe('a table that is merged into another one', () => {
  const start = `CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 'a'), (2, 'b');
CREATE TABLE profiles(user_id INTEGER PRIMARY KEY, bio TEXT); INSERT INTO profiles VALUES (2, 'x');`;
  const migrations = writeMigrations({
    '0001_both.sql': `-- migrate:up
CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE profiles(user_id INTEGER PRIMARY KEY, bio TEXT);`,
    '0002_merge.sql': `-- migrate:up
ALTER TABLE users ADD COLUMN bio TEXT;
UPDATE users SET bio = (SELECT bio FROM profiles WHERE user_id = users.id);
DROP TABLE profiles;`,
  });

  test('may go where each row came to one that was there, and lint says nothing of it', async () => {
    expect((await lint(migrations)).report.summary.errors).toBe(0);
    const dataDir = makeProjects(1, start);
    expect((await run(dataDir, migrations, ['upgrade', '--stamp'])).code).toBe(0);
    const db = new Database(join(dataDir, 'project_1.db'), { readonly: true });
    expect(db.prepare('SELECT id, bio FROM users').raw().all()).toEqual([
      [1, null],
      [2, 'x'],
    ]);
    db.close();
  });

  test('stays where a row did not', async () => {
    const dataDir = makeProjects(1, `${start} INSERT INTO profiles VALUES (9, 'y');`);
    const { report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
    expect(report.targets[0]?.failure).toMatchObject({
      code: 'rowsLost',
      message: 'profiles goes, and 1 row is nowhere else: (user_id) = (9)',
    });
  });
});

describe.each([
  ['without 0027', null, /agents has no column metadata.*0020.*rebuilt/s],
  ['with it after 0029', '0030', /agents has no column metadata.*0020.*rebuilt.*0030.*too late/s],
])('%s', (_, addBackAs, words) => {
  test('lint exits 1 and names the revision that took the column away, and upgrade touches no file and says the same', async () => {
    const migrations = story(addBackAs);
    const { code, report } = await lint(migrations);
    expect(code).toBe(1);
    const finding = report.findings.find(({ severity }) => severity === 'error');
    expect(finding).toMatchObject({ rule: 'missing-reference', revision: '0029', line: 3 });
    expect(finding?.message).toMatch(words);
    const dataDir = makeProjects(2, POPULATED);
    const before = treeOf(dataDir, ['.flotilla']);
    const refused = await look(dataDir, migrations, ['upgrade', '--stamp']);
    expect(refused.code).toBe(78);
    expect(refused.stderr.replaceAll(/\s+/g, ' ')).toMatch(words);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });
});

test('lint --strict makes a warning an error, and --rule applies one rule alone', async () => {
  const migrations = writeMigrations({ '0001_agents.sql': FIRST.slice(0, FIRST.indexOf('-- migrate:down')) });
  expect((await lint(migrations)).code).toBe(0);
  expect((await lint(migrations, '--strict')).code).toBe(1);
  expect((await lint(migrations, '--strict', '--rule', 'missing-reference')).code).toBe(0);
  const wrong = await runCli(['lint', '--migrations', migrations, '--rule', 'down-mising']);
  expect(wrong.code).toBe(64);
  expect(wrong.stderr).toContain('down-missing');
});

test('lint --fleet finds an order that changed after release', async () => {
  const released = writeMigrations({
    '0001_agents.sql': FIRST,
    '0003_note.sql':
      '-- migrate:up\nCREATE TABLE notes (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE notes;\n',
  });
  const dataDir = makeProjects(1, POPULATED);
  await run(dataDir, released, ['upgrade', '--stamp']);
  const late = writeMigrations({
    '0001_agents.sql': FIRST,
    '0002_late.sql':
      '-- migrate:up\nCREATE TABLE late (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE late;\n',
    '0003_note.sql':
      '-- migrate:up\nCREATE TABLE notes (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE notes;\n',
  });
  const { report } = await lint(late, '--fleet', '--data-dir', dataDir);
  expect(report.findings.map(({ rule }) => rule)).toContain('order-changed');
  const { code, report: ran } = await run(dataDir, late, ['upgrade']);
  expect(code).toBe(0);
  expect(ran.targets[0]?.applied).toEqual(['0002']);
});
