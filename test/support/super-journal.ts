// Journals with a super-journal record, as SQLite writes them at the end of a transaction over several files, and as
// somebody might who wants a file deleted.

/** sqlite.org/fileformat2.html, "The Rollback Journal". */
const MAGIC = Buffer.from('d9d505f920a163d7', 'hex');
const SECTOR_BYTES = 512;

export interface JournalShape {
  /** The first byte; default: that of a hot journal. */
  readonly first?: number;
  readonly checksum?: (right: number) => number;
  /** What stands before the name; default: the page number that says that no page follows. */
  readonly before?: Buffer;
  readonly after?: Buffer;
}

/** A record that names a super-journal, and nothing else. */
export function superRecord(name: string | Buffer, checksum = (right: number) => right): Buffer {
  const bytes = Buffer.from(name);
  const sum = bytes.reduce((all, byte) => all + ((byte << 24) >> 24), 0);
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(bytes.byteLength, 0);
  tail.writeUInt32BE(checksum(sum) >>> 0, 4);
  return Buffer.concat([bytes, tail, MAGIC]);
}

/** A hot journal of no page, for a database of pages of 4096 bytes, that ends with such a record. */
export function superJournal(name: string | Buffer, shape: JournalShape = {}, pages = 1): Buffer {
  const header = Buffer.alloc(SECTOR_BYTES);
  MAGIC.copy(header);
  header.writeUInt32BE(0, 8);
  header.writeUInt32BE(pages, 16);
  header.writeUInt32BE(SECTOR_BYTES, 20);
  header.writeUInt32BE(4_096, 24);
  if (shape.first !== undefined) header[0] = shape.first;
  const { before = Buffer.alloc(4), after = Buffer.alloc(0) } = shape;
  return Buffer.concat([header, before, superRecord(name, shape.checksum), after]);
}
