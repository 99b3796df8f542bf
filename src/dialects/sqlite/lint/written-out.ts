// An INSERT by position, read by name: which columns it brings together, and the same statement with columns written
// out.

import type { AstNodeMap, Stmt } from 'sqlite3-parser';
import { fold, nameSql } from '../schema/sql-text.js';
import type { Snapshot } from '../schema/snapshot.js';
import { tableNamed } from './lookup.js';

/** What an INSERT puts where. */
export interface Pairing {
  readonly into: readonly string[];
  /** What goes into each of them: a column by its name; null where the value is computed. */
  readonly from: readonly (string | null)[];
  /** Where in the text the list of columns is missing; null where it is there. */
  readonly listAt: number | null;
  readonly star: Star | null;
}

/** A `*` in the text, and what it means. */
interface Star {
  readonly start: number;
  readonly end: number;
  readonly columns: readonly string[];
}

type SelectFrom = AstNodeMap['SelectFrom'];

/** Longer statements are told by their beginning. */
const LENGTH_MAX = 300;

/** Null where it is no INSERT of values or of one query, or where its columns are not known. */
export function pairingOf(tree: Stmt, structure: Snapshot): Pairing | null {
  if (tree.type !== 'InsertStmt' || tree.with !== undefined || tree.tblName.alias !== undefined) return null;
  if (tree.body.type === 'DefaultValuesInsertBody') return null;
  const { with: common, select, compounds } = tree.body.select;
  if (common !== undefined || (compounds ?? []).length > 0) return null;
  const into =
    tree.columns?.map(({ text }) => text) ??
    tableNamed(structure, tree.tblName.objName.text)
      ?.columns.filter(({ generated }) => generated === null)
      .map(({ name }) => name);
  const query =
    select.type === 'SelectFrom'
      ? readQuery(select, structure)
      : { from: (select.values[0]?.values ?? []).map(() => null), star: null };
  if (into === undefined || query?.from.length !== into.length) return null;
  const { offset, length } = tree.tblName.span;
  return { into, listAt: tree.columns === undefined ? offset + length : null, ...query };
}

/** What a query gives, by name; null where a `*` is not that of its only table. */
function readQuery(
  { columns, from }: SelectFrom,
  structure: Snapshot,
): Pick<Pairing, 'from' | 'star'> | null {
  const source = from?.select;
  const table =
    source?.type === 'TableSelectTable' && (from?.joins ?? []).length === 0
      ? tableNamed(structure, source.tblName.objName.text)
      : null;
  const all = table?.columns.map(({ name }) => name) ?? [];
  let star: Star | null = null;
  const names: (string | null)[] = [];
  for (const column of columns) {
    if (column.type === 'ExprResultColumn') {
      names.push(nameOfValue(column.expr));
      continue;
    }
    if (star !== null || all.length === 0) return null;
    const end = column.span.offset + column.span.length;
    star = {
      start: column.type === 'StarResultColumn' ? end - 1 : column.table.span.offset,
      end,
      columns: all,
    };
    names.push(...all);
  }
  return { from: names, star };
}

function nameOfValue(expr: AstNodeMap['ExprResultColumn']['expr']): string | null {
  if (expr.type === 'Id') return expr.name;
  return expr.type === 'QualifiedExpr' ? expr.column.text : null;
}

/** A column that is given to another one although one of its own name is there, or the other way round. */
export function crossed({ into, from }: Pairing): { readonly into: string; readonly from: string } | null {
  const [own, given] = [into.map(fold), from.map((name) => (name === null ? null : fold(name)))];
  const at = given.findIndex(
    (name, index) =>
      name !== null && name !== own[index] && (own.includes(name) || given.includes(own[index] ?? '')),
  );
  const [to, name] = [into[at], from[at]];
  return to === undefined || name === undefined || name === null ? null : { into: to, from: name };
}

/** The statement by name, on one line; null where it is not plain which value was meant for which column. */
export function writtenOut(sql: string, pairing: Pairing): string | null {
  const { listAt, star, from } = pairing;
  const isCrossed = crossed(pairing) !== null;
  // Only where a whole table is copied do columns of the same name surely belong together.
  if (isCrossed && (star === null || star.columns.length !== from.length)) return null;
  const given = new Set(from.map((name) => fold(name ?? '')));
  const into = isCrossed ? pairing.into.filter((name) => given.has(fold(name))) : pairing.into;
  const list = ` (${into.map(nameSql).join(', ')})`;
  const names = (isCrossed ? into : (star?.columns ?? [])).map(nameSql).join(', ');
  // A list that is there already names columns that the query may not have.
  if (isCrossed && listAt === null && into.length < pairing.into.length) return null;
  const text =
    (listAt === null ? '' : sql.slice(0, listAt) + list) +
    (star === null
      ? sql.slice(listAt ?? 0)
      : sql.slice(listAt ?? 0, star.start) + names + sql.slice(star.end));
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LENGTH_MAX ? `${line.slice(0, LENGTH_MAX)} ..` : line;
}
