// Puts the content of a backup into a live database by SQLite's backup interface (sqlite.org/backup.html), which locks
// the file as any writer does: readers and writers wait or see the old content, and never anything between. What that
// interface does not do is done here: it takes what it finds (so what is there is proved under its lock), resolves
// where it met a lock as if it had copied (so pages are counted), and syncs as its own connection does (so one that is
// safe commits after it). Nothing on a live file is opened plainly: closing that would drop the locks of this process.

import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { BackupSource } from '../../backup-content.js';
import { DatabaseError } from '../../port.js';
import { connect } from './connect.js';
import { contentHash, pageCount, type ContentOptions } from './content.js';
import { toDatabaseError } from './errors.js';
import { expectAgain } from './opened-file.js';
import { readBytes, readNative32 } from './own-descriptor.js';

/** How a file says that it keeps a rollback journal: bytes 18 and 19 (sqlite.org/fileformat2.html). */
const ROLLBACK_MODE = Buffer.from([1, 1]);
const MODE_AT = 18;

export interface OpenCopy {
  readonly db: Database.Database;
  /** Removes what it is in, once it is closed. */
  readonly remove: () => void;
}

/**
 * Opens a private copy of a backup, in memory where it is small enough. The copy keeps a rollback journal whatever the
 * backup says, because one in memory can have no log, and because the way a target keeps its own is not to be replaced.
 */
export function openCopy(source: BackupSource, { memoryBytesMax, makeScratch }: ContentOptions): OpenCopy {
  if (source.sizeBytes <= memoryBytesMax) {
    const content = Buffer.from(source.read());
    ROLLBACK_MODE.copy(content, MODE_AT);
    return { db: proven(connect(content)), remove: () => undefined };
  }
  const directory = makeScratch();
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const path = join(directory, 'backup');
    source.copyTo(path);
    setRollbackMode(path);
    return { db: proven(connect(path, { fileMustExist: true })), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function setRollbackMode(path: string): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, ROLLBACK_MODE, 0, ROLLBACK_MODE.byteLength, MODE_AT);
  } finally {
    closeSync(file);
  }
}

/** SQLite looks at what it has opened only when it is asked. */
function proven(db: Database.Database): Database.Database {
  try {
    if (pageCount(db) === 0) throw new DatabaseError('notADatabase', 'it is empty');
    return db;
  } catch (error) {
    db.close();
    throw toDatabaseError(error, 'corrupt');
  }
}

/** How often a database that others have locked for a moment is tried, and how long is waited in between. */
const TRIES = 20;
const PAUSE_MS = 25;

/** As `Session.putBack` says. @param db in a transaction */
export async function putBack(
  db: Database.Database,
  copy: Database.Database,
  assertMay: () => void,
  options: ContentOptions,
): Promise<string | null> {
  const wanted = await contentHash(copy, options);
  assertPageSize(db, copy);
  const before = countChanges(db);
  db.exec('ROLLBACK');
  for (let attempt = 1; !(await copyInto(db, copy, before, assertMay)); attempt++) {
    if (attempt === TRIES) throw new DatabaseError('busy', 'database is locked');
    await sleep(PAUSE_MS);
  }
  try {
    return (await seal(db, wanted, before, options)) ? wanted : null;
  } catch (error) {
    const cause = toDatabaseError(error, 'corrupt');
    const message = `it was put back, and that could not be proved: ${cause.message}`;
    throw new DatabaseError('commitUncertain', message, { cause: error });
  }
}

/** A database that keeps a log keeps its page size (sqlite.org/pragma.html#pragma_page_size). */
function assertPageSize(db: Database.Database, copy: Database.Database): void {
  const [own, other] = [db, copy].map((one) => Number(one.pragma('page_size', { simple: true })));
  if (own === other || !keepsLog(db)) return;
  throw new DatabaseError(
    'readOnly',
    `its pages have ${own} bytes and those of the copy ${other}, and in WAL mode it cannot change them (PRAGMA journal_mode = DELETE ends that)`,
  );
}

/** @returns false where others had it locked, and nothing was written */
async function copyInto(
  db: Database.Database,
  copy: Database.Database,
  before: ChangeCount,
  assertMay: () => void,
): Promise<boolean> {
  // Called when the destination is locked and no page is copied; an error thrown here leaves it as it is.
  const assertSame = expectAgain(db);
  const progress = (): number => {
    assertSame();
    assertUnchanged(db, before);
    assertMay();
    return 0x7fffffff;
  };
  try {
    const { totalPages, remainingPages } = await copy.backup(db.name, { progress });
    return remainingPages === 0 && totalPages === pageCount(copy);
  } catch (error) {
    const translated = toDatabaseError(error, 'migrationFailed');
    if (translated.code === 'busy' && translated !== error) return false;
    throw translated;
  }
}

/**
 * Commits nothing, safely: with it what was put back is durable. Read back under its lock, before.
 * @returns whether nobody else has committed since
 */
async function seal(
  db: Database.Database,
  wanted: string,
  before: ChangeCount,
  options: ContentOptions,
): Promise<boolean> {
  db.exec('BEGIN IMMEDIATE');
  // Somebody may have committed after it: then their content is on top of it, and nothing can be compared.
  const isAlone = countChanges(db).changes === (before.changes + 1) % 2 ** 32;
  if (isAlone && (await contentHash(db, options)) !== wanted)
    throw new DatabaseError('corrupt', 'it does not read back as it was written');
  const [problem] = db.prepare<[], string>('PRAGMA integrity_check(1)').pluck().all();
  if (problem !== 'ok' && isAlone) throw new DatabaseError('corrupt', `the integrity check says: ${problem}`);
  db.exec(`PRAGMA user_version = ${Number(db.pragma('user_version', { simple: true }))}; COMMIT`);
  if (before.keepsLog) db.pragma('wal_checkpoint(PASSIVE)');
  return isAlone;
}

/** How many changes a database has seen, by a count that SQLite keeps for everybody who has it open. */
interface ChangeCount {
  readonly keepsLog: boolean;
  readonly changes: number;
}

/**
 * Read from the file itself, by the descriptor that SQLite has on it, so that it can be read while another connection
 * has it locked: of a rollback journal's database the change counter in its header, of a log's the count of
 * transactions in its index (sqlite.org/fileformat2.html#file_change_counter,
 * sqlite.org/walformat.html#the_wal_index_header).
 */
function countChanges(db: Database.Database): ChangeCount {
  const isLogged = readBytes(db.name, MODE_AT, 1).readUInt8() === 2;
  const changes = isLogged ? readNative32(`${db.name}-shm`, 8) : readBytes(db.name, 24, 4).readUInt32BE();
  return { keepsLog: isLogged, changes };
}

function assertUnchanged(db: Database.Database, before: ChangeCount): void {
  const now = countChanges(db);
  if (now.keepsLog === before.keepsLog && now.changes === before.changes) return;
  throw new DatabaseError('busy', 'it was written to after it was backed up');
}

function keepsLog(db: Database.Database): boolean {
  return db.pragma('journal_mode', { simple: true }) === 'wal';
}
