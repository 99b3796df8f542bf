// What other tools record in an open database. Reads only, and only tables that are no structure of the user's: what is
// compared is not believed, and what is believed is not compared.

import type Database from 'better-sqlite3';
import { USER_VERSION, type Claim } from '../../../model/claim.js';
import type { SchemaRow } from '../driver/introspect.js';
import { fold, quoteName } from '../schema/sql-text.js';
import { isVersionTable } from '../schema/version-tables.js';
import type { Reader, Row } from './reader.js';
import { READERS } from './readers.js';

const BY_TABLE = new Map<string, readonly Reader[]>();
for (const reader of READERS) {
  const key = fold(reader.table);
  BY_TABLE.set(key, [...(BY_TABLE.get(key) ?? []), reader]);
}

/** @param schema of the database */
export function readClaims(db: Database.Database, schema: readonly SchemaRow[]): readonly Claim[] {
  const claims: Claim[] = [];
  for (const [type, name] of schema) {
    const readers = type === 'table' ? BY_TABLE.get(fold(name)) : undefined;
    if (readers === undefined) continue;
    const columns = columnsOf(db, name);
    if (!isVersionTable(name, columns)) continue;
    const own = new Set(columns.map(fold));
    const reader = readers.find((one) => one.columns.every((column) => own.has(fold(column))));
    if (reader !== undefined) claims.push(...claimOf(db, name, reader, own));
  }
  const number = db.pragma('user_version', { simple: true });
  if (typeof number === 'number' && number !== 0) {
    claims.push({
      tool: USER_VERSION,
      table: USER_VERSION,
      upTo: [{ name: String(number) }],
      each: [],
      stuck: [],
    });
  }
  return claims.sort((a, b) => (a.table < b.table ? -1 : 1));
}

function columnsOf(db: Database.Database, table: string): readonly string[] {
  return db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
}

/** None where the table says nothing: it is made before the first migration. */
function claimOf(
  db: Database.Database,
  table: string,
  { tool, columns, also = [], order, read }: Reader,
  own: ReadonlySet<string>,
): readonly Claim[] {
  const isThere = (column: string): boolean => own.has(fold(column));
  // As text, because integers may be larger than a number can hold.
  const wanted = [...columns, ...also.filter(isThere)].map(
    (column) => `CAST(${quoteName(column)} AS TEXT) AS ${quoteName(column)}`,
  );
  // With the table's name: a bare one would be that of the result, whose values are text.
  const sorted = order.filter(isThere).map((column) => `${quoteName(table)}.${quoteName(column)}`);
  const rows = db
    .prepare<[], Row>(
      `SELECT ${wanted.join(', ')} FROM ${quoteName(table)}${sorted.length === 0 ? '' : ` ORDER BY ${sorted.join(', ')}`}`,
    )
    .all();
  const { upTo = [], each = [], stuck = [] } = read(rows);
  return upTo.length + each.length + stuck.length === 0 ? [] : [{ tool, table, upTo, each, stuck }];
}
