// Strings in double quotes, which SQLite took for names first and for strings then, in the schemas of old databases.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';
import { query, run, writeMigrations } from '../support/revisions.js';

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
