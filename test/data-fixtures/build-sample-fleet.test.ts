import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { buildSampleFleet } from '../../data-fixtures/build-sample-fleet.mjs';
import { CREATE_HISTORY } from '../../src/dialects/sqlite/driver/history.js';
import { sampleFleet, temporaryDirectory, treeOf } from '../support/fleet.js';

/**
 * Asks one question of a private copy (without the write-ahead log, unless told), so that the original stays as it is.
 */
function ask(directory: string, id: string, sql: string, sidecars: readonly string[] = []): unknown[] {
  const copy = join(temporaryDirectory(), 'copy.db');
  for (const end of ['', ...sidecars]) copyFileSync(join(directory, `${id}.db${end}`), `${copy}${end}`);
  const db = new Database(copy);
  try {
    return db.prepare(sql).pluck().all();
  } finally {
    db.close();
  }
}

test('The sample fleet has eleven databases, and three damaged ones apart when asked.', () => {
  expect(buildSampleFleet(temporaryDirectory())).toHaveLength(11);
  const all = buildSampleFleet(temporaryDirectory(), { refused: true });
  expect(all.filter((path) => path.startsWith('damaged/'))).toEqual([
    'damaged/project_cut.db',
    'damaged/project_empty.db',
    'damaged/project_text.db',
  ]);
  expect(all).toHaveLength(14);
});

test('Built twice, the sample fleet is the same to the byte, its write-ahead log aside.', () => {
  const [first, second] = [0, 1].map(() => {
    const tree = treeOf(sampleFleet({ refused: true }));
    const files = Object.entries(tree).filter(([path]) => path.endsWith('.db'));
    return files.map(([path, facts]) => [path, facts.split(' ').at(-1)]);
  });
  expect(first).toHaveLength(14);
  expect(second).toEqual(first);
});

test('Every healthy database is sound, and only one has rows that violate foreign keys.', () => {
  const directory = sampleFleet();
  const violations: Record<string, unknown[]> = {};
  for (const path of buildSampleFleet(temporaryDirectory())) {
    const id = path.replace('.db', '');
    expect(ask(directory, id, 'PRAGMA integrity_check'), path).toEqual(['ok']);
    const found = ask(
      directory,
      id,
      `SELECT "table" || '.' || rowid FROM pragma_foreign_key_check ORDER BY 1`,
    );
    if (found.length > 0) violations[id] = found;
  }
  expect(violations).toEqual({ project_6: ['artifacts.30', 'runs.30', 'tasks.30'] });
});

test('Committed pages of project_5 are in its write-ahead log alone, as a killed process leaves them.', () => {
  const directory = sampleFleet();
  const titles = `SELECT title FROM tasks WHERE id = 20 AND priority = 105`;
  expect(ask(directory, 'project_5', titles)).toEqual([]);
  expect(ask(directory, 'project_5', titles, ['-wal'])).toEqual(['Only in the log']);
  expect(statSync(join(directory, 'project_5.db-shm')).size).toBeGreaterThan(0);
});

test('No other database has a file beside it.', () => {
  const directory = sampleFleet();
  const beside = Object.keys(treeOf(directory)).filter((path) => /\.db-/.test(path));
  expect(beside).toEqual(['project_5.db-shm', 'project_5.db-wal']);
});

test('The fleet has both text encodings, the smallest and the largest page, and both kinds of journal.', () => {
  const directory = sampleFleet();
  expect(ask(directory, 'eu/project_7', 'PRAGMA encoding')).toEqual(['UTF-16le']);
  expect(ask(directory, 'eu/project_7', 'SELECT title FROM tasks WHERE id = 3')).toEqual(['起重机日志 🏗️']);
  expect(ask(directory, 'project_8', 'PRAGMA page_size')).toEqual([512]);
  expect(ask(directory, 'project_9', 'PRAGMA page_size')).toEqual([65536]);
  expect(ask(directory, 'project_1', 'PRAGMA journal_mode')).toEqual(['delete']);
  expect(ask(directory, 'project_11', 'PRAGMA journal_mode')).toEqual(['wal']);
});

test('The empty history of the half stamped database is the table that Flotilla makes.', () => {
  const columns = `SELECT name || ' ' || type || ' ' || "notnull" || ' ' || pk FROM pragma_table_info('flotilla_history')`;
  const db = new Database(':memory:');
  db.exec(CREATE_HISTORY);
  const own = db.prepare(columns).pluck().all();
  db.close();
  expect(own).not.toEqual([]);
  expect(ask(sampleFleet(), 'project_4', columns)).toEqual(own);
});

test('The damaged files are empty, text that is long enough to be a database, and one without its second half.', () => {
  const directory = join(sampleFleet({ refused: true }), 'damaged');
  expect(statSync(join(directory, 'project_empty.db')).size).toBe(0);
  expect(statSync(join(directory, 'project_text.db')).size).toBeGreaterThan(512);
  const cut = readFileSync(join(directory, 'project_cut.db'));
  expect(cut.subarray(0, 15).toString()).toBe('SQLite format 3');
  const [pageSize, pages] = [cut.readUInt16BE(16), cut.readUInt32BE(28)];
  expect(cut.length).toBe((pageSize * pages) / 2);
});
