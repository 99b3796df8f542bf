// What a statement may do to rows that are there: copy them, take them away, change what they are called. From its
// syntax tree alone; which tables it is about, and whether any row is concerned, the database must say. What the parser
// cannot read is `unknown`, never safe.

import { traverse, type AstNodeMap, type Stmt } from 'sqlite3-parser';
import type { Statement } from '../../../model/revision.js';
import { treeOf } from './tree.js';

type Select = AstNodeMap['Select'];
type QualifiedName = AstNodeMap['QualifiedName'];

/** A table as a statement names it. */
export interface TableName {
  /** `main`, `temp`; null where it is not said. */
  readonly database: string | null;
  readonly name: string;
}

/** What becomes of rows that are in the way of those that are written. */
export type Conflict = 'replace' | 'update' | 'other' | null;

export type RowEffect =
  /** Rows of a query are put into a table, which the statement may make. */
  | {
      readonly kind: 'copy';
      readonly into: TableName;
      readonly columns: readonly string[] | null;
      readonly select: Select;
      readonly makes: boolean;
      readonly conflict: Conflict;
    }
  /** Rows that are written out are put into a table. */
  | {
      readonly kind: 'write';
      readonly into: TableName;
      readonly columns: readonly string[] | null;
      readonly conflict: Conflict;
    }
  | {
      readonly kind: 'update';
      readonly table: TableName;
      readonly columns: readonly string[];
      readonly conflict: Conflict;
      /** Where it takes anything from a table besides its own. */
      readonly merge: AstNodeMap['UpdateStmt'] | null;
    }
  /** `rows`: what follows SELECT in the query of the rows that go; null where that cannot be said. */
  | { readonly kind: 'delete'; readonly table: TableName; readonly rows: GoingRows | null }
  | { readonly kind: 'drop'; readonly table: TableName }
  | { readonly kind: 'renameTable'; readonly table: TableName; readonly to: string }
  | { readonly kind: 'renameColumn'; readonly table: TableName; readonly from: string; readonly to: string }
  | { readonly kind: 'dropColumn'; readonly table: TableName; readonly column: string }
  | { readonly kind: 'query'; readonly select: Select }
  /** What it does when something fires it is not seen. */
  | { readonly kind: 'trigger' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'none' };

/** The rows of a DELETE as parts of a query. */
export interface GoingRows {
  /** With its WITH, or nothing. */
  readonly with: string;
  /** What the statement calls the table. */
  readonly called: string;
  /** Null: all of them. */
  readonly where: string | null;
}

const known = new WeakMap<Pick<Statement, 'sql'>, RowEffect>();

export function rowEffectOf(statement: Pick<Statement, 'sql'>): RowEffect {
  const cached = known.get(statement);
  if (cached !== undefined) return cached;
  const tree = treeOf(statement);
  const effect = tree === null ? { kind: 'unknown' as const } : effectOf(tree, statement.sql);
  known.set(statement, effect);
  return effect;
}

const NONE: RowEffect = { kind: 'none' };

function effectOf(tree: Stmt, sql: string): RowEffect {
  switch (tree.type) {
    case 'InsertStmt':
      return insertOf(tree);
    case 'CreateTableStmt': {
      if (tree.body.type !== 'AsSelectCreateTableBody') return NONE;
      const { database, name } = nameOf(tree.tblName);
      const into = { database: tree.temporary ? 'temp' : (database ?? 'main'), name };
      return { kind: 'copy', into, columns: null, select: tree.body.select, makes: true, conflict: null };
    }
    case 'UpdateStmt':
      return {
        kind: 'update',
        table: nameOf(tree.tblName),
        columns: tree.sets.flatMap(({ colNames }) => colNames.map(({ text }) => text)),
        conflict: conflictOf(tree.orConflict),
        merge: takesOthers(tree) ? tree : null,
      };
    case 'DeleteStmt':
      return { kind: 'delete', table: nameOf(tree.tblName), rows: rowsOf(tree, sql) };
    case 'DropTableStmt':
      return { kind: 'drop', table: nameOf(tree.tblName) };
    case 'AlterTableStmt':
      return alterationOf(tree);
    case 'CreateTriggerStmt':
      return { kind: 'trigger' };
    case 'SelectStmt':
      return { kind: 'query', select: tree.body };
    case 'AnalyzeStmt':
    case 'AttachStmt':
    case 'BeginStmt':
    case 'CommitStmt':
    case 'CreateIndexStmt':
    case 'CreateViewStmt':
    case 'CreateVirtualTableStmt':
    case 'DetachStmt':
    case 'DropIndexStmt':
    case 'DropTriggerStmt':
    case 'DropViewStmt':
    case 'ExplainStmt':
    case 'PragmaStmt':
    case 'ReindexStmt':
    case 'ReleaseStmt':
    case 'RollbackStmt':
    case 'SavepointStmt':
    case 'VacuumStmt':
      return NONE;
  }
}

function insertOf({ tblName, columns, body, orConflict, with: own }: AstNodeMap['InsertStmt']): RowEffect {
  const into = nameOf(tblName);
  const names = columns?.map(({ text }) => text) ?? null;
  if (body.type === 'DefaultValuesInsertBody')
    return { kind: 'write', into, columns: names, conflict: conflictOf(orConflict) };
  const conflict = updatesOnConflict(body.upsert) ? 'update' : conflictOf(orConflict);
  // What stands before INSERT is the query's as well.
  const ctes = [...(own?.ctes ?? []), ...(body.select.with?.ctes ?? [])];
  const outer = own ?? body.select.with;
  const select = outer === undefined ? body.select : { ...body.select, with: { ...outer, ctes } };
  const isWritten = select.select.type === 'SelectValues' && (select.compounds ?? []).length === 0;
  if (isWritten) return { kind: 'write', into, columns: names, conflict };
  return { kind: 'copy', into, columns: names, select, makes: false, conflict };
}

function takesOthers({ from, sets }: AstNodeMap['UpdateStmt']): boolean {
  let found = from !== undefined;
  for (const { expr } of sets) traverse(expr, { nodes: { SubqueryExpr: () => void (found = true) } });
  return found;
}

function updatesOnConflict(upsert: AstNodeMap['Upsert'] | undefined): boolean {
  for (let clause = upsert; clause !== undefined; clause = clause.next)
    if (clause.doClause.type === 'SetUpsertDo') return true;
  return false;
}

function alterationOf({ tblName, body }: AstNodeMap['AlterTableStmt']): RowEffect {
  const table = nameOf(tblName);
  switch (body.type) {
    case 'RenameToAlterTableBody':
      return { kind: 'renameTable', table, to: body.name.text };
    case 'RenameColumnAlterTableBody':
      return { kind: 'renameColumn', table, from: body.old.text, to: body.new.text };
    case 'DropColumnAlterTableBody':
      return { kind: 'dropColumn', table, column: body.column.text };
    case 'AddColumnAlterTableBody':
    case 'AddConstraintAlterTableBody':
    case 'DropColumnNotNullAlterTableBody':
    case 'DropConstraintAlterTableBody':
    case 'SetColumnNotNullAlterTableBody':
      return NONE;
  }
}

/** ORDER BY and LIMIT go with it into the query; SQLite takes them only where it was built for it. */
function rowsOf(tree: AstNodeMap['DeleteStmt'], sql: string): GoingRows | null {
  if (tree.orderBy !== undefined || tree.limit !== undefined) return null;
  const { tblName, whereClause } = tree;
  const textOf = ({ span }: { readonly span: AstNodeMap['Name']['span'] }): string =>
    sql.slice(span.offset, span.offset + span.length);
  return {
    with: tree.with === undefined ? '' : `${textOf(tree.with)} `,
    called: (tblName.alias ?? tblName.objName).text,
    where: whereClause === undefined ? null : textOf(whereClause),
  };
}

export function nameOf({ dbName, objName }: QualifiedName): TableName {
  return { database: dbName?.text ?? null, name: objName.text };
}

function conflictOf(said: string | undefined): Conflict {
  if (said === undefined) return null;
  return said === 'Replace' ? 'replace' : 'other';
}

/** Names of all columns, and whether a star stands for some, anywhere in a query. */
export function mentionsIn(...nodes: readonly Parameters<typeof traverse>[0][]): Mentions {
  const columns = new Set<string>();
  let star = false;
  for (const node of nodes) {
    traverse(node, {
      nodes: {
        Id: ({ name }) => void columns.add(name),
        QualifiedExpr: ({ column }) => void columns.add(column.text),
        StarResultColumn: () => void (star = true),
        TableStarResultColumn: () => void (star = true),
      },
    });
  }
  return { columns, star };
}

export interface Mentions {
  readonly columns: ReadonlySet<string>;
  readonly star: boolean;
}
