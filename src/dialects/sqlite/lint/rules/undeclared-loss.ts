// Rows that a revision takes without saying so. The upgrade itself refuses that; here it is told before.

import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteRule } from '../sqlite-rule.js';
import type { SqliteRevisionTrace, SqliteStepTrace } from '../sqlite-trace.js';
import { fold } from '../../schema/sql-text.js';
import { tableNamed } from '../lookup.js';
import { treeOf } from '../../syntax/tree.js';

export const undeclaredLoss: SqliteRule = {
  id: 'undeclared-loss',
  severity: 'error',
  why: 'An upgrade that takes rows without saying so is rolled back on every target that has such rows.',
  check: ({ trace }) =>
    trace.revisions.flatMap((revision) => [...checkRows(revision), ...checkDeletes(revision)]),
};

/** The table that a statement takes rows from by itself. */
export function targetOf(step: SqliteStepTrace): string | null {
  const tree = treeOf(step.statement);
  const takes = ['DeleteStmt', 'DropTableStmt', 'InsertStmt', 'UpdateStmt'];
  return tree !== null && takes.includes(tree.type) && 'tblName' in tree && 'objName' in tree.tblName
    ? tree.tblName.objName.text
    : null;
}

export function isDeclared({ revision }: SqliteRevisionTrace, table: string): boolean {
  return revision.losesRows.some((name) => fold(name) === fold(table));
}

function checkRows(trace: SqliteRevisionTrace): Mistake[] {
  return trace.rowsLost.flatMap(({ table }): Mistake[] => {
    if (isDeclared(trace, table)) return [];
    const step = trace.steps.findLast((each) =>
      each.rowsLost.some((lost) => fold(lost.table) === fold(table)),
    );
    const target = step === undefined ? null : targetOf(step);
    // Rows that a statement about another table takes are the business of `cascade`.
    if (target !== null && fold(target) !== fold(table)) return [];
    const isGone = tableNamed(trace.after, table) === null;
    return [
      {
        revision: trace.revision,
        line: step?.statement.line ?? 1,
        message: isGone ? `The table ${table} goes with its rows` : `Rows of ${table} are lost`,
        mend: `copy the rows first; or, where they may go, write "-- loses_rows: ${declaration(trace, table)}" into the header`,
      },
    ];
  });
}

/** DELETE with a condition: whether it meets a row cannot be known here. */
function checkDeletes(trace: SqliteRevisionTrace): Mistake[] {
  return trace.steps.flatMap((step): Mistake[] => {
    const tree = treeOf(step.statement);
    if (tree?.type !== 'DeleteStmt' || tree.whereClause === undefined) return [];
    const table = tree.tblName.objName.text;
    const isOld = tableNamed(trace.before, table) !== null;
    const isTold = trace.rowsLost.some((lost) => fold(lost.table) === fold(table));
    if (!isOld || isTold || isDeclared(trace, table)) return [];
    return [
      {
        revision: trace.revision,
        line: step.statement.line,
        message: `DELETE may take rows of ${table}, and the revision does not say so`,
        mend: `write "-- loses_rows: ${declaration(trace, table)}" into the header`,
        severity: 'warning',
      },
    ];
  });
}

const declaration = ({ revision }: SqliteRevisionTrace, table: string): string =>
  [...revision.losesRows, table].join(', ');
