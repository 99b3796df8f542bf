// The rebuild of a table for revisions that are programs: reads what the table is, plans the steps and takes them.
// Apart from the plan because it needs a database, and tells a mistake to whoever wrote the revision.
// Invariant: nothing goes that was not named, neither a column nor what only works with it.

import type { Database } from 'better-sqlite3';
import type { RebuildOptions } from '../../../model/revision-database.js';
import { planRebuild, temporaryName } from '../schema/rebuild.js';
import { find, has, namesIn } from '../schema/repair-goal.js';
import type { Snapshot, Table } from '../schema/snapshot.js';
import { fold } from '../schema/sql-text.js';
import { DatabaseError } from '../../port.js';
import { connect } from './connect.js';
import { toDatabaseError } from './errors.js';
import { readSnapshot } from './introspect.js';
import { createBrokenFinder } from '../lint/trace-broken.js';
import type { WatchedStatement } from './watch.js';

/** A call of `db.rebuild`. */
export interface RebuildCall {
  readonly table: string;
  readonly definition: string;
  readonly options: RebuildOptions | undefined;
  /** Runs each statement where others look on. */
  readonly run: (statement: WatchedStatement, work: () => void) => void;
}

/**
 * Call it inside a transaction that began with foreign_keys = OFF.
 * @throws DatabaseError
 */
export function rebuildTable(db: Database, { table, definition, options = {}, run }: RebuildCall): void {
  const current = readSnapshot(db);
  const source = find(current.tables, table);
  if (source === undefined || source.virtual) throw refusal(table, 'there is no ordinary table of this name');
  const target = readDefinition(source.name, definition);
  assertOptions(source, target, options);
  const legacyAlterTable = db.pragma('legacy_alter_table', { simple: true }) === 1;
  const brokenBefore = brokenIn(db, current);
  const plan = { current, table, target, copy: options.copy ?? {}, legacyAlterTable };
  for (const sql of planRebuild(plan)) {
    try {
      run({ sql, mayDrop: options.drop ?? [] }, () => void db.prepare(sql).run());
    } catch (error) {
      throw explained(error, sql, source.name, temporaryName(current, source.name));
    }
  }
  for (const [part, error] of brokenIn(db, readSnapshot(db))) {
    if (brokenBefore.has(part)) continue;
    throw refusal(source.name, `${part} would not work any more (${error}); ${MAKE_ANEW}`);
  }
}

const MAKE_ANEW = 'drop it first, and make it anew afterwards';

/** What a CREATE TABLE statement makes, read from a database in memory. */
function readDefinition(table: string, definition: string): Table {
  const scratch = connect(':memory:');
  let made: Snapshot;
  try {
    scratch.prepare(definition).run();
    made = readSnapshot(scratch);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw refusal(table, `its definition is not one statement that SQLite takes: ${said}`);
  } finally {
    scratch.close();
  }
  const [target] = made.tables;
  if (target === undefined || target.virtual)
    throw refusal(table, 'its definition is not a CREATE TABLE statement');
  if (fold(target.name) !== fold(table))
    throw refusal(table, `its definition is of ${target.name}; write the table's own name there`);
  return target;
}

/** A misspelt or forgotten name would leave a column empty, or take away what it holds, in every row. */
function assertOptions(source: Table, target: Table, options: RebuildOptions): void {
  const { copy = {}, drop = [], ...others } = options;
  const refuse = (name: string | undefined, why: (name: string) => string) => {
    if (name !== undefined) throw refusal(source.name, why(name));
  };
  refuse(
    Object.keys(others)[0],
    (name) => `there is no option ${JSON.stringify(name)}: "copy" and "drop" are`,
  );
  const plain = target.columns.filter(({ generated }) => generated === null);
  refuse(
    Object.keys(copy).find((name) => !has(plain, name)),
    (name) => `"copy" names ${name}, and its definition has no column of that name to copy into`,
  );
  refuse(
    drop.find((name) => !has(source.columns, name) || has(plain, name)),
    (name) => `"drop" names ${name}, which is not a column that goes`,
  );
  const used = new Set(Object.values(copy).flatMap((expression) => [...namesIn(expression)]));
  const dropped = new Set(drop.map(fold));
  refuse(
    source.columns.find(
      ({ name, generated }) =>
        generated === null && !has(plain, name) && !used.has(fold(name)) && !dropped.has(fold(name)),
    )?.name,
    (name) =>
      `its definition has no place for what the column ${name} holds; rename it by "copy", or name it in "drop"`,
  );
}

/** Views and triggers that do not work, with SQLite's words. */
function brokenIn(db: Database, structure: Snapshot): ReadonlyMap<string, string> {
  const broken = createBrokenFinder(db).find(structure);
  return new Map(broken.map(({ kind, name, error }) => [`${kind} ${name}`, error]));
}

/** The temporary name that the table has during the rebuild would mean nothing to a reader. */
function explained(error: unknown, statement: string, table: string, temporary: string): DatabaseError {
  const { code, message, found } = toDatabaseError(error, 'migrationFailed');
  const isOnTable = /^CREATE (UNIQUE INDEX|INDEX|TRIGGER) /.test(statement);
  const what = isOnTable ? `${statement.split(' ON ', 1)[0] ?? ''}: ` : '';
  const remedy = isOnTable ? `; ${MAKE_ANEW}` : '';
  const said = `the table ${table} cannot be rebuilt: ${what}${message.replaceAll(temporary, table)}${remedy}`;
  return new DatabaseError(code, said, { cause: error, found });
}

function refusal(table: string, why: string): DatabaseError {
  return new DatabaseError('migrationFailed', `the table ${table} cannot be rebuilt: ${why}`);
}
