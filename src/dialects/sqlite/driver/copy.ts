// Private copies for rehearsal: made from the files, because opening a WAL database through SQLite would create,
// fold in or remove its sidecars, and a rehearsal leaves no trace. This runs only in processes that never open the
// original at the same time: closing a plain descriptor drops the SQLite locks that the process has on the file.

import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  lstatSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '../../port.js';
import { MAGIC_BYTES, readSuperJournal } from '../discovery/super-journal.js';
import { foreignJournal } from '../discovery/target-files.js';
import { toDatabaseError } from './errors.js';

/** The shared-memory index is not copied: SQLite makes it anew from the log (sqlite.org/walformat.html). */
const PARTS = ['', '-journal', '-wal'];
const TRIES = 50;
/** Two writes closer than this may leave one and the same time on the file. */
const TIME_GRAIN_NS = 20_000_000n;

/**
 * Copies a database with its log or journal into an existing directory, provably while nobody wrote: sizes and times
 * of all parts are the same before and after, and old enough that a later write would have changed them.
 * @returns the path of the copy
 * @throws DatabaseError `busy` where it is written to all the time
 */
export async function copyQuiet(path: string, directory: string, nowNs: () => bigint): Promise<string> {
  const copy = join(directory, basename(path));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await sleep(20 + attempt);
    const before = statParts(path);
    if (before.times.some((time) => isYoung(time, nowNs()))) continue;
    try {
      for (const part of before.parts) copyFileSync(path + part, copy + part, constants.COPYFILE_FICLONE);
    } catch (error) {
      const vanished = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (vanished && statParts(path).version !== before.version) continue;
      throw toDatabaseError(error, 'io');
    }
    if (statParts(path).version !== before.version) continue;
    if (before.parts.includes('-journal')) disarm(`${copy}-journal`, path);
    return copy;
  }
  throw new DatabaseError('busy', `${path} was written to during each of ${TRIES} attempts to copy it`);
}

/**
 * Decides for a copied journal what SQLite would ask the super-journal beside the original, so that it never does:
 * while that is there the transaction was not committed, once it is gone it was (sqlite.org/atomiccommit.html, section
 * 5.8).
 */
function disarm(journal: string, original: string): void {
  const found = readSuperJournal(journal, original);
  if (found === null) return;
  if (found.own === null) {
    const { reason, hint } = foreignJournal(found.name);
    throw new DatabaseError('refusedPath', `${original} ${reason}`, { hint });
  }
  if (lstatSync(found.own, { throwIfNoEntry: false }) === undefined) {
    rmSync(journal);
    return;
  }
  // Not cut off: what stands before the record might be another one.
  const file = openSync(journal, 'r+');
  try {
    writeSync(file, Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, fstatSync(file).size - MAGIC_BYTES);
  } finally {
    closeSync(file);
  }
}

/** A time in the future is no sign of a writer: the next write would give the file another one. */
function isYoung(timeNs: bigint, nowNs: bigint): boolean {
  const age = nowNs - timeNs;
  return age < TIME_GRAIN_NS && age > -TIME_GRAIN_NS;
}

function statParts(path: string): { parts: readonly string[]; version: string; times: readonly bigint[] } {
  const parts: string[] = [];
  const versions: string[] = [];
  const times: bigint[] = [];
  for (const part of PARTS) {
    const found = lstatSync(path + part, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) continue;
    if (!found.isFile()) throw new DatabaseError('refusedPath', `${path + part} is not a plain file`);
    parts.push(part);
    versions.push(`${part}:${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`);
    times.push(found.mtimeNs);
  }
  if (parts[0] !== '') throw new DatabaseError('gone', `${path} is gone`);
  return { parts, version: versions.join(), times };
}
