// The contract of a dialect, kept by SQLite: a fleet is a directory, and a database one of its files.

import { copyFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createSqliteDialect } from '../../../src/dialects/sqlite/dialect.js';
import { sqliteDriver } from '../../support/driver.js';
import { temporaryDirectory } from '../../support/fleet.js';
import { testContract } from '../contract.js';
import type { Application, ContractFleet } from '../contract/fixture.js';

async function openFleet(): Promise<ContractFleet> {
  const dataDir = temporaryDirectory();
  const pathOf = (id: string): string => join(dataDir, `${id}.db`);
  const remove = (id: string): void => {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(pathOf(id) + suffix, { force: true });
  };
  return {
    dialect: createSqliteDialect({ dataDir, pattern: '**/*.db', stateDir: join(dataDir, '.flotilla') }),
    driver: sqliteDriver(),
    largeDriver: sqliteDriver(0),
    make: async (id, statements) => {
      makeDatabase(pathOf(id), statements);
    },
    makeOutside: async (statements) => {
      const path = join(temporaryDirectory(), 'outside.db');
      makeDatabase(path, statements);
      return path;
    },
    replace: async (id) => {
      const other = join(temporaryDirectory(), 'other.db');
      makeDatabase(other, []);
      renameSync(other, pathOf(id));
    },
    remove: async (id) => {
      remove(id);
    },
    damage: async (id) => {
      writeFileSync(pathOf(id), 'no database at all, but long enough for one: '.repeat(100));
      return 'notADatabase';
    },
    makeRefused: async (id) => {
      symlinkSync(join(temporaryDirectory(), 'elsewhere.db'), pathOf(id));
    },
    restore: async (id, { bytes, file }) => {
      remove(id);
      if (bytes !== null) writeFileSync(pathOf(id), bytes);
      else if (file !== null) copyFileSync(file, pathOf(id));
    },
    open: async (id) => openApplication(pathOf(id)),
    runScript: async (id, script) => {
      // Lines with a dot are for the shell alone; here the first error stops it anyway.
      const sql = script.replaceAll(/^\..*$/gm, '');
      const db = new Database(pathOf(id));
      try {
        db.exec(sql);
      } finally {
        db.close();
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Makes a file, which a database without any table would else not be. */
function makeDatabase(path: string, statements: readonly string[]): void {
  const db = new Database(path);
  db.pragma('foreign_keys = OFF');
  db.exec('VACUUM');
  for (const sql of statements) db.exec(sql);
  db.close();
}

/** Writes to a log that is folded in only when it closes; while it only reads, it needs none. */
async function openApplication(path: string): Promise<Application> {
  const db = new Database(path);
  return {
    run: async (...statements) => {
      db.pragma('journal_mode = WAL');
      db.pragma('wal_autocheckpoint = 0');
      for (const sql of statements) db.exec(sql);
    },
    read: async () => {
      db.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
    },
    close: async () => {
      db.close();
    },
  };
}

testContract({
  name: 'sqlite',
  openFleet,
  openNowhere: async () => {
    const dataDir = join(temporaryDirectory(), 'nowhere');
    return createSqliteDialect({ dataDir, pattern: '**/*.db', stateDir: join(dataDir, '.flotilla') });
  },
  outside: 'VACUUM',
  switching: {
    statement: 'PRAGMA legacy_alter_table = ON',
    query: 'SELECT * FROM pragma_legacy_alter_table',
  },
  orphan: [`INSERT INTO notes (id, task_id, body) VALUES (1, 7, 'lost')`],
  brokenRule: [
    `CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT CHECK (title <> ''))`,
    'PRAGMA ignore_check_constraints = ON',
    `INSERT INTO tasks (id, title) VALUES (1, '')`,
  ],
  readersHoldCommit: true,
  structures: [
    ['CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL)'],
    ['CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL COLLATE NOCASE)'],
    ['CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL) STRICT'],
    [
      'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL)',
      `CREATE TRIGGER renamed AFTER UPDATE ON tasks BEGIN DELETE FROM tasks WHERE title = ''; END`,
    ],
  ],
});
