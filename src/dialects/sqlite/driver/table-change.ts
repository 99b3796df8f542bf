// What a statement takes away from a table, or calls otherwise: all that what hangs on one has to fear. Apart because
// several look for it, and most statements need no look at all.

import { treeOf } from '../syntax/tree.js';
import type { WatchedStatement } from './watch.js';

export type TableChange =
  /** `name` is a table, a view or an index. */
  | { readonly kind: 'dropTable' | 'dropView' | 'dropIndex'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string }
  /** A column is added, renamed, changed or dropped. */
  | { readonly kind: 'alter'; readonly name: string };

/** What is before the first word. */
const FIRST_WORD = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(?:DROP|ALTER)\b/i;

/** Null where a statement is none of these; no other is parsed. */
export function tableChangeOf(statement: WatchedStatement): TableChange | null {
  const tree = FIRST_WORD.test(statement.sql) ? treeOf(statement) : null;
  if (tree?.type === 'DropTableStmt') return { kind: 'dropTable', name: tree.tblName.objName.text };
  if (tree?.type === 'DropViewStmt') return { kind: 'dropView', name: tree.viewName.objName.text };
  if (tree?.type === 'DropIndexStmt') return { kind: 'dropIndex', name: tree.idxName.objName.text };
  if (tree?.type !== 'AlterTableStmt') return null;
  const name = tree.tblName.objName.text;
  return tree.body.type === 'RenameToAlterTableBody'
    ? { kind: 'rename', name, to: tree.body.name.text }
    : { kind: 'alter', name };
}
