// The syntax tree of a statement, parsed once. Apart, because analysis asks for the same trees many times.

import { parseStmt, type Stmt } from 'sqlite3-parser';
import type { Statement } from '../../../model/revision.js';

const known = new WeakMap<Pick<Statement, 'sql'>, Stmt | null>();

/** Null where the parser does not know the statement: then nothing is known about it. */
export function treeOf(statement: Pick<Statement, 'sql'>): Stmt | null {
  const cached = known.get(statement);
  if (cached !== undefined) return cached;
  const parsed = parseStmt(statement.sql);
  const tree = parsed.status === 'ok' ? parsed.root : null;
  known.set(statement, tree);
  return tree;
}
