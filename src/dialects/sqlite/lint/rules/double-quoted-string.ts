// Strings in double quotes. SQLite was built to take them for names, and then for strings where no such name is; here,
// as by default for new programs, they are names only (https://sqlite.org/quirks.html#dblquote).

import { traverse } from 'sqlite3-parser';
import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteContext, SqliteRule } from '../sqlite-rule.js';
import type { Position } from '../timeline.js';
import { resolveMissing } from '../resolve.js';
import { treeOf } from '../../syntax/tree.js';

export const doubleQuotedString: SqliteRule = {
  id: 'double-quoted-string',
  severity: 'error',
  why: 'Double quotes are for names; a string in them works in some programs and fails in others.',
  check: (context) =>
    context.trace.timeline.positions.flatMap((position) => [
      ...checkError(context, position),
      ...checkDefaults(position),
    ]),
};

function checkError({ trace: { timeline } }: SqliteContext, position: Position): Mistake[] {
  const { error, statement } = position.step;
  if (error === null) return [];
  const missing = resolveMissing(timeline, position, error, treeOf(statement));
  if (missing.kind !== 'string') return [];
  const { text } = missing;
  return [
    {
      revision: position.trace.revision,
      line: statement.line,
      message: `"${text}" is no column of the statement's tables: in double quotes it is a name, not a string`,
      mend: `write '${text}'`,
    },
  ];
}

/** DEFAULT "x" is taken for a string even where nothing else in double quotes is. */
function checkDefaults({ step, trace }: Position): Mistake[] {
  const tree = treeOf(step.statement);
  if (tree === null || !('tblName' in tree)) return [];
  const mistakes: Mistake[] = [];
  traverse(tree, {
    nodes: {
      DefaultColumnConstraint: ({ expr }) => {
        if (expr.type !== 'Id' || step.statement.sql[expr.span.offset] !== '"') return;
        mistakes.push({
          revision: trace.revision,
          line: step.statement.line + expr.span.line - 1,
          message: `DEFAULT "${expr.name}" is a name in double quotes that SQLite takes for a string`,
          mend: `write DEFAULT '${expr.name}'`,
          severity: 'warning',
        });
      },
    },
  });
  return mistakes;
}
