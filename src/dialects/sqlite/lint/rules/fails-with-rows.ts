// Statements that work on an empty database and fail when their tables have rows: the mistake that no test on a fresh
// database finds. What depends on the values of the rows is a warning, because real rows may have others.

import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteRule } from '../sqlite-rule.js';
import type { Position } from '../timeline.js';
import { fold } from '../../schema/sql-text.js';
import type { SqliteRevisionTrace } from '../sqlite-trace.js';
import { tableNamed } from '../lookup.js';
import { rowEffectOf } from '../../syntax/row-effects.js';
import { treeOf } from '../../syntax/tree.js';

export const failsWithRows: SqliteRule = {
  id: 'fails-with-rows',
  severity: 'error',
  why: 'It works on an empty database, and so in tests; targets have rows.',
  check: ({ trace }) => [
    ...trace.timeline.positions.flatMap(checkStatement),
    ...trace.revisions.flatMap(checkOrphans),
  ],
};

function checkStatement(position: Position): Mistake[] {
  const { seededError, statement } = position.step;
  if (seededError === null) return [];
  return [
    {
      revision: position.trace.revision,
      line: statement.line,
      message: `It fails where tables have rows: ${seededError}`,
      mend: mendOf(seededError),
      ...(isCertain(position, seededError) ? {} : { severity: 'warning' as const }),
    },
  ];
}

function mendOf(error: string): string {
  if (/^Cannot add a NOT NULL column/.test(error)) {
    return 'give the column a DEFAULT; or add it without NOT NULL, fill it, and set NOT NULL by ALTER TABLE ... ALTER COLUMN';
  }
  if (/non-constant default/.test(error)) {
    return 'add the column without the default and fill it by UPDATE, or rebuild the table';
  }
  if (/^NOT NULL constraint failed/.test(error)) {
    return 'give the column a DEFAULT, or a value for the rows there are: COALESCE(column, value)';
  }
  if (/^UNIQUE constraint failed/.test(error)) {
    return 'make the rows there are distinct first, in the same revision; find them by GROUP BY .. HAVING count(*) > 1';
  }
  if (/^CHECK constraint failed/.test(error))
    return 'bring the rows there are into the range first, by UPDATE';
  return 'try it on a database with rows, and mend what it meets';
}

/** Whether it fails whatever values the rows have. */
function isCertain({ step }: Position, error: string): boolean {
  if (/^Cannot add a/.test(error)) return true;
  const column = /^NOT NULL constraint failed: .*\.(.+)$/s.exec(error)?.[1];
  const tree = treeOf(step.statement);
  if (column === undefined || tree?.type !== 'InsertStmt' || tree.columns === undefined) return false;
  return !tree.columns.some((name) => fold(name.text) === fold(column));
}

/**
 * New references, which rows that are there may break. Rows whose parents were deleted are the business of `cascade`.
 */
function checkOrphans(trace: SqliteRevisionTrace): Mistake[] {
  const lost = new Set(
    trace.steps.flatMap(({ rowsLost, statement }) => {
      const effect = rowEffectOf(statement);
      const dropped = effect.kind === 'drop' ? [effect.table.name] : [];
      return [...dropped, ...rowsLost.map(({ table }) => table)].map(fold);
    }),
  );
  return trace.orphans
    .filter(({ parent }) => !lost.has(fold(parent)) && tableNamed(trace.after, parent) !== null)
    .map(({ table, parent }) => ({
      revision: trace.revision,
      line: lineOf(trace, table),
      message: `Rows of ${table} may have no row in ${parent} to refer to, and then the upgrade is rolled back`,
      mend: `set such references to NULL, or delete those rows, in the same revision`,
      severity: 'warning' as const,
    }));
}

function lineOf(trace: SqliteRevisionTrace, table: string): number {
  const step = trace.steps.find(({ statement }) => statement.sql.toLowerCase().includes(table.toLowerCase()));
  return (step ?? trace.steps[0])?.statement.line ?? 1;
}
