// The bound of `status`: one process opens each file of a directory and reads its history, or, of files that have none,
// what SQLite has of their structure. `node loop.mjs DIRECTORY history|structure`

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import Database from 'better-sqlite3';

const [, , directory = '', what = 'history'] = argv;
const SQL =
  what === 'history'
    ? 'SELECT revision, checksum, status FROM flotilla_history ORDER BY position'
    : 'SELECT type, name, tbl_name, sql FROM sqlite_schema';
let rows = 0;
for (const name of readdirSync(directory)) {
  if (!name.endsWith('.db')) continue;
  const db = new Database(join(directory, name), { readonly: true, fileMustExist: true });
  rows += db.prepare(SQL).all().length;
  db.close();
}
stdout.write(String(rows));
