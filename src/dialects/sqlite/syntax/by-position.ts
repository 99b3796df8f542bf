// Which tables' order of columns a statement leans on: values that are put under columns, or beside each other, by
// where they stand and not by name. `SELECT *` alone keeps names; it counts where its columns are then counted off.
// A view or a trigger that is made moves no row: what a trigger does by position counts where it fires.
// https://sqlite.org/lang_insert.html, https://sqlite.org/lang_select.html#compound_select_statements

import { traverse, type AstNodeMap, type Stmt } from 'sqlite3-parser';
import type { Token } from '../../../revisions/syntax.js';
import { fold } from '../schema/sql-text.js';
import { nameOf } from './tokens.js';

type Select = AstNodeMap['Select'];
type SelectFrom = AstNodeMap['SelectFrom'];
type FromClause = AstNodeMap['FromClause'];
type Source = NonNullable<FromClause['select']>;

/** The common table expressions of a statement, by name in lower case; null while that one itself is being read. */
type Common = ReadonlyMap<string, AstNodeMap['CommonTableExpr'] | null>;

/**
 * Tables (and views) whose order of columns decides what a statement does, as it names them, without their database.
 */
export function tablesByPosition(tree: Stmt): readonly string[] {
  return tree.type === 'CreateViewStmt' || tree.type === 'CreateTriggerStmt' ? [] : positionsIn(tree);
}

/** Whether a statement makes a trigger that goes by position when it fires. */
export function firesByPosition(tree: Stmt): boolean {
  return tree.type === 'CreateTriggerStmt' && positionsIn(tree).length > 0;
}

/** The same of what a trigger does when it fires, or of any other statement. */
export function positionsIn(tree: Stmt): readonly string[] {
  const common = new Map<string, AstNodeMap['CommonTableExpr'] | null>();
  traverse(tree, { nodes: { CommonTableExpr: (node) => void common.set(fold(node.tblName.text), node) } });
  const found = new Map<string, string>();
  const add = (tables: readonly string[]): void => {
    for (const table of tables) if (!found.has(fold(table))) found.set(fold(table), table);
  };
  traverse(tree, {
    nodes: {
      InsertStmt: ({ tblName, columns, body }) => {
        if (body.type === 'DefaultValuesInsertBody') return;
        if (columns === undefined) add([tblName.objName.text]);
        add(starsOf(body.select, common));
      },
      InsertTriggerCmd: ({ tblName, colNames, select }) => {
        if (colNames === undefined) add([tblName.objName.text]);
        add(starsOf(select, common));
      },
      AsSelectCreateTableBody: ({ select }) => {
        add(starsOf(select, common));
      },
      Select: (node) => {
        if ((node.compounds ?? []).length > 0) add(starsOf(node, common));
      },
      CommonTableExpr: ({ columns, select }) => {
        if (columns !== undefined) add(starsOf(select, common));
      },
      // `(a, b) = (SELECT * ..)`, `(a, b) IN (SELECT * ..)`.
      SubqueryExpr: ({ select }) => {
        add(starsOf(select, common));
      },
      InSelectExpr: ({ rhs }) => {
        add(starsOf(rhs, common));
      },
    },
  });
  return [...found.values()];
}

/**
 * The same where the parser has no tree. Every name that may be a table's counts then: it costs a look at the table,
 * and refuses nothing where the order is right.
 */
export function namesByPosition(tokens: readonly Token[]): readonly string[] {
  const kinds = tokens.slice(0, 4).map(({ kind }) => kind);
  const isDefinition = kinds[0] === 'CREATE' && (kinds.includes('VIEW') || kinds.includes('TRIGGER'));
  if (isDefinition || !tokens.some(({ kind }) => kind === 'INTO' || kind === 'STAR')) return [];
  return [...new Set(tokens.filter(({ text }) => /^[A-Za-z_"`[\u0080-\uffff]/.test(text)).map(nameOf))];
}

/** Tables whose order of columns is the order of what a query gives. */
function starsOf(select: Select, common: Common): readonly string[] {
  return [select.select, ...(select.compounds ?? []).map((one) => one.select)].flatMap((one) =>
    one.type === 'SelectFrom' ? starsOfCore(one, common) : [],
  );
}

function starsOfCore({ columns, from }: SelectFrom, common: Common): readonly string[] {
  const sources = from === undefined ? [] : sourcesIn(from);
  return columns.flatMap((column) => {
    switch (column.type) {
      case 'ExprResultColumn':
        return [];
      case 'StarResultColumn':
        return sources.flatMap((source) => orderOf(source, common));
      case 'TableStarResultColumn':
        return sources
          .filter((source) => isCalled(source, column.table.text))
          .flatMap((source) => orderOf(source, common));
    }
  });
}

function sourcesIn({ select, joins }: FromClause): readonly Source[] {
  const all = [...(select === undefined ? [] : [select]), ...(joins ?? []).map(({ table }) => table)];
  return all.flatMap((source) => (source.type === 'SubSelectTable' ? sourcesIn(source.from) : [source]));
}

function isCalled(source: Source, name: string): boolean {
  const own = 'tblName' in source ? source.tblName.objName.text : undefined;
  const called = source.alias?.name.text ?? own;
  return called !== undefined && fold(called) === fold(name);
}

function orderOf(source: Source, common: Common): readonly string[] {
  if (source.type === 'SelectSelectTable') return starsOf(source.select, common);
  if (source.type !== 'TableSelectTable') return [];
  const { dbName, objName } = source.tblName;
  const key = fold(objName.text);
  const own = dbName === undefined ? common.get(key) : undefined;
  if (own === undefined) return [objName.text];
  // Where its columns are written out, the query inside does not decide their order.
  if (own === null || own.columns !== undefined) return [];
  return starsOf(own.select, new Map([...common, [key, null]]));
}
