// The copies that there are: found by the names that publish.ts gives them, in the directories of runs, without the
// ledger; a name says target, revision and content, its directory the run. What has another name was not made here, and
// is passed over.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A copy, as far as its name and its file tell. */
export interface Copy {
  readonly path: string;
  /** The run that made it; null where no run's directory has it. */
  readonly runId: string | null;
  /** When that run began, else when the file was written; ISO 8601, UTC. */
  readonly takenAt: string;
  /** When the file was written, in milliseconds since 1970. */
  readonly writtenAt: number;
  readonly sizeBytes: number;
  /** What its name says; null of a file that has another one. */
  readonly named: CopyName | null;
}

export interface CopyName {
  /** The id of the target, with what is unusual in it replaced. */
  readonly readable: string;
  /** What tells ids apart that read alike. */
  readonly idHash: string;
  /** The revision, with what is unusual in it replaced; `base` where there was none. */
  readonly revision: string;
  /** SHA-256 (hex) of the content. */
  readonly sha256: string;
}

const NAME = /^([A-Za-z0-9_-]*)\.([0-9a-f]{8})\.([A-Za-z0-9_-]*)\.([0-9a-f]{64})\.db$/;

function nameOf(path: string): CopyName | null {
  const [, readable, idHash, revision, sha256] = NAME.exec(basename(path)) ?? [];
  if (readable === undefined || idHash === undefined || revision === undefined || sha256 === undefined)
    return null;
  return { readable, idHash, revision, sha256 };
}

/** The first part of a copy's name tells its target: its id may be in the name only in part. */
export function idHashOf(targetId: string): string {
  return createHash('sha256').update(targetId).digest('hex').slice(0, 8);
}

/** A file as a copy; null where there is no plain file. @throws the error of the file system */
export function copyAt(path: string): Copy | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return null;
  const named = nameOf(path);
  const run = basename(dirname(path));
  const startedAt = startOf(run);
  return {
    path,
    runId: named === null || startedAt === null ? null : run,
    takenAt: startedAt === null || named === null ? stats.mtime.toISOString() : startedAt,
    writtenAt: stats.mtimeMs,
    sizeBytes: stats.size,
    named,
  };
}

/**
 * All copies in directories of runs, the newest first.
 * @param directories may be named twice, and need not be there
 */
export function copiesIn(directories: Iterable<string>, idHashes?: ReadonlySet<string>): readonly Copy[] {
  const found = new Map<string, Copy>();
  for (const directory of directories) {
    for (const name of namesIn(directory)) {
      const idHash = nameOf(name)?.idHash;
      if (idHash === undefined || idHashes?.has(idHash) === false) continue;
      const copy = copyAt(join(directory, name));
      if (copy !== null) found.set(copy.path, copy);
    }
  }
  return [...found.values()].sort(newestFirst);
}

/** The directories of runs in a directory for backups. */
export function runDirectoriesIn(backupDir: string): readonly string[] {
  return namesIn(backupDir)
    .filter((name) => startOf(name) !== null)
    .map((name) => join(backupDir, name));
}

export function newestFirst(a: Copy, b: Copy): number {
  return b.takenAt.localeCompare(a.takenAt) || b.writtenAt - a.writtenAt || a.path.localeCompare(b.path);
}

/** When a run began, by its id; null for what is no id of a run. */
function startOf(runId: string): string | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]+$/.exec(runId);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return [];
    throw error;
  }
}
