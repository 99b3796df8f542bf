// Statements that fail on an empty database for any reason but something missing: what exists already, first of all.

import type { LintContext, Mistake, Rule } from '../../../../revisions/lint/rule.js';
import { placeText, type Place } from '../timeline.js';
import { columnNamed, hasObject } from '../lookup.js';
import { resolveMissing } from '../resolve.js';
import { treeOf } from '../../syntax/tree.js';

export const statementFails: Rule = {
  id: 'statement-fails',
  severity: 'error',
  why: 'The revision would fail on every target, and on every new one.',
  check: (context) => context.timeline.places.flatMap((place) => checkStatement(context, place)),
};

function checkStatement({ timeline }: LintContext, place: Place): Mistake[] {
  const { error, statement } = place.step;
  if (error === null || resolveMissing(timeline, place, error, treeOf(statement)).kind !== 'other') return [];
  const { object, column, mend } = remedyOf(place, error);
  const made =
    object === null
      ? null
      : timeline.lastGain(place.at, object, (structure) =>
          column === null ? hasObject(structure, object) : columnNamed(structure, object, column) !== null,
        );
  const origin = made === null ? '' : `; ${placeText(made)} made it`;
  return [{ revision: place.trace.revision, line: statement.line, message: `${error}${origin}`, mend }];
}

function remedyOf(
  place: Place,
  error: string,
): { object: string | null; column: string | null; mend: string } {
  const tree = treeOf(place.step.statement);
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
  return {
    object: null,
    column: null,
    mend: place.step.statement.kind === 'module' ? 'correct the program' : 'correct the statement',
  };
}
