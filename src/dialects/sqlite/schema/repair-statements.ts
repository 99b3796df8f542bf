// The statements that lead from one structure to another, each with the differences that it is for. A table gets what
// it lacks by ALTER TABLE ADD COLUMN where SQLite allows it, and else one rebuild for all of its differences.
// Invariant: an object whose name is wanted for another goes first; an object comes after all that it uses.

import type { Named, RepairStatement } from '../../structure.js';
import { checkIdentity, indexIdentity, snapshotIdentity } from './identity.js';
import { planRebuild } from './rebuild.js';
import { columnsOf, find, has, lacking, namesIn, type TablePart } from './repair-goal.js';
import {
  renderCheck,
  renderColumn,
  renderIndex,
  renderReferences,
  renderTable,
  renderTrigger,
  renderView,
  tablesInOrder,
  viewsInOrder,
} from './render.js';
import { fold, nameSql, tokensOf } from './sql-text.js';
import { layoutOf, type SoftDifference } from './soft.js';
import type { SchemaDifference } from './difference.js';
import type { Check, Column, Index, Snapshot, Table, Trigger } from './snapshot.js';

/** A difference that is mended, and what it is in words. */
export interface Mended {
  readonly difference: SchemaDifference | SoftDifference;
  readonly words: string;
}

/** @param arrange whether the order of columns and the names of constraints count */
export function statementsOf(
  actual: Snapshot,
  goal: Snapshot,
  { mended, arrange }: { readonly mended: readonly Mended[]; readonly arrange: boolean },
): readonly RepairStatement[] {
  const say = sayer(mended);
  const identity = arrange
    ? (table: Table) => tableIdentity(table) + layoutOf({ tables: [table] })
    : tableIdentity;
  const tables = compare(actual.tables, goal.tables, identity);
  const views = compare(actual.views, goal.views, (view) => view.definition.canonical);
  const indexes = compare(actual.indexes, goal.indexes, (index) => JSON.stringify(indexIdentity(index)));
  const triggers = compare(actual.triggers, goal.triggers, triggerIdentity);
  const isRemade = (table: Table): boolean =>
    table.virtual || find(goal.tables, table.name)?.virtual !== false;
  const goneTables = tables.went.filter(isRemade);
  const newTables = tables.came.filter(({ name }) => !has(actual.tables, name) || has(goneTables, name));
  const changed = tables.went.flatMap((table) => {
    const target = find(goal.tables, table.name);
    return target === undefined || has(goneTables, table.name)
      ? []
      : [{ table, target, added: addColumns(table, target, identity) }];
  });
  const rebuilt = changed.filter(({ added }) => added === null).map(({ table }) => table);
  // What is on a table or a view goes with it, and a rebuild makes it again.
  const goesAlong = isOn([...goneTables, ...views.went]);
  const comesAlong = isOn(rebuilt);
  const toMake = <T extends TablePart>(parts: readonly T[], came: readonly T[]): T[] =>
    parts.filter((part) => (came.includes(part) || goesAlong(part)) && !comesAlong(part));
  return [
    ...triggers.went
      .filter((trigger) => !goesAlong(trigger))
      .map((trigger) => say(`DROP TRIGGER ${nameSql(trigger.name)}`, triggerSubjects(trigger))),
    ...indexes.went
      .filter((index) => !goesAlong(index))
      .map((index) => say(`DROP INDEX ${nameSql(index.name)}`, indexSubjects(index))),
    ...views.went.map(({ name }) => say(`DROP VIEW ${nameSql(name)}`, [subject('view', name)])),
    ...goneTables.map(({ name }) => say(`DROP TABLE ${nameSql(name)}`, [subject('table', name)])),
    ...tablesInOrder({ tables: newTables }).map((table) =>
      say(renderTable(table), [subject('table', table.name)]),
    ),
    ...changed.flatMap(({ table, target, added }) =>
      added === null
        ? rebuild(table, target, actual, goal).map((sql) => say(sql, [], table))
        : added.map(({ sql, column }) => say(sql, [subject('column', table.name, column.name)], table)),
    ),
    ...toMake(goal.indexes, indexes.came).map((index) => say(renderIndex(index, goal), indexSubjects(index))),
    ...viewsInOrder({ views: views.came }).map((view) => say(renderView(view), [subject('view', view.name)])),
    ...toMake(goal.triggers, triggers.came).map((trigger) =>
      say(renderTrigger(trigger), triggerSubjects(trigger)),
    ),
  ];
}

function rebuild(table: Table, target: Table, actual: Snapshot, goal: Snapshot): readonly string[] {
  const here = isOn([table]);
  return planRebuild({
    // The new table must not take a name that is in use, nor one that will be.
    current: {
      ...goal,
      tables: [...actual.tables, ...lacking(goal.tables, actual.tables)],
      views: [...actual.views, ...goal.views],
      indexes: [...actual.indexes, ...goal.indexes],
    },
    table: table.name,
    target,
    indexes: goal.indexes.filter(here),
    triggers: goal.triggers.filter(here),
  });
}

/** The statements that add what a table lacks; null where it differs in more, or SQLite would refuse one of them. */
function addColumns(
  table: Table,
  target: Table,
  identity: (table: Table) => string,
): readonly { sql: string; column: Column }[] | null {
  const columns = lacking(target.columns, table.columns);
  if (!columns.every((column) => isAddable(column, target))) return null;
  const present = new Set(table.checks.map(checkIdentity));
  const checks = target.checks.filter((check) => !present.has(checkIdentity(check)));
  const keys = target.foreignKeys.filter((key) => key.columns.some((name) => has(columns, name)));
  const added: Table = {
    ...table,
    columns: [...table.columns, ...columns],
    checks: [...table.checks, ...checks],
    foreignKeys: [...table.foreignKeys, ...keys],
  };
  const isAll = identity(added) === identity(target);
  if (!isAll || keys.some((key) => key.columns.length > 1)) return null;
  // A CHECK stands beside the last new column that it speaks of.
  const columnFor = (check: Check): Column | undefined => {
    const names = namesIn(check.expression.canonical);
    return columns.findLast(({ name }) => names.has(fold(name)));
  };
  if (checks.some((check) => columnFor(check) === undefined)) return null;
  return columns.map((column) => {
    const parts = [
      `ALTER TABLE ${nameSql(table.name)} ADD COLUMN ${renderColumn(column, target)}`,
      ...checks.filter((check) => columnFor(check) === column).map(renderCheck),
      ...keys.filter((key) => has([column], key.columns[0] ?? '')).map(renderReferences),
    ];
    return { sql: parts.join(' '), column };
  });
}

/** Whether ADD COLUMN takes a column whatever rows there are: https://sqlite.org/lang_altertable.html#altertabaddcol */
function isAddable(column: Column, target: Table): boolean {
  const keys = [...target.uniques, ...(target.primaryKey === null ? [] : [target.primaryKey])];
  const isInKey = keys.some((key) => columnsOf(key).some((name) => has([column], name)));
  if (isInKey || column.generated?.stored === true) return false;
  if (column.default === null) return !column.notNull;
  const [first, ...others] = tokensOf(column.default.text);
  const isSigned = others.length === 1 && (first?.kind === 'MINUS' || first?.kind === 'PLUS');
  return isSigned || (others.length === 0 && first?.kind.startsWith('CTIME_KW') === false);
}

/** What is in one list and not, or not the same, in the other. */
function compare<T extends Named>(
  actual: readonly T[],
  goal: readonly T[],
  identity: (item: T) => string,
): { readonly went: readonly T[]; readonly came: readonly T[] } {
  const other = (items: readonly T[], others: readonly T[]): readonly T[] =>
    items.filter((item) => {
      const counterpart = find(others, item.name);
      return counterpart === undefined || identity(counterpart) !== identity(item);
    });
  return { went: other(actual, goal), came: other(goal, actual) };
}

function isOn(owners: readonly Named[]): (part: TablePart) => boolean {
  return ({ table }) => has(owners, table);
}

export function tableIdentity(table: Table): string {
  return snapshotIdentity({ tables: [table], indexes: [], views: [], triggers: [] });
}

function triggerIdentity({ table, definition }: Trigger): string {
  return `${fold(table)} ${definition.canonical}`;
}

/** What differences and statements are about, as text to compare. */
function subject(...parts: readonly string[]): string {
  return JSON.stringify(parts.map(fold));
}

function subjectsOf(difference: Mended['difference']): readonly string[] {
  if ('table' in difference) {
    const table = subject('table', difference.table);
    return difference.kind === 'columnMissing'
      ? [subject('column', difference.table, difference.expected.name), table]
      : [table];
  }
  const item = 'expected' in difference ? difference.expected : difference.actual;
  return [subject(/^[a-z]+/.exec(difference.kind)?.[0] ?? '', item.name)];
}

const indexSubjects = ({ name, table }: Index): string[] => [subject('index', name), subject('table', table)];
const triggerSubjects = ({ name, table }: Trigger): string[] => [
  subject('trigger', name),
  subject('view', table),
  subject('table', table),
];

/** Makes statements that say what they mend: the differences about the first subject that has any. */
function sayer(
  mended: readonly Mended[],
): (sql: string, subjects: readonly string[], table?: Table) => RepairStatement {
  const words = (isMeant: (difference: Mended['difference']) => boolean): string =>
    mended
      .filter(({ difference }) => isMeant(difference))
      .map((one) => one.words)
      .join('; ');
  return (sql, subjects, table) => {
    const first = subjects
      .map((one) => words((difference) => subjectsOf(difference).includes(one)))
      .find((found) => found !== '');
    return {
      sql,
      mends: first ?? words((difference) => table === undefined || isOnTable(difference, table)),
    };
  };
}

/** Whether a difference is about a table or what is on it. */
function isOnTable(difference: Mended['difference'], table: Table): boolean {
  if ('table' in difference) return fold(difference.table) === fold(table.name);
  const item = 'expected' in difference ? difference.expected : difference.actual;
  return 'table' in item && fold(item.table) === fold(table.name);
}
