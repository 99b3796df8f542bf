// The order of columns. It is no part of a structure, but a statement by position relies on it alone. The order that
// the replay had at a statement is noted here, and compared with a target's right before the statement runs there.

import type Database from 'better-sqlite3';
import { DatabaseError, type ColumnOrders, type OrderStep, type TableOrders } from '../../port.js';
import type { Script, Statement } from '../../../model/revision.js';
import { fold, tokensOf } from '../schema/sql-text.js';
import { leanedOn, mayFireByPosition } from './positional-triggers.js';
import type { StatementWatch } from './watch.js';

/** Notes the orders that a script meets. */
export interface OrderRecorder {
  /** To be called right before a statement of a script. */
  note(place: number, statement: Pick<Statement, 'sql' | 'byPosition'>): void;
  /** Looks at the statements of a program. */
  readonly watch: StatementWatch;
  finish(): ColumnOrders;
}

/** Whether a script has, or may have, statements that go by position, its own or those of triggers. */
export function goesByPosition(db: Database.Database, script: Script): boolean {
  if (script.kind === 'module') return true;
  return (
    script.statements.some(({ byPosition }) => byPosition !== undefined) || mayFireByPosition(db, script)
  );
}

export function recordOrders(db: Database.Database): OrderRecorder {
  const start = allOrders(db);
  const at = new Map<number, TableOrders>();
  const steps: OrderStep[] = [];
  return {
    note(place, statement) {
      const tables = leanedOn(db, statement);
      if (tables.length > 0) at.set(place, ordersOf(db, tables));
    },
    watch: {
      after({ sql }) {
        const change = changeOf(sql);
        if (change !== null) steps.push({ change, orders: allOrders(db) });
      },
    },
    finish: () => ({ start, at, steps, end: allOrders(db) }),
  };
}

/**
 * Checks the statements of a program on a target. The changes that it has made to tables tell how far it has come:
 * after the same changes, tables have the same order in the replay and here.
 */
export function orderWatch(db: Database.Database, accepted: readonly ColumnOrders[]): StatementWatch {
  const done: string[] = [];
  return {
    before(statement) {
      const tables = accepted.length === 0 ? [] : leanedOn(db, statement);
      if (tables.length === 0) return;
      const found = ordersOf(db, tables);
      assertOneFits(accepted.map((orders) => ordersAfter(done, orders).map((one) => difference(found, one))));
    },
    after({ sql }) {
      const change = changeOf(sql);
      if (change !== null) done.push(change);
    },
  };
}

/**
 * A program that made other changes than in the replay leaves one thing known: an order that is the same all through.
 */
function ordersAfter(done: readonly string[], { start, steps, end }: ColumnOrders): readonly TableOrders[] {
  if (!done.every((change, index) => steps[index]?.change === change)) return [start, end];
  return [steps[done.length - 1]?.orders ?? start];
}

const CHANGE = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(?:CREATE|ALTER|DROP)\b/i;
const WORDS_MAX = 8;

/** What a statement does to which table, in the few words that tell it from others; null where it changes none. */
function changeOf(sql: string): string | null {
  if (!CHANGE.test(sql)) return null;
  const words = tokensOf(sql).slice(0, WORDS_MAX);
  if (!words.slice(0, 3).some(({ kind }) => kind === 'TABLE')) return null;
  const end = words.findIndex(({ kind }) => kind === 'LP' || kind === 'AS');
  return (end < 0 ? words : words.slice(0, end)).map(({ canonical }) => canonical).join(' ');
}

/**
 * Proves that the tables of these orders have their columns as in one of them. A table that either side lacks is not
 * compared: SQLite itself reports that it is missing.
 * @throws DatabaseError `columnOrder`
 */
export function assertColumnOrder(db: Database.Database, accepted: readonly TableOrders[]): void {
  const tables = accepted.flatMap((orders) => Object.keys(orders).map((key) => key.replace(/^temp\./, '')));
  const found = ordersOf(db, [...new Set(tables)]);
  assertOneFits(accepted.map((orders) => [difference(found, orders)]));
}

/** @param differences for each of what is accepted, in what it differs; null where it does not */
function assertOneFits(differences: readonly (readonly (string | null)[])[]): void {
  const first = differences.map((each) => each.find((words) => words !== null) ?? null);
  if (first.length > 0 && !first.includes(null)) throw new DatabaseError('columnOrder', first[0] ?? '');
}

function difference(found: TableOrders, expected: TableOrders): string | null {
  for (const [table, columns] of Object.entries(found)) {
    const wanted = expected[table];
    if (wanted === undefined || wanted.map(fold).join('\0') === columns.map(fold).join('\0')) continue;
    return `the statement goes by the position of columns, and ${table} has them in the order ${columns.join(', ')}, where the revisions leave ${wanted.join(', ')}`;
  }
  return null;
}

type Columns = Database.Statement<[table: string, database: string], string>;

/** Prepared once for each connection: a revision may have a thousand such statements. */
const columnsOf = new WeakMap<Database.Database, Columns>();

function columns(db: Database.Database): Columns {
  const known = columnsOf.get(db);
  if (known !== undefined) return known;
  const sql = 'SELECT name FROM pragma_table_xinfo(?, ?)';
  const statement = db.prepare<[table: string, database: string], string>(sql).pluck();
  columnsOf.set(db, statement);
  return statement;
}

/** A temporary table hides another of its name, unless the statement names the database as well: both count. */
function ordersOf(db: Database.Database, tables: readonly string[]): TableOrders {
  const read = columns(db);
  const orders: Record<string, readonly string[]> = {};
  for (const table of tables) {
    for (const database of ['main', 'temp']) {
      const names = read.all(table, database);
      if (names.length > 0) orders[keyOf(database, table)] = names;
    }
  }
  return orders;
}

/** Views are among what a statement may lean on. */
function allOrders(db: Database.Database): TableOrders {
  const sql = ['main', 'temp']
    .map(
      (database) =>
        `SELECT name FROM ${database}.sqlite_schema WHERE type IN ('table', 'view') AND sql NOT LIKE 'CREATE VIRTUAL%'`,
    )
    .join(' UNION ');
  return readable(db, db.prepare<[], string>(sql).pluck().all());
}

/** A view over what is not there cannot be asked for its columns, and no statement can lean on it. */
function readable(db: Database.Database, tables: readonly string[]): TableOrders {
  return Object.assign(
    {},
    ...tables.map((table) => {
      try {
        return ordersOf(db, [table]);
      } catch {
        return {};
      }
    }),
  ) as TableOrders;
}

const keyOf = (database: string, table: string): string =>
  database === 'main' ? fold(table) : `${database}.${fold(table)}`;
