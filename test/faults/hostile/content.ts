// Files that are no databases, are half of one, or are one with something broken in it.

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { createRandom } from '../harness/random.js';
import type { HostileCase, Place } from './case.js';

const NOT_A_DATABASE = ['failed:notADatabase'];
const DAMAGED = ['failed:corrupt', 'failed:notADatabase'];
const TOO_SMALL = ['failed:refusedPath'];

export const CONTENT_CASES: readonly HostileCase[] = [
  bytes('empty', ['skipped:refusedPath'], () => Buffer.alloc(0)),
  bytes('one-byte', TOO_SMALL, () => Buffer.alloc(1)),
  bytes('header-alone', TOO_SMALL, (healthy) => healthy.subarray(0, 100)),
  bytes('511-bytes', TOO_SMALL, (healthy) => healthy.subarray(0, 511)),
  bytes('512-zeros', NOT_A_DATABASE, () => Buffer.alloc(512)),
  bytes('a-megabyte-of-zeros', NOT_A_DATABASE, () => Buffer.alloc(1024 * 1024)),
  bytes('text', NOT_A_DATABASE, () => Buffer.from('This is a letter and no database.\n'.repeat(40))),
  bytes('sql-text', NOT_A_DATABASE, () => Buffer.from('CREATE TABLE tasks (id INTEGER);\n'.repeat(40))),
  bytes('random', NOT_A_DATABASE, () => noise(4096)),
  bytes('encrypted', NOT_A_DATABASE, (healthy) => xor(healthy, noise(healthy.length))),
  bytes('encrypted-with-plain-header', DAMAGED, (healthy) =>
    Buffer.concat([healthy.subarray(0, 24), xor(healthy.subarray(24), noise(healthy.length - 24))]),
  ),
  bytes('compressed', NOT_A_DATABASE, (healthy) => gzipSync(healthy)),
  bytes('a-log', NOT_A_DATABASE, () => Buffer.concat([Buffer.from('377f0682002de218', 'hex'), noise(4096)])),
  bytes('a-journal', NOT_A_DATABASE, () =>
    Buffer.concat([Buffer.from('d9d505f920a163d7', 'hex'), noise(4096)]),
  ),
  patched('magic-altered', NOT_A_DATABASE, 0, [0x73]),
  patched('page-size-3', NOT_A_DATABASE, 16, [0, 3]),
  patched('page-size-0', NOT_A_DATABASE, 16, [0, 0]),
  patched('page-size-512', DAMAGED, 16, [2, 0]),
  patched('page-size-65536', DAMAGED, 16, [0, 1]),
  patched('read-version-3', NOT_A_DATABASE, 19, [3]),
  // SQLite opens it for reading, and BEGIN IMMEDIATE then takes no lock: it must be found out before the backup.
  { ...patched('write-version-3', ['failed:readOnly'], 18, [3]), steps: ['open', 'lock', 'check'] },
  patched('schema-format-9', ['failed:corrupt'], 44, [0, 0, 0, 9]),
  patched('encoding-7', ['failed:corrupt', 'upgraded'], 56, [0, 0, 0, 7]),
  patched('payload-fractions', NOT_A_DATABASE, 21, [1, 1, 1]),
  patched('usable-size-too-small', DAMAGED, 20, [255]),
  patched('size-field-too-big', ['failed:corrupt', 'upgraded'], 28, [0, 0, 255, 255]),
  patched('freelist-out-of-range', ['failed:corrupt'], 32, [0, 0, 255, 255, 0, 0, 0, 9]),
  patched('file-change-counter-off', ['upgraded', 'failed:corrupt'], 24, [255, 255, 255, 255]),
  bytes('half', DAMAGED, (healthy) => healthy.subarray(0, healthy.length / 2)),
  bytes('one-page-of-many', DAMAGED, (healthy) => healthy.subarray(0, 4096)),
  bytes('last-100-bytes-cut', DAMAGED, (healthy) => healthy.subarray(0, healthy.length - 100)),
  bytes('last-page-cut', DAMAGED, (healthy) => healthy.subarray(0, healthy.length - 4096)),
  bytes('garbage-behind', ['upgraded', 'failed:corrupt'], (healthy) => Buffer.concat([healthy, noise(5000)])),
  bytes('middle-page-of-noise', DAMAGED, (healthy) => overwrite(healthy, 2 * 4096, noise(4096))),
  bytes('middle-page-of-zeros', DAMAGED, (healthy) => overwrite(healthy, 2 * 4096, Buffer.alloc(4096))),
  bytes('root-page-of-noise', DAMAGED, (healthy) => overwrite(healthy, 100, noise(3996))),
  bytes('cell-pointer-flipped', DAMAGED, (healthy) => overwrite(healthy, 4096 + 8, Buffer.from([255, 255]))),
  // No check of SQLite's sees a wrong byte in a text: it has no checksums.
  bytes('payload-flipped', ['upgraded'], (healthy) =>
    overwrite(healthy, healthy.lastIndexOf('task 24') + 2, Buffer.from('S')),
  ),
  edited('shared-root-page', ['failed:corrupt'], (db) => {
    db.exec(`UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'notes')
      WHERE name = 'tasks'`);
  }),
  edited('root-page-beyond-the-end', ['failed:corrupt'], (db) => {
    db.exec(`UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'tasks'`);
  }),
  edited('schema-of-nonsense', ['failed:corrupt'], (db) => {
    db.exec(`UPDATE sqlite_schema SET sql = 'CREATE nonsense' WHERE name = 'ix_notes_task_id'`);
  }),
  edited('schema-with-a-column-that-is-not-there', ['skipped:drifted'], (db) => {
    db.exec(
      `UPDATE sqlite_schema SET sql = replace(sql, 'body TEXT', 'more TEXT, body TEXT') WHERE name = 'notes'`,
    );
  }),
  edited('index-gone-from-the-schema', ['skipped:drifted', 'failed:corrupt'], (db) => {
    db.exec(`DELETE FROM sqlite_schema WHERE name = 'ix_notes_task_id'`);
  }),
];

function bytes(name: string, ends: readonly string[], content: (healthy: Buffer) => Buffer): HostileCase {
  return {
    name: `content/${name}`,
    ends,
    make(place) {
      writeFileSync(place.target, content(healthyBytes(place)));
    },
  };
}

function patched(
  name: string,
  ends: readonly string[],
  offset: number,
  patch: readonly number[],
): HostileCase {
  return bytes(name, ends, (healthy) => overwrite(healthy, offset, Buffer.from(patch)));
}

/** Changes made through SQLite itself, with the schema writable. */
function edited(name: string, ends: readonly string[], edit: (db: Database.Database) => void): HostileCase {
  return {
    name: `content/${name}`,
    ends,
    make({ healthy, target }) {
      healthy(target);
      const db = new Database(target);
      db.unsafeMode();
      db.pragma('writable_schema = ON');
      edit(db);
      db.close();
    },
  };
}

function healthyBytes({ healthy, target }: Place): Buffer {
  healthy(target);
  const content = readFileSync(target);
  truncateSync(target);
  return content;
}

function overwrite(content: Buffer, offset: number, patch: Buffer): Buffer {
  const copy = Buffer.from(content);
  patch.copy(copy, offset);
  return copy;
}

function noise(length: number): Buffer {
  const random = createRandom('noise');
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

function xor(content: Buffer, key: Buffer): Buffer {
  return Buffer.from(content.map((byte, index) => byte ^ (key[index] ?? 0)));
}
