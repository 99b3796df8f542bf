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
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { BackupSink } from '../dialects/backup-content.js';
import { DatabaseError, type Session } from '../dialects/port.js';
import type { Directories } from '../ledger/leftovers.js';
import { assertSafe, makeDirectory, stateDirectoryError, syncDirectory } from '../ledger/state-directory.js';
import { fileFailureCode } from '../model/file-error.js';
import type { FailureCode } from '../model/outcome.js';
import { openTemporary } from '../trust/own-files.js';
import { unsafeError } from '../trust/refusal.js';
import { unsafeDirectory } from '../trust/safe-directory.js';

/** Longest part of a target's id that a file's name repeats. */
const ID_CHARACTERS_MAX = 80;

export interface Backup {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 (hex) of the file. */
  readonly sha256: string;
}

export interface BackupKey {
  /** The run's own directory; made where it is missing. */
  readonly directory: string;
  readonly targetId: string;
  /** The revision before the change; null is base. */
  readonly revision: string | null;
  /** What a group may do in the directory; default nothing. */
  readonly mode?: number | undefined;
}

/**
 * Copies the committed content of a locked session into the run's backup directory and makes it durable.
 * @throws DatabaseError `backupFailed`, or what kept the file system from it (`diskFull`, `io`, ...)
 */
export async function backUp(session: Session, key: BackupKey): Promise<Backup> {
  try {
    return await publish(session, key);
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new DatabaseError(codeOf(error), `the backup could not be made: ${said}`, { cause: error });
  }
}

/** Permission errors are about the backup's directory, not about the target. */
function codeOf(error: unknown): FailureCode {
  const code = fileFailureCode(error);
  return code === null || code === 'permission' ? 'backupFailed' : code;
}

async function publish(session: Session, key: BackupKey): Promise<Backup> {
  makeDurableDirectory(key.directory, key.mode);
  const revision = (key.revision ?? 'base').replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40);
  const stem = `${stemOfId(key.targetId)}.${revision}`;
  const content = new Content(join(key.directory, stem), key.mode);
  try {
    const sizeBytes = await session.backUp(content);
    const sha256 = content.finish(sizeBytes);
    content.close();
    const path = join(key.directory, `${stem}.${sha256}.db`);
    renameSync(content.path, path);
    syncDirectory(key.directory);
    return { path, sizeBytes, sha256 };
  } catch (error) {
    content.close();
    removeQuietly(content.path);
    throw error;
  }
}

/**
 * A directory that takes no backup is a fault of the run, not of each target. It is known to be safe.
 * @param mode what a group may do in it
 * @throws FleetError `stateDirectory`
 */
export function assertRoomForBackups(directory: string, mode?: number): void {
  const what = `The backup directory ${directory}`;
  try {
    makeDirectory(resolve(directory), mode);
    accessSync(directory, constants.W_OK);
  } catch (error) {
    throw stateDirectoryError(directory, error, '--backup-dir', what);
  }
}

/** Backups are neither made nor read where others could exchange them. @throws FleetError `stateDirectory` */
export function assertSafeBackups({ stateDir, backupDir }: Directories): void {
  if (backupDir === join(stateDir, 'backups')) assertSafe(stateDir);
  const unsafe = unsafeDirectory(backupDir, 'own');
  if (unsafe !== null) throw unsafeError(unsafe, `The backup directory ${backupDir}`, '--backup-dir');
}

/** An unfinished file must take no space and not block the next attempt. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The error that kept it from being finished is reported; this one adds nothing.
  }
}

/** Directories whose own names are durable. */
const durable = new Set<string>();

/**
 * Makes a directory, and makes its name and those of all directories above it durable: a backup would be lost with its
 * directory in a power cut. Another process may just have made some of them, so all are synced, once in each process.
 */
function makeDurableDirectory(directory: string, mode?: number): void {
  const path = resolve(directory);
  if (durable.has(path) && existsSync(path)) return;
  const unsafe = unsafeDirectory(path, 'own');
  if (unsafe !== null) throw new Error(`it is not safe there: ${unsafe.words}`);
  makeDirectory(path, mode);
  for (let at = dirname(path); ; at = dirname(at)) {
    if (!syncIfReadable(at) || at === dirname(at)) break;
  }
  durable.add(path);
}

/** This program made no directory that it may not read, nor any directory above that one. */
function syncIfReadable(directory: string): boolean {
  try {
    syncDirectory(directory);
    return true;
  } catch (error) {
    if (fileFailureCode(error) === 'permission') return false;
    throw error;
  }
}

/** The file of a backup while it is made: written through, synced, and read back before it counts. */
class Content implements BackupSink {
  readonly path: string;
  /** What was written, to be compared with what is read back; null where the database wrote the file itself. */
  #chunks: Uint8Array[] | null = [];
  #file: number | null = null;

  constructor(stem: string, mode?: number) {
    const { path, file } = openTemporary(stem, mode);
    this.path = path;
    this.#file = file;
  }

  write(content: Uint8Array): void {
    const file = this.#file;
    if (file === null) throw new DatabaseError('backupFailed', `${this.path} is closed`);
    for (let offset = 0; offset < content.byteLength;) offset += writeSync(file, content, offset);
    this.#chunks?.push(content);
  }

  async fill(copy: (path: string) => Promise<void>): Promise<void> {
    await copy(this.path);
    this.#chunks = null;
  }

  /**
   * Makes it durable, and proves that it reads back as it was written.
   * @returns SHA-256 (hex) of the content
   */
  finish(sizeBytes: number): string {
    const file = this.#file;
    if (file === null) throw new DatabaseError('backupFailed', `${this.path} is closed`);
    fsyncSync(file);
    const found = fstatSync(file).size;
    if (found !== sizeBytes)
      throw new DatabaseError('backupFailed', `${this.path} has ${found} bytes of ${sizeBytes}`);
    const hash = createHash('sha256');
    if (this.#chunks === null) for (const { chunk } of readChunks(file, 0, sizeBytes)) hash.update(chunk);
    let start = 0;
    for (const written of this.#chunks ?? []) {
      for (const { chunk, offset } of readChunks(file, start, written.byteLength)) {
        if (chunk.equals(written.subarray(offset, offset + chunk.byteLength))) continue;
        throw new DatabaseError('backupFailed', `${this.path} does not read back as it was written`);
      }
      hash.update(written);
      start += written.byteLength;
    }
    return hash.digest('hex');
  }

  /** Harmless where it was closed before. */
  close(): void {
    const file = this.#file;
    this.#file = null;
    if (file !== null) closeSync(file);
  }
}

/** What every backup of this process is read back into. */
const room = Buffer.alloc(256 * 1024);

/**
 * Reads a part of a file. Each chunk is good until the next one.
 * @returns chunks by their offset in that part
 */
function* readChunks(
  file: number,
  start: number,
  sizeBytes: number,
): Iterable<{ chunk: Buffer; offset: number }> {
  for (let offset = 0; offset < sizeBytes;) {
    const length = Math.min(room.byteLength, sizeBytes - offset);
    const count = readSync(file, room, 0, length, start + offset);
    if (count === 0)
      throw new DatabaseError('backupFailed', `the backup ends after ${offset} of ${sizeBytes} bytes`);
    yield { chunk: room.subarray(0, count), offset };
    offset += count;
  }
}

/**
 * The finished backup of a target in a run's directory, found by its name alone; null where there is none. Of several the
 * newest: a run that was gone on with has tried again.
 */
export function findBackup(directory: string, targetId: string): string | null {
  const found = filesOf(directory, targetId).filter((path) => path.endsWith('.db'));
  if (found.length < 2) return found[0] ?? null;
  const aged = found.map((path) => ({ path, at: statSync(path).mtimeMs }));
  return aged.reduce((newest, one) => (one.at > newest.at ? one : newest)).path;
}

/** Removes a copy of what is there itself. @returns whether it is gone */
export function removeBackup(path: string): boolean {
  removeQuietly(path);
  return !existsSync(path);
}

/** Removes the unfinished backup of a target that a dead process left. */
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
export function stemOfId(targetId: string): string {
  const readable = targetId.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(-ID_CHARACTERS_MAX);
  return `${readable}.${createHash('sha256').update(targetId).digest('hex').slice(0, 8)}`;
}
