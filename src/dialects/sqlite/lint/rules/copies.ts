// Copies that leave something behind, or change it on the way: nothing fails, and counts are right. The upgrade itself
// stops where there are such values; here it is told before.

import type { Mistake } from '../../../../revisions/lint/rule.js';
import { affinityOf, type Affinity } from '../../schema/default-value.js';
import { fold } from '../../schema/sql-text.js';
import type { Column, Table } from '../../schema/snapshot.js';
import { hasColumn, headerLine, mayMove } from '../declared.js';
import { columnNamed } from '../lookup.js';
import { copiesOf, rebuildsOf, type Rebuild, type TableCopy } from '../rebuilds.js';
import type { SqliteRule } from '../sqlite-rule.js';
import { positionText, type Timeline } from '../timeline.js';

export const forgottenColumn: SqliteRule = {
  id: 'forgotten-column',
  severity: 'error',
  why: 'What the column holds goes with the old table: nothing fails, and the rows are all there.',
  check: ({ trace: { timeline } }) => rebuildsOf(timeline).flatMap((rebuild) => forgotten(timeline, rebuild)),
};

function forgotten(timeline: Timeline, rebuild: Rebuild): Mistake[] {
  const { position, source, into, name, drop, taken, filledByAny } = rebuild;
  const keys = keyOf(source);
  const { revision } = position.trace;
  const { drops } = drop.trace.revision;
  const missing = source.columns.filter(
    (column) =>
      column.generated === null &&
      !keys.includes(fold(column.name)) &&
      !taken.has(fold(column.name)) &&
      !filledByAny.has(fold(column.name)) &&
      ![drops, revision.drops].some((said) => hasColumn(said, [source.name, into.name, name], column.name)),
  );
  const isKept = ({ name: column }: Column): boolean =>
    into.columns.some((each) => fold(each.name) === fold(column));
  const line = position.step.statement.line;
  const kept = missing.filter(isKept).map((column) => column.name);
  const left = missing.filter((column) => !isKept(column)).map((column) => column.name);
  const header = (columns: readonly string[]): string =>
    headerLine(
      'drops',
      drops,
      columns.map((column) => `${source.name}.${column}`),
    );
  return [
    ...(kept.length === 0
      ? []
      : [
          {
            revision,
            line,
            message: `The copy of ${source.name} leaves out ${kept.join(', ')}, which is in the old table and in the new one`,
            mend: `write ${kept.join(', ')} on both sides of the copy; or, where the values may go, ${header(kept)} in the header`,
          },
        ]),
    ...left.map((column): Mistake => {
      const back = timeline.nextGain(drop.index, name, (each) => columnNamed(each, name, column) !== null);
      const later = back === null ? '' : `; ${positionText(back)} brings it back, without its values`;
      return {
        revision,
        line,
        message: `The rebuild of ${name} leaves out ${column} with what it holds${later}`,
        mend: `keep it in the new table and in the copy; or, where the values may go, write ${header([column])} into the header`,
        severity: 'warning',
      };
    }),
  ];
}

export const leftOutKey: SqliteRule = {
  id: 'left-out-key',
  severity: 'error',
  why: 'Rows get new keys, and whatever refers to them by the old ones points at other rows.',
  check: ({ trace: { timeline } }) =>
    rebuildsOf(timeline).flatMap((rebuild): Mistake[] => {
      const { position, source, into, name, drop } = rebuild;
      const missing = keyLeftOut(rebuild);
      const { revision } = position.trace;
      const isMeant = [revision, drop.trace.revision].some((each) =>
        mayMove(each, source.name, into.name, name),
      );
      if (missing.length === 0 || isMeant) return [];
      const key = missing.map((column) => column.name).join(', ');
      return [
        {
          revision,
          line: position.step.statement.line,
          message: `The copy of ${source.name} leaves out its key ${key}, so that rows are numbered anew`,
          mend: `write ${key} on both sides: INSERT INTO ${into.name} (${key}, ..) SELECT ${key}, .. FROM ${source.name}`,
        },
      ];
    }),
};

function keyLeftOut({ source, taken }: Rebuild): readonly { readonly name: string }[] {
  return (source.primaryKey?.columns ?? []).filter((column) => !taken.has(fold(column.name)));
}

/** Whether its rows are numbered anew. */
export const leavesOutKey = (rebuild: Rebuild): boolean => keyLeftOut(rebuild).length > 0;

export const changesValues: SqliteRule = {
  id: 'changes-values',
  severity: 'warning',
  why: "A column's declared type decides what is stored: in a numeric one '008' becomes 8, and '1e3' 1000 (https://sqlite.org/datatype3.html).",
  check: ({ trace: { timeline } }) => {
    const names = new Map(rebuildsOf(timeline).map((rebuild) => [fold(rebuild.into.name), rebuild.name]));
    return copiesOf(timeline).flatMap((copy) =>
      changed(copy, names.get(fold(copy.into.name)) ?? copy.into.name),
    );
  },
};

function changed({ position, source, into, isPlain, columns }: TableCopy, name: string): Mistake[] {
  if (!isPlain) return [];
  const { revision } = position.trace;
  return columns.asIs.flatMap(([from, to]): Mistake[] => {
    const [before, after] = [affinityIn(source, from), affinityIn(into, to)];
    const isSaid =
      hasColumn(revision.changes, [source.name, into.name, name], to) ||
      hasColumn(revision.changes, [source.name], from);
    if (before === null || after === null || !converts(before, after) || isSaid) return [];
    const typeOf = (table: Table, column: string): string => columnIn(table, column)?.type.text ?? '';
    return [
      {
        revision,
        line: position.step.statement.line,
        message: `${source.name}.${from}, ${typeOf(source, from) || 'without a type'}, is copied into ${typeOf(into, to)}, whose affinity is ${after.toUpperCase()}: values may change`,
        mend: `give ${to} a type of the same affinity, such as ${before.toUpperCase()}; or, where the change is meant, write ${headerLine('changes', revision.changes, [`${name}.${to}`])} into the header`,
      },
    ];
  });
}

/** Whether a value of the one becomes another, or of another kind, in the other. */
function converts(before: Affinity, after: Affinity): boolean {
  const kind = (affinity: Affinity): string => (affinity === 'integer' ? 'numeric' : affinity);
  return before !== 'none' && after !== 'none' && kind(before) !== kind(after);
}

function affinityIn(table: Table, column: string): Affinity | null {
  const found = columnIn(table, column);
  return found === undefined ? null : affinityOf(found.type.text, table.strict);
}

const columnIn = (table: Table, column: string): Column | undefined =>
  table.columns.find((each) => fold(each.name) === fold(column));

const keyOf = (table: Table): readonly string[] =>
  (table.primaryKey?.columns ?? []).map(({ name }) => fold(name));
