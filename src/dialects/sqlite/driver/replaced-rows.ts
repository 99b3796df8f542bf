// Looks at a statement that may put rows in the place of others (OR REPLACE, or a table whose own rule is that): a row
// whose key stays is computed anew in the columns that are named; one whose key is gone, or what another column held,
// is lost. No trigger sees such a row go (https://sqlite.org/lang_conflict.html), so a copy of keys is kept while it
// runs.

import { fold, quoteName } from '../schema/sql-text.js';
import type { Conflict } from '../syntax/row-effects.js';
import { hasNullKeys, number } from './compare-copy.js';
import { countRowsOf, type RevisionWork } from './revision-work.js';
import { rowsLost } from './row-words.js';
import { tableSql } from './rows-going.js';
import { readTableShape, type TableShape } from './table-shape.js';
import type { TrackedTable } from './tracked-tables.js';

const KEPT = 'temp."flotilla_replaced"';

/**
 * @param named columns that the statement gives values to; null: all
 * @returns what is to be done afterwards; null where nothing can be lost
 */
export function watchReplaced(
  work: RevisionWork,
  table: TrackedTable,
  {
    conflict,
    named,
    adds,
  }: { readonly conflict: Conflict; readonly named: readonly string[] | null; readonly adds: boolean },
): (() => void) | null {
  const { db, declared } = work;
  const mustKeep = table.mustKeep || work.tables.copiesInto(table).length > 0;
  if (!mustKeep || !mayReplace(work, table, conflict) || declared.mayLoseRows(table)) return null;
  const shape = readTableShape(db, table.database, table.name);
  const before = shape === null ? 0 : countRowsOf(db, table);
  if (shape === null || before === 0) return null;
  const isNamed = (name: string): boolean => named === null || named.some((one) => fold(one) === fold(name));
  const isKeyed = shape.key.length > 0 && !hasNullKeys(db, { sql: tableSql(table), shape });
  const keepsKeys = isKeyed && (adds || !shape.key.some(isNamed));
  if (!keepsKeys) return () => assertAsMany(work, table, before, adds);
  const mayGo = declared.mayDrop(
    table,
    shape.columns.map(({ name }) => name),
  );
  const held = shape.columns
    .filter(({ name, generated }) => !generated && !isNamed(name) && !mayGo.has(fold(name)))
    .map(({ name }) => name)
    .filter((name) => !shape.key.includes(name));
  const columns = [...shape.key, ...(adds ? held : [])];
  db.exec(
    `DROP TABLE IF EXISTS ${KEPT}; CREATE TEMP TABLE "flotilla_replaced" AS SELECT ${columns.map(quoteName).join(', ')} FROM ${tableSql(table)}`,
  );
  return () => {
    assertThere(work, table, shape, adds ? held : []);
    db.exec(`DROP TABLE ${KEPT}`);
  };
}

/** What a statement says goes before what its table says (https://sqlite.org/lang_conflict.html). */
function mayReplace(work: RevisionWork, table: TrackedTable, conflict: Conflict): boolean {
  if (conflict !== null) return conflict === 'replace';
  const known = byRule.get(table);
  if (known !== undefined) return known;
  const sql = work.db
    .prepare<[string], string>(
      `SELECT sql FROM ${table.database === 'temp' ? 'temp' : 'main'}.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
    )
    .pluck()
    .get(table.name);
  if (sql === undefined) return false;
  const replaces = /\bON\s+CONFLICT\s+REPLACE\b/i.test(sql);
  byRule.set(table, replaces);
  return replaces;
}

/**
 * What tables say themselves, which no ALTER changes but for NULL; asked once, because rows may be written one by one.
 */
const byRule = new WeakMap<TrackedTable, boolean>();

function assertAsMany({ db }: RevisionWork, table: TrackedTable, before: number, adds: boolean): void {
  const added = adds ? number(db, 'SELECT changes()') : 0;
  const rows = before + added - countRowsOf(db, table);
  if (rows > 0) throw rowsLost(table, 'has rows replaced', { rows, first: [], columns: [], keyless: null });
}

function assertThere(
  { db }: RevisionWork,
  table: TrackedTable,
  { key }: TableShape,
  held: readonly string[],
): void {
  const same = key.map((name) => `n.${quoteName(name)} IS o.${quoteName(name)} COLLATE BINARY`).join(' AND ');
  const isGone = `NOT EXISTS (SELECT 1 FROM ${tableSql(table)} AS n WHERE ${same})`;
  const rows = number(db, `SELECT count(*) FROM ${KEPT} AS o WHERE ${isGone}`);
  const columns = held.flatMap((column) => {
    const [old, now] = [`o.${quoteName(column)}`, `n.${quoteName(column)}`];
    const lost = number(
      db,
      `SELECT count(*) FROM ${KEPT} AS o JOIN ${tableSql(table)} AS n ON ${same} WHERE ${old} IS NOT NULL AND +${old} COLLATE BINARY IS NOT +${now} COLLATE BINARY`,
    );
    return lost === 0 ? [] : [{ column, rows: lost }];
  });
  if (rows === 0 && columns.length === 0) return;
  const values = key.map((name) => `quote(o.${quoteName(name)})`).join(` || ', ' || `);
  const first = db
    .prepare<[], string>(`SELECT ${values} FROM ${KEPT} AS o WHERE ${isGone} LIMIT 3`)
    .pluck()
    .all()
    .map((row) => `(${key.join(', ')}) = (${row})`);
  throw rowsLost(table, 'has rows replaced', { rows, first, columns, keyless: null });
}
