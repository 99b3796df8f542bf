// How the version table of one tool is read, and the readings that several tools share. Apart from the list of tools,
// so that each of them is a line there.

import type { Claim, Mark, StuckMark } from '../../../model/claim.js';

/** A row, each value as text. */
export type Row = Readonly<Record<string, string | null>>;

export type Reading = Partial<Pick<Claim, 'upTo' | 'each' | 'stuck'>>;

export interface Reader {
  readonly tool: string;
  readonly table: string;
  /** Columns by which a table of that name is this tool's. */
  readonly columns: readonly string[];
  /** Columns that are read where they are there. */
  readonly also?: readonly string[];
  /** Columns that tell the order of application, as far as they are there. */
  readonly order: readonly string[];
  /** @param rows in that order */
  readonly read: (rows: readonly Row[]) => Reading;
}

/** Every row is one that was applied. */
export function eachRow(markOf: (row: Row) => Mark | null): Reader['read'] {
  return (rows) => ({ each: rows.flatMap((row) => markOf(row) ?? []) });
}

/** A row is one that was applied, and its column is the name. */
export function eachIn(column: string): Reader['read'] {
  return eachRow((row) => named(row[column]));
}

/** The name of a file or a program, without directories and ending. */
export function named(name: string | null | undefined, ...also: readonly (string | null)[]): Mark | null {
  if (name === null || name === undefined || name === '') return null;
  const others = also.filter((one) => one !== null && one !== '').map(String);
  return { name: stemOf(name), ...(others.length === 0 ? {} : { also: others }) };
}

export function stemOf(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return name.replace(/(\.(up|do|sqlite))?\.(sql|ts|js|mjs|cjs|mts|cts|py|rb|php|go|rs)$/i, '');
}

/**
 * Of several rows of one migration the last counts.
 * @param stateOf what that row says of it
 */
export function lastRows(
  rows: readonly Row[],
  column: string,
  stateOf: (row: Row) => { readonly mark: Mark | null } | StuckMark | null,
): Reading {
  const last = new Map<string, Row>();
  for (const row of rows) {
    const name = row[column];
    if (name === null || name === undefined) continue;
    last.delete(name);
    last.set(name, row);
  }
  const each: Mark[] = [];
  const stuck: StuckMark[] = [];
  for (const row of last.values()) {
    const state = stateOf(row);
    if (state === null) continue;
    if ('kind' in state) stuck.push(state);
    else if (state.mark !== null) each.push(state.mark);
  }
  return { each, stuck };
}

/** Tables of one row that says whether a run holds the lock. */
export function lockIn(column: string): Reader['read'] {
  return (rows) => ({
    stuck: rows.some((row) => isTrue(row[column]))
      ? [{ kind: 'locked', name: null, found: `${column} = 1` }]
      : [],
  });
}

/** Tables that have a row for as long as a run holds the lock. */
export function lockByRow(rows: readonly Row[]): Reading {
  return { stuck: rows.length === 0 ? [] : [{ kind: 'locked', name: null, found: 'it has a row' }] };
}

/** SQLite has no booleans (https://www.sqlite.org/datatype3.html): tools write 1, `true` or `t`. */
export function isTrue(value: string | null | undefined): boolean {
  return value !== null && value !== undefined && /^(1|t|true|y|yes)$/i.test(value.trim());
}

export function failed(name: string | null | undefined, found: string): StuckMark {
  return { kind: 'failed', name: name ?? null, found };
}
