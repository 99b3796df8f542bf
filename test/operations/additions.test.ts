// What an application gives its own SQLite, in every place where a schema is run: upgrade, rehearsal, lint, baseline,
// downgrade, drift; and what is said where it is missing or no use.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type * as Library from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { writeMigrations } from '../support/revisions.js';

const FUNCTIONS = `
export const functions = {
  norm: { deterministic: true, call: (text) => String(text).trim().toLowerCase() },
  plus: (a, b) => a + b,
};
export const aggregates = { longest: { start: '', step: (most, text) => (text.length > most.length ? text : most) } };
export const tables = {
  series: (end) => ({ columns: ['value'], *rows() { for (let n = 1; n <= Number(end); n++) yield [n]; } }),
};
`;
/** The same, as an application may have it already. */
const REGISTERED = `
export default function register(db) {
  db.function('norm', { deterministic: true }, (text) => String(text).trim().toLowerCase());
  db.function('plus', (a, b) => a + b);
  db.aggregate('longest', { start: '', step: (most, text) => (text.length > most.length ? text : most) });
  db.table('series', (end) => ({ columns: ['value'], *rows() { for (let n = 1; n <= Number(end); n++) yield [n]; } }));
}
`;

const FIRST = `-- migrate:up
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY, title TEXT NOT NULL CHECK (norm(title) <> ''), key TEXT AS (norm(title)) STORED
);
CREATE UNIQUE INDEX by_norm ON tasks (norm(title));
CREATE VIEW shown AS SELECT norm(title) AS title FROM tasks;
CREATE TABLE log (title TEXT);
CREATE TRIGGER kept AFTER INSERT ON tasks BEGIN INSERT INTO log (title) VALUES (norm(NEW.title)); END;
INSERT INTO tasks (title) VALUES (' One'), ('Three');
-- migrate:down
DROP VIEW shown;
DROP TABLE tasks;
DROP TABLE log;
`;
const SECOND = `-- migrate:up
CREATE VIRTUAL TABLE numbers USING series(3);
CREATE TABLE facts (n INTEGER, longest TEXT);
INSERT INTO facts (n, longest) SELECT plus(value, 10), (SELECT longest(title) FROM shown) FROM numbers;
ALTER TABLE tasks RENAME COLUMN title TO headline;
-- migrate:down
ALTER TABLE tasks RENAME COLUMN headline TO title;
DROP TABLE facts;
DROP TABLE numbers;
`;

const MIGRATIONS = writeMigrations({ '0001_first.sql': FIRST, '0002_second.sql': SECOND });
const HERE = temporaryDirectory();

function program(name: string, text: string): string {
  const file = join(HERE, name);
  writeFileSync(file, text);
  return file;
}

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe.each([
  ['exports of its own', 'a.mjs', FUNCTIONS],
  ['a function that registers them', 'b.mjs', REGISTERED],
  ['TypeScript', 'c.ts', FUNCTIONS.replace('(text)', '(text: string)')],
])('Functions from a program with %s', (_, name, text) => {
  test('are there wherever a schema is run.', async () => {
    const dataDir = makeProjects(2, 'PRAGMA user_version = 1');
    const place = ['--data-dir', dataDir, '--sqlite-functions', program(name, text)];
    const flotilla = async (...words: string[]) => {
      const { code, stdout, stderr } = await runCli([...words, '--migrations', MIGRATIONS, ...place]);
      return `${code} ${stdout}${stderr}`;
    };
    expect(await flotilla('lint')).toMatch(/^0 /);
    expect(await flotilla('upgrade', '--dry-run', '--verify', 'full')).toMatch(/^0 /);
    expect(await flotilla('upgrade', '0001')).toMatch(/^0 /);
    expect(await flotilla('upgrade', '--verify', 'full')).toMatch(/^0 /);
    const db = new Database(join(dataDir, 'project_2.db'), { readonly: true });
    expect(db.prepare('SELECT n, longest FROM facts').raw().all()).toEqual([
      [11, 'three'],
      [12, 'three'],
      [13, 'three'],
    ]);
    expect(db.prepare('SELECT title FROM log').pluck().all()).toEqual(['one', 'three']);
    db.close();
    expect(await flotilla('check')).toMatch(/^0 /);
    expect(await flotilla('drift')).toMatch(/^0 /);
    const written = join(temporaryDirectory(), 'baseline.sql');
    const other = ['--migrations', temporaryDirectory(), '--output', written];
    expect(await runCli(['baseline', 'project_1', ...other, ...place])).toMatchObject({ code: 0 });
    expect(readFileSync(written, 'utf8')).toContain('ON tasks (norm(headline))');
    expect(await flotilla('downgrade', 'base')).toMatch(/^0 /);
  }, 60_000);
});

test('Where functions are missing, the setting is named, and no target is touched.', async () => {
  const dataDir = makeProjects(1, 'PRAGMA user_version = 1');
  const before = treeOf(dataDir, ['.flotilla']);
  const { code, stderr } = await runCli(['upgrade', '--data-dir', dataDir, '--migrations', MIGRATIONS]);
  expect(code).toBe(78);
  expect(flat(stderr)).toContain('no such function: norm');
  expect(flat(stderr)).toMatch(/"sqlite": \{ "functions": .* --sqlite-functions FILE/);
  expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);

  const collated = writeMigrations({
    '0001_a.sql': '-- migrate:up\nCREATE TABLE t (a);\nCREATE INDEX i ON t (a COLLATE natural_ci);\n',
  });
  const lint = await runCli(['lint', '--migrations', collated]);
  expect(flat(lint.stdout)).toMatch(/no such collation sequence: natural_ci.*--sqlite-extensions FILE/);
});

test('A target whose own schema needs what is missing fails as it was, and the setting is named.', async () => {
  const dataDir = makeProjects(1, 'CREATE TABLE t (a)');
  const migrations = writeMigrations({
    '0001_t.sql': '-- migrate:up\nCREATE TABLE t (a);\n',
    '0002_t.sql': '-- migrate:up\nINSERT INTO t (a) VALUES (1);\n',
  });
  const place = ['--data-dir', dataDir, '--migrations', migrations];
  await runCli(['stamp', '0001', ...place]);
  const path = join(dataDir, 'project_1.db');
  const db = new Database(path);
  db.exec('CREATE INDEX i ON t (a)');
  db.unsafeMode();
  db.pragma('writable_schema = ON');
  db.exec(`UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t (norm(a))' WHERE name = 'i'`);
  db.close();
  const { code, stdout } = await runCli(['upgrade', '--allow-drift', 'indexExtra', ...place]);
  expect(code).toBe(2);
  expect(flat(stdout)).toMatch(/migrationFailed.*unknown function: norm.*--sqlite-functions FILE/);
});

test.each([
  ['is not there', 'missing.mjs', null, /cannot be loaded/],
  ['does not compile', 'd.mjs', 'export const functions = {', /cannot be loaded/],
  [
    'exports nothing of use',
    'e.mjs',
    'export const other = 1;',
    /exports no functions, aggregates or tables/,
  ],
  ['exports a list', 'f.mjs', 'export const functions = [];', /functions, which is no object/],
  ['has a function that is none', 'g.mjs', 'export const functions = { norm: 5 };', /functions\.norm, which/],
  [
    'has an option that there is not',
    'h.mjs',
    'export const functions = { norm: { determinstic: true, call: () => 1 } };',
    /no option determinstic/,
  ],
  ['has a table without rows', 'i.mjs', 'export const tables = { t: { columns: [] } };', /tables\.t, which/],
  ['throws', 'j.mjs', 'export default () => { throw new Error("no luck"); };', /no luck/],
  ['makes a connection wait', 'k.mjs', 'export default async () => undefined;', /promise/],
])(
  'A program that %s is a mistake in the configuration, told in a sentence.',
  async (_, name, text, said) => {
    const file = text === null ? join(HERE, name) : program(name, text);
    for (const words of name === 'd.mjs' ? [['status'], ['upgrade'], ['lint']] : [['upgrade']]) {
      const { code, stderr } = await runCli([
        ...words,
        ...['--data-dir', makeProjects(1, 'CREATE TABLE t (a)'), '--migrations', MIGRATIONS],
        ...['--sqlite-functions', file],
      ]);
      expect(code).toBe(78);
      expect(stderr.split('\n', 1)[0]).toMatch(said);
      expect(stderr).toContain('--sqlite-functions');
      expect(stderr).not.toMatch(/^ {4}at /m);
    }
  },
);

test('The configuration has them in an object, with paths relative to the file; the library takes the same.', async () => {
  const directory = temporaryDirectory();
  const dataDir = makeProjects(1, 'PRAGMA user_version = 1');
  mkdirSync(join(directory, 'deploy'));
  writeFileSync(join(directory, 'deploy/functions.mjs'), FUNCTIONS);
  const config = join(directory, 'deploy/flotilla.config.json');
  writeFileSync(
    config,
    JSON.stringify({ migrations: MIGRATIONS, dataDir, sqlite: { functions: './functions.mjs' } }),
  );
  expect(await runCli(['upgrade', '0001', '--config', config])).toMatchObject({ code: 0 });
  const sqlite = { functions: join(directory, 'deploy/functions.mjs') };
  const { openFleet } = (await import(
    pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href
  )) as typeof Library;
  const fleet = await openFleet({ dataDir, migrations: MIGRATIONS, sqlite });
  expect(await fleet.upgrade()).toMatchObject({ exitCode: 0 });
  await fleet.close();

  writeFileSync(config, JSON.stringify({ sqlite: { funktions: './f.mjs', extensions: 3, oldest: 3.4 } }));
  const { code, stderr } = await runCli(['status', '--config', config]);
  expect(code).toBe(78);
  expect(flat(stderr)).toContain('Unknown key sqlite.funktions the nearest known key is functions');
  expect(flat(stderr)).toContain('sqlite.extensions has a value that it cannot have');
  expect(flat(stderr)).toContain('sqlite.oldest has a value that it cannot have');
  const wrong: object = { sqlite: { funktions: 'x', oldest: 3 } };
  await expect(openFleet(wrong)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/no option funktions; the nearest is functions/) as string,
  });
});

const COMPILER = spawnSync('gcc', ['--version']).status === 0;
const C = `
#include <string.h>
#include <strings.h>
#include "sqlite3ext.h"
SQLITE_EXTENSION_INIT1
static int compare(void *p, int n, const void *a, int m, const void *b) {
  int least = n < m ? n : m, order = strncasecmp(a, b, least);
  return order != 0 ? order : n - m;
}
static void twice(sqlite3_context *c, int n, sqlite3_value **v) { sqlite3_result_int64(c, 2 * sqlite3_value_int64(v[0])); }
int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  sqlite3_create_function(db, "twice", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, 0, twice, 0, 0);
  return sqlite3_create_collation(db, "natural_ci", SQLITE_UTF8, 0, compare);
}
`;

test.skipIf(!COMPILER)(
  'An extension gives a collation and a function to revisions, where there is a compiler (gcc) to make one.',
  async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'own.c'), C);
    const headers = resolve(import.meta.dirname, '../../node_modules/better-sqlite3/deps/sqlite3');
    const library = join(directory, 'own.so');
    execFileSync('gcc', ['-fPIC', '-shared', '-I', headers, join(directory, 'own.c'), '-o', library]);
    const migrations = writeMigrations({
      '0001_a.sql':
        '-- migrate:up\nCREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE natural_ci, b AS (twice(id)));\nCREATE UNIQUE INDEX i ON t (a);\n',
      '0002_b.sql': `-- migrate:up\nINSERT INTO t (a) VALUES ('a'), ('B');\nCREATE INDEX j ON t (twice(id));\n`,
    });
    const place = ['--data-dir', makeProjects(2, 'PRAGMA user_version = 1'), '--migrations', migrations];
    const { stderr } = await runCli(['upgrade', ...place]);
    expect(flat(stderr)).toMatch(/natural_ci.*--sqlite-extensions FILE/);
    for (const words of [['lint'], ['upgrade', '--dry-run'], ['upgrade', '--verify', 'full'], ['check']]) {
      const ran = await runCli([...words, ...place, '--sqlite-extensions', library]);
      expect(`${ran.code} ${ran.stdout}${ran.stderr}`).toMatch(/^0 /);
    }
    const wrong = await runCli(['status', ...place, '--sqlite-extensions', join(directory, 'own.c')]);
    expect(wrong.code).toBe(78);
    expect(wrong.stderr).toMatch(/^error: The extension .*own\.c cannot be loaded/);
  },
  60_000,
);
