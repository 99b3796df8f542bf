// Where rows of the seeded database live on: a table that was copied has lost nothing when it goes, also revisions
// later. Counted by rows that the copies really made, so that one with a condition carries no more than it took. An
// UPDATE that takes values of another table carries all of its rows: which it matched, the rows that are made up cannot
// tell.

import type { Statement } from '../../../model/revision.js';
import { fold } from '../schema/sql-text.js';
import { mergedColumns } from '../syntax/copied-columns.js';
import type { ShapeOf } from '../syntax/query-columns.js';
import { sourcesOf } from '../syntax/references.js';
import { treeOf } from '../syntax/tree.js';

export interface CarriedRows {
  /** Notes what a statement copied that worked. */
  follow(statement: Statement, shapeOf: ShapeOf, added: (table: string) => number): void;
  /**
   * How many rows of a table are in others.
   * @param isThere whether a table is there
   */
  count(table: string, isThere: (table: string) => boolean): number;
}

export function createCarriedRows(): CarriedRows {
  /** By the table that was copied, and by the one that it was copied to, how many rows. */
  let copies = new Map<string, Map<string, number>>();

  function count(table: string, isThere: (table: string) => boolean, seen = new Set<string>()): number {
    const from = fold(table);
    if (seen.has(from)) return 0;
    seen.add(from);
    let rows = 0;
    for (const [into, added] of copies.get(from) ?? [])
      rows += isThere(into) ? added : Math.min(added, count(into, isThere, seen));
    return rows;
  }

  function note(source: string, into: string, rows: number): void {
    const all = copies.get(source) ?? new Map<string, number>();
    all.set(into, (all.get(into) ?? 0) + rows);
    copies.set(source, all);
  }

  return {
    follow(statement, shapeOf, added) {
      const tree = treeOf(statement);
      if (tree?.type === 'AlterTableStmt' && tree.body.type === 'RenameToAlterTableBody') {
        const [from, to] = [fold(tree.tblName.objName.text), fold(tree.body.name.text)];
        const called = (name: string): string => (name === from ? to : name);
        copies = new Map(
          [...copies].map(([source, all]) => [
            called(source),
            new Map([...all].map(([into, rows]) => [called(into), rows])),
          ]),
        );
      }
      if (tree?.type === 'UpdateStmt')
        for (const { table } of mergedColumns(tree, shapeOf))
          note(fold(table.name), fold(tree.tblName.objName.text), Infinity);
      const makes = tree?.type === 'CreateTableStmt' && tree.body.type === 'AsSelectCreateTableBody';
      if (tree === null || (tree.type !== 'InsertStmt' && !makes)) return;
      const into = fold(tree.tblName.objName.text);
      const sources = new Set([...sourcesOf(tree).values()].map(fold));
      sources.delete(into);
      for (const source of sources) note(source, into, added(into));
    },
    count: (table, isThere) => count(table, isThere),
  };
}
