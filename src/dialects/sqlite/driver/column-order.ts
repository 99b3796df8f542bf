// The order of columns. It is no part of a structure, but a statement by position relies on it alone. The order that
// the replay had at a statement is noted here, and compared with a target's right before the statement runs there.

import { isDeepStrictEqual } from 'node:util';
import type Database from 'better-sqlite3';
import { DatabaseError, type ColumnOrders, type TableOrders } from '../../port.js';
import type { Script, Statement } from '../../../model/revision.js';
import { fold } from '../schema/sql-text.js';
import type { StatementWatch } from './watch.js';

/** Notes the orders that a script meets. */
export interface OrderRecorder {
  /** @param where the number of the statement in a script, its text in a program */
  note(where: number | string, statement: Pick<Statement, 'byPosition'>): void;
  finish(): ColumnOrders;
}

/** Whether a script has, or may have, statements that go by position. */
export function goesByPosition(script: Script): boolean {
  return script.kind === 'module' || script.statements.some(({ byPosition }) => byPosition !== undefined);
}

export function recordOrders(db: Database.Database): OrderRecorder {
  const start = allOrders(db);
  const at = new Map<number | string, TableOrders[]>();
  return {
    note(where, { byPosition }) {
      if (byPosition === undefined) return;
      const orders = ordersOf(db, byPosition);
      const noted = at.get(where) ?? [];
      // A program may run one statement a thousand times.
      if (!noted.some((other) => isDeepStrictEqual(orders, other))) at.set(where, [...noted, orders]);
    },
    finish: () => ({ start, at, end: allOrders(db) }),
  };
}

/** Makes the check that goes before each statement of a program on a target. */
export function orderWatch(db: Database.Database, accepted: readonly ColumnOrders[]): StatementWatch {
  return {
    before({ sql, byPosition }) {
      if (byPosition === undefined) return;
      // The replay has no rows, so it never ran what a program runs for each row. The order then is that of the start
      // or the end.
      const orders = accepted.flatMap(({ at, start, end }) => at.get(sql) ?? [start, end]);
      assertColumnOrder(db, byPosition, orders);
    },
  };
}

/**
 * Proves that all these tables have their columns as in one of the orders. A table that either side lacks is not
 * compared: SQLite itself reports that it is missing.
 * @throws DatabaseError `columnOrder`
 */
export function assertColumnOrder(
  db: Database.Database,
  tables: readonly string[],
  accepted: readonly TableOrders[],
): void {
  const found = ordersOf(db, tables);
  const differences = accepted.map((orders) => difference(found, orders));
  const [first] = differences;
  if (first === undefined || differences.includes(null)) return;
  throw new DatabaseError('columnOrder', first ?? '');
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

function allOrders(db: Database.Database): TableOrders {
  const names = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage <> 0";
  return ordersOf(db, db.prepare<[], string>(names).pluck().all());
}

const keyOf = (database: string, table: string): string =>
  database === 'main' ? fold(table) : `${database}.${fold(table)}`;
