// Rows of other tables than the one a statement names: deleted by its triggers, or left without their parent, because
// foreign keys are off during a revision and ON DELETE CASCADE does nothing.

import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteRule } from '../sqlite-rule.js';
import { isDeclared, targetOf } from './undeclared-loss.js';
import { leavesOutKey } from './copies.js';
import { movedReference } from '../moved-reference.js';
import { rebuildsOf } from '../rebuilds.js';
import { rowEffectOf } from '../../syntax/row-effects.js';
import type { SqliteRevisionTrace, SqliteStepTrace } from '../sqlite-trace.js';
import { fold } from '../../schema/sql-text.js';

export const cascade: SqliteRule = {
  id: 'cascade',
  severity: 'error',
  why: 'Deleting from one table reaches into others, where nobody looks for it.',
  check: ({ trace }) => {
    const forgetful = rebuildsOf(trace.timeline).filter(leavesOutKey);
    return trace.revisions.flatMap((revision) => {
      const own = forgetful.filter(({ drop }) => drop.trace === revision);
      const numberedAnew = new Set(own.flatMap(({ name, source }) => [fold(name), fold(source.name)]));
      return [...checkTriggers(revision), ...checkOrphans(revision, numberedAnew)];
    });
  },
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

function checkOrphans(trace: SqliteRevisionTrace, numberedAnew: ReadonlySet<string>): Mistake[] {
  return trace.orphans.flatMap(({ table, parent }): Mistake[] => {
    const step =
      trace.steps.findLast(({ rowsLost }) => rowsLost.some((lost) => fold(lost.table) === fold(parent))) ??
      trace.steps.findLast((each) => drops(each, parent));
    // A copy that forgot the key has a finding of its own, with another mend.
    if (step === undefined || numberedAnew.has(fold(parent))) return [];
    const told = { revision: trace.revision, line: step.statement.line };
    const moved = movedReference(trace, table, parent);
    if (moved !== null) {
      const { from, line, mend } = moved;
      const message = `${table} refers to ${parent} since the rename on line ${line}, no longer to ${from}, and here ${parent} goes`;
      return [{ ...told, message, mend }];
    }
    return [
      {
        ...told,
        message: `It leaves rows of ${table} without a parent in ${parent}: foreign keys are off during a revision, so ON DELETE does nothing`,
        mend: `delete or change the rows of ${table} in the same revision, before this statement`,
      },
    ];
  });
}

function drops({ statement }: SqliteStepTrace, table: string): boolean {
  const effect = rowEffectOf(statement);
  return effect.kind === 'drop' && fold(effect.table.name) === fold(table);
}
