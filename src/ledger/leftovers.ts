// What runs left behind under the state directory: backups and reports that were not finished, private copies, and
// directories for backups of which none stayed.
// Removed by the next run while it holds the run lock, when no run can still be at work on them; and by the run itself
// at its end, because a worker of it may have been killed.

import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeOwn } from '../trust/own-files.js';

export interface Leftovers {
  readonly removed: readonly string[];
  /** What could not be removed, and why; it does no harm. */
  readonly problems: readonly string[];
}

export interface Directories {
  readonly stateDir: string;
  /** Where backups go: a directory for each run. */
  readonly backupDir: string;
}

/**
 * Finished backups stay: a temporary file was never one.
 * @param runs runs that died: they have no end, and no process works on them
 */
export function removeLeftovers(
  directories: Directories,
  runs: readonly { readonly runId: string }[],
): Leftovers {
  const removed: string[] = [];
  const problems: string[] = [];
  const remove = (list: () => readonly string[]) => {
    try {
      for (const path of list()) {
        removeOwn(path);
        removed.push(path);
      }
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  };
  for (const { runId } of runs) {
    // The id comes from a file and becomes part of a path that is removed, so it is checked first.
    if (/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(runId)) remove(() => leftoversOf(directories, runId));
    else problems.push(`${JSON.stringify(runId)} is no run id`);
  }
  remove(() => unfinishedIn(join(directories.stateDir, 'reports')));
  return { removed, problems };
}

/** Removes the directory for a run's backups where none stayed; to be called when no worker can write to it any more. */
export function removeIfNoBackups({ backupDir }: Directories, runId: string): void {
  try {
    rmdirSync(join(backupDir, runId));
  } catch {
    // It has copies, or was never made.
  }
}

/**
 * The runs that have a directory in the state directory's own place for backups, those too that no ledger knows any more.
 * To be called only while no other run is going on. Elsewhere other fleets may have theirs.
 */
export function runsWithBackups({ stateDir, backupDir }: Directories): readonly { readonly runId: string }[] {
  const isOwn = backupDir === join(stateDir, 'backups');
  return isOwn ? entriesOf(backupDir).map(({ name }) => ({ runId: name })) : [];
}

/**
 * Every unfinished file and private copy, of any run. To be called only while no run is going on: that run would still
 * use them.
 * @param backupDir where backups go
 * @throws the error of the file system
 */
export function findLeftovers(stateDir: string, backupDir: string): readonly string[] {
  const runs = entriesOf(backupDir).filter((entry) => entry.isDirectory());
  const scratch = join(stateDir, 'scratch');
  return [
    ...runs.flatMap(({ name }) => unfinishedIn(join(backupDir, name))),
    ...unfinishedIn(join(stateDir, 'reports')),
    ...entriesOf(scratch).map(({ name }) => join(scratch, name)),
  ];
}

function leftoversOf({ stateDir, backupDir }: Directories, runId: string): readonly string[] {
  const unfinished = unfinishedIn(join(backupDir, runId));
  const scratch = join(stateDir, 'scratch');
  const copies = entriesOf(scratch).filter((entry) => entry.isDirectory() && entry.name === runId);
  return [...unfinished, ...copies.map(({ name }) => join(scratch, name))];
}

function unfinishedIn(directory: string): readonly string[] {
  return entriesOf(directory)
    .filter((entry) => entry.isFile() && entry.name.endsWith('.tmp'))
    .map(({ name }) => join(directory, name));
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
