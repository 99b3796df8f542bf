// Which tables a statement may change, their structure or their rows: looking at every table after every statement
// would take longer than running them.

import { namesWritten, tableNamed } from './lookup.js';
import { fold } from '../schema/sql-text.js';
import type { Snapshot, Trigger } from '../schema/snapshot.js';
import type { Statement } from '../../../model/revision.js';
import { sourcesOf } from '../syntax/references.js';
import { treeOf } from '../syntax/tree.js';

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
    return namesIn(structure, [tree.tblName.objName.text]);
  }
  if (tree.type === 'DeleteStmt' || tree.type === 'InsertStmt' || tree.type === 'UpdateStmt') {
    return namesIn(structure, reachedBy(fold(tree.tblName.objName.text), structure.triggers));
  }
  return [];
}

/** Tables of the structure that a statement names. */
export function tablesNamed(statement: Statement, structure: Snapshot): readonly string[] {
  const tree = treeOf(statement);
  if (tree === null) return [];
  const indexed = tree.type === 'CreateIndexStmt' ? [tree.tblName.text] : [];
  return namesIn(structure, [...sourcesOf(tree).values(), ...indexed]);
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

function namesIn(structure: Snapshot, names: Iterable<string>): string[] {
  return [...names].flatMap((name) => tableNamed(structure, name)?.name ?? []);
}

/** What is reached from a table, by the triggers that there are; the same list of triggers is asked many times. */
const reached = new WeakMap<readonly Trigger[], Map<string, ReadonlySet<string>>>();

/** A table, and all that its triggers name, and so on: in lower case. */
function reachedBy(table: string, triggers: readonly Trigger[]): ReadonlySet<string> {
  const known = reached.get(triggers) ?? new Map<string, ReadonlySet<string>>();
  reached.set(triggers, known);
  const found = known.get(table) ?? new Set(follow(table, triggers));
  known.set(table, found);
  return found;
}

function follow(table: string, triggers: readonly Trigger[]): ReadonlySet<string> {
  const names = new Set([table]);
  // A set that grows while it is gone through: what is added is come to as well.
  for (const name of names) {
    for (const trigger of triggers.filter((each) => fold(each.table) === name)) {
      for (const other of namesWritten(trigger)) names.add(other);
    }
  }
  return names;
}
