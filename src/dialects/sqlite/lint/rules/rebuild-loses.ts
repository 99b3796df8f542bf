// Rebuilds of a table that leave something behind: the new table has only what its CREATE TABLE says, and DROP TABLE
// takes indexes and triggers along without a word (https://sqlite.org/lang_altertable.html#otheralter).

import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteContext, SqliteRule } from '../sqlite-rule.js';
import type { Position } from '../timeline.js';
import type { SchemaDifference } from '../../schema/difference.js';
import type { SqliteRevisionTrace } from '../sqlite-trace.js';
import { fold } from '../../schema/sql-text.js';
import { differencesBetween } from '../differences-between.js';
import { tableNamed } from '../lookup.js';
import { treeOf } from '../../syntax/tree.js';

export const rebuildLoses: SqliteRule = {
  id: 'rebuild-loses',
  severity: 'warning',
  why: 'Nothing fails when it is gone: rows that break the rule come in, queries get slow, ids are used twice.',
  check: (context) => context.trace.revisions.flatMap((trace) => checkRevision(context, trace)),
};

function checkRevision({ trace: { timeline } }: SqliteContext, trace: SqliteRevisionTrace): Mistake[] {
  if (trace.before === trace.after) return [];
  const positions = timeline.positionsOf(trace);
  const rebuilt = new Map<string, Position>();
  for (const position of positions) {
    const table = tableTakenAway(position);
    if (table === null || tableNamed(trace.before, table) === null || tableNamed(trace.after, table) === null)
      continue;
    rebuilt.set(fold(table), timeline.rebuildAfter(position, table) ?? position);
  }
  if (rebuilt.size === 0) return [];
  const dropped = new Set(positions.flatMap(nameDropped));
  return differencesBetween(trace.before, trace.after).flatMap((difference): Mistake[] => {
    const lost = describeLoss(difference, trace);
    const position = lost === null ? undefined : rebuilt.get(fold(lost.table));
    if (lost === null || position === undefined || dropped.has(fold(lost.name ?? ''))) return [];
    return [
      {
        revision: trace.revision,
        line: position.step.statement.line,
        message: `The rebuild of ${lost.table} loses ${lost.what}`,
        mend: lost.mend,
      },
    ];
  });
}

/** The table that DROP TABLE or RENAME TO takes away. */
function tableTakenAway({ step }: Position): string | null {
  const tree = treeOf(step.statement);
  if (step.before === step.after || tree === null) return null;
  if (tree.type === 'DropTableStmt') return tree.tblName.objName.text;
  return tree.type === 'AlterTableStmt' && tree.body.type === 'RenameToAlterTableBody'
    ? tree.tblName.objName.text
    : null;
}

/** The index or trigger that a statement drops on purpose. */
function nameDropped({ step }: Position): string[] {
  const tree = treeOf(step.statement);
  if (tree?.type === 'DropIndexStmt') return [fold(tree.idxName.objName.text)];
  return tree?.type === 'DropTriggerStmt' ? [fold(tree.triggerName.objName.text)] : [];
}

interface Loss {
  readonly table: string;
  readonly what: string;
  readonly mend: string;
  /** Of an index or trigger. */
  readonly name?: string;
}

const AGAIN = 'write it into the new CREATE TABLE as well';

function describeLoss(difference: SchemaDifference, trace: SqliteRevisionTrace): Loss | null {
  const columns = (names: readonly { readonly name: string }[]): string =>
    names.map(({ name }) => name).join(', ');
  switch (difference.kind) {
    case 'indexMissing': {
      const { name, table } = difference.expected;
      const gone = difference.expected.columns.some(
        ({ column }) =>
          column !== null &&
          !tableNamed(trace.after, table)?.columns.some((each) => fold(each.name) === fold(column)),
      );
      return gone ? null : { table, name, what: `the index ${name}`, mend: 'make it again after the rename' };
    }
    case 'triggerMissing': {
      const { name, table } = difference.expected;
      return { table, name, what: `the trigger ${name}`, mend: 'make it again after the rename' };
    }
    case 'checkMissing':
      return { table: difference.table, what: `CHECK (${difference.expected.expression.text})`, mend: AGAIN };
    case 'uniqueMissing': {
      const namesOf = (list: readonly { readonly name: string | null }[]): string =>
        list.map(({ name }) => fold(name ?? '')).join();
      const isIndexed = trace.after.indexes.some(
        (index) =>
          index.unique &&
          index.where === null &&
          fold(index.table) === fold(difference.table) &&
          namesOf(index.columns.map(({ column }) => ({ name: column }))) ===
            namesOf(difference.expected.columns),
      );
      if (isIndexed) return null;
      return {
        table: difference.table,
        what: `UNIQUE (${columns(difference.expected.columns)})`,
        mend: AGAIN,
      };
    }
    case 'primaryKeyMissing':
      return {
        table: difference.table,
        what: `PRIMARY KEY (${columns(difference.expected.columns)})`,
        mend: AGAIN,
      };
    case 'foreignKeyMissing':
      return {
        table: difference.table,
        what: `the foreign key (${difference.expected.columns.join(', ')}) to ${difference.expected.parent}`,
        mend: AGAIN,
      };
    case 'tableDiffers': {
      const keywords = {
        strict: 'STRICT',
        withoutRowid: 'WITHOUT ROWID',
        autoincrement: 'AUTOINCREMENT',
      } as const;
      const { aspect, expected, table } = difference;
      if (aspect === 'kind' || aspect === 'definition' || !expected[aspect]) return null;
      return { table, what: keywords[aspect], mend: AGAIN };
    }
    case 'columnDiffers': {
      const { expected, actual, table, aspect } = difference;
      if (aspect === 'default' && expected.default !== null && actual.default === null) {
        return { table, what: `DEFAULT ${expected.default.text} of ${expected.name}`, mend: AGAIN };
      }
      if (aspect === 'collation' && actual.collation === 'BINARY') {
        return { table, what: `COLLATE ${expected.collation} of ${expected.name}`, mend: AGAIN };
      }
      if (aspect === 'generated' && actual.generated === null) {
        return { table, what: `the expression of the generated column ${expected.name}`, mend: AGAIN };
      }
      return null;
    }
    case 'tableMissing':
    case 'tableExtra':
    case 'columnMissing':
    case 'columnExtra':
    case 'primaryKeyExtra':
    case 'primaryKeyDiffers':
    case 'uniqueExtra':
    case 'uniqueDiffers':
    case 'checkExtra':
    case 'checkDiffers':
    case 'foreignKeyExtra':
    case 'foreignKeyDiffers':
    case 'indexExtra':
    case 'indexDiffers':
    case 'viewMissing':
    case 'viewExtra':
    case 'viewDiffers':
    case 'triggerExtra':
    case 'triggerDiffers':
      return null;
  }
}
