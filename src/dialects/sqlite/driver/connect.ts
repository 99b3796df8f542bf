// Makes the connections on which schemas are read or run: targets, their copies, databases in memory. The one place for
// it, because each must have what the application's own connections have, or its schema could not be run. Where it
// adds anything, schemas may use it too: SQLite holds functions of an application for unsafe in views, triggers, CHECKs
// and indexes unless the schema is trusted (https://sqlite.org/pragma.html#pragma_trusted_schema).

import Database from 'better-sqlite3';

/** Gives a connection what the application's own have. */
export type Equip = (db: Database.Database) => void;

let equip: Equip | null = null;

/** Whether schemas may use what connections were given. */
export function trustsSchema(): boolean {
  return equip !== null;
}

/** To be called once in a process, before its first connection. */
export function equipAll(how: Equip): void {
  equip = how;
}

export function connect(content: string | Buffer, options: Database.Options = {}): Database.Database {
  const db = new Database(content, options);
  if (equip === null) return db;
  try {
    db.pragma('trusted_schema = ON');
    equip(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A database in memory, empty or a copy, with the settings of the protocol that change what statements do. */
export function memory(content?: Buffer): Database.Database {
  const db = connect(content ?? ':memory:');
  db.pragma('foreign_keys = OFF');
  db.pragma('recursive_triggers = OFF');
  return db;
}
