// Makes a backup durable before the first write: a complete file appears under its name or none does, and its name
// says run, target, revision and content, so that it is found again without the ledger.

import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseError, type Session } from '../dialects/port.js';
import { makeDirectory, stateDirectoryError, syncDirectory } from '../ledger/state-directory.js';
import { FleetError } from '../model/errors.js';
import { fileFailureCode } from '../model/file-error.js';
import type { FailureCode } from '../model/outcome.js';

/** Above this many bytes the content is not held in memory. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;
/** Longest part of a target's id that a file's name repeats. */
const ID_CHARACTERS_MAX = 80;

export interface Backup {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 (hex) of the file. */
  readonly sha256: string;
}

export interface BackupPlace {
  /** The run's own directory; made where it is missing. */
  readonly directory: string;
  readonly targetId: string;
  /** The revision before the change; null is base. */
  readonly revision: string | null;
}

/**
 * Copies the committed content of a locked session into the run's backup directory and makes it durable.
 * @throws DatabaseError `backupFailed`, or what kept the file system from it (`diskFull`, `io`, ...)
 */
export async function backUp(session: Session, place: BackupPlace): Promise<Backup> {
  try {
    return await publish(session, place);
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new DatabaseError(codeOf(error), `the backup could not be made: ${said}`, { cause: error });
  }
}

/** A right that is missing is one on the backup's directory, not on the target. */
function codeOf(error: unknown): FailureCode {
  const code = fileFailureCode(error);
  return code === null || code === 'permission' ? 'backupFailed' : code;
}

async function publish(session: Session, place: BackupPlace): Promise<Backup> {
  makeDurableDirectory(place.directory);
  const revision = (place.revision ?? 'base').replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40);
  const stem = `${stemOfId(place.targetId)}.${revision}`;
  const temporary = join(place.directory, `${stem}.tmp`);
  const sizeBytes = await session.sizeBytes();
  try {
    const sha256 =
      sizeBytes > MEMORY_BYTES_MAX
        ? await writeLarge(session, temporary, sizeBytes)
        : writeSmall(await session.serialize(), temporary, sizeBytes);
    const path = join(place.directory, `${stem}.${sha256}.db`);
    renameSync(temporary, path);
    syncDirectory(place.directory);
    return { path, sizeBytes, sha256 };
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** A place that takes no backup is a fault of the run, not of each target. @throws FleetError `stateDirectory` */
export function assertRoomForBackups(directory: string): void {
  try {
    makeDirectory(resolve(directory));
    accessSync(directory, constants.W_OK);
  } catch (error) {
    const explained = stateDirectoryError(directory, error);
    if (!(explained instanceof FleetError)) throw explained;
    throw new FleetError('stateDirectory', `the backup directory ${explained.message}`, {
      hint: explained.hint.replace('--state-dir', '--backup-dir'),
      cause: error,
    });
  }
}

/** What could not be finished takes no space, and is not in the way of the next attempt. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Why it could not be finished is told.
  }
}

/** Directories whose own names are durable. */
const durable = new Set<string>();

/**
 * Makes a directory, and the names of all that lead to it durable: a backup in a directory that is gone after a power
 * cut is none. Another process may have made them a moment ago, so all are synced, once in the life of this process.
 */
function makeDurableDirectory(directory: string): void {
  const path = resolve(directory);
  if (durable.has(path) && existsSync(path)) return;
  makeDirectory(path);
  for (let at = dirname(path); ; at = dirname(at)) {
    if (!syncIfReadable(at) || at === dirname(at)) break;
  }
  durable.add(path);
}

/** A directory that this user may not read has not been made by this program, nor has any above it. */
function syncIfReadable(directory: string): boolean {
  try {
    syncDirectory(directory);
    return true;
  } catch (error) {
    if (fileFailureCode(error) === 'permission') return false;
    throw error;
  }
}

function writeSmall(content: Uint8Array, path: string, sizeBytes: number): string {
  if (content.byteLength !== sizeBytes) {
    throw new DatabaseError(
      'backupFailed',
      `${content.byteLength} bytes were read of a database of ${sizeBytes}`,
    );
  }
  const file = openSync(path, 'wx+', 0o600);
  try {
    for (let offset = 0; offset < content.byteLength;) offset += writeSync(file, content, offset);
    fsyncSync(file);
    for (const { chunk, offset } of readChunks(file, sizeBytes)) {
      if (chunk.equals(content.subarray(offset, offset + chunk.byteLength))) continue;
      throw new DatabaseError('backupFailed', `${path} does not read back as it was written`);
    }
  } finally {
    closeSync(file);
  }
  return createHash('sha256').update(content).digest('hex');
}

async function writeLarge(session: Session, path: string, sizeBytes: number): Promise<string> {
  await session.copyTo(path);
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
    const found = fstatSync(file).size;
    if (found !== sizeBytes)
      throw new DatabaseError('backupFailed', `${path} has ${found} bytes of ${sizeBytes}`);
    const hash = createHash('sha256');
    for (const { chunk } of readChunks(file, sizeBytes)) hash.update(chunk);
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}

/** What every backup of this process is read back into. */
const room = Buffer.alloc(256 * 1024);

/** Each chunk is good until the next one. */
function* readChunks(file: number, sizeBytes: number): Iterable<{ chunk: Buffer; offset: number }> {
  for (let offset = 0; offset < sizeBytes;) {
    const count = readSync(file, room, 0, room.byteLength, offset);
    if (count === 0)
      throw new DatabaseError('backupFailed', `the backup ends after ${offset} of ${sizeBytes} bytes`);
    yield { chunk: room.subarray(0, count), offset };
    offset += count;
  }
}

/** The finished backup of a target in a run's directory, found by its name alone; null where there is none. */
export function findBackup(directory: string, targetId: string): string | null {
  return filesOf(directory, targetId).find((path) => path.endsWith('.db')) ?? null;
}

/** Removes what a process that is dead has begun to write as the backup of a target. */
export function removeUnfinished(directory: string, targetId: string): void {
  for (const path of filesOf(directory, targetId)) if (path.endsWith('.tmp')) removeQuietly(path);
}

function filesOf(directory: string, targetId: string): readonly string[] {
  if (!existsSync(directory)) return [];
  const start = `${stemOfId(targetId)}.`;
  return readdirSync(directory)
    .filter((name) => name.startsWith(start))
    .map((name) => join(directory, name));
}

/** The id with anything unusual replaced, told apart by a hash of the whole: `eu_project_7.1a2b3c4d`. */
function stemOfId(targetId: string): string {
  const readable = targetId.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(-ID_CHARACTERS_MAX);
  return `${readable}.${createHash('sha256').update(targetId).digest('hex').slice(0, 8)}`;
}
