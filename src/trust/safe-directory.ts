// May somebody else exchange what lies in a directory? Everything that is made, opened or removed in one of our own
// rests on the answer. A directory is safe where it belongs to this user or root and nobody else may write it but a
// group of this process (private groups, umask 002 and the groups of volumes are everyday), and where every directory
// above it is so as well: there the world may write too where the sticky bit keeps names of ours in place. Access lists
// beyond the mode are not seen.

import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { Fault } from './fault.js';
import { thisUser, type User } from './user.js';

/** What is not safe, and how to put it right. */
export interface Unsafe extends Fault {
  /** Somebody else owns it; a foreign group, or the world, may write it; it is a link that is not to be followed. */
  readonly kind: 'owner' | 'group' | 'world' | 'link';
  readonly ownerUid: number;
  /** Permission bits, the sticky one included: 0o1777. */
  readonly mode: number;
}

/**
 * What a directory is for. `own`: it is written and cleared by us, so it is no link either, and open to the world not
 * even where it is sticky. `data`: the same, but may be reached by a link. `code`: what lies there is executed; only
 * whose it is counts, as for git's safe.directory, and it may be a file.
 */
export type DirectoryUse = 'own' | 'data' | 'code';

/** As many links in one path as Linux follows. */
const LINKS_MAX = 40;

/**
 * Looks at a directory and every one above it, from the root down, following links of this user or root.
 * @param path what is not there, and what would be below it, is not at fault
 * @returns null where all are safe, and where the system does not know users; else the first that is not
 * @throws the error of the file system where one cannot be looked at
 */
export function unsafeDirectory(
  path: string,
  use: DirectoryUse,
  user: User | null = thisUser(),
): Unsafe | null {
  return user === null ? null : walk(path, use, user, look);
}

/** The same for many: what was looked at once is not looked at again, so it is to be made anew for each look at a fleet. */
export function unsafeDirectories(
  user: User | null = thisUser(),
): (path: string, use: DirectoryUse) => Unsafe | null {
  const seen = new Map<string, Stats | undefined>();
  const remembering = (path: string): Stats | undefined => {
    if (!seen.has(path)) seen.set(path, look(path));
    return seen.get(path);
  };
  return (path, use) => (user === null ? null : walk(path, use, user, remembering));
}

/** What may not be looked at may not be used either, and says so itself. */
function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const isClosed =
      error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'ENOTDIR');
    if (isClosed) return undefined;
    throw error;
  }
}

function walk(
  path: string,
  use: DirectoryUse,
  user: User,
  lookAt: (path: string) => Stats | undefined,
): Unsafe | null {
  // Not normalized: behind a link, `..` is above what the link names.
  const names = namesIn(path.startsWith(sep) ? path : `${resolve()}${sep}${path}`);
  let at: string = sep;
  for (let links = 0; ;) {
    const found = lookAt(at);
    if (found === undefined) return null;
    const isLast = names.length === 0;
    if (found.isSymbolicLink()) {
      const isFollowed = use === 'code' || (isTrusted(found.uid, user) && !(isLast && use === 'own'));
      if (!isFollowed || ++links > LINKS_MAX) return unsafeLink(at, found, user);
      names.unshift(...namesIn(readlinkSync(at)));
      at = readlinkSync(at).startsWith(sep) ? sep : dirname(at);
      continue;
    }
    const fault = isLast ? faultOf(found, user, use) : use === 'code' ? null : faultOf(found, user, 'above');
    if (fault !== null) return unsafe(at, found, fault, user);
    const name = names.shift();
    if (name === undefined) return null;
    at = join(at, name);
  }
}

function namesIn(path: string): string[] {
  return path.split(sep).filter((name) => name !== '' && name !== '.');
}

/** Whether it may be this user's. */
export function isTrusted(uid: number, user: User): boolean {
  return uid === user.uid || uid === 0;
}

/** What is wrong with a directory of our own by itself. */
export function directoryFault(path: string, found: Stats): Unsafe | null {
  const user = thisUser();
  const fault = user === null ? null : faultOf(found, user, 'own');
  return user === null || fault === null ? null : unsafe(path, found, fault, user);
}

function faultOf(
  { uid, gid, mode }: Stats,
  user: User,
  use: DirectoryUse | 'above',
): 'owner' | 'group' | 'world' | null {
  if (!isTrusted(uid, user)) return 'owner';
  if (use === 'code' || (use === 'above' && (mode & 0o1000) !== 0)) return null;
  if ((mode & 0o002) !== 0) return 'world';
  return (mode & 0o020) !== 0 && !user.gids.includes(gid) ? 'group' : null;
}

function unsafe(path: string, found: Stats, kind: 'owner' | 'group' | 'world', user: User): Unsafe {
  const { uid, gid } = found;
  const mode = found.mode & 0o7777;
  const shown = `mode ${octal(mode)}`;
  const isForeign = (mode & 0o020) !== 0 && !user.gids.includes(gid);
  const others = `${isForeign ? 'g' : ''}${(mode & 0o002) !== 0 ? 'o' : ''}`;
  const said = {
    owner: `belongs to another user (uid ${uid}, ${shown})`,
    group: `may be written by a group that this user is not in (gid ${gid}, ${shown})`,
    world: `may be written by everybody (${shown})`,
  };
  return {
    path,
    kind,
    ownerUid: uid,
    mode,
    words: `${path} ${said[kind]}`,
    commands: [
      kind === 'owner'
        ? { program: 'chown', args: [String(user.uid), path] }
        : { program: 'chmod', args: [`${others}-w`, path] },
    ],
  };
}

function unsafeLink(path: string, { uid, mode }: Stats, user: User): Unsafe {
  const whose = isTrusted(uid, user) ? '' : ` of another user (uid ${uid})`;
  return {
    path,
    kind: 'link',
    ownerUid: uid,
    mode: mode & 0o7777,
    words: `${path} is a link${whose} to ${readlinkSync(path)}`,
    commands: [],
  };
}

/** `0750`, as chmod takes it. */
function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
