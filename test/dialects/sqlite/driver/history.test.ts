// Histories as the driver reads them from files that it leaves as they are.

import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { changeHistory } from '../../../../src/dialects/sqlite/driver/history.js';
import type { HistoryRow } from '../../../../src/model/history.js';
import { sqliteDriver } from '../../../support/driver.js';
import { makeProjects, temporaryDirectory, treeOf } from '../../../support/fleet.js';

const driver = sqliteDriver();

/** The history of the database at a path, as it is read among others. */
async function historyOf(path: string) {
  const [read] = await driver.histories([{ id: 'project_1', path }], { busyTimeoutMs: 100 });
  if (read === undefined) throw new Error('no answer');
  if ('error' in read) throw read.error;
  return read.value;
}

const row = (revision: string): HistoryRow => ({
  revision,
  name: `the words of ${revision}`,
  checksum: 'c',
  sqlChecksum: 's',
  status: 'applied',
  statementsDone: 0,
  runId: '20261120T101500Z-3f9a1c',
  appliedAt: '2026-11-20T10:15:00.000Z',
  durationMs: 12,
  toolVersion: '0.1.0',
});

test('a history is read whole and in order, and the file stays as it was', async () => {
  const directory = makeProjects(1);
  const path = join(directory, 'project_1.db');
  const db = new Database(path);
  changeHistory(db, { remove: [], add: [row('0002'), row('0001')] });
  db.close();
  const before = treeOf(directory);
  expect(await historyOf(path)).toEqual([row('0002'), row('0001')]);
  expect(treeOf(directory)).toEqual(before);
});

test('a database without history has none', async () => {
  expect(await historyOf(join(makeProjects(1), 'project_1.db'))).toBeNull();
});

test('rows that are still in the log of a process that died are read from a copy', async () => {
  const path = join(makeProjects(1), 'project_1.db');
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  changeHistory(db, { remove: [], add: [row('0001')] });
  const left = temporaryDirectory();
  for (const part of ['', '-wal']) copyFileSync(path + part, join(left, `project_1.db${part}`));
  db.close();
  const before = treeOf(left);
  expect(await historyOf(join(left, 'project_1.db'))).toEqual([row('0001')]);
  expect(treeOf(left)).toEqual(before);
});

test('what is no database is told by its code', async () => {
  const directory = makeProjects(1);
  const path = join(directory, 'project_1.db');
  renameSync(path, `${path}.away`);
  await expect(historyOf(path)).rejects.toMatchObject({ code: 'gone' });
});
