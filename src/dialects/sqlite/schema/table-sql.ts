// What the text of CREATE TABLE tells and no pragma does: collations, CHECKs, expressions, ON CONFLICT, DEFERRABLE,
// AUTOINCREMENT. Apart from the snapshot because it is the only reader of the parser's tree of a table.
// Invariant: null, never an error, for text that the parser does not know.

import { parseStmt } from 'sqlite3-parser';
import { expressionText, fold } from './sql-text.js';
import type { ConflictAction } from './snapshot.js';
import type { SqlText } from './sql-text.js';

export interface WrittenColumn {
  readonly collation: string;
  readonly notNullConflict: ConflictAction;
  readonly notNullName: string | null;
  readonly generated: SqlText | null;
}

export interface WrittenUnique {
  readonly name: string | null;
  /** Columns with the collations written beside them. */
  readonly columns: readonly { readonly name: string; readonly collation: string | null }[];
  readonly onConflict: ConflictAction;
}

export interface WrittenTable {
  /** By name, in lower case. */
  readonly columns: ReadonlyMap<string, WrittenColumn>;
  readonly autoincrement: boolean;
  readonly primaryKeyConflict: ConflictAction;
  readonly uniques: readonly WrittenUnique[];
  readonly checks: readonly { readonly name: string | null; readonly expression: SqlText }[];
  /** In order of declaration. */
  readonly foreignKeys: readonly { readonly name: string | null; readonly deferred: boolean }[];
}

type Parsed = Extract<ReturnType<typeof parseStmt>, { status: 'ok' }>['root'];
type Body = Extract<
  Extract<Parsed, { type: 'CreateTableStmt' }>['body'],
  { type: 'ColumnsAndConstraintsCreateTableBody' }
>;
type ColumnNode = Body['columns'][number];
type Spanned = ColumnNode['span'];

interface Draft {
  readonly columns: Map<string, WrittenColumn>;
  autoincrement: boolean;
  primaryKeyConflict: ConflictAction;
  readonly uniques: WrittenUnique[];
  readonly checks: { name: string | null; expression: SqlText }[];
  readonly foreignKeys: { name: string | null; deferred: boolean }[];
}

/**
 * @param table its name
 * @returns null where the parser does not understand the text
 */
export function readTableSql(sql: string, table: string): WrittenTable | null {
  const parsed = parseStmt(sql);
  if (parsed.status !== 'ok' || parsed.root.type !== 'CreateTableStmt') return null;
  const { body } = parsed.root;
  if (body.type !== 'ColumnsAndConstraintsCreateTableBody') return null;
  const draft: Draft = {
    columns: new Map(),
    autoincrement: false,
    primaryKeyConflict: 'ABORT',
    uniques: [],
    checks: [],
    foreignKeys: [],
  };
  const names = body.columns.map(({ colName }) => colName.text);
  const expression = ({ span }: { span: Spanned }): SqlText =>
    expressionText(sql.slice(span.offset, span.offset + span.length), names, table);
  for (const column of body.columns) readColumn(draft, column, expression);
  for (const constraint of body.constraints ?? []) readConstraint(draft, constraint, expression);
  return draft;
}

type ReadExpression = (node: { span: Spanned }) => SqlText;

function readColumn(draft: Draft, column: ColumnNode, expression: ReadExpression): void {
  const name = column.colName.text;
  let collation = 'BINARY';
  let notNullConflict: ConflictAction = 'ABORT';
  let notNullName: string | null = null;
  let generated: SqlText | null = null;
  for (const { name: named, constraint } of column.constraints) {
    const constraintName = named?.text ?? null;
    switch (constraint.type) {
      case 'PrimaryKeyColumnConstraint':
        draft.autoincrement ||= constraint.autoIncrement;
        draft.primaryKeyConflict = conflictAction(constraint.conflictClause);
        break;
      case 'NotNullColumnConstraint':
        if (constraint.nullable) break;
        notNullConflict = conflictAction(constraint.conflictClause);
        notNullName = constraintName;
        break;
      case 'UniqueColumnConstraint':
        draft.uniques.push({
          name: constraintName,
          columns: [{ name, collation: null }],
          onConflict: conflictAction(constraint.conflictClause),
        });
        break;
      case 'CheckColumnConstraint':
        draft.checks.push({ name: constraintName, expression: expression(constraint.expr) });
        break;
      case 'DeferColumnConstraint': {
        const last = draft.foreignKeys.at(-1);
        if (last !== undefined) last.deferred = isDeferred(constraint.clause);
        break;
      }
      case 'CollateColumnConstraint':
        collation = constraint.collationName.text;
        break;
      case 'ForeignKeyColumnConstraint':
        draft.foreignKeys.push({ name: constraintName, deferred: isDeferred(constraint.deferClause) });
        break;
      case 'GeneratedColumnConstraint':
        generated = expression(constraint.expr);
        break;
      case 'DefaultColumnConstraint':
        break;
    }
  }
  const written = { collation: collation.toUpperCase(), notNullConflict, notNullName, generated };
  draft.columns.set(fold(name), written);
}

function readConstraint(
  draft: Draft,
  { name: named, constraint }: NonNullable<Body['constraints']>[number],
  expression: ReadExpression,
): void {
  const name = named?.text ?? null;
  switch (constraint.type) {
    case 'PrimaryKeyTableConstraint':
      draft.autoincrement ||= constraint.autoIncrement;
      draft.primaryKeyConflict = conflictAction(constraint.conflictClause);
      break;
    case 'UniqueTableConstraint':
      draft.uniques.push({
        name,
        columns: constraint.columns.map(({ expr }) => keyColumn(expr)),
        onConflict: conflictAction(constraint.conflictClause),
      });
      break;
    case 'CheckTableConstraint':
      draft.checks.push({ name, expression: expression(constraint.expr) });
      break;
    case 'ForeignKeyTableConstraint':
      draft.foreignKeys.push({ name, deferred: isDeferred(constraint.deferClause) });
      break;
  }
}

type Expression = Extract<
  NonNullable<Body['constraints']>[number]['constraint'],
  { type: 'UniqueTableConstraint' }
>['columns'][number]['expr'];

// SQLite takes a string for a name here: UNIQUE ('a').
function keyColumn(node: Expression): { name: string; collation: string | null } {
  if (node.type === 'CollateExpr')
    return { ...keyColumn(node.expr), collation: node.collation.toUpperCase() };
  if (node.type === 'StringLiteral') return { name: node.value, collation: null };
  return { name: node.type === 'Id' ? node.name : '', collation: null };
}

// Only DEFERRABLE INITIALLY DEFERRED defers: https://sqlite.org/foreignkeys.html#fk_deferred
function isDeferred(
  clause: { readonly deferrable: boolean; readonly initDeferred: string | undefined } | undefined,
): boolean {
  return clause !== undefined && clause.deferrable && clause.initDeferred === 'InitiallyDeferred';
}

function conflictAction(
  clause: 'Rollback' | 'Abort' | 'Fail' | 'Ignore' | 'Replace' | undefined,
): ConflictAction {
  return (clause ?? 'Abort').toUpperCase() as ConflictAction;
}
