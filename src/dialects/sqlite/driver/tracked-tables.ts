// The tables of a target over one pass, whatever they are called meanwhile, and which rows were copied from where to
// where. Nothing is proved here: this is what the checks of rows go by.
// Invariant: a table is one object from its first mention to its end; its name is only what it is called now.

import type { Database } from 'better-sqlite3';
import { fold } from '../schema/sql-text.js';
import type { TableName } from '../syntax/row-effects.js';

export interface TrackedTable {
  readonly database: string;
  name: string;
  /** All that it was called in this revision, folded, and what those were called that it holds the rows of. */
  names: Set<string>;
  /** By which name to speak of it: the one before the revision, or of the table whose rows it holds. */
  called: string;
  /** What it was called before the pass, folded, and how many rows it had; null where it was not there. */
  readonly origin: { readonly name: string; readonly rows: number } | null;
  /** Whether it has rows that were there before the pass, its own or copies that are all that is left of others. */
  mustKeep: boolean;
  isGone: boolean;
  /** Whether rows of it went and somebody said so. */
  gaveRows: boolean;
  /** What was copied from it. */
  copies: Copy[];
}

export interface Copy {
  readonly into: TrackedTable;
  /** Columns copied as they are: of the source, folded, to those that they went into. */
  readonly asIs: Map<string, string>;
  /** Columns of the source, folded, that something was computed from. */
  readonly computed: Set<string>;
  /** Whether each row of the source is there, and nothing happened since that could change it. */
  isWhole: boolean;
  /** Rows that were there before. */
  readonly before: number;
  /** Made by another run: the application may have gone on meanwhile. */
  readonly isOld: boolean;
  /** Its rows are those of another table too: one of a key need not hold what the row of this key held. */
  readonly isMatched: boolean;
}

export interface TrackedTables {
  /** Rows of each table at the start of the pass; said with each revision, and taken once. */
  start(rows: Readonly<Record<string, number>>): void;
  readonly anyRows: boolean;
  /** Which one a statement means; it need not be there. */
  find(table: TableName): TrackedTable;
  /** The one that was called so before the pass. */
  original(name: string): TrackedTable;
  /** Those that had rows before the pass. */
  originals(): readonly TrackedTable[];
  all(): readonly TrackedTable[];
  /** Rows of the first are in the second alone from now on. */
  holdFor(table: TrackedTable, into: TrackedTable): void;
  /** Copies of rows of any table that are in this one. */
  copiesInto(table: TrackedTable): readonly Copy[];
  renameTable(table: TrackedTable, to: string): void;
  renameColumn(table: TrackedTable, from: string, to: string): void;
  /** The column of a copy is dropped: what it held was to go. */
  dropColumn(table: TrackedTable, column: string): void;
  /** The table is gone; what was copied on from it counts as copied from where its own rows came from. */
  drop(table: TrackedTable): void;
}

export function trackTables(db: Database): TrackedTables {
  /** By what they are called now. */
  const known = new Map<string, TrackedTable>();
  const everyone: TrackedTable[] = [];
  let start: ReadonlyMap<string, number> | null = null;
  const inTemp = db
    .prepare<[string], 1>(
      "SELECT 1 FROM temp.sqlite_schema WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')",
    )
    .pluck();

  function at(database: string, name: string): TrackedTable {
    const key = keyOf(database, name);
    const found = known.get(key);
    if (found !== undefined) return found;
    const rows = database === 'main' ? start?.get(fold(name)) : undefined;
    return put(database, name, rows === undefined ? null : { name: fold(name), rows });
  }

  function put(database: string, name: string, origin: TrackedTable['origin']): TrackedTable {
    const table: TrackedTable = {
      database,
      name,
      names: new Set([fold(name)]),
      called: name,
      origin,
      mustKeep: (origin?.rows ?? 0) > 0,
      isGone: false,
      gaveRows: false,
      copies: [],
    };
    known.set(keyOf(database, name), table);
    everyone.push(table);
    return table;
  }

  function original(name: string): TrackedTable {
    return everyone.find(({ origin }) => origin?.name === fold(name)) ?? at('main', name);
  }

  function copies(): { readonly of: TrackedTable; readonly copy: Copy }[] {
    return [...known.values()].flatMap((of) => of.copies.map((copy) => ({ of, copy })));
  }

  return {
    start(rows) {
      start ??= new Map(Object.entries(rows).map(([name, count]) => [fold(name), count]));
      for (const table of known.values()) {
        table.names = new Set([fold(table.name)]);
        table.called = table.name;
      }
    },
    get anyRows() {
      return [...(start?.values() ?? [])].some((count) => count > 0);
    },
    find: ({ database, name }) => at(fold(database ?? (inTemp.get(name) === 1 ? 'temp' : 'main')), name),
    original,
    originals: () => [...(start ?? [])].filter(([, rows]) => rows > 0).map(([name]) => original(name)),
    all: () => [...known.values()],
    copiesInto: (table) =>
      copies()
        .filter(({ copy }) => copy.into === table)
        .map(({ copy }) => copy),
    holdFor(table, into) {
      into.mustKeep = true;
      for (const name of table.names) into.names.add(name);
      if (into.database === 'temp') into.called = table.called;
    },
    renameTable(table, to) {
      put(table.database, table.name, null);
      table.name = to;
      table.names.add(fold(to));
      known.set(keyOf(table.database, to), table);
    },
    renameColumn(table, from, to) {
      for (const { asIs, computed } of table.copies) {
        const into = asIs.get(fold(from));
        if (into !== undefined) asIs.delete(fold(from));
        if (into !== undefined) asIs.set(fold(to), into);
        if (computed.delete(fold(from))) computed.add(fold(to));
      }
      for (const { copy } of copies().filter((one) => one.copy.into === table))
        for (const [source, into] of copy.asIs) if (fold(into) === fold(from)) copy.asIs.set(source, to);
    },
    dropColumn(table, column) {
      for (const copy of copies().filter((one) => one.copy.into === table)) compute(copy.copy, column);
    },
    drop(table) {
      for (const { of, copy } of copies().filter((one) => one.copy.into === table))
        of.copies = [
          ...of.copies.filter((one) => one !== copy),
          ...table.copies.map((next) => composed(copy, next)),
        ];
      table.isGone = true;
      put(table.database, table.name, null);
    },
  };
}

/** What was copied into a column is there as something else now. */
export function compute({ asIs, computed }: Copy, column: string): void {
  for (const [source, into] of asIs) {
    if (fold(into) !== fold(column)) continue;
    asIs.delete(source);
    computed.add(source);
  }
}

function composed(first: Copy, next: Copy): Copy {
  const asIs = new Map<string, string>();
  const computed = new Set<string>();
  const nextAsIs = (column: string): string | undefined => next.asIs.get(fold(column));
  for (const [source, middle] of first.asIs) {
    const into = nextAsIs(middle);
    if (into !== undefined) asIs.set(source, into);
    if (next.computed.has(fold(middle))) computed.add(source);
  }
  // What was computed from a column is somewhere in the middle; that it was copied on is not asked for.
  for (const source of first.computed) computed.add(source);
  return {
    ...next,
    asIs,
    computed,
    isWhole: first.isWhole && next.isWhole,
    isMatched: first.isMatched || next.isMatched,
  };
}

const keyOf = (database: string, name: string): string => `${database}.${fold(name)}`;
