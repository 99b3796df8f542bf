// Which tables a statement may change, their structure or their rows: looking at every table after every statement
// would take longer than running them.

import type { Database } from 'better-sqlite3';
import { fold, quoteName, tokensOf, unquote } from '../schema/sql-text.js';
import type { Snapshot } from '../schema/snapshot.js';
import type { Statement } from '../../../model/revision.js';
import { treeOf } from '../syntax/tree.js';

/** Rows by table, under the name that the structure gives it. */
export type Counts = ReadonlyMap<string, number>;

/**
 * Tables (and views) whose structure a statement may change, with what is on them.
 * @returns undefined: any may
 */
export function tablesTouched(statement: Statement, structure: Snapshot): readonly string[] | undefined {
  const tree = treeOf(statement);
  if (tree === null) return undefined;
  if (tree.type === 'CreateIndexStmt') return [tree.tblName.text];
  if (tree.type === 'CreateViewStmt' || tree.type === 'DropViewStmt') return [tree.viewName.objName.text];
  if (tree.type === 'DropIndexStmt') {
    const index = structure.indexes.find(({ name }) => fold(name) === fold(tree.idxName.objName.text));
    return index === undefined ? undefined : [index.table];
  }
  // Renaming changes whatever names the table or column.
  if (tree.type === 'AlterTableStmt' && tree.body.type.startsWith('Rename')) return undefined;
  return CHANGING.has(tree.type) && 'tblName' in tree ? [tree.tblName.objName.text] : undefined;
}

const CHANGING: ReadonlySet<string> = new Set([
  'AlterTableStmt',
  'CreateTableStmt',
  'CreateTriggerStmt',
  'DropTableStmt',
]);

/** Tables of the structure that a statement may take rows from, or replace. */
export function tablesAtRisk(statement: Statement, structure: Snapshot): readonly string[] {
  const tree = treeOf(statement);
  if (tree === null) return structure.tables.map((table) => table.name);
  if (tree.type === 'DropTableStmt' || tree.type === 'AlterTableStmt') {
    return namesIn(structure, new Set([fold(tree.tblName.objName.text)]));
  }
  if (tree.type === 'DeleteStmt' || tree.type === 'InsertStmt' || tree.type === 'UpdateStmt') {
    return namesIn(structure, reachedBy(fold(tree.tblName.objName.text), structure));
  }
  return [];
}

/** Whether a statement may change rows. */
export function changesRows(statement: Statement): boolean {
  return treeOf(statement) === null || CHANGING_ROWS.has(statement.kind);
}

const CHANGING_ROWS: ReadonlySet<string> = new Set([
  'DeleteStmt',
  'DropTableStmt',
  'InsertStmt',
  'UpdateStmt',
]);

/** Whether a statement may fail for the rows that it meets, where it works without any. */
export function dependsOnRows(statement: Statement): boolean {
  const tree = treeOf(statement);
  const isRemoval = tree?.type === 'AlterTableStmt' && /^(Drop|Rename)/.test(tree.body.type);
  return !isRemoval && !ROWS_DO_NOT_MATTER.has(statement.kind);
}

const ROWS_DO_NOT_MATTER: ReadonlySet<string> = new Set([
  'CreateTriggerStmt',
  'CreateViewStmt',
  'DropIndexStmt',
  'DropTableStmt',
  'DropTriggerStmt',
  'DropViewStmt',
]);

function namesIn(structure: Snapshot, names: ReadonlySet<string>): string[] {
  return structure.tables.filter((table) => names.has(fold(table.name))).map((table) => table.name);
}

/** A table, and those that its triggers name, and so on: in lower case. */
function reachedBy(table: string, structure: Snapshot): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [table];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const triggers = structure.triggers.filter((trigger) => fold(trigger.table) === name);
    for (const trigger of triggers) {
      open.push(...tokensOf(trigger.definition.text).map((token) => fold(unquote(token.text))));
    }
  }
  return reached;
}

/** Counts the rows of tables; those that are not there are left out. */
export function countRowsOf(db: Database, tables: Iterable<string>): Counts {
  const counts = new Map<string, number>();
  for (const table of tables) {
    try {
      const sql = `SELECT count(*) FROM main.${quoteName(table)}`;
      counts.set(table, db.prepare<[], number>(sql).pluck().get() ?? 0);
    } catch {
      // Not there, or a virtual table whose module is missing: neither has rows to lose.
    }
  }
  return counts;
}
