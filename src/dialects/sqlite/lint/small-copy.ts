// The part of a database that a script has to do with, as a database of its own. A script is tried in it where that is
// sure to go as in the whole: for each ALTER TABLE SQLite reads every object of the schema again, and for each ROLLBACK
// of one, which among a thousand tables takes a hundred times longer than the change.
// Invariant: null wherever what is left out might have a say.

import type { Database } from 'better-sqlite3';
import type { Statement } from '../../../model/revision.js';
import { fold, quoteName, tokensOf, unquote } from '../schema/sql-text.js';
import type { Snapshot } from '../schema/snapshot.js';
import { treeOf } from '../syntax/tree.js';
import { namesWritten, tableNamed } from './lookup.js';
import { memory } from '../driver/connect.js';

/** Tables of the whole for each one of the copy, below which a copy is not worth making. */
const WORTH = 8;

/**
 * The tables of these names, with what is on them and the parents that their foreign keys are read by.
 * @param structure of the database
 * @param names in lower case
 * @returns null where a script about these names may go otherwise in it, or as quickly in the whole
 */
export function copySmall(db: Database, structure: Snapshot, names: ReadonlySet<string>): Database | null {
  const indexed = structure.indexes.filter(({ name }) => names.has(fold(name))).map(({ table }) => table);
  const named = [...names, ...indexed].flatMap((name) => tableNamed(structure, name) ?? []);
  const copied = new Set([
    ...names,
    ...named.flatMap(({ name, foreignKeys }) => [
      fold(name),
      ...foreignKeys.map(({ parent }) => fold(parent)),
    ]),
  ]);
  const tables = [...copied].flatMap((name) => tableNamed(structure, name) ?? []);
  const hasSay =
    tables.length * WORTH > structure.tables.length ||
    [...names].some((name) => name.startsWith('sqlite_')) ||
    structure.tables.some(({ virtual }) => virtual) ||
    [...structure.views, ...structure.triggers].some(
      (part) => names.has(fold(part.name)) || tables.some(({ name }) => namesWritten(part).has(fold(name))),
    );
  // Rows of revisions are few, and may be what a way back fails on.
  if (hasSay || tables.some(({ name }) => hasRows(db, name))) return null;
  const copy = memory();
  for (const sql of db
    .prepare<[string], string>(OBJECTS)
    .pluck()
    .all(JSON.stringify([...copied])))
    copy.exec(sql);
  return copy;
}

// Tables before indexes.
const OBJECTS = `SELECT sql FROM main.sqlite_schema
  WHERE tbl_name COLLATE NOCASE IN (SELECT value FROM json_each(?)) AND sql IS NOT NULL ORDER BY type = 'index'`;

function hasRows(db: Database, table: string): boolean {
  return db.prepare(`SELECT 1 FROM main.${quoteName(table)} LIMIT 1`).get() !== undefined;
}

/** Every word of statements and their guards that may be a name, in lower case; null where one is not understood. */
export function wordsOf(statements: readonly Statement[]): readonly string[] | null {
  if (statements.some((statement) => treeOf(statement) === null)) return null;
  return statements.flatMap(({ sql, guard }) =>
    [...tokensOf(sql).map(({ text }) => unquote(text)), ...(guard?.object.split('.') ?? [])].map(fold),
  );
}
