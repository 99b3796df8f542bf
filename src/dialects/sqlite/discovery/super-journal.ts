// What a -journal makes SQLite do to another file: one that ends with a super-journal record belongs to a transaction
// over several files, and SQLite deletes the file that it names once it has rolled back (sqlite.org/atomiccommit.html,
// section 5; sqlite.org/fileformat2.html, "Super-journal"). So the name is read first, by SQLite's own rule, and only
// one that SQLite itself would have made beside this database is let pass. Closing a plain descriptor on a -journal
// drops no lock: SQLite's are on the database and its -shm.

import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Length of the name, its checksum and the magic stand after the name. */
const TAIL_BYTES = 16;
const MAGIC = Buffer.from('d9d505f920a163d7', 'hex');
/** SQLite takes no longer one for a name, on no system. */
const NAME_BYTES_MAX = 4_096;

const OWN_NAME = /^[^/\0]+-mj[0-9a-f]+$/i;

/** A journal that names a super-journal. */
export interface SuperJournal {
  /** As it stands there, for readers. */
  readonly name: string;
  /** Its path, where it is one that SQLite makes beside this database; else null. */
  readonly own: string | null;
}

/**
 * @param journal path of a -journal
 * @param database path of the database that it belongs to
 * @returns null where SQLite would act on no other file
 * @throws the error of `open`; `ELOOP` for a symbolic link
 */
export function readSuperJournal(journal: string, database: string): SuperJournal | null {
  const bytes = readName(journal);
  if (bytes === null) return null;
  const name = bytes.toString('utf8');
  const isText = Buffer.from(name).equals(bytes);
  return { name, own: isText && isBeside(name, database) ? name : null };
}

/** Whether it may be one of SQLite's own: a plain file beside the database, or gone, which means "committed". */
function isBeside(name: string, database: string): boolean {
  const directory = realpathSync.native(dirname(resolve(database)));
  const prefix = directory === '/' ? '/' : `${directory}/`;
  if (!name.startsWith(prefix) || !OWN_NAME.test(name.slice(prefix.length))) return false;
  return lstatSync(name, { throwIfNoEntry: false })?.isFile() ?? true;
}

function readName(journal: string): Buffer | null {
  // Neither through a link, nor waiting for whoever writes into a FIFO.
  const file = openSync(journal, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    const at = (position: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, position));
    };
    // A journal that starts with a zero byte is not hot.
    if (size <= TAIL_BYTES || (at(0, 1)[0] ?? 0) === 0) return null;
    const tail = at(size - TAIL_BYTES, TAIL_BYTES);
    if (tail.byteLength < TAIL_BYTES || !tail.subarray(8).equals(MAGIC)) return null;
    const length = tail.readUInt32BE(0);
    if (length === 0 || length > size - TAIL_BYTES || length > NAME_BYTES_MAX) return null;
    const name = at(size - TAIL_BYTES - length, length);
    return sumsTo(name, tail.readUInt32BE(4)) ? name : null;
  } finally {
    closeSync(file);
  }
}

/** SQLite adds up `char`, which has a sign on some machines and none on others. */
function sumsTo(name: Buffer, checksum: number): boolean {
  let unsigned = 0;
  let signed = 0;
  for (const byte of name) {
    unsigned += byte;
    signed += (byte << 24) >> 24;
  }
  return [unsigned, signed].some((sum) => sum >>> 0 === checksum);
}

/** The place of the magic of a record that was read, counted from the end of the file. */
export const MAGIC_BYTES = MAGIC.byteLength;
