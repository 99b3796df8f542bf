// Statements that fail on an empty database for any reason but something missing: what exists already, first of all.

import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteContext, SqliteRule } from '../sqlite-rule.js';
import { positionText, type Position } from '../timeline.js';
import { columnNamed, hasObject } from '../lookup.js';
import { resolveMissing } from '../resolve.js';
import { remedyOfLacking } from '../../driver/lacking.js';
import { treeOf } from '../../syntax/tree.js';

export const statementFails: SqliteRule = {
  id: 'statement-fails',
  severity: 'error',
  why: 'The revision would fail on every target, and on every new one.',
  check: (context) =>
    context.trace.timeline.positions.flatMap((position) => checkStatement(context, position)),
};

function checkStatement({ trace: { timeline } }: SqliteContext, position: Position): Mistake[] {
  const { error, statement } = position.step;
  if (error === null || resolveMissing(timeline, position, error, treeOf(statement)).kind !== 'other')
    return [];
  const { object, column, mend } = remedyOf(position, error);
  const made =
    object === null
      ? null
      : timeline.lastGain(position.index, object, (structure) =>
          column === null ? hasObject(structure, object) : columnNamed(structure, object, column) !== null,
        );
  const origin = made === null ? '' : `; ${positionText(made)} made it`;
  return [{ revision: position.trace.revision, line: statement.line, message: `${error}${origin}`, mend }];
}

function remedyOf(
  position: Position,
  error: string,
): { object: string | null; column: string | null; mend: string } {
  const tree = treeOf(position.step.statement);
  const duplicate = /^duplicate column name: (.+)$/s.exec(error)?.[1];
  if (duplicate !== undefined && tree?.type === 'AlterTableStmt') {
    const object = tree.tblName.objName.text;
    const mend = `leave it out, or put "-- if_missing: ${object}.${duplicate}" above it where some databases lack the column`;
    return { object, column: duplicate, mend };
  }
  const existing = /^(?:table|index|view|trigger) (.+) already exists$/s.exec(error)?.[1];
  if (existing !== undefined) {
    const mend = `leave it out, give it another name, or put "-- if_missing: ${existing}" above it where some databases lack it`;
    return { object: existing, column: null, mend };
  }
  if (/^error in (view|trigger) /.test(error) && tree?.type === 'AlterTableStmt') {
    const mend =
      'drop that view or trigger before, and make it again after; or put PRAGMA legacy_alter_table = ON above the statement and OFF below it';
    return { object: null, column: null, mend };
  }
  if (/has \d+ columns but \d+ values were supplied|values for \d+ columns/.test(error)) {
    return { object: null, column: null, mend: 'name the columns: INSERT INTO table (column, ...)' };
  }
  const correct = position.step.statement.kind === 'module' ? 'correct the program' : 'correct the statement';
  const lacking = remedyOfLacking(error);
  return { object: null, column: null, mend: lacking === null ? correct : `${correct}; ${lacking}` };
}
