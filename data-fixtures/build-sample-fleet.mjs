// Makes the sample fleet out of its texts: every `fleet/<id>.sql` becomes `<id>.db`, in the same folders. Plain
// JavaScript with checked types, because the quickstart runs it before anything could load TypeScript. The result is
// the same every time, byte for byte, but for the random salts that SQLite puts into a write-ahead log.
//
// A text is SQL as the sqlite3 shell reads it, with `.read <file under data-fixtures>`. A line `-- ends: killed` leaves
// the database as a process that was killed leaves it (with `-wal` and `-shm`); `-- ends: cut in half` takes away the
// file's second half. A `.txt` becomes a `.db` as it is.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';

const TEXTS = import.meta.dirname;

/**
 * Builds eleven healthy databases of several ages, all of which can be stamped and upgraded.
 * @param {string} directory made where it is missing; must not have these files yet
 * @param {{ refused?: boolean }} [options] refused: also build `damaged/project_*.db`, which must be refused; default false
 * @returns {string[]} the paths of the databases under the directory, sorted
 */
export function buildSampleFleet(directory, { refused = false } = {}) {
  const healthy = build(join(TEXTS, 'fleet'), directory);
  const damaged = refused ? buildDamagedFiles(join(directory, 'damaged')) : [];
  return [...healthy, ...damaged.map((path) => join('damaged', path))].sort();
}

/**
 * Builds three files that must be refused: an empty one, a text, and a database without its second half.
 * @param {string} directory made where it is missing; must not have these files yet
 * @returns {string[]} the paths of the files under the directory
 */
export function buildDamagedFiles(directory) {
  return build(join(TEXTS, 'damaged'), directory);
}

/**
 * Builds one database.
 * @param {string} text SQL, with `.read` lines
 * @param {string} path the file to make; its folder is made where it is missing
 */
export function buildDatabase(text, path) {
  fill(text, path).close();
}

/**
 * Builds one database, and leaves it open.
 * @param {string} text
 * @param {string} path
 */
export function fill(text, path) {
  mkdirSync(dirname(path), { recursive: true });
  const db = new Database(path);
  // Neither lasts: these databases were filled by programs that did not enforce foreign keys, and need not be durable.
  db.pragma('foreign_keys = OFF');
  db.pragma('synchronous = OFF');
  db.exec(expand(text));
  return db;
}

/**
 * @param {string} texts
 * @param {string} directory
 */
function build(texts, directory) {
  const names = readdirSync(texts, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(sql|txt)$/.test(name),
  );
  return names.map((name) => {
    const path = name.replace(/\.(sql|txt)$/, '.db');
    buildFrom(join(texts, name), join(directory, path));
    return path;
  });
}

/**
 * @param {string} source
 * @param {string} path
 */
function buildFrom(source, path) {
  if (source.endsWith('.txt')) {
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(source, path);
    return;
  }
  const text = readFileSync(source, 'utf8');
  const end = /^-- ends: (.*)$/m.exec(text)?.[1];
  if (end === 'killed') {
    buildAndDie(text, path);
    return;
  }
  buildDatabase(text, path);
  if (end === 'cut in half') truncateSync(path, statSync(path).size / 2);
}

/**
 * A process that closes a database in good order moves the log into the file; only one that dies leaves it.
 * @param {string} text
 * @param {string} path
 */
function buildAndDie(text, path) {
  const child = spawnSync(process.execPath, [join(TEXTS, 'build-and-die.mjs'), path], {
    input: text,
    encoding: 'utf8',
  });
  if (child.signal !== 'SIGKILL') throw new Error(`${path} could not be built: ${child.stderr}`);
}

/**
 * @param {string} text
 * @returns {string} the SQL with the files that it reads in their places
 */
function expand(text) {
  return text.replace(/^\.read (.+)$/gm, (_, /** @type {string} */ name) =>
    readFileSync(join(TEXTS, name), 'utf8'),
  );
}
