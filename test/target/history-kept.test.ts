// What is recorded in a target is read back before the commit: a history that a trigger or a revision changes would say
// another day that the target is elsewhere.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { makeProjects } from '../support/fleet.js';
import { query, run, writeMigrations } from '../support/revisions.js';

const FILES = {
  '0001_tasks.sql':
    '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);\n-- migrate:down\nDROP TABLE tasks;\n',
  '0002_note.sql':
    '-- migrate:up\nALTER TABLE tasks ADD COLUMN note TEXT;\n-- migrate:down\nALTER TABLE tasks DROP COLUMN note;\n',
  '0003_pages.sql': '-- transaction: false\n-- migrate:up\nVACUUM;\n-- migrate:down\nVACUUM;\n',
};

async function fleet(files: Readonly<Record<string, string>>, sql: string) {
  const migrations = writeMigrations(files);
  const dataDir = makeProjects(2, 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);');
  await run(dataDir, migrations, ['stamp', '0001']);
  const path = join(dataDir, 'project_2.db');
  const db = new Database(path);
  db.exec(sql);
  db.close();
  return { dataDir, migrations, path };
}

describe('a trigger on the history', () => {
  test.each([
    [
      'takes away what is added',
      `AFTER INSERT ON flotilla_history BEGIN DELETE FROM flotilla_history WHERE revision = NEW.revision; END`,
    ],
    [
      'takes away what was there',
      `AFTER INSERT ON flotilla_history BEGIN DELETE FROM flotilla_history WHERE revision = '0001'; END`,
    ],
    ['ignores what is added', `BEFORE INSERT ON flotilla_history BEGIN SELECT RAISE(IGNORE); END`],
    [
      'changes what is added',
      `AFTER INSERT ON flotilla_history BEGIN UPDATE flotilla_history SET checksum = 'x'; END`,
    ],
  ])('that %s fails the target, as it was, and what the hint says helps', async (_, trigger) => {
    const { dataDir, migrations, path } = await fleet(FILES, `CREATE TRIGGER "of others" ${trigger}`);
    const before = readFileSync(path);
    for (const args of [
      ['upgrade', '0002', '--dry-run'],
      ['upgrade', '0002'],
    ]) {
      const { code, report } = await run(dataDir, migrations, args);
      expect(code).toBe(2);
      expect(report.summary).toEqual({ planned: 2, upgraded: 1, failed: 1 });
      expect(report.targets[1]?.failure).toMatchObject({ code: 'schemaMismatch', step: 'record' });
      expect(report.targets[1]?.failure?.message).toContain('of others');
      expect(report.targets[1]?.failure?.hint).toContain(`sqlite3 ${path} 'DROP TRIGGER "of others"'`);
    }
    expect(readFileSync(path)).toEqual(before);
    const db = new Database(path);
    db.exec('DROP TRIGGER "of others"');
    db.close();
    expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
    expect(query(path, 'SELECT revision FROM flotilla_history')).toHaveLength(3);
  });

  test('that changes nothing in it is no business of ours', async () => {
    const sql = `CREATE TRIGGER looks AFTER INSERT ON flotilla_history BEGIN UPDATE tasks SET title = title; END`;
    const { dataDir, migrations } = await fleet(FILES, sql);
    expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
  });
});

test.each(['', '-- transaction: false\n'])(
  'A trigger that a revision fires (%j) fails it where it takes rows of the history.',
  async (header) => {
    const files = {
      ...FILES,
      '0004_all.sql': `${header}-- migrate:up\nUPDATE tasks SET title = 'x';\n-- migrate:down\nSELECT 1;\n`,
    };
    const sql = `INSERT INTO tasks (title) VALUES ('a');
      CREATE TRIGGER hides AFTER UPDATE ON tasks BEGIN DELETE FROM flotilla_history WHERE revision = '0002'; END`;
    const { dataDir, migrations, path } = await fleet(files, sql);
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--allow-drift', 'triggerExtra']);
    expect(code).toBe(2);
    expect(report.targets[1]).toMatchObject({ outcome: 'partial', failure: { code: 'schemaMismatch' } });
    expect(report.targets[1]?.failure?.message).toContain(
      'a statement of a revision, or a trigger that it ran',
    );
    const rows = query<{ revision: string }>(path, `SELECT revision FROM flotilla_history`);
    expect(rows.map(({ revision }) => revision).slice(0, 3)).toEqual(['0001', '0002', '0003']);
  },
);
