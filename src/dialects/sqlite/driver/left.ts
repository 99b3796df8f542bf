// What a run leaves in a target, proved to be its own: a hash that was taken after the COMMIT, because that moves pages
// of some databases, while nobody else has committed. That is what `data_version` tells, to one connection
// (sqlite.org/pragma.html#pragma_data_version); a change counter does not with a log, nor does the file's own hash.

import type Database from 'better-sqlite3';
import { contentHash, copyBack, type ContentOptions } from './content.js';

export function dataVersion(db: Database.Database): number {
  return Number(db.pragma('data_version', { simple: true }));
}

/**
 * As `Session.left` says.
 * @param lockedAt the data version when the work had its lock for the first time
 */
export async function leftHash(
  db: Database.Database,
  lockedAt: number | null,
  options: ContentOptions,
): Promise<string | null> {
  if (lockedAt === null || db.inTransaction) return null;
  copyBack(db);
  db.exec('BEGIN');
  let hash: string | null = null;
  try {
    if (dataVersion(db) === lockedAt) hash = await contentHash(db, options);
  } finally {
    db.exec('COMMIT');
  }
  // What is too large is hashed by a connection of its own, which may have seen a later commit.
  return dataVersion(db) === lockedAt ? hash : null;
}
