// IF NOT EXISTS that finds the object there and does nothing: the definition that is read in the file is not the one
// that is in the database.

import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteContext, SqliteRule } from '../sqlite-rule.js';
import { columnNamed, hasObject } from '../lookup.js';
import { positionText, type Position } from '../timeline.js';
import { treeOf } from '../../syntax/tree.js';
import type { Stmt } from 'sqlite3-parser';

export const ifNotExists: SqliteRule = {
  id: 'if-not-exists',
  severity: 'warning',
  why: 'The statement reads as if it made something, and what is there may be another thing.',
  check: (context) =>
    context.trace.timeline.positions.flatMap((position) => checkStatement(context, position)),
};

function checkStatement({ trace: { timeline } }: SqliteContext, position: Position): Mistake[] {
  const { step, trace } = position;
  if (step.skipped || step.error !== null || step.before !== step.after) return [];
  const tree = treeOf(step.statement);
  const name = tree === null ? null : nameIfNotExists(tree);
  if (tree === null || name === null || !hasObject(step.before, name)) return [];
  const made = timeline.lastGain(position.index, name, (structure) => hasObject(structure, name));
  const lacking = columnsOf(tree).filter((column) => columnNamed(step.before, name, column) === null);
  const difference = lacking.length === 0 ? '' : `; columns that it would not add: ${lacking.join(', ')}`;
  return [
    {
      revision: trace.revision,
      line: step.statement.line,
      message: `IF NOT EXISTS does nothing: ${made === null ? `${name} is there` : `${positionText(made)} made ${name}`}${difference}`,
      mend:
        lacking.length === 0
          ? 'leave the statement out'
          : `leave the statement out, and add what is lacking with ALTER TABLE ${name} ADD COLUMN`,
    },
  ];
}

function nameIfNotExists(tree: Stmt): string | null {
  if (!('ifNotExists' in tree) || !tree.ifNotExists || ('temporary' in tree && tree.temporary)) return null;
  switch (tree.type) {
    case 'CreateTableStmt':
    case 'CreateVirtualTableStmt':
      return tree.tblName.objName.text;
    case 'CreateIndexStmt':
      return tree.idxName.objName.text;
    case 'CreateViewStmt':
      return tree.viewName.objName.text;
    case 'CreateTriggerStmt':
      return tree.triggerName.objName.text;
  }
}

function columnsOf(tree: Stmt): readonly string[] {
  if (tree.type !== 'CreateTableStmt' || tree.body.type !== 'ColumnsAndConstraintsCreateTableBody') return [];
  return tree.body.columns.map((column) => column.colName.text);
}
