// Which tables and columns a statement names, from its syntax tree. An approximation that errs towards more: a bare
// column that several tables of a query have counts for each of them; SQLite's own word decides on errors.

import { parseStmt, traverse, type AstNodeMap, type Stmt } from 'sqlite3-parser';
import { fold } from '../schema/sql-text.js';

/** A table, view, index or trigger (`column` null), or a column of a table. Names as written. */
export interface Reference {
  readonly object: string;
  readonly column: string | null;
}

export interface References {
  readonly reads: readonly Reference[];
  readonly writes: readonly Reference[];
}

/** Names of a table's columns at this point; null where there is no such table. */
export type ColumnsOf = (table: string) => readonly string[] | null;

type Name = AstNodeMap['Name'];
type QualifiedName = AstNodeMap['QualifiedName'];

const ROWID = new Set(['rowid', 'oid', '_rowid_']);

/** The tables, views and the like that a statement names; none where the parser does not know it. */
export function namedIn(sql: string): readonly string[] {
  const parsed = parseStmt(sql);
  if (parsed.status !== 'ok') return [];
  const { reads, writes } = referencesOf(parsed.root, () => null);
  return [
    ...new Set([...writes, ...reads].filter(({ column }) => column === null).map(({ object }) => object)),
  ];
}

export function referencesOf(tree: Stmt, columnsOf: ColumnsOf): References {
  const names = namesOf(tree);
  const { sources } = names;
  const found = { reads: new Map<string, Reference>(), writes: new Map<string, Reference>() };
  const add = (side: 'reads' | 'writes', object: string, column: string | null): void => {
    const isOurs = !/^sqlite_/i.test(object) && !names.common.has(fold(object));
    if (!isOurs || (column !== null && ROWID.has(fold(column)))) return;
    found[side].set(fold(column === null ? object : `${object}.${column}`), { object, column });
  };
  const each = (side: 'reads' | 'writes', table: string, columns: readonly Name[] | undefined): void => {
    for (const column of columns ?? []) add(side, table, column.text);
  };
  for (const table of sources.values()) add(names.targets.has(fold(table)) ? 'writes' : 'reads', table, null);
  for (const dropped of names.dropped) add('writes', dropped, null);

  /** Tables of the queries around a node, the innermost last. */
  const scopes: (readonly string[])[] = [[...new Set(sources.values())]];
  /** A column without its table: of the innermost table that has it; or of the only table there is. */
  const bare = (column: string): void => {
    const hasIt = (table: string): boolean =>
      columnsOf(table)?.some((name) => fold(name) === fold(column)) ?? false;
    const scope = scopes.findLast((tables) => tables.some(hasIt));
    const tables = (scopes[0] ?? []).filter((table) => !names.common.has(fold(table)));
    const only = tables.length === 1 && !names.labels.has(fold(column)) ? tables : [];
    for (const table of scope?.filter(hasIt) ?? only) add('reads', table, column);
  };
  traverse(tree, {
    enter: (node) => {
      if (node.type === 'SelectFrom') scopes.push(node.from === undefined ? [] : tablesIn(node.from));
    },
    leave: (node) => {
      if (node.type === 'SelectFrom') scopes.pop();
    },
    nodes: {
      QualifiedExpr: (node) => {
        const table = sources.get(fold(node.table.text));
        if (table !== undefined) add('reads', table, node.column.text);
      },
      Id: (node, parent) => {
        const isFunction = parent !== undefined && 'name' in parent && parent.name === node;
        if (!isFunction) bare(node.name);
      },
      InsertStmt: (node) => {
        each('writes', node.tblName.objName.text, node.columns);
      },
      InsertTriggerCmd: (node) => {
        each('writes', node.tblName.objName.text, node.colNames);
      },
      UpdateStmt: (node) => {
        for (const set of node.sets) each('writes', node.tblName.objName.text, set.colNames);
      },
      UpdateTriggerCmd: (node) => {
        for (const set of node.sets) each('writes', node.tblName.objName.text, set.colNames);
      },
      CreateTriggerStmt: (node) => {
        if (node.event.type !== 'UpdateOfTriggerEvent') return;
        each('reads', node.tblName.objName.text, node.event.columns);
      },
      AlterTableStmt: (node) => {
        const { body } = node;
        const column =
          'old' in body ? body.old : 'column' in body && 'text' in body.column ? body.column : undefined;
        if (column !== undefined) add('writes', node.tblName.objName.text, column.text);
      },
    },
  });
  return { reads: [...found.reads.values()], writes: [...found.writes.values()] };
}

/** Tables of one FROM, without those of queries inside it. */
function tablesIn(from: AstNodeMap['FromClause']): readonly string[] {
  const tables: string[] = [];
  traverse(from, {
    enter: (node) => {
      if (node.type === 'TableSelectTable') tables.push(node.tblName.objName.text);
      return node.type === 'Select' ? 'skip' : 'continue';
    },
  });
  return tables;
}

/** Tables of a statement by the names, in lower case, that its columns are qualified with. */
export function sourcesOf(tree: Stmt): ReadonlyMap<string, string> {
  const { sources, common } = namesOf(tree);
  return new Map([...sources].filter(([, table]) => !common.has(fold(table))));
}

interface Names {
  /** Tables by the names, in lower case, that columns are qualified with. */
  readonly sources: Map<string, string>;
  /** Tables that are changed, in lower case. */
  readonly targets: Set<string>;
  /** Tables, in lower case, that the statement itself defines. */
  readonly common: Set<string>;
  /** Names, in lower case, that the statement gives to columns and tables. */
  readonly labels: Set<string>;
  readonly dropped: string[];
}

function namesOf(tree: Stmt): Names {
  const names: Names = {
    sources: new Map(),
    targets: new Set(),
    common: new Set(),
    labels: new Set(),
    dropped: [],
  };
  const source = (table: string, alias?: string): void => {
    names.sources.set(fold(alias ?? table), table);
  };
  const target = ({ objName, alias }: QualifiedName): void => {
    source(objName.text, alias?.text);
    names.targets.add(fold(objName.text));
  };
  const dropped = (ifExists: boolean, { objName }: QualifiedName): void => {
    if (!ifExists) names.dropped.push(objName.text);
  };
  traverse(tree, {
    nodes: {
      CommonTableExpr: (node) => {
        names.common.add(fold(node.tblName.text));
        for (const column of node.columns ?? []) names.labels.add(fold(column.colName.text));
      },
      AsAs: (node) => void names.labels.add(fold(node.name.text)),
      ElidedAs: (node) => void names.labels.add(fold(node.name.text)),
      TableSelectTable: (node) => {
        source(node.tblName.objName.text, node.alias?.name.text);
      },
      InTableExpr: (node) => {
        source(node.rhs.objName.text);
      },
      InsertStmt: (node) => {
        target(node.tblName);
        source(node.tblName.objName.text, 'excluded');
      },
      UpdateStmt: (node) => {
        target(node.tblName);
      },
      DeleteStmt: (node) => {
        target(node.tblName);
      },
      InsertTriggerCmd: (node) => {
        target(node.tblName);
      },
      UpdateTriggerCmd: (node) => {
        target(node.tblName);
      },
      DeleteTriggerCmd: (node) => {
        target(node.tblName);
      },
      AlterTableStmt: (node) => {
        target(node.tblName);
      },
      CreateTriggerStmt: (node) => {
        for (const alias of [undefined, 'new', 'old']) source(node.tblName.objName.text, alias);
      },
      CreateIndexStmt: (node) => {
        source(node.tblName.text);
      },
      DropTableStmt: (node) => {
        dropped(node.ifExists, node.tblName);
      },
      DropViewStmt: (node) => {
        dropped(node.ifExists, node.viewName);
      },
      DropIndexStmt: (node) => {
        dropped(node.ifExists, node.idxName);
      },
      DropTriggerStmt: (node) => {
        dropped(node.ifExists, node.triggerName);
      },
    },
  });
  return names;
}
