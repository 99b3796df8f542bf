// Strings in double quotes, which SQLite took for names first and for strings then, in the schemas of old databases.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const TABLE = `CREATE TABLE rooms (id INTEGER PRIMARY KEY, state TEXT CHECK (state <> 'it''s bad' AND "state" <> 'x'), note TEXT);
CREATE INDEX open_rooms ON rooms (state) WHERE "state" = 'open' AND "rowid" > 0;
INSERT INTO rooms (state, note) VALUES ('open', 'n');`;

/** As TABLE makes them, but with strings in double quotes, as such databases were made. */
function makeOld(count: number): string {
  const dataDir = makeProjects(count, TABLE);
  for (let n = 1; n <= count; n++) {
    const db = new Database(join(dataDir, `project_${n}.db`));
    db.unsafeMode();
    db.pragma('writable_schema = ON');
    const replaced = [`''it''''s bad''`, `"it''s bad"`, `''open''`, '"open"', `''x''`, '"x"'];
    db.exec(
      `UPDATE sqlite_schema SET sql = replace(replace(replace(sql, '${replaced[0]}', '${replaced[1]}'), '${replaced[2]}', '${replaced[3]}'), '${replaced[4]}', '${replaced[5]}')`,
    );
    db.close();
  }
  expect(query(join(dataDir, 'project_1.db'), 'SELECT sql FROM sqlite_schema')).toEqual([
    { sql: expect.stringContaining(`CHECK (state <> "it's bad" AND "state" <> "x")`) as string },
    { sql: expect.stringContaining('"state" = "open"') as string },
  ]);
  return dataDir;
}

test('A baseline writes them in single quotes, as lint wants them, and every such database is stamped by it.', async () => {
  const dataDir = makeOld(2);
  const migrations = temporaryDirectory();
  const place = ['--data-dir', dataDir, '--migrations', migrations];
  expect(await runCli(['baseline', 'project_1', ...place])).toMatchObject({ code: 0 });
  const text = readFileSync(join(migrations, '0001_baseline.sql'), 'utf8');
  expect(text).toContain(`CHECK (state <> 'it''s bad' AND "state" <> 'x')`);
  expect(text).toContain(`WHERE "state" = 'open' AND "rowid" > 0`);
  expect(await runCli(['lint', '--migrations', migrations])).toMatchObject({ code: 0 });
  expect(await runCli(['stamp', ...place])).toMatchObject({ code: 0 });
  expect(await runCli(['check', ...place])).toMatchObject({ code: 0 });
});

test('Where ALTER TABLE stumbles over one, the message has the quotes, and what the hint says works.', async () => {
  const dataDir = makeOld(1);
  const files = {
    '0001_rooms.sql': `-- migrate:up\n${TABLE.replace(/INSERT.*/, '')}`,
    '0002_note.sql': '-- migrate:up\nALTER TABLE rooms DROP COLUMN note;\n',
  };
  const migrations = writeMigrations(files);
  expect((await run(dataDir, migrations, ['stamp', '0001'])).code).toBe(0);
  const { code, report } = await run(dataDir, migrations, ['upgrade']);
  expect(code).toBe(2);
  expect(report.targets[0]?.failure?.message).toContain(`"it's bad"`);
  expect(report.targets[0]?.failure?.hint).toContain('db.rebuild');

  const definition = `CREATE TABLE rooms (id INTEGER PRIMARY KEY, state TEXT CHECK (state <> 'it''s bad' AND "state" <> 'x'), note TEXT)`;
  const mended = writeMigrations({
    '0001_rooms.sql': files['0001_rooms.sql'],
    '0002_strings.mjs': `export const up = (db) => db.rebuild('rooms', ${JSON.stringify(definition)});`,
    '0003_note.sql': files['0002_note.sql'],
  });
  expect((await run(dataDir, mended, ['upgrade'])).code).toBe(0);
  expect(query(join(dataDir, 'project_1.db'), 'SELECT * FROM rooms')).toEqual([{ id: 1, state: 'open' }]);
});

const VIEWS = `CREATE TABLE rooms (id INTEGER PRIMARY KEY, state TEXT, note TEXT); CREATE TABLE log (what TEXT);
CREATE VIEW open_rooms AS SELECT id, "state", "note" AS "open" FROM rooms r WHERE r."state" = "busy" AND note <> "it's ""q""";
CREATE VIEW wide AS SELECT "open", "count(*)" AS n FROM (SELECT "open", count(*) FROM open_rooms WHERE "id" IN ("a", ""));
CREATE TRIGGER closes AFTER UPDATE OF "state" ON rooms WHEN NEW.state = "closed" BEGIN
  INSERT INTO log ("what") SELECT "closed: " || OLD.note WHERE OLD."note" <> "none";
  SELECT RAISE(ABORT, "no room") WHERE NEW.note = "bad";
END;`;

test('In views and triggers they are strings where no table or view that is read gives the name.', async () => {
  const dataDir = makeProjects(2, VIEWS);
  const migrations = temporaryDirectory();
  const place = ['--data-dir', dataDir, '--migrations', migrations];
  expect(await runCli(['baseline', 'project_1', ...place])).toMatchObject({ code: 0 });
  const text = readFileSync(join(migrations, '0001_baseline.sql'), 'utf8');
  expect(text).toContain(`"note" AS "open" FROM rooms r WHERE r."state" = 'busy' AND note <> 'it''s "q"'`);
  expect(text).toContain(
    `SELECT "open", "count(*)" AS n FROM (SELECT "open", count(*) FROM open_rooms WHERE "id" IN ('a', ''))`,
  );
  expect(text).toContain(`AFTER UPDATE OF "state" ON rooms WHEN NEW.state = 'closed'`);
  expect(text).toContain(`INSERT INTO log ("what") SELECT 'closed: ' || OLD.note WHERE OLD."note" <> 'none'`);
  expect(text).toContain(`RAISE(ABORT, 'no room') WHERE NEW.note = 'bad'`);
  expect(await runCli(['lint', '--migrations', migrations])).toMatchObject({ code: 0 });
  expect(await runCli(['stamp', ...place])).toMatchObject({ code: 0 });
  expect(await runCli(['drift', ...place])).toMatchObject({ code: 0 });
});

test.each([
  ['a table-valued function', `CREATE VIEW v AS SELECT id FROM rooms, json_each(note) WHERE "value" = 1`],
  ['a table that is not there', `CREATE VIEW v AS SELECT id FROM rooms, elsewhere WHERE "value" = 1`],
  ['a column named by its text', `CREATE VIEW v AS SELECT "value" FROM rooms`],
])('They stay as they are where %s may give the name.', async (_, view) => {
  const dataDir = makeProjects(1, `CREATE TABLE rooms (id INTEGER PRIMARY KEY, note TEXT); ${view};`);
  const { stdout } = await look(dataDir, temporaryDirectory(), ['baseline', 'project_1', '--output', '-']);
  expect(stdout).not.toContain(`'value'`);
});

test('Where ALTER TABLE stumbles over views and triggers, making them anew in single quotes works.', async () => {
  const dataDir = makeProjects(1, VIEWS);
  const migrations = temporaryDirectory();
  const place = ['--data-dir', dataDir, '--migrations', migrations];
  await runCli(['baseline', 'project_1', ...place]);
  expect((await run(dataDir, migrations, ['stamp'])).code).toBe(0);
  const second = join(migrations, '0002_rename.sql');
  writeFileSync(second, '-- migrate:up\nALTER TABLE log RENAME COLUMN what TO said;\n');
  const { code, report } = await run(dataDir, migrations, ['upgrade']);
  expect(code).toBe(2);
  expect(report.targets[0]?.failure?.hint).toMatch(
    /^the view open_rooms .* by DROP and CREATE, .* single quotes/,
  );

  const made = readFileSync(join(migrations, '0001_baseline.sql'), 'utf8').split('-- migrate:down')[0] ?? '';
  const anew = made
    .slice(made.indexOf('CREATE VIEW'))
    .replaceAll(/CREATE (VIEW|TRIGGER) (\w+)/g, 'DROP $1 $2; CREATE $1 $2');
  writeFileSync(second, `-- migrate:up\n${anew}ALTER TABLE log RENAME COLUMN what TO said;\n`);
  expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
});
