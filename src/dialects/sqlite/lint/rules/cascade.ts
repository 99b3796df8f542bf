// Rows of other tables than the one a statement names: deleted by its triggers, or left without their parent, because
// foreign keys are off during a revision and ON DELETE CASCADE does nothing.

import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteRule } from '../sqlite-rule.js';
import { isDeclared, targetOf } from './undeclared-loss.js';
import type { SqliteRevisionTrace } from '../sqlite-trace.js';
import { fold } from '../../schema/sql-text.js';

export const cascade: SqliteRule = {
  id: 'cascade',
  severity: 'error',
  why: 'Deleting from one table reaches into others, where nobody looks for it.',
  check: ({ trace }) =>
    trace.revisions.flatMap((revision) => [...checkTriggers(revision), ...checkOrphans(revision)]),
};

function checkTriggers(trace: SqliteRevisionTrace): Mistake[] {
  return trace.rowsLost.flatMap(({ table }): Mistake[] => {
    const step = trace.steps.findLast((each) =>
      each.rowsLost.some((lost) => fold(lost.table) === fold(table)),
    );
    const target = step === undefined ? null : targetOf(step);
    if (step === undefined || target === null || fold(target) === fold(table) || isDeclared(trace, table))
      return [];
    return [
      {
        revision: trace.revision,
        line: step.statement.line,
        message: `The statement on ${target} takes rows of ${table} too, by a trigger`,
        mend: `drop the trigger before and make it again after; or, where those rows may go, write "-- loses_rows: ${[...trace.revision.losesRows, table].join(', ')}" into the header`,
      },
    ];
  });
}

function checkOrphans(trace: SqliteRevisionTrace): Mistake[] {
  return trace.orphans.flatMap(({ table, parent }): Mistake[] => {
    const step = trace.steps.findLast((each) =>
      each.rowsLost.some((lost) => fold(lost.table) === fold(parent)),
    );
    if (step === undefined) return [];
    return [
      {
        revision: trace.revision,
        line: step.statement.line,
        message: `It leaves rows of ${table} without a parent in ${parent}: foreign keys are off during a revision, so ON DELETE does nothing`,
        mend: `delete or change the rows of ${table} in the same revision, before this statement`,
      },
    ];
  });
}
