// The sample application's revisions on their own, run by nothing but SQLite.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fill } from '../../data-fixtures/build-sample-fleet.mjs';
import { LEGACY_PROJECT } from '../support/fleet.js';
import { MIGRATIONS } from '../support/cli.js';

const [initial, indexes, constraints] = ['e6e5369fb4d1', '4f0c2a9d7b13', 'b81d57e3c60a'].map(readRevision);

interface Revision {
  readonly up: string;
  readonly down: string;
}

function readRevision(id: string): Revision {
  const name = readdirSync(MIGRATIONS).find((file) => file.startsWith(`${id}_`)) ?? '';
  const [, up = '', down = ''] = readFileSync(join(MIGRATIONS, name), 'utf8').split(
    /^-- migrate:(?:up|down)$/m,
  );
  return { up, down };
}

let db: Database.Database;
beforeEach(() => {
  db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
});
afterEach(() => {
  db.close();
});

const run = (sql = ''): void => {
  db.transaction(() => db.exec(sql))();
};

const tables = (): string[] =>
  db
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1`,
    )
    .pluck()
    .all();

/** The structure by SQLite's pragmas; the order of foreign keys and indexes says nothing. */
const structure = (): unknown =>
  tables().map((table) => ({
    table,
    columns: db.pragma(`table_xinfo(${table})`),
    foreignKeys: db
      .prepare(`SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(?) ORDER BY 1`)
      .all(table),
    indexes: db
      .prepare(
        `SELECT list.name, list."unique", info.seqno, info.name AS "column"
         FROM pragma_index_list(?) AS list, pragma_index_info(list.name) AS info ORDER BY 1, 3`,
      )
      .all(table),
  }));

const content = (): Record<string, unknown[]> =>
  Object.fromEntries(
    tables().map((table) => [
      table,
      db.prepare(`SELECT rowid AS "row", * FROM ${table} ORDER BY rowid`).all(),
    ]),
  );

test('Every revision has a way back that leaves the structure as it was, and forward again.', () => {
  const structures = [structure()];
  for (const revision of [initial, indexes, constraints]) {
    run(revision?.up);
    expect(structures).not.toContainEqual(structure());
    structures.push(structure());
  }
  for (const [index, revision] of [constraints, indexes, initial].entries()) {
    run(revision?.down);
    expect(structure()).toEqual(structures[2 - index]);
  }
  for (const revision of [initial, indexes, constraints]) run(revision?.up);
  expect(structure()).toEqual(structures[3]);
});

test("An ORM's structure is that of the initial schema.", () => {
  const orm = fill(LEGACY_PROJECT, ':memory:');
  run(initial?.up);
  const own = structure();
  db.close();
  db = orm;
  expect(structure()).toEqual(own);
});

test('Both directions keep every row and every child.', () => {
  db.close();
  db = fill(LEGACY_PROJECT, ':memory:');
  const before = content();
  expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true);
  run(indexes?.up);
  run(constraints?.up);
  expect(content()).toEqual(before);
  expect(db.pragma('foreign_key_check')).toEqual([]);
  run(constraints?.down);
  expect(content()).toEqual(before);
});

test('A reference to a row that is gone becomes NULL, and nothing else changes.', () => {
  db.close();
  db = fill(`${LEGACY_PROJECT}UPDATE tasks SET active_version_id = 555 WHERE id = 4`, ':memory:');
  const before = content();
  run(indexes?.up);
  run(constraints?.up);
  expect(db.pragma('foreign_key_check')).toEqual([]);
  expect(db.prepare('SELECT active_version_id FROM tasks WHERE id = 4').pluck().get()).toBeNull();
  db.exec('UPDATE tasks SET active_version_id = 555 WHERE id = 4');
  expect(content()).toEqual(before);
});

test('The new constraints hold: what they refer to can go, and what is not there cannot be referred to.', () => {
  db.close();
  db = fill(LEGACY_PROJECT, ':memory:');
  run(indexes?.up);
  run(constraints?.up);
  db.pragma('foreign_keys = ON');
  expect(() => db.exec('UPDATE control_state SET current_task_id = 1000')).toThrow(
    'FOREIGN KEY constraint failed',
  );
  db.exec('DELETE FROM artifacts WHERE id = 1; DELETE FROM tasks WHERE id = 3');
  expect(db.prepare('SELECT spec_artifact_id FROM projects').pluck().get()).toBeNull();
  expect(db.prepare('SELECT current_task_id FROM control_state').pluck().get()).toBeNull();
});

test('With foreign keys enforced the rebuild would delete the children: the hazard is real.', () => {
  db.close();
  db = fill(LEGACY_PROJECT, ':memory:');
  run(indexes?.up);
  db.pragma('foreign_keys = ON');
  run(constraints?.up);
  expect(db.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(0);
});
