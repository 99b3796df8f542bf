// What an application that runs meanwhile, or the version before, trips over or would not expect. None of it is wrong:
// notices, to be read before a release.

import { traverse } from 'sqlite3-parser';
import type { Mistake } from '../../../../revisions/lint/rule.js';
import { fold } from '../../schema/sql-text.js';
import { rowEffectOf } from '../../syntax/row-effects.js';
import { treeOf } from '../../syntax/tree.js';
import { columnNamed, hasObject } from '../lookup.js';
import type { SqliteRule } from '../sqlite-rule.js';
import type { SqliteRevisionTrace, SqliteStepTrace } from '../sqlite-trace.js';

export const breaksApplication: SqliteRule = {
  id: 'breaks-application',
  severity: 'notice',
  why: 'A program that still uses the old name fails from that moment on: it is to be stopped, or changed before.',
  check: ({ trace }) =>
    trace.revisions.flatMap((revision) =>
      revision.steps.filter(isRun).flatMap((step) => checkName(revision, step)),
    ),
};

const isRun = ({ skipped, error }: SqliteStepTrace): boolean => !skipped && error === null;

function checkName(
  { revision, before, after }: SqliteRevisionTrace,
  { statement }: SqliteStepTrace,
): Mistake[] {
  const effect = rowEffectOf(statement);
  const told = (message: string): Mistake[] => [
    {
      revision,
      line: statement.line,
      message,
      mend: 'let the application do without the old name first; or leave it there by a view, or beside the new column',
    },
  ];
  const isGone = (table: string, column: string): boolean =>
    columnNamed(before, table, column) !== null && columnNamed(after, table, column) === null;
  if (effect.kind === 'renameTable') {
    const { name } = effect.table;
    return hasObject(before, name) && !hasObject(after, name)
      ? told(`${name} is called ${effect.to} from here on`)
      : [];
  }
  if (effect.kind === 'renameColumn' && isGone(effect.table.name, effect.from)) {
    return told(`${effect.table.name}.${effect.from} is called ${effect.to} from here on`);
  }
  if (effect.kind === 'dropColumn' && isGone(effect.table.name, effect.column)) {
    return told(`${effect.table.name}.${effect.column} is dropped with what it holds`);
  }
  return [];
}

export const everyRow: SqliteRule = {
  id: 'every-row',
  severity: 'notice',
  why: 'A condition that was forgotten cannot be seen afterwards, and a second run changes the rows again.',
  check: ({ trace }) =>
    trace.revisions.flatMap(({ revision, before, steps }) =>
      steps.filter(isRun).flatMap(({ statement }): Mistake[] => {
        const tree = treeOf(statement);
        if (tree?.type !== 'UpdateStmt' || tree.whereClause !== undefined) return [];
        const table = tree.tblName.objName.text;
        const columns = tree.sets.flatMap(({ colNames }) => colNames.map(({ text }) => text));
        // A column that the revision adds has nothing in it yet.
        const old = columns.filter((column) => columnNamed(before, table, column) !== null);
        if (old.length === 0) return [];
        return [
          {
            revision,
            line: statement.line,
            message: `UPDATE has no WHERE: it sets ${old.join(', ')} in every row of ${table}`,
            mend: 'add the condition, such as WHERE on the old value; leave it where every row is meant',
          },
        ];
      }),
    ),
};

export const timeOrChance: SqliteRule = {
  id: 'time-or-chance',
  severity: 'notice',
  why: 'Each database gets other values, so that no two can be compared, and a second run gives others again.',
  check: ({ trace }) =>
    trace.revisions.flatMap(({ revision, steps }) =>
      steps.filter(isRun).flatMap(({ statement }): Mistake[] => {
        const tree = treeOf(statement);
        if (tree?.type !== 'UpdateStmt' && tree?.type !== 'InsertStmt') return [];
        const found = new Set<string>();
        traverse(tree, {
          nodes: {
            FunctionCallExpr: ({ name, args }) => {
              const called = fold(name.name);
              const isNow =
                TIMES.has(called) &&
                ((args ?? []).length === 0 ||
                  args?.some((each) => each.type === 'StringLiteral' && fold(each.value) === 'now') === true);
              if (called === 'random' || called === 'randomblob' || isNow) found.add(`${called}()`);
            },
            CurrentTimestampLiteral: () => void found.add('CURRENT_TIMESTAMP'),
            CurrentDateLiteral: () => void found.add('CURRENT_DATE'),
            CurrentTimeLiteral: () => void found.add('CURRENT_TIME'),
          },
        });
        if (found.size === 0) return [];
        return [
          {
            revision,
            line: statement.line,
            message: `The data is another in each database: ${[...found].join(', ')}`,
            mend: 'write a fixed value; leave it where each row is to have its own',
          },
        ];
      }),
    ),
};

const TIMES = new Set(['date', 'time', 'datetime', 'julianday', 'unixepoch', 'strftime']);
