// Tables that are made in one revision, filled from others in a later one, and then take another's place or go: parts
// of a rebuild, or of a move, that is spread over several revisions. Between them nobody writes to such a table, so
// that it is empty by design, and no row is tried in it.

import type { Revision } from '../../../model/revision.js';
import { fold } from '../schema/sql-text.js';
import { sourcesOf } from '../syntax/references.js';
import { treeOf } from '../syntax/tree.js';
import { statementsOf } from './trace-run.js';

/** By revision, the tables in lower case that are in the making when it begins. */
export function tablesInTheMaking(order: readonly Revision[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map(order.map((revision) => [revision.id, new Set<string>()]));
  /** Where a table was made, and whether it was filled by a query so far. */
  const made = new Map<string, { readonly at: number; filled: boolean }>();
  const ends = (name: string, at: number): void => {
    const begun = made.get(name);
    if (begun?.filled !== true) return;
    for (const { id } of order.slice(begun.at + 1, at + 1)) found.get(id)?.add(name);
  };
  order.forEach((revision, at) => {
    for (const statement of statementsOf(revision.up)) {
      const tree = treeOf(statement);
      if (tree === null || !('tblName' in tree) || !('objName' in tree.tblName)) continue;
      const name = fold(tree.tblName.objName.text);
      if (tree.type === 'CreateTableStmt' && !tree.temporary) {
        made.set(name, { at, filled: false });
      } else if (tree.type === 'InsertStmt') {
        const begun = made.get(name);
        const isFromOthers = [...sourcesOf(tree).values()].some((source) => fold(source) !== name);
        if (begun !== undefined && isFromOthers) begun.filled = true;
      } else if (tree.type === 'DropTableStmt') {
        ends(name, at);
        made.delete(name);
      } else if (tree.type === 'AlterTableStmt' && tree.body.type === 'RenameToAlterTableBody') {
        const to = fold(tree.body.name.text);
        // A rename that takes no other table's place is one of a table in use.
        if (isTaken(order, at, to, statement)) ends(name, at);
        const begun = made.get(name);
        made.delete(name);
        if (begun !== undefined) made.set(to, begun);
      }
    }
  });
  return found;
}

/** Whether a name was another table's, which was made before. */
function isTaken(order: readonly Revision[], at: number, name: string, before: unknown): boolean {
  for (const revision of order.slice(0, at + 1)) {
    for (const statement of statementsOf(revision.up)) {
      if (statement === before) return false;
      const tree = treeOf(statement);
      if (tree?.type === 'CreateTableStmt' && fold(tree.tblName.objName.text) === name) return true;
    }
  }
  return false;
}
