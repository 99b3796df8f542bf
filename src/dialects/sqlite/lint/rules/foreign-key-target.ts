// Foreign keys to a table that is not there, or to columns that are no key of it. SQLite takes them without a word, and
// fails when rows are written with foreign keys on (https://sqlite.org/foreignkeys.html#fk_indexes).

import type { Mistake } from '../../../../revisions/lint/rule.js';
import type { SqliteContext, SqliteRule } from '../sqlite-rule.js';
import type { ForeignKey, Snapshot, Table } from '../../schema/snapshot.js';
import { fold } from '../../schema/sql-text.js';
import { movedReference } from '../moved-reference.js';
import { positionText } from '../timeline.js';
import { tableNamed } from '../lookup.js';

export const foreignKeyTarget: SqliteRule = {
  id: 'foreign-key-target',
  severity: 'error',
  why: 'Every write to the table fails in a program that has foreign keys on.',
  check(context) {
    const head = context.trace.revisions.at(-1)?.after;
    if (head === undefined) return [];
    return head.tables.flatMap((table) =>
      table.foreignKeys.flatMap((key) => {
        const fault = faultOf(head, key);
        return fault === null ? [] : mistakesAbout(context, table, key, fault);
      }),
    );
  },
};

/** Blames the later of two: who made the reference, or who took its parent away. */
function mistakesAbout(
  { trace: { timeline } }: SqliteContext,
  table: Table,
  key: ForeignKey,
  fault: string,
): Mistake[] {
  const end = timeline.positions.length;
  const loss = timeline.lastLoss(end, key.parent, (structure) => tableNamed(structure, key.parent) !== null);
  const made = timeline.lastGain(end, table.name, (structure) =>
    (tableNamed(structure, table.name)?.foreignKeys ?? []).some((other) => sameKey(other, key)),
  );
  const isGone = fault.endsWith(GONE) && loss !== null;
  const position = isGone && (made === null || made.index < loss.index) ? loss : made;
  if (position === null) return [];
  const moved = isGone ? movedReference(loss.trace, table.name, key.parent) : null;
  const taken = isGone ? `; ${positionText(loss)} took it away` : '';
  return [
    {
      revision: position.trace.revision,
      line: position.step.statement.line,
      message: `${table.name} (${key.columns.join(', ')}) refers to ${fault}${taken}`,
      mend:
        moved?.mend ?? `make ${key.parent} with such a key, or rebuild ${table.name} without the reference`,
    },
  ];
}

const GONE = 'which is not there';

function faultOf(structure: Snapshot, key: ForeignKey): string | null {
  const parent = tableNamed(structure, key.parent);
  if (parent === null) return isLeftOut(key.parent) ? null : `${key.parent}, ${GONE}`;
  if (parent.virtual) return null;
  const wanted = key.parentColumns;
  if (wanted === null) return `${key.parent}, which has no primary key of ${key.columns.length} columns`;
  const names = wanted.map(fold).sort().join();
  const isKey = (columns: readonly { readonly name: string }[]): boolean =>
    columns
      .map(({ name }) => fold(name))
      .sort()
      .join() === names;
  const indexes = structure.indexes.filter(
    (index) => index.unique && index.where === null && fold(index.table) === fold(parent.name),
  );
  const isUnique =
    [parent.primaryKey, ...parent.uniques].some((each) => each !== null && isKey(each.columns)) ||
    indexes.some((index) => isKey(index.columns.map(({ column }) => ({ name: column ?? '' }))));
  return isUnique ? null : `${key.parent} (${wanted.join(', ')}), which is no key of it`;
}

/** Tables that structures leave out: SQLite's own. */
const isLeftOut = (name: string): boolean => /^sqlite_/i.test(name);

function sameKey(a: ForeignKey, b: ForeignKey): boolean {
  return fold(a.parent) === fold(b.parent) && a.columns.map(fold).join() === b.columns.map(fold).join();
}
