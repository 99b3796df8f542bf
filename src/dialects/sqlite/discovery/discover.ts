// Finds the targets of a fleet and refuses what must not be opened, each refusal with its reason, by `lstat` alone.
// Every path that matches the pattern ends as a target or as a refusal; only what vanishes meanwhile is left out.

import { basename, dirname, join, resolve } from 'node:path';
import type { Discovery } from '../../../model/discovery.js';
import type { Refusal, Target } from '../../../model/target.js';
import {
  changedAt,
  faultOf,
  identityOf,
  statTarget,
  versionOf,
  type Fault,
  type TargetFiles,
} from './target-files.js';
import { list, listIds } from './list.js';
import { databaseOf, idOf, isBackup, nameFault } from './names.js';
import { compareNaturally } from '../../../discovery/natural-order.js';
import { closedDirectory, dataDirError, openDataDir, realStateDirectory } from './directories.js';
import { assertSafe, directoryFaults } from './safe.js';
import { presentIn } from './present.js';

export interface DiscoverOptions {
  readonly dataDir: string;
  /** Glob under the data directory. */
  readonly pattern: string;
  /** Never searched, wherever it lies. */
  readonly stateDir: string;
  /** Directories that are taken on though others may write there. */
  readonly trust?: readonly string[];
}

/** A path whose name is sound, and what is there. */
export interface Candidate {
  readonly id: string;
  readonly path: string;
  readonly files: TargetFiles;
}

/**
 * Finds all of a fleet, both in natural order of the ids.
 * Names that start with a dot are not matched by wildcards, and symbolic links are not followed.
 * @param ids those that alone are wanted: they are found without a search where each is plainly there
 * @throws FleetError `dataDirectory` where it cannot be searched at all, or others may write there; `stateDirectory`
 *   where it is the same one, or in one that others may write; `usage` where the pattern cannot be read
 */
export async function discover(
  { dataDir, pattern, stateDir, trust = [] }: DiscoverOptions,
  ids?: readonly string[],
): Promise<Discovery> {
  const root = openDataDir(dataDir);
  assertSafe(dataDir, stateDir, trust);
  const closed = closedDirectory(root, stateDir);
  const state = realStateDirectory(stateDir);
  const known = ids === undefined ? null : listIds(root, pattern, closed, ids);
  const listing = known ?? (await list(root, pattern, { closed, state }));
  const unsearchable = listing.faults.get('');
  if (unsearchable !== undefined) throw dataDirError(dataDir, unsearchable.reason, unsearchable.hint);

  const refused: Refusal[] = [...listing.faults].map(([path, fault]) => ({
    id: idOf(path),
    path: join(dataDir, path),
    ...fault,
  }));
  const matched = new Set(listing.paths);
  const ways = directoriesOf(listing.paths);
  const absolute = resolve(dataDir);
  const longest = Buffer.byteLength(absolute) > Buffer.byteLength(root) ? absolute : root;
  const faultAbove = directoryFaults(trust);
  const candidates: Candidate[] = [];
  for (const relativePath of listing.paths) {
    const database = databaseOf(relativePath);
    // A sidecar is looked at with its database.
    if (isBackup(relativePath) || (database !== null && matched.has(database))) continue;
    if (listing.faults.has(relativePath)) continue;
    const entry = { id: idOf(relativePath), path: join(dataDir, relativePath) };
    const seen =
      nameFault(relativePath, entry.path, longest) ??
      faultAbove(entry.path) ??
      statOrFault(entry.path, listing.mayHaveSidecars(relativePath));
    if (seen === null) continue;
    if ('reason' in seen) refused.push({ ...entry, ...seen });
    else if (seen.main.kind !== 'directory' || !ways.has(relativePath))
      candidates.push({ ...entry, files: seen });
  }
  const judged = judge(candidates);
  const all = {
    targets: judged.targets.sort(byId),
    refused: [...refused, ...judged.refused].sort(byId),
  };
  const isEmpty = all.targets.length + all.refused.length === 0;
  const present = isEmpty ? presentIn(root, closed) : null;
  return present === null ? all : { ...all, present };
}

/**
 * One file, wherever it lies, as if it were a target: its id is its path without `.db`.
 * @returns null where there is nothing of this name
 */
export function discoverFile(path: string, trust: readonly string[] = []): Target | Refusal | null {
  const id = idOf(path);
  const seen =
    nameFault(basename(path), path, dirname(resolve(path))) ??
    directoryFaults(trust)(path) ??
    statOrFault(path, true);
  if (seen === null) return null;
  const fault = 'reason' in seen ? seen : faultOf(seen);
  if (fault !== null) return { id, path, ...fault };
  return 'reason' in seen ? null : targetOf(id, path, seen);
}

/**
 * Sorts what was found into targets and refusals: first each path by itself, then those that conflict with each other.
 */
export function judge(candidates: readonly Candidate[]): { targets: Target[]; refused: Refusal[] } {
  const plain = candidates.filter((candidate) => candidate.files.main.kind !== 'directory');
  const sameId = partners(plain, ({ id }) => id);
  const sameFile = partners(plain, (file) => `${file.files.main.device}:${file.files.main.inode}`);
  const targets: Target[] = [];
  const refused: Refusal[] = [];
  for (const candidate of candidates) {
    const { id, path, files: found } = candidate;
    const fault =
      faultOf(found) ??
      partnerFault(sameFile.get(candidate), 'is the same file as', 'search each file by one path only') ??
      partnerFault(sameId.get(candidate), 'has the same id as', 'rename one of the two files');
    if (fault !== null) refused.push({ id, path, ...fault });
    else targets.push(targetOf(id, path, found));
  }
  return { targets, refused };
}

function targetOf(id: string, path: string, found: TargetFiles): Target {
  const { sizeBytes, device, inode } = found.main;
  return {
    id,
    path,
    sizeBytes: Number(sizeBytes),
    identity: identityOf(device, inode),
    version: versionOf(found),
    changedAt: changedAt(found),
    isAtRest: found.sidecars.every((sidecar) => sidecar === null),
  };
}

function partnerFault(partner: Candidate | undefined, relation: string, hint: string): Fault | null {
  return partner === undefined ? null : { reason: `${relation} ${JSON.stringify(partner.path)}`, hint };
}

/** For each candidate that shares its key with others, one of those. */
function partners(
  candidates: readonly Candidate[],
  keyOf: (candidate: Candidate) => string,
): ReadonlyMap<Candidate, Candidate> {
  const first = new Map<string, Candidate>();
  const pairs = new Map<Candidate, Candidate>();
  for (const candidate of candidates) {
    const key = keyOf(candidate);
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, candidate);
      continue;
    }
    pairs.set(candidate, other);
    if (!pairs.has(other)) pairs.set(other, candidate);
  }
  return pairs;
}

/** The directories through which matches are reached: with `--pattern '**'` they match, and are no databases. */
function directoriesOf(paths: readonly string[]): ReadonlySet<string> {
  const directories = new Set<string>();
  for (const path of paths)
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const directory = path.slice(0, at);
      if (directories.has(directory)) break;
      directories.add(directory);
    }
  return directories;
}

function statOrFault(path: string, mayHaveSidecars: boolean): TargetFiles | Fault | null {
  try {
    return statTarget(path, mayHaveSidecars);
  } catch (error) {
    return {
      reason: `cannot be looked at: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'give this user the right to enter its directory, or mend what the message names',
    };
  }
}

function byId(a: { id: string; path: string }, b: { id: string; path: string }): number {
  return compareNaturally(a.id, b.id) || compareNaturally(a.path, b.path);
}
