// What a name alone says about a path: its id, and whether SQLite would open this file and no other by it. Pure.

import { posix } from 'node:path';
import { SIDECARS, type Fault } from './target-files.js';

/** A file name has at most 255 bytes, and `-journal` is put behind it. */
const NAME_BYTES_MAX = 247;
/** SQLite's paths have at most 512 bytes, `-journal` included. */
const PATH_BYTES_MAX = 504;

/** A backup as it is published: `<run-id>/<target>.<revision>.<sha256>.db`. */
const BACKUP = /(?:^|\/)\d{8}T\d{6}Z-[0-9a-f]+\/[^/]*\.[0-9a-f]{64}\.db$/s;

const RENAME = 'rename it while no program has it open';

/**
 * Node.js reads bytes that are not UTF-8 as U+FFFD. A name that really has this character cannot be told from those.
 */
export const NOT_UTF8: Fault = {
  reason: 'has a name that is not UTF-8',
  hint: `${RENAME}; \`ls -b\` shows its bytes`,
};

/** @param relativePath under the data directory, with `/` */
export function idOf(relativePath: string): string {
  return relativePath.endsWith('.db') ? relativePath.slice(0, -3) : relativePath;
}

/** Whether it is a backup that a run made; they may lie under the data directory. */
export function isBackup(relativePath: string): boolean {
  return BACKUP.test(relativePath);
}

/** The database that a sidecar belongs to; null where the name is no sidecar's. */
export function databaseOf(relativePath: string): string | null {
  const suffix = SIDECARS.find((candidate) => relativePath.endsWith(candidate));
  return suffix === undefined ? null : relativePath.slice(0, -suffix.length);
}

/**
 * @param path to open, as the data directory was given
 * @param root the absolute data directory in the longest of its spellings
 * @returns null where the name is sound
 */
export function nameFault(relativePath: string, path: string, root: string): Fault | null {
  if (relativePath.includes('\uFFFD')) return NOT_UTF8;
  // better-sqlite3 trims what it is given, and opens another file.
  const ragged = relativePath.split('/').find((segment) => /^[\s\p{Cc}]|[\s\p{Cc}]$/u.test(segment));
  if (ragged !== undefined)
    return {
      reason: `has a name that starts or ends with white space or a control character: ${JSON.stringify(ragged)}`,
      hint: `${RENAME}; \`ls -b\` shows such characters`,
    };
  if (path === ':memory:')
    return { reason: 'has the name by which SQLite calls a database in memory', hint: RENAME };
  const database = databaseOf(relativePath);
  if (database !== null)
    return {
      reason: `has the name of a sidecar of ${JSON.stringify(database)}, which is no target`,
      hint: 'choose a --pattern that it does not match; do not delete it: it may hold committed changes',
    };
  const nameBytes = Buffer.byteLength(posix.basename(relativePath));
  if (nameBytes > NAME_BYTES_MAX)
    return {
      reason: `has a name of ${nameBytes} bytes, and its journal has room for ${NAME_BYTES_MAX}`,
      hint: `${RENAME}, shorter`,
    };
  const pathBytes = Buffer.byteLength(root) + 1 + Buffer.byteLength(relativePath);
  if (pathBytes > PATH_BYTES_MAX)
    return {
      reason: `has an absolute path of ${pathBytes} bytes, and SQLite has room for ${PATH_BYTES_MAX}`,
      hint: 'move it to where its path is shorter',
    };
  return null;
}
