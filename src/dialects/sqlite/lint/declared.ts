// What a revision says beforehand in its header, as the rules ask for it. A table is meant by any name that it has in
// the revision.

import type { Revision } from '../../../model/revision.js';
import { fold } from '../schema/sql-text.js';

const names = (tables: readonly string[]): ReadonlySet<string> => new Set(tables.map(fold));

/** Whether rows of a table may go, also because they live on in another one. */
export function maySayRowsGo({ losesRows, moves }: Revision, ...tables: readonly string[]): boolean {
  const meant = names(tables);
  return [...losesRows, ...moves.map(({ from }) => from)].some((table) => meant.has(fold(table)));
}

export function mayMove({ moves }: Revision, ...tables: readonly string[]): boolean {
  const meant = names(tables);
  return moves.some(({ from }) => meant.has(fold(from)));
}

/** Whether a header of columns, `changes` or `drops`, has this one. */
export function hasColumn(declared: readonly string[], tables: readonly string[], column: string): boolean {
  const meant = new Set(tables.map((table) => fold(`${table}.${column}`)));
  return declared.some((each) => meant.has(fold(each)));
}

/** The header line that says one thing more. */
export function headerLine(key: string, said: readonly string[], more: readonly string[]): string {
  return `"-- ${key}: ${[...said, ...more].join(', ')}"`;
}
