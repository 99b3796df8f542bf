// Making, opening and removing what is ours. Invariant: nothing here follows a link in the last place of a path, takes a
// file that somebody else made, or removes anything in a directory that others may write.

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Fault } from './fault.js';
import { directoryFault, isTrusted, unsafeDirectory, type Unsafe } from './safe-directory.js';
import { thisUser } from './user.js';

/** For this user alone. */
export const PRIVATE = 0o700;

/**
 * Looks at a directory of ours and at one inside it, with all between: none may be a link, as `own` says.
 * @param names of the directories on the way, outermost first
 */
export function unsafeInside(directory: string, ...names: readonly string[]): Unsafe | null {
  const paths = names.map((_, at) => join(directory, ...names.slice(0, at + 1)));
  for (const path of [directory, ...paths]) {
    const unsafe = unsafeDirectory(path, 'own');
    if (unsafe !== null) return unsafe;
  }
  return null;
}

/**
 * Looks at a file of ours before it is opened by its name; one that is not there is not at fault.
 * @throws the error of the file system where it cannot be looked at
 */
export function fileFault(path: string): Fault | null {
  const user = thisUser();
  const found = user === null ? undefined : lstatSync(path, { throwIfNoEntry: false });
  if (user === null || found === undefined) return null;
  const { uid, gid, mode, nlink } = found;
  const isWritable = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !user.gids.includes(gid));
  const said = found.isSymbolicLink()
    ? 'is a link'
    : !found.isFile()
      ? 'is no plain file'
      : !isTrusted(uid, user)
        ? 'belongs to another user'
        : nlink > 1
          ? 'has a second name elsewhere'
          : isWritable
            ? 'may be written by others'
            : null;
  if (said === null) return null;
  const whose = `uid ${uid}, mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
  const away = { program: 'mv', args: [path, `${path}.foreign`] };
  return { path, words: `${path} ${said} (${whose})`, commands: [away] };
}

/**
 * Makes a directory where it is missing; the one above it must be there.
 * @param mode what a group may do there is given to it where it is there and is this user's, and whatever the mask is
 * @returns whether it was missing
 */
export function makeOwnDirectory(path: string, mode = PRIVATE): boolean {
  let isNew = true;
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!exists || !lstatSync(path).isDirectory()) throw error;
    isNew = false;
  }
  openToGroup(path, mode);
  return isNew;
}

function openToGroup(path: string, mode: number): void {
  const wanted = mode & 0o070;
  if (wanted === 0) return;
  const found = lstatSync(path);
  const isOwn = !found.isSymbolicLink() && found.uid === thisUser()?.uid;
  if (isOwn && (found.mode & wanted) !== wanted) chmodSync(path, (found.mode | wanted) & 0o7777);
}

/** A file that is open, with its path. */
export interface NewFile {
  readonly path: string;
  readonly file: number;
}

/**
 * Makes a file that nobody made before, to be written and read.
 * @param mode of its directory: a file has the same without the right to search
 * @throws the error of the file system, EEXIST where anything is there, a link that leads nowhere too
 */
export function openNew(path: string, mode = PRIVATE): number {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
  const file = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode & 0o666);
  // The mask may have taken away what was asked for.
  if ((mode & 0o070) !== 0) fchmodSync(file, mode & 0o666);
  return file;
}

/** Makes an empty file where there is none, for what would make it through a link, or with the mode of the mask. */
export function makeFile(path: string, mode: number): void {
  try {
    closeSync(openNew(path, mode));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    openToGroup(path, mode & 0o666);
  }
}

/** The same under a name that nobody can foretell: `<path>.<12 hexadecimal digits>.tmp`. */
export function openTemporary(path: string, mode = PRIVATE): NewFile {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  return { path: temporary, file: openNew(temporary, mode) };
}

/**
 * Removes a file, a link, or a directory of ours with all in it, by what each is.
 * @throws where others may write the directory that it is in, or one that is to be removed; the error of the file system
 */
export function removeOwn(path: string): void {
  const unsafe = unsafeDirectory(dirname(path), 'own');
  if (unsafe !== null) throw new Error(`nothing is removed in ${dirname(path)}: ${unsafe.words}`);
  removeEntry(path);
}

function removeEntry(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) {
    unlinkSync(path);
    return;
  }
  const fault = directoryFault(path, found);
  if (fault !== null) throw new Error(`it is not removed: ${fault.words}`);
  for (const name of readdirSync(path)) removeEntry(join(path, name));
  rmdirSync(path);
}
