// What the text of CREATE INDEX tells and no pragma does: expressions and the WHERE of a partial index.
// Invariant: null, never an error, for text that the parser does not know.

import { parseStmt } from 'sqlite3-parser';
import { expressionText } from './sql-text.js';
import type { SqlText } from './sql-text.js';

export interface WrittenIndex {
  /** One for each column, without COLLATE and order. */
  readonly expressions: readonly SqlText[];
  readonly where: SqlText | null;
}

/**
 * @param names of the columns of its table
 * @returns null where the parser does not understand the text
 */
export function readIndexSql(sql: string, names: readonly string[]): WrittenIndex | null {
  const parsed = parseStmt(sql);
  if (parsed.status !== 'ok' || parsed.root.type !== 'CreateIndexStmt') return null;
  const { columns, whereClause } = parsed.root;
  const text = ({ span }: { span: { offset: number; length: number } }): SqlText =>
    expressionText(sql.slice(span.offset, span.offset + span.length), names);
  return {
    expressions: columns.map(({ expr }) => text(expr.type === 'CollateExpr' ? expr.expr : expr)),
    where: whereClause === undefined ? null : text(whereClause),
  };
}
