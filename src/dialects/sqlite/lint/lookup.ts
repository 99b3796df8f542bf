// What is in a structure, by name as SQLite compares names, and what differs between two. Lists of a structure are
// sorted by name and share their unchanged parts with the structure before: both make looking cheap.

import type { Named } from '../../structure.js';
import { fold, tokensOf, unquote } from '../schema/sql-text.js';
import type { ShapeOf } from '../syntax/query-columns.js';
import type { Column, Snapshot, Table, Trigger, View } from '../schema/snapshot.js';

/** The part of that name in a list sorted by name. */
function find<T extends Named>(sorted: readonly T[], name: string): T | null {
  const wanted = fold(name);
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const part = sorted[middle];
    if (part === undefined) return null;
    const found = fold(part.name);
    if (found === wanted) return part;
    if (found < wanted) low = middle + 1;
    else high = middle;
  }
  return null;
}

export function tableNamed(structure: Snapshot, name: string): Table | null {
  return find(structure.tables, name);
}

/** The tables of a structure, as whoever reads a query asks for them. */
export const shapesIn =
  (structure: Snapshot): ShapeOf =>
  ({ database, name }) => {
    const table = database === 'temp' ? null : tableNamed(structure, name);
    return table === null ? null : { kind: 'table', columns: table.columns.map((column) => column.name) };
  };

export function columnNamed(structure: Snapshot, table: string, column: string): Column | null {
  const columns = tableNamed(structure, table)?.columns ?? [];
  return columns.find((each) => fold(each.name) === fold(column)) ?? null;
}

/** Whether a table, index, view or trigger of this name is there. */
export function hasObject(structure: Snapshot, name: string): boolean {
  return KINDS.some((kind) => find<Named>(structure[kind], name) !== null);
}

const written = new WeakMap<View | Trigger, ReadonlySet<string>>();

/** Every word of a view or trigger that may be a name, in lower case; with the table that a trigger is on. */
export function namesWritten(part: View | Trigger): ReadonlySet<string> {
  let names = written.get(part);
  if (names === undefined) {
    const own = tokensOf(part.definition.text).map((token) => fold(unquote(token.text)));
    names = new Set('table' in part ? [...own, fold(part.table)] : own);
    written.set(part, names);
  }
  return names;
}

/** The lists of a structure. */
export const KINDS = ['tables', 'indexes', 'views', 'triggers'] as const;

/** Parts of the first list that are not, as the same objects, in the second; and the other way round. */
export function changed<T>(
  before: readonly T[],
  after: readonly T[],
): { gone: readonly T[]; come: readonly T[] } {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let [endA, endB] = [before.length, after.length];
  while (endA > start && endB > start && before[endA - 1] === after[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const [a, b] = [before.slice(start, endA), after.slice(start, endB)];
  const [inA, inB] = [new Set(a), new Set(b)];
  return { gone: a.filter((part) => !inB.has(part)), come: b.filter((part) => !inA.has(part)) };
}
