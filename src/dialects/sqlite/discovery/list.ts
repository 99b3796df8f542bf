// Lists the paths under the data directory that match the pattern, through fast-glob. Apart because what fast-glob
// would pass over in silence must be told: directories that cannot be read, and directories behind symbolic links.

import { lstat, lstatSync, readdir, realpathSync, statSync, type Dirent } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import fastGlob from 'fast-glob';
import { FleetError } from '../../../model/errors.js';
import { compileEnters } from '../../../discovery/enters.js';
import { compileGlob, globError } from '../../../discovery/glob.js';
import { SIDECARS, type Fault } from './target-files.js';
import { databaseOf, idOf, NOT_UTF8 } from './names.js';
import { isWithin } from './directories.js';

export interface Listing {
  /** Relative to the data directory, with `/`, each once, in no order. */
  readonly paths: readonly string[];
  /** What could not be searched, by relative path. */
  readonly faults: ReadonlyMap<string, Fault>;
  /** False where a directory's own listing has shown that the database at this relative path has no sidecar. */
  mayHaveSidecars(path: string): boolean;
}

/**
 * @param root the data directory, absolute and without symbolic links
 * @param closed absolute directory that is not searched; null where there is none
 * @param state the state directory without symbolic links, wherever it lies: a link to it is not told; null where there
 *   is none
 * @throws FleetError `usage` where the pattern cannot be read
 */
export async function list(
  root: string,
  pattern: string,
  { closed, state }: { readonly closed: string | null; readonly state: string | null },
): Promise<Listing> {
  const glob = checkedPattern(pattern);
  const matches = compileGlob(glob);
  const enters = compileEnters(glob);
  const faults = new Map<string, Fault>();
  const withLineBreaks: string[] = [];
  const listed = new Set<string>();
  const withSidecars = new Set<string>();

  /** Whether a directory lies where its path says, outside the closed one. */
  const maySearch = (directory: string): boolean => {
    const real = realPath(directory);
    if (real === directory || real === null) return closed === null || !isWithin(directory, closed);
    faults.set(relative(root, directory), LINKED);
    return false;
  };
  /** Whether a link leads to a directory that the search would go into, and does not come to by another way. */
  const hides = (path: string): boolean => {
    if (!enters(path)) return false;
    const real = directoryBehind(join(root, path));
    if (real === null || real === root || (state !== null && isWithin(real, state))) return false;
    return !isWithin(real, root) || !enters(relative(root, real));
  };
  /** What vanishes meanwhile, or gives way to a file, is no fault. */
  const note = (path: string, error: NodeJS.ErrnoException): void => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR')
      faults.set(relative(root, path), unreadable(error));
  };
  const fs = {
    readdir: (directory: string, options: { withFileTypes: true }, callback: Callback<unknown[]>): void => {
      if (!maySearch(directory)) {
        callback(null, []);
        return;
      }
      readdir(directory, options, (error, entries: Dirent[]) => {
        if (error !== null) {
          if (directory.includes('\uFFFD')) faults.set(relative(root, directory), NOT_UTF8);
          else note(directory, error);
          callback(error, []);
          return;
        }
        const prefix = prefixOf(relative(root, directory));
        listed.add(prefix);
        const breaks = LINE_BREAK.test(prefix);
        for (const entry of entries) {
          const { name } = entry;
          if (entry.isSymbolicLink() && hides(prefix + name)) faults.set(prefix + name, LINKED);
          const sidecar = SIDECAR.exec(name);
          if (sidecar !== null) withSidecars.add(prefix + name.slice(0, sidecar.index));
          // `**` of fast-glob does not match them.
          if ((breaks || LINE_BREAK.test(name)) && matches(prefix + name)) withLineBreaks.push(prefix + name);
        }
        callback(null, entries);
      });
    },
    lstat: (path: string, callback: Callback<unknown>): void => {
      lstat(path, (error, stats) => {
        if (error !== null) note(path, error);
        else if (!maySearch(dirname(path))) error = Object.assign(new Error('closed'), { code: 'ENOENT' });
        callback(error, stats);
      });
    },
  };

  const options = { cwd: root, onlyFiles: false, followSymbolicLinks: false, suppressErrors: true };
  try {
    const found = await fastGlob(glob, {
      ...options,
      fs: fs as unknown as Partial<fastGlob.FileSystemAdapter>,
    });
    const isOpen = (path: string): boolean => closed === null || !isWithin(join(root, path), closed);
    const mayHaveSidecars = (path: string): boolean =>
      withSidecars.has(path) || !listed.has(path.slice(0, path.lastIndexOf('/') + 1));
    return { paths: [...new Set([...found, ...withLineBreaks])].filter(isOpen), faults, mayHaveSidecars };
  } catch (cause) {
    throw globError(pattern, cause);
  }
}

const LINKED: Fault = {
  reason: 'lies behind a symbolic link, and those are not followed',
  hint: 'search the directory itself with --data-dir, choose a --pattern without it, or leave it out with --exclude',
};
/**
 * The same for ids that are known, in the time of so many files: each must lie where its name says, and match.
 * @returns null where one does not, or may be more than one file: then only a search can tell what there is
 */
export function listIds(
  root: string,
  pattern: string,
  closed: string | null,
  ids: readonly string[],
): Listing | null {
  const matches = compileGlob(checkedPattern(pattern));
  const paths: string[] = [];
  for (const id of ids) {
    if (id === '' || posix.normalize(id) !== id || posix.isAbsolute(id) || id.split('/').includes('..'))
      return null;
    const [path, ...others] = [...new Set([`${id}.db`, id])].filter(
      (name) => idOf(name) === id && isThere(join(root, name)),
    );
    if (path === undefined || others.length > 0 || databaseOf(path) !== null || !matches(path)) return null;
    const place = join(root, path);
    // Behind no link, and spelled as the directory spells it.
    if (realPath(place) !== place || (closed !== null && isWithin(place, closed))) return null;
    paths.push(path);
  }
  return { paths: [...new Set(paths)], faults: new Map(), mayHaveSidecars: () => true };
}

/** What cannot be looked at, or is something else than a file, a search tells of. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}

type Callback<T> = (error: NodeJS.ErrnoException | null, result: T) => void;

/** `eu` -> `eu/`; nothing for the data directory itself. */
function prefixOf(directory: string): string {
  return directory === '' ? '' : `${directory}/`;
}

const SIDECAR = new RegExp(`(?:${SIDECARS.join('|')})$`);
const LINE_BREAK = /[\n\r\u2028\u2029]/;

/** @throws FleetError `usage` for a pattern that leads out of the data directory, or can match nothing */
function checkedPattern(pattern: string): string {
  const glob = pattern.replace(/^(?:\.\/+)+/, '');
  const fault =
    glob === ''
      ? 'is empty'
      : glob.startsWith('/') || glob.split('/').includes('..')
        ? 'leads out of the data directory'
        : /^!(?!\()/.test(glob)
          ? 'only leaves out, and matches nothing'
          : null;
  if (fault === null) return glob;
  throw new FleetError('usage', `The pattern ${JSON.stringify(pattern)} ${fault}`, {
    hint: 'write --pattern as a glob under --data-dir, such as "**/project_*.db"',
  });
}

function unreadable(error: NodeJS.ErrnoException): Fault {
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return {
      reason: `cannot be read: permission denied (${error.code})`,
      hint: 'give this user the right to read and enter it, or choose a --pattern without it',
    };
  return {
    reason: `cannot be read: ${error.message}`,
    hint: 'mend what the message names, or choose a --pattern without it',
  };
}

/** The directory that a link leads to, without symbolic links; null where it leads to none. */
function directoryBehind(link: string): string | null {
  try {
    return statSync(link).isDirectory() ? realpathSync.native(link) : null;
  } catch {
    // It leads nowhere, or to where this user may not go.
    return null;
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    // The search meets the same error, and reports it.
    return null;
  }
}
