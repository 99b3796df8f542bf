// The bound: what an upgrade cannot do without, and no tool around it. One of several such processes; takes every
// N-th file of the list and gives each the same statements, backup, syncs and history rows as Flotilla does.
// `node bound.mjs JOB N REST`, with JOB the file that bench.mjs wrote.

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { argv } from 'node:process';
import Database from 'better-sqlite3';

/** @typedef {{ id: string, statements: string[] }} Revision */

const [, , jobFile = '', count = '', rest = ''] = argv;
const job = /** @type {{ paths: string[], backupDir: string, revisions: Revision[] }} */ (
  JSON.parse(readFileSync(jobFile, 'utf8'))
);
for (let index = Number(rest); index < job.paths.length; index += Number(count))
  upgrade(job.paths[index] ?? '');

/** @param {string} path */
function upgrade(path) {
  const db = new Database(path, { fileMustExist: true });
  db.pragma('foreign_keys = OFF');
  db.pragma('synchronous = EXTRA');
  db.exec('BEGIN IMMEDIATE');
  const done = db.prepare('SELECT revision FROM flotilla_history').pluck().all();
  backUp(db, path);
  const record = db.prepare(`INSERT INTO flotilla_history (revision, name, checksum, sql_checksum, status,
    statements_done, run_id, applied_at, duration_ms, tool_version) VALUES (?, ?, ?, ?, 'applied', 0, ?, ?, 0, ?)`);
  for (const { id, statements } of job.revisions) {
    if (done.includes(id)) continue;
    for (const statement of statements) db.exec(statement);
    const hash = '0'.repeat(64);
    record.run(id, 'bound', hash, hash, '20260101T000000Z-000000', new Date().toISOString(), '0.0.0');
  }
  db.exec('COMMIT');
  db.close();
}

/**
 * @param {import('better-sqlite3').Database} db
 * @param {string} path
 */
function backUp(db, path) {
  const content = db.serialize();
  const hash = createHash('sha256').update(content).digest('hex');
  const temporary = join(job.backupDir, `${basename(path)}.tmp`);
  const file = openSync(temporary, 'wx', 0o600);
  writeSync(file, content);
  fsyncSync(file);
  closeSync(file);
  renameSync(temporary, join(job.backupDir, `${basename(path)}.${hash}.db`));
  const directory = openSync(job.backupDir, 'r');
  fsyncSync(directory);
  closeSync(directory);
}
