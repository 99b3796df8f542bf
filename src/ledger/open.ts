// Opens the ledger's file and brings it to the structure of this version. It is ours, so SQLite is used directly.

import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { FleetError } from '../model/errors.js';
import { foreign, hint, type Hint } from '../model/hint.js';
import { makeFile, PRIVATE } from '../trust/own-files.js';
import { stateDirectoryError } from './state-directory.js';
import { foreignStructure } from './structure.js';

/** `PRAGMA application_id`: tells a ledger from another program's database of the same name. */
const APPLICATION_ID = 0x464c4f54;

/** How long to wait for another process, which holds the file for a few milliseconds at a time. */
const BUSY_MS = 5_000;

/** Entry N brings a ledger from format N (`PRAGMA user_version`) to N + 1; released ones never change. */
const FORMATS: readonly string[] = [
  `
  CREATE TABLE run (
    run INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    command TEXT NOT NULL,
    dry_run INTEGER NOT NULL,
    head TEXT NOT NULL,
    arguments TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    exit_code INTEGER
  ) STRICT;

  -- In the order of the plan. Keyed by path because two refused files may share an id.
  CREATE TABLE run_target (
    position INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run,
    path TEXT NOT NULL,
    id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    document TEXT,
    UNIQUE (run, path)
  ) STRICT;
  CREATE INDEX run_target_in_order ON run_target (run);

  CREATE TABLE lock_holder (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    run_id TEXT NOT NULL,
    command TEXT NOT NULL,
    started_at TEXT NOT NULL,
    pid INTEGER
  ) STRICT;

  CREATE TABLE observation (
    observation INTEGER PRIMARY KEY,
    observer TEXT NOT NULL,
    hash TEXT NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (observer, hash)
  ) STRICT;

  CREATE TABLE observed_target (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    observation INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- What it takes to go on with a run: its options, and the checksums of its revisions.
  ALTER TABLE run ADD COLUMN terms TEXT;

  -- The number of its wave, and the way that was found for it; null where it has none of its own.
  ALTER TABLE run_target ADD COLUMN wave INTEGER;
  ALTER TABLE run_target ADD COLUMN way TEXT;

  CREATE TABLE run_wave (
    run INTEGER NOT NULL REFERENCES run,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    max_failures INTEGER,
    rule TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    verdict TEXT,
    PRIMARY KEY (run, number)
  ) STRICT;

  -- A run that was stopped and resumed has several.
  CREATE TABLE run_leg (
    run INTEGER NOT NULL REFERENCES run,
    number INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    host TEXT,
    exit_code INTEGER,
    PRIMARY KEY (run, number)
  ) STRICT;
  `,
];

/**
 * @param mode of its directory
 * @throws FleetError `stateDirectory` where it cannot be written, is damaged, is another program's, is newer, or has
 *   what this program did not make
 */
export function openLedgerFile(path: string, mode = PRIVATE): Database.Database {
  let database: Database.Database | null = null;
  let foreignIn: string | null = null;
  try {
    makeFile(path, mode);
    database = new Database(path, { timeout: BUSY_MS });
    // Nothing that a planted schema holds is run: https://www.sqlite.org/pragma.html#pragma_trusted_schema
    database.pragma('trusted_schema = OFF');
    // In one transaction, because another process may be making the ledger.
    foreignIn = database.transaction(assertOurs)(database, path);
    if (foreignIn === null) {
      // Where the file system has no shared memory, SQLite stays with a rollback journal.
      const journal = database.pragma('journal_mode = WAL', { simple: true });
      database.pragma(`synchronous = ${journal === 'wal' ? 'FULL' : 'EXTRA'}`);
      bringUpToDate(database);
      return database;
    }
  } catch (error) {
    database?.close();
    throw error instanceof FleetError ? error : stateDirectoryError(path, error);
  }
  // Closed first: with the last connection its log goes, and there is less to move away.
  database.close();
  throw new FleetError('stateDirectory', `${path} is not as Flotilla makes it: ${foreignIn}`, {
    hint: hint`somebody else may have written it; move it away: ${moveAway(path)}; what a target is at is recorded in the target itself`,
  });
}

function moveAway(path: string): Hint {
  const parts = ['-wal', '-shm', '-journal']
    .map((part) => `${path}${part}`)
    .filter((part) => existsSync(part));
  return parts
    .map((part) => foreign('mv', part, `${part}.foreign`))
    .reduce<Hint>((said, one) => hint`${said}, ${one}`, hint`${foreign('mv', path, `${path}.foreign`)}`);
}

/** @returns what of its structure is foreign; null where nothing is */
function assertOurs(database: Database.Database, path: string): string | null {
  const isOurs = number(database, 'application_id') === APPLICATION_ID;
  if (!isOurs) {
    if (database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined) return null;
    throw new FleetError('stateDirectory', `${path} belongs to another program`, {
      hint: 'give Flotilla a directory of its own with --state-dir',
    });
  }
  const format = number(database, 'user_version');
  if (format > FORMATS.length)
    throw new FleetError(
      'stateDirectory',
      `${path} was written by a newer Flotilla (format ${format}; this one knows ${FORMATS.length})`,
      { hint: 'use the newer one, or give this one a directory of its own with --state-dir' },
    );
  return foreignStructure(database, FORMATS.slice(0, format));
}

function bringUpToDate(database: Database.Database): void {
  if (number(database, 'user_version') === FORMATS.length) return;
  database
    .transaction(() => {
      // Another process may have been faster.
      for (const step of FORMATS.slice(number(database, 'user_version'))) database.exec(step);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${FORMATS.length}`);
    })
    .immediate();
}

function number(database: Database.Database, pragma: 'application_id' | 'user_version'): number {
  return Number(database.pragma(pragma, { simple: true }));
}
