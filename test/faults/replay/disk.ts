// A disk as a power cut leaves it. Operations go in, in order; an image comes out: what was synced is there, and of the
// rest nothing, all, or a random part, torn at sectors of 512 bytes. Names of files are content of their directory, and
// follow one of two models: `strict` (POSIX: only fsync of the directory makes a name durable, and names are
// independent of each other) and `ordered` (a journaling file system: names become durable in order, and with any
// fsync).

import { dirname } from 'node:path';
import type { LogRecord } from '../harness/shim.js';
import type { Random } from '../harness/random.js';

export type DirectoryModel = 'strict' | 'ordered';
/** What survives of that which was not synced. */
export type Survival = 'nothing' | 'all' | 'part';

/** Files by path. */
export type Image = ReadonlyMap<string, Buffer>;

export interface Disk {
  apply(record: LogRecord): void;
  crash(model: DirectoryModel, survival: Survival, random: Random): Image;
}

const SECTOR = 512;

type Change =
  | { readonly kind: 'write'; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly size: number };

interface Inode {
  /** Content at the last sync. */
  durable: Buffer;
  pending: Change[];
  readonly isFile: boolean;
}

/** One or two names that change at once: a name of null content is gone. */
interface NameChange {
  readonly directory: string;
  readonly names: readonly (readonly [path: string, inode: Inode | null])[];
}

/** The names that are durable under one model, and the changes of names that are not yet. */
interface Names {
  readonly durable: Map<string, Inode>;
  pending: NameChange[];
}

/**
 * @param root the directory that all paths are below; it is there
 * @param files what is there and durable before the first operation; paths of directories end with `/`
 */
export function createDisk(root: string, files: Image): Disk {
  const byNumber = new Map<bigint, Inode>();
  const live = new Map<string, Inode>();
  for (const [path, content] of files) {
    live.set(path, { durable: content, pending: [], isFile: !path.endsWith('/') });
  }
  const strict: Names = { durable: new Map(live), pending: [] };
  const ordered: Names = { durable: new Map(live), pending: [] };

  function inodeOf({ inode, path }: LogRecord): Inode {
    const known = byNumber.get(inode) ?? live.get(path);
    if (known === undefined) throw new Error(`the log writes to ${path}, which was never made`);
    byNumber.set(inode, known);
    return known;
  }
  function change(directory: string, ...names: NameChange['names']): void {
    strict.pending.push({ directory, names });
    ordered.pending.push({ directory, names });
    setNames(live, names);
  }

  return {
    apply(record) {
      const { kind, path, offset, data } = record;
      switch (kind) {
        case 'create': {
          const inode: Inode = { durable: Buffer.alloc(0), pending: [], isFile: true };
          byNumber.set(record.inode, inode);
          change(dirname(path), [path, inode]);
          return;
        }
        case 'mkdir':
          change(dirname(path), [`${path}/`, { durable: Buffer.alloc(0), pending: [], isFile: false }]);
          return;
        case 'rmdir':
          change(dirname(path), [`${path}/`, null]);
          return;
        case 'write':
          inodeOf(record).pending.push({ kind: 'write', offset, data });
          return;
        case 'truncate':
          inodeOf(record).pending.push({ kind: 'truncate', size: offset });
          return;
        case 'sync': {
          const inode = inodeOf(record);
          inode.durable = replay(inode.durable, inode.pending, () => true);
          inode.pending = [];
          settle(ordered, () => true);
          return;
        }
        case 'syncDirectory':
          settle(strict, ({ directory }) => directory === path);
          settle(ordered, () => true);
          return;
        case 'rename': {
          const inode = live.get(path);
          if (inode === undefined) throw new Error(`the log renames ${path}, which was never made`);
          change(dirname(path), [path, null], [data.toString(), inode]);
          return;
        }
        case 'unlink':
          change(dirname(path), [path, null]);
          return;
        case 'output':
        case 'open':
        case 'locks':
          return;
      }
    },
    crash(model, survival, random) {
      const { durable, pending } = model === 'strict' ? strict : ordered;
      const names = new Map(durable);
      for (const kept of survivors(pending, model, survival, random)) setNames(names, kept.names);
      // Caches of disks lose little or much.
      const share = random.pick([0.1, 0.5, 0.9]);
      const image = new Map<string, Buffer>();
      for (const [path, inode] of names) {
        if (!isReachable(root, path, names)) continue;
        const keep = () => survival === 'all' || (survival === 'part' && random.chance(share));
        image.set(path, replay(inode.durable, inode.pending, keep));
      }
      return image;
    },
  };
}

function settle(names: Names, isDurable: (change: NameChange) => boolean): void {
  for (const change of names.pending.filter(isDurable)) setNames(names.durable, change.names);
  names.pending = names.pending.filter((change) => !isDurable(change));
}

function setNames(map: Map<string, Inode>, names: NameChange['names']): void {
  for (const [path, inode] of names) {
    if (inode === null) map.delete(path);
    else map.set(path, inode);
  }
}

function survivors(
  changes: readonly NameChange[],
  model: DirectoryModel,
  survival: Survival,
  random: Random,
): readonly NameChange[] {
  switch (survival) {
    case 'nothing':
      return [];
    case 'all':
      return changes;
    case 'part':
      if (model === 'ordered') return changes.slice(0, random.below(changes.length + 1));
      return changes.filter(() => random.chance(0.5));
  }
}

/** A file whose directory is gone is gone. */
function isReachable(root: string, path: string, names: ReadonlyMap<string, Inode>): boolean {
  const own = path.endsWith('/') ? path.slice(0, -1) : path;
  for (let at = dirname(own); at !== root; at = dirname(at)) {
    if (!names.has(`${at}/`)) return false;
  }
  return true;
}

/** Makes those changes that are kept; of a write, sector by sector. */
function replay(content: Buffer, changes: readonly Change[], keep: () => boolean): Buffer {
  let now: Buffer = Buffer.from(content);
  for (const change of changes) {
    if (change.kind === 'truncate') {
      if (keep()) now = resize(now, change.size);
      continue;
    }
    const { offset, data } = change;
    for (let at = 0; at < data.length;) {
      const end = Math.min(data.length, at + SECTOR - ((offset + at) % SECTOR));
      if (keep()) {
        if (offset + end > now.length) now = resize(now, offset + end);
        data.copy(now, offset + at, at, end);
      }
      at = end;
    }
  }
  return now;
}

function resize(content: Buffer, size: number): Buffer {
  if (size <= content.length) return content.subarray(0, size);
  const larger = Buffer.alloc(size);
  content.copy(larger);
  return larger;
}
