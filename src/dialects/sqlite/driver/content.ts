// The committed content of a database as a whole: its size, a copy of it, and a hash by which two are compared.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DatabaseError } from '../../port.js';
import { toDatabaseError } from './errors.js';
import { openAgain } from './opened-file.js';
import { readBytes, readChunks, readNative32 } from './own-descriptor.js';

/** How contents are held. */
export interface ContentOptions {
  /** Above so many bytes a content is not held in memory. */
  readonly memoryBytesMax: number;
  /** Makes a directory for what is not. */
  readonly makeScratch: () => string;
}

/**
 * Bytes of the header that are no content: how the journal is kept, and what SQLite counts for itself, which are
 * changes, changes of the schema, and the version that these were made by
 * (sqlite.org/fileformat2.html#the_database_header).
 */
const NO_CONTENT: readonly (readonly [start: number, end: number])[] = [
  [18, 20],
  [24, 28],
  [40, 44],
  [92, 100],
];

export function pageCount(db: Database.Database): number {
  return Number(db.pragma('page_count', { simple: true }));
}

export function sizeBytes(db: Database.Database): number {
  return pageCount(db) * Number(db.pragma('page_size', { simple: true }));
}

/** Above so many bytes a file is read in place where that can be done: it takes no memory, and half the time. */
const IN_MEMORY_BYTES_MAX = 1024 * 1024;

/**
 * SHA-256 (hex) of the committed content; equal for two databases with the same pages. To be called before the first
 * write of a transaction, or outside of one.
 */
export async function contentHash(db: Database.Database, options: ContentOptions): Promise<string> {
  // What is read by parts is read under one lock.
  const isOwn = !db.inTransaction;
  if (isOwn) db.exec('BEGIN');
  try {
    const size = sizeBytes(db);
    if (size > IN_MEMORY_BYTES_MAX && isInPlace(db)) return hashOf(readChunks(db.name, size, CHUNK_BYTES));
    if (size <= options.memoryBytesMax) return hashOf([db.serialize()]);
    return await hashOfCopy(db, options);
  } finally {
    if (isOwn) db.exec('COMMIT');
  }
}

/**
 * Whether the file itself is the content that a transaction sees: always with a rollback journal; with a log where all
 * of it was copied back, as its index tells. Then nothing is written to the file as long as the transaction lasts
 * (sqlite.org/walformat.html#wal_locks).
 */
function isInPlace(db: Database.Database): boolean {
  if (db.memory) return false;
  if (readBytes(db.name, LOG_AT, 1).readUInt8() !== 2) return true;
  const index = `${db.name}-shm`;
  return readNative32(index, FRAMES_AT) === readNative32(index, COPIED_BACK_AT);
}

/** Has a large file hashed in place, as far as nobody else keeps its log from being copied back. */
export function copyBack(db: Database.Database): void {
  if (sizeBytes(db) <= IN_MEMORY_BYTES_MAX || db.pragma('journal_mode', { simple: true }) !== 'wal') return;
  db.pragma('wal_checkpoint(PASSIVE)');
}

/** What the header of a file says of how it is written: 2 where it keeps a log. */
const LOG_AT = 18;
/** Numbers in the index of a log: its frames, and how many of them are copied back (sqlite.org/walformat.html). */
const FRAMES_AT = 16;
const COPIED_BACK_AT = 96;

async function hashOfCopy(db: Database.Database, { makeScratch }: ContentOptions): Promise<string> {
  const directory = makeScratch();
  try {
    const path = join(directory, 'content');
    await copyTo(db, path);
    return hashOf(chunksOf(path));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function hashOf(chunks: Iterable<Buffer>): string {
  const hash = createHash('sha256');
  let isFirst = true;
  for (const chunk of chunks) {
    hash.update(isFirst ? masked(chunk) : chunk);
    isFirst = false;
  }
  return hash.digest('hex');
}

/** @param start of the file; changed in place */
function masked(start: Buffer): Buffer {
  for (const [from, to] of NO_CONTENT) start.fill(0, from, to);
  return start;
}

const CHUNK_BYTES = 1024 * 1024;

/** Each chunk is good until the next one. */
function* chunksOf(path: string): Iterable<Buffer> {
  const room = Buffer.alloc(CHUNK_BYTES);
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const count = readSync(file, room);
      if (count === 0) return;
      yield room.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Copies through a second connection, in one step: it may read while this one holds the write lock. better-sqlite3
 * resolves a backup that met a lock as if it were done, with no page copied, so the pages are counted.
 */
export async function copyTo(db: Database.Database, path: string): Promise<void> {
  const pages = pageCount(db);
  let source: Database.Database | null = null;
  try {
    source = openAgain(db, () => new Database(db.name, { fileMustExist: true, readonly: true }));
    const result = await source.backup(path, { progress: () => 0x7fffffff });
    if (result.totalPages !== pages || result.remainingPages !== 0) {
      const copied = result.totalPages - result.remainingPages;
      throw new DatabaseError('backupFailed', `${copied} of ${pages} pages were copied`);
    }
  } catch (error) {
    throw toDatabaseError(error, 'backupFailed');
  } finally {
    source?.close();
  }
}
