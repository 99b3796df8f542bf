// What the header of a file says of the version of its format, where SQLite only says that it cannot be read, or not be
// written (https://sqlite.org/fileformat2.html#file_format_version_numbers). Apart, because no statement tells it.

import { readBytes } from './own-descriptor.js';

/** The versions of a format that SQLite may write and read at most: 1 is with a journal, 2 with a log. */
const KNOWN = 2;

const MAGIC = 'SQLite format 3\0';

/** Why a database that is open in this process may not be written, or not even read; null where its format is known. */
export function formatFault(path: string): { readonly mayRead: boolean; readonly words: string } | null {
  const header = headerOf(path);
  if (header?.toString('latin1', 0, 16) !== MAGIC) return null;
  const [write = 0, read = 0] = header.subarray(18, 20);
  if (read > KNOWN) return { mayRead: false, words: words('read', read, 19, 'cannot be read') };
  if (write > KNOWN)
    return { mayRead: true, words: words('write', write, 18, 'can be read, and not be written') };
  return null;
}

function words(which: string, version: number, at: number, what: string): string {
  return `its header says that its format has ${which} version ${version} (byte ${at}; ${KNOWN} is the highest that this SQLite knows), so it ${what}: a newer SQLite made it, or the byte is damaged`;
}

/** Null where nothing tells: then what SQLite said of the file has to do. */
function headerOf(path: string): Buffer | null {
  try {
    return readBytes(path, 0, 20);
  } catch {
    return null;
  }
}
