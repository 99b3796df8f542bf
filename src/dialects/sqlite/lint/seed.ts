// Puts rows into every table that has none, so that revisions are tried on rows before a fleet's rows meet them: one,
// another that is equal to it but for what must differ, and one with NULL wherever it may be, because new rules of a
// table fail on such rows. Values fit types, CHECKs, DEFAULTs and foreign keys as well as can be found out by trying.
// Numbers are unusual, so that rows that revisions insert do not collide with them.

import type { Database } from 'better-sqlite3';
import type { Check, Column, Snapshot, Table } from '../schema/snapshot.js';
import { fold, quoteName, sqlText, tokensOf, unquote } from '../schema/sql-text.js';

type Value = string | bigint | number | Uint8Array | null;

export interface Seeder {
  /**
   * Gives each table of the structure rows that has none.
   * @param except tables in lower case that are to stay as they are
   * @returns whether any may have got one
   */
  fill(structure: Snapshot, except?: ReadonlySet<string>): boolean;
  /** Tables that may have lost all their rows, or are new under an old name, are looked at again. */
  readAgain(tables: Iterable<string>): void;
  /** Tables that no row could be found for, and why; each once. */
  unseeded(): readonly { readonly table: string; readonly reason: string }[];
}

/** Rows that are tried for one table before it is given up. */
const TRIES_MAX = 2000;
const NUMBER = 7001n;
const TEXT = 'seeded';
const MOMENT = '2020-02-02 02:02:02';

export function createSeeder(db: Database): Seeder {
  const filled = new Set<string>();
  const failed = new Map<string, { readonly table: Table; readonly reason: string }>();

  function fillTable(table: Table, byName: ReadonlyMap<string, Table>, open: Set<string>): void {
    const name = fold(table.name);
    if (filled.has(name) || open.has(name) || failed.get(name)?.table === table) return;
    open.add(name);
    for (const { parent } of table.foreignKeys) {
      const other = byName.get(fold(parent));
      if (other !== undefined) fillTable(other, byName, open);
    }
    const reason = table.virtual ? 'it is a virtual table' : insertRow(db, table, byName);
    if (reason === null) {
      filled.add(name);
      failed.delete(name);
    } else {
      failed.set(name, { table, reason });
    }
  }

  return {
    fill(structure, except = new Set()) {
      const missing = structure.tables.filter(
        ({ name }) => !filled.has(fold(name)) && !except.has(fold(name)),
      );
      if (missing.length === 0) return false;
      const byName = new Map(structure.tables.map((table) => [fold(table.name), table]));
      for (const table of missing) fillTable(table, byName, new Set());
      return true;
    },
    readAgain(tables) {
      for (const table of tables) filled.delete(fold(table));
    },
    unseeded: () => [...failed.values()].map(({ table, reason }) => ({ table: table.name, reason })),
  };
}

/** @returns why there is no row, or null where there is one */
function insertRow(db: Database, table: Table, byName: ReadonlyMap<string, Table>): string | null {
  const name = quoteName(table.name);
  try {
    if (db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() !== undefined) return null;
    const columns = table.columns.filter((column) => column.generated === null);
    const parents = parentValues(db, table, byName);
    const choices = columns.map((column) => choicesOf(db, table, column, parents.get(fold(column.name))));
    const insert = db.prepare(
      // What a table does with a conflict by itself may end the transaction.
      `INSERT OR ABORT INTO ${name} (${columns.map((column) => quoteName(column.name)).join(', ')})
       VALUES (${columns.map(() => '?').join(', ')})`,
    );
    let first: readonly Value[] = [];
    const reason = search(table, columns, choices, (row) => {
      insert.run(...row);
      first = row;
    });
    if (reason === null) insertMore(table, columns, first, (row) => insert.run(...row));
    return reason;
  } catch (error) {
    return messageOf(error);
  }
}

/** Tries rows until one is accepted: where a CHECK fails, the columns that it names get their next values. */
function search(
  table: Table,
  columns: readonly Column[],
  choices: readonly (readonly Value[])[],
  insert: (row: readonly Value[]) => unknown,
): string | null {
  const at = columns.map(() => 0);
  let reason = 'no row fits its CHECKs';
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    try {
      insert(at.map((choice, index) => choices[index]?.[choice] ?? null));
      return null;
    } catch (error) {
      reason = messageOf(error);
    }
    const named = columnsOfError(reason, table);
    const wheels = columns.flatMap((column, index) => (named.has(fold(column.name)) ? [index] : []));
    // Counts like an odometer through the values of this CHECK's columns. Other columns keep values that fit already.
    const turning = wheels.find((index) => {
      at[index] = ((at[index] ?? 0) + 1) % (choices[index]?.length ?? 1);
      return at[index] !== 0;
    });
    if (turning === undefined) return reason;
  }
  return reason;
}

/** Two more rows where they fit: an equal one, and one of NULLs. What stands in the way keeps the value that fits. */
function insertMore(
  table: Table,
  columns: readonly Column[],
  first: readonly Value[],
  insert: (row: readonly Value[]) => unknown,
): void {
  const keys = new Set(table.primaryKey?.columns.map(({ name }) => fold(name)));
  const isEmpty = (column: Column): boolean => !column.notNull && !keys.has(fold(column.name));
  for (const number of [2n, 4n]) {
    const kept = new Set<string>();
    const differing = new Set<string>(keys.size === 1 ? keys : []);
    for (let tries = 0; tries <= columns.length + 1; tries += 1) {
      const row = columns.map((column, index) => {
        const name = fold(column.name);
        if (number > 2n && isEmpty(column) && !kept.has(name)) return null;
        return differing.has(name) ? another(first[index] ?? null, number) : (first[index] ?? null);
      });
      try {
        insert(row);
        break;
      } catch (error) {
        const names = uniqueIn(messageOf(error), table) ?? columnsOfError(messageOf(error), table);
        const size = kept.size + differing.size;
        const last = [...names].at(-1);
        if (/^UNIQUE/.test(messageOf(error)) && last !== undefined) differing.add(last);
        else for (const name of names) kept.add(name);
        if (kept.size + differing.size === size) break;
      }
    }
  }
}

/** The columns of a key that two rows share; null where it is about something else. */
function uniqueIn(message: string, table: Table): ReadonlySet<string> | null {
  const named = /^UNIQUE constraint failed: (.*)$/s.exec(message)?.[1];
  if (named === undefined) return null;
  return new Set(named.split(', ').map((name) => fold(name.slice(table.name.length + 1))));
}

function another(value: Value, number: bigint): Value {
  if (typeof value === 'bigint') return value + number;
  if (typeof value === 'number') return value + Number(number);
  return typeof value === 'string' ? `${value} ${number}` : Buffer.from(`${number}`);
}

function columnsOfError(message: string, table: Table): ReadonlySet<string> {
  const failing = /^CHECK constraint failed: (.*)$/s.exec(message)?.[1];
  if (failing !== undefined) {
    const { canonical } = sqlText(failing);
    const check =
      table.checks.find((each) => each.name === failing) ??
      table.checks.find((each) => each.expression.canonical === canonical);
    return new Set((check === undefined ? table.checks : [check]).flatMap(identifiersOf));
  }
  const mistyped = /^cannot store .* value in .* column .*\.(.*)$/s.exec(message)?.[1];
  // A function in a CHECK may fail instead of being false: of malformed JSON, for example.
  return new Set(mistyped === undefined ? table.checks.flatMap(identifiersOf) : [fold(mistyped)]);
}

const identifiersOf = (check: Check): string[] =>
  tokensOf(check.expression.text).map(({ text }) => fold(unquote(text)));

/** What the columns of foreign keys refer to: a row that is there, or the one that will be. */
function parentValues(
  db: Database,
  table: Table,
  byName: ReadonlyMap<string, Table>,
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const { columns, parent, parentColumns } of table.foreignKeys) {
    const other = byName.get(fold(parent));
    if (other === undefined || parentColumns === null) continue;
    const list = parentColumns.map(quoteName).join(', ');
    const sql = `SELECT ${list} FROM ${quoteName(other.name)} LIMIT 1`;
    const row = db.prepare<[], Value[]>(sql).raw().safeIntegers().get();
    columns.forEach((column, index) => {
      const target = other.columns.find(({ name }) => fold(name) === fold(parentColumns[index] ?? ''));
      const own = target === undefined ? null : (choicesOf(db, other, target, undefined)[0] ?? null);
      values.set(fold(column), row === undefined ? own : (row[index] ?? null));
    });
  }
  return values;
}

/** Values to try for a column, the likeliest first. */
function choicesOf(db: Database, table: Table, column: Column, parent: Value | undefined): readonly Value[] {
  if (parent !== undefined && parent !== null) return [parent];
  const checks = table.checks.filter((check) => identifiersOf(check).includes(fold(column.name)));
  const written = checks.flatMap(literalsOf);
  const usual = usualValue(table, column);
  const others: Value[] = [1n, 0n, 2n, 'a', '', '{}', '[]', '2020-02-02', 'seed@example.org', 0.5];
  const values = [...written, ...defaultOf(db, column), usual, ...(checks.length > 0 ? others : [])];
  return column.notNull ? values : [...values, null];
}

/** The constants of a CHECK, with their neighbours, and texts of the lengths that it speaks of. */
function literalsOf(check: Check): Value[] {
  const tokens = tokensOf(check.expression.text);
  const isLength = tokens.some(({ canonical }) => canonical === 'length');
  return tokens.flatMap(({ kind, text }): Value[] => {
    if (kind === 'STRING') return [unquote(text)];
    if (kind === 'FLOAT') return [Number(text), Number(text) + 1, Number(text) - 1];
    if (kind !== 'INTEGER' || !/^[0-9]{1,15}$/.test(text)) return [];
    const value = BigInt(text);
    if (isLength && value <= 10_000n) return ['x'.repeat(Number(value)), 'x'.repeat(Number(value) + 1), 'x'];
    return [value, value + 1n, value - 1n];
  });
}

function defaultOf(db: Database, column: Column): Value[] {
  if (column.default === null) return [];
  try {
    const value = db.prepare<[], Value>(`SELECT ${column.default.text}`).pluck().safeIntegers().get();
    return value === undefined || value === null ? [] : [value];
  } catch {
    // A default that is no expression by itself, such as a bare word, is a text.
    return [column.default.text];
  }
}

/** A value of the declared type (https://sqlite.org/datatype3.html#determination_of_column_affinity). */
function usualValue(table: Table, column: Column): Value {
  const type = column.type.canonical;
  const own = `${table.name}.${column.name}`;
  // A different one for each column, so that a reference without a chosen parent does not find one by chance.
  const number = NUMBER + BigInt([...Buffer.from(own)].reduce((sum, byte) => (sum * 31 + byte) % 99_991, 0));
  if (/bool/.test(type)) return 1n;
  if (/int/.test(type)) return number;
  if (/date|time/.test(type)) return MOMENT;
  if (/json/.test(type)) return '{}';
  if (/char|clob|text/.test(type)) return `${TEXT} ${own}`;
  if (/blob/.test(type)) return Buffer.from(own);
  if (/real|floa|doub/.test(type)) return Number(number) + 0.5;
  return type === '' || type === 'any' ? `${TEXT} ${own}` : number;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
