// Which file SQLite has opened, whatever its path leads to by then: asked by the descriptor that it has, which is never
// closed here. better-sqlite3 does not tell it, so it is foretold: a file gets the lowest number that is free.

import { closeSync, fstatSync, lstatSync, openSync, readdirSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { DatabaseError } from '../../port.js';
import { assertFile, identityOf, type Expected } from '../discovery/target-files.js';

/** What connections were opened on. */
const identities = new WeakMap<Database.Database, string>();

/**
 * Opens a file that may be opened, and proves that SQLite has opened this one. What lies there is looked at before, and
 * once more when it is open and SQLite has read nothing yet: what was exchanged or planted in between is noticed before
 * SQLite acts on it.
 * @throws DatabaseError `gone`, `replaced`, `refusedPath`; what `open` throws
 */
export function openProven(
  path: string,
  { shown, identity: planned }: Expected,
  open: () => Database.Database,
): Database.Database {
  const identity = assertFile(path, { shown, identity: planned });
  const descriptor = nextDescriptor();
  const db = open();
  try {
    if (!isOn(descriptor, identity)) throw replaced(shown);
    assertFile(path, { shown, identity });
    identities.set(db, identity);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens the file of a connection once more.
 * @throws DatabaseError as `openProven`
 */
export function openAgain(db: Database.Database, open: () => Database.Database): Database.Database {
  const assertSame = expectAgain(db);
  const second = open();
  try {
    assertSame();
    return second;
  } catch (error) {
    second.close();
    throw error;
  }
}

/**
 * To be called right before the file of a connection is opened once more.
 * @returns what is to be called when it is open: it throws `replaced` where that is another file
 */
export function expectAgain(db: Database.Database): () => void {
  const identity = identities.get(db);
  if (identity === undefined) return () => undefined;
  const shown = db.name;
  assertFile(shown, { shown, identity, withSidecars: false });
  const descriptor = nextDescriptor();
  return () => {
    // None: SQLite goes on with a descriptor of the same file that it kept because closing it would have dropped a
    // lock.
    const found = identityBehind(descriptor);
    // Then its log may be what gets the number.
    if (found !== null && found !== identity && !isSidecar(found, shown)) throw replaced(shown);
    assertFile(shown, { shown, identity, withSidecars: false });
  };
}

function isSidecar(identity: string, path: string): boolean {
  return ['-wal', '-shm', '-journal'].some((part) => {
    const stats = lstatSync(path + part, { bigint: true, throwIfNoEntry: false });
    return stats !== undefined && identityOf(stats.dev, stats.ino) === identity;
  });
}

function replaced(shown: string): DatabaseError {
  return new DatabaseError('replaced', `${shown} is another file than the one that was planned`);
}

/** The number that the next file of this process gets; -1 where nobody can say. */
function nextDescriptor(): number {
  try {
    const file = openSync('/dev/null', 'r');
    closeSync(file);
    return file;
  } catch {
    return -1;
  }
}

/**
 * Whether a file that was not open before is open by the number that was foretold or, where another thread has opened
 * one in between, by any other. Where the system lists no open files, only its path tells.
 */
function isOn(descriptor: number, identity: string): boolean {
  if (identityBehind(descriptor) === identity) return true;
  return openDescriptors()?.some((one) => identityBehind(one) === identity) ?? true;
}

function identityBehind(descriptor: number): string | null {
  if (descriptor < 0) return null;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return identityOf(dev, ino);
  } catch {
    return null;
  }
}

/** Null where the system does not tell. */
function openDescriptors(): readonly number[] | null {
  try {
    return readdirSync('/dev/fd').map(Number);
  } catch {
    return null;
  }
}
