// What `lstat` says about a target and its sidecars, and whether it may be opened: one implementation for discovery
// and for the worker's look before and after opening. Nothing here opens anything: closing any descriptor on a
// database drops all locks of the process on it (https://www.sqlite.org/howtocorrupt.html). A -journal alone is read,
// which has no locks (`super-journal.ts`).

import { lstatSync } from 'node:fs';
import { DatabaseError } from '../../port.js';
import { fileVersion, type FileFacts } from './file-version.js';
import { readSuperJournal } from './super-journal.js';
import type { Target } from '../../../model/target.js';

/** What SQLite keeps beside a database (https://www.sqlite.org/tempfiles.html). */
export const SIDECARS = ['-journal', '-wal', '-shm'] as const;

/** The smallest page, and so the smallest database (https://www.sqlite.org/fileformat2.html). */
const SMALLEST_DATABASE_BYTES = 512n;

export type FileKind = 'regular file' | 'directory' | 'symbolic link' | 'FIFO' | 'socket' | 'device';

export interface FileStats extends FileFacts {
  readonly kind: FileKind;
  readonly device: bigint;
  /** How many names the file has. */
  readonly links: bigint;
}

export interface TargetFiles {
  readonly main: FileStats;
  /** In the order of SIDECARS; null for one that is not there. */
  readonly sidecars: readonly (FileStats | null)[];
  /** What is wrong with the content of the -journal; null where nothing is. */
  readonly journal: Fault | null;
}

/** Why a path must not be opened, and what to do about it. */
export interface Fault {
  readonly reason: string;
  readonly hint: string;
  /** An empty file by itself, as an application leaves it that has opened its database and written nothing yet. */
  readonly blank?: true;
}

const NONE = SIDECARS.map(() => null);

/**
 * @param mayHaveSidecars false where it is known that there is none
 * @returns null where there is nothing of this name
 * @throws the error of `lstat`, such as EACCES
 */
export function statTarget(path: string, mayHaveSidecars = true): TargetFiles | null {
  const main = statFile(path);
  if (main === null) return null;
  const sidecars = mayHaveSidecars ? SIDECARS.map((suffix) => statFile(path + suffix)) : NONE;
  const [journal = null] = sidecars;
  const hasRecord = isPlain(main) && journal !== null && isPlain(journal) && journal.sizeBytes > 0n;
  return { main, sidecars, journal: hasRecord ? journalFault(path) : null };
}

/** A journal that makes SQLite delete another file (sqlite.org/atomiccommit.html#_multi_file_commit). */
function journalFault(path: string): Fault | null {
  try {
    const found = readSuperJournal(`${path}-journal`, path);
    return found === null || found.own !== null ? null : foreignJournal(found.name);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // It has gone meanwhile, or cannot be read, by SQLite neither.
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}

export function foreignJournal(name: string): Fault {
  return {
    reason: `has a -journal of a transaction over several files, which may have been cut: it names ${JSON.stringify(name)}, which is no journal beside this database`,
    hint: 'let its application open it first, with all files of that transaction in their places; where it has never had such transactions, find out what put the -journal there, and move it away while no program has the database open',
  };
}

/**
 * A file of this name or of a sidecar of it, which would be taken for the new database's own; null where there is none.
 */
export function inTheWay(path: string): string | null {
  return ['', ...SIDECARS].map((suffix) => path + suffix).find((each) => statFile(each) !== null) ?? null;
}

/** Changes whenever the file or a sidecar was written: see `Target.version`. */
export function versionOf({ main, sidecars }: Pick<TargetFiles, 'main' | 'sidecars'>): string {
  return fileVersion([main, ...sidecars]);
}

/** The latest of their times, in milliseconds since 1970. */
export function changedAt({ main, sidecars }: Pick<TargetFiles, 'main' | 'sidecars'>): number {
  let newest = 0n;
  for (const file of [main, ...sidecars]) {
    for (const time of [file?.modifiedNs ?? 0n, file?.changedNs ?? 0n]) if (time > newest) newest = time;
  }
  return Number(newest) / 1_000_000;
}

/** As text, because numbers of devices and inodes may exceed 2^53. */
export function identityOf(device: bigint, inode: bigint): string {
  return `${device}:${inode}`;
}

/** @returns null where SQLite may open it */
export function faultOf({ main, sidecars, journal }: TargetFiles): Fault | null {
  return kindFault(main) ?? linkFault(main) ?? sidecarFault(sidecars) ?? journal ?? sizeFault(main, sidecars);
}

/**
 * Proves that the file that was planned is still there, and may still be opened.
 * @param withSidecars false once it is open: what lies beside it is SQLite's own by then
 * @throws DatabaseError `gone`, `replaced`, `refusedPath`, `permission` or `io`
 */
export function assertSameFile(target: Target, withSidecars = true): void {
  const { path: shown, copy: path = shown, identity } = target;
  assertFile(path, { shown, identity, withSidecars });
}

/** What is known of a file before it is looked at again. */
export interface Expected {
  /** The path that messages name. */
  readonly shown: string;
  /** Left out where any file may be there. */
  readonly identity?: string | undefined;
  readonly withSidecars?: boolean;
}

/**
 * Proves that there is a file that may be opened.
 * @returns its identity
 * @throws DatabaseError as `assertSameFile`
 */
export function assertFile(path: string, { shown, identity, withSidecars = true }: Expected): string {
  const now = statOrThrow(path, withSidecars);
  if (now === null) throw new DatabaseError('gone', `${shown} is gone`);
  const found = identityOf(now.main.device, now.main.inode);
  if (identity !== undefined && found !== identity)
    throw new DatabaseError('replaced', `${shown} is another file than the one that was planned`);
  const fault = faultOf(now);
  if (fault !== null)
    throw new DatabaseError('refusedPath', `${shown} ${fault.reason}`, { hint: fault.hint });
  return found;
}

function statOrThrow(path: string, withSidecars: boolean): TargetFiles | null {
  try {
    return statTarget(path, withSidecars);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const isForbidden = code === 'EACCES' || code === 'EPERM';
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseError(isForbidden ? 'permission' : 'io', said, { cause });
  }
}

function statFile(path: string): FileStats | null {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return null;
  return {
    kind: kindOf(stats),
    sizeBytes: stats.size,
    modifiedNs: stats.mtimeNs,
    changedNs: stats.ctimeNs,
    device: stats.dev,
    inode: stats.ino,
    links: stats.nlink,
  };
}

function kindOf(stats: NonNullable<ReturnType<typeof lstatSync>>): FileKind {
  if (stats.isFile()) return 'regular file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symbolic link';
  if (stats.isFIFO()) return 'FIFO';
  return stats.isSocket() ? 'socket' : 'device';
}

function kindFault({ kind }: FileStats): Fault | null {
  switch (kind) {
    case 'regular file':
      return null;
    case 'symbolic link':
      return {
        reason: 'is a symbolic link',
        hint: 'put the database itself here, or search the directory that it is in with --data-dir',
      };
    case 'directory':
    case 'FIFO':
    case 'socket':
    case 'device':
      return {
        reason: `is a ${kind}, not a regular file`,
        hint: 'move it away, or choose a --pattern that it does not match',
      };
  }
}

function linkFault({ links }: FileStats): Fault | null {
  if (links === 1n) return null;
  return {
    reason: `has ${links} names (hard links), and a journal would belong to one of them alone`,
    hint: 'find the other names with `find -samefile`, and replace all but one by copies or remove them',
  };
}

function isPlain({ kind, links }: FileStats): boolean {
  return kind === 'regular file' && links === 1n;
}

/** A journal that is a FIFO hangs every open; one that is a link makes SQLite write somewhere else. */
function sidecarFault(sidecars: TargetFiles['sidecars']): Fault | null {
  for (const [index, sidecar] of sidecars.entries()) {
    if (sidecar === null || isPlain(sidecar)) continue;
    const found =
      sidecar.kind === 'regular file' ? `has ${sidecar.links} names (hard links)` : `is a ${sidecar.kind}`;
    return {
      reason: `has a ${SIDECARS[index] ?? 'sidecar'} that ${found}: only a plain file can belong to a database`,
      hint: 'find out what put it there, and move it away while no program has the database open',
    };
  }
  return null;
}

function sizeFault({ sizeBytes }: FileStats, sidecars: TargetFiles['sidecars']): Fault | null {
  if (sizeBytes >= SMALLEST_DATABASE_BYTES) return null;
  const hasContent = sidecars.some((sidecar) => sidecar !== null && sidecar.sizeBytes > 0n);
  const reason =
    sizeBytes === 0n
      ? 'is empty (0 bytes), so it is no database'
      : `has ${sizeBytes} bytes, and the smallest database has ${SMALLEST_DATABASE_BYTES}`;
  if (hasContent) {
    const hint =
      'keep it and its -journal or -wal, which may hold its content: let its application open it once';
    return { reason, hint };
  }
  const mend = 'put the database or its backup here, or delete the file if nobody misses it';
  // Not a target that is new: what was cut to nothing looks the same, and tables in it would hide the loss.
  return sizeBytes === 0n
    ? { reason, hint: `let its application fill it, ${mend}`, blank: true }
    : { reason, hint: mend };
}
