// The committed content of a database as a whole: its size, a copy of it, and a hash by which two are compared.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DatabaseError } from '../../port.js';
import { toDatabaseError } from './errors.js';
import { openAgain } from './opened-file.js';

/** How contents are held. */
export interface ContentOptions {
  /** Above so many bytes a content is not held in memory. */
  readonly memoryBytesMax: number;
  /** Makes a directory for what is not. */
  readonly makeScratch: () => string;
}

/**
 * Bytes of the header that are no content: how the journal is kept, and what SQLite counts for itself, which are changes,
 * changes of the schema, and the version that these were made by (sqlite.org/fileformat2.html#the_database_header).
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

/** SHA-256 (hex) of the content; equal for two databases with the same pages. */
export async function contentHash(db: Database.Database, options: ContentOptions): Promise<string> {
  const hash = createHash('sha256');
  if (sizeBytes(db) <= options.memoryBytesMax) return hash.update(masked(db.serialize())).digest('hex');
  const directory = options.makeScratch();
  try {
    const path = join(directory, 'content');
    await copyTo(db, path);
    let isFirst = true;
    for (const chunk of chunksOf(path)) {
      hash.update(isFirst ? masked(chunk) : chunk);
      isFirst = false;
    }
    return hash.digest('hex');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
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
