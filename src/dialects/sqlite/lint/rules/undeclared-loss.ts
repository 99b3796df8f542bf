// Rows that a revision takes without saying so. The upgrade itself refuses that; here it is told before.

import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteRule } from '../sqlite-rule.js';
import type { SqliteRevisionTrace, SqliteStepTrace } from '../sqlite-trace.js';
import { maySayRowsGo } from '../declared.js';
import { fold, sqlText } from '../../schema/sql-text.js';
import { rowEffectOf } from '../../syntax/row-effects.js';
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

/** Whether the header lets rows of a table go, by any name that it has in the revision. */
export function isDeclared(trace: SqliteRevisionTrace, table: string): boolean {
  return maySayRowsGo(trace.revision, ...namesIn(trace, table));
}

/** The names that a table has in a revision, by what it is renamed to and from. */
function namesIn({ steps }: SqliteRevisionTrace, table: string): readonly string[] {
  const renames = steps
    .map(({ statement }) => rowEffectOf(statement))
    .filter((effect) => effect.kind === 'renameTable');
  const names = new Set([fold(table)]);
  for (const { table: from, to } of renames) if (names.has(fold(from.name))) names.add(fold(to));
  for (const { table: from, to } of renames.toReversed()) if (names.has(fold(to))) names.add(fold(from.name));
  return [...names];
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
    if (!isOld || isTold || isDeclared(trace, table) || isCopied(trace, step, table)) return [];
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

/** Rows that were copied a moment ago, all of them or by the same condition: archived, and then deleted. */
function isCopied({ steps }: SqliteRevisionTrace, step: SqliteStepTrace, table: string): boolean {
  const condition = rowEffectOf(step.statement);
  const wanted = condition.kind === 'delete' ? sqlText(condition.rows?.where ?? '').canonical : '';
  return steps.slice(0, steps.indexOf(step)).some(({ statement }) => {
    const effect = rowEffectOf(statement);
    if (effect.kind !== 'copy' || effect.select.select.type !== 'SelectFrom') return false;
    const { from, whereClause } = effect.select.select;
    const source = from?.select;
    const isSame = source?.type === 'TableSelectTable' && fold(source.tblName.objName.text) === fold(table);
    const { offset = 0, length = 0 } = whereClause?.span ?? {};
    const said =
      whereClause === undefined ? '' : sqlText(statement.sql.slice(offset, offset + length)).canonical;
    return isSame && (said === '' || said === wanted);
  });
}

const declaration = ({ revision }: SqliteRevisionTrace, table: string): string =>
  [...revision.losesRows, table].join(', ');
