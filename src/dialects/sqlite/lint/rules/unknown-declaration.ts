// Headers that name a table or column which the revision never meets: the word that was to let rows go, or values
// change, is spoken of something else.

import { nearest } from '../../../../model/nearest.js';
import type { Mistake } from '../../../../revisions/lint/rule.js';
import { fold } from '../../schema/sql-text.js';
import { columnNamed, tableNamed } from '../lookup.js';
import type { SqliteRule } from '../sqlite-rule.js';
import type { SqliteRevisionTrace } from '../sqlite-trace.js';
import { treeOf } from '../../syntax/tree.js';

export const unknownDeclaration: SqliteRule = {
  id: 'unknown-declaration',
  severity: 'error',
  why: 'The header allows nothing: what it was meant for is stopped, or another mistake goes unseen.',
  check: ({ trace }) => trace.revisions.flatMap(checkRevision),
};

function checkRevision(trace: SqliteRevisionTrace): Mistake[] {
  const { losesRows, changes, drops, moves } = trace.revision;
  const tables = [
    ...losesRows.map((table) => ['loses_rows', table] as const),
    ...moves.flatMap(({ from, to }) => [['moves', from] as const, ['moves', to] as const]),
  ];
  const columns = [
    ...changes.map((column) => ['changes', column] as const),
    ...drops.map((column) => ['drops', column] as const),
  ];
  // What a way back says no more of, or what the parser cannot read, may be anything.
  if (tables.length + columns.length === 0 || trace.steps.some(({ error }) => error !== null)) return [];
  return [
    ...tables.flatMap(([key, table]) => checkTable(trace, key, table)),
    ...columns.flatMap(([key, column]) => checkColumn(trace, key, column)),
  ];
}

function checkTable(trace: SqliteRevisionTrace, key: string, table: string): Mistake[] {
  const known = tablesIn(trace);
  if (known.has(fold(table))) return [];
  const near = nearest(table, new Set(known.values()));
  return [
    {
      revision: trace.revision,
      line: 1,
      message: `The header "${key}" names ${table}, and the revision meets no such table`,
      mend:
        near.length > 0
          ? `did you mean ${near.join(' or ')}?`
          : 'correct the name, or take it out of the header',
    },
  ];
}

function checkColumn(trace: SqliteRevisionTrace, key: string, written: string): Mistake[] {
  const [table = '', column = ''] = written.split('.');
  const unknown = checkTable(trace, key, table);
  if (unknown.length > 0) return unknown;
  const structures = structuresIn(trace).filter((structure) => tableNamed(structure, table) !== null);
  // Of a temporary table only the name is known.
  if (structures.length === 0 || structures.some((each) => columnNamed(each, table, column) !== null))
    return [];
  const names = structures.flatMap((each) => tableNamed(each, table)?.columns.map(({ name }) => name) ?? []);
  const near = nearest(column, new Set(names));
  return [
    {
      revision: trace.revision,
      line: 1,
      message: `The header "${key}" names ${written}, and ${table} never has such a column here`,
      mend:
        near.length > 0
          ? `did you mean ${near.map((name) => `${table}.${name}`).join(' or ')}?`
          : 'correct the name, or take it out of the header',
    },
  ];
}

const structuresIn = ({ before, after, steps }: SqliteRevisionTrace) => [
  ...new Set([before, after, ...steps.map((step) => step.after)]),
];

/** Every table that is there at some point of the revision, by its name in lower case. */
function tablesIn(trace: SqliteRevisionTrace): ReadonlyMap<string, string> {
  const temporary = trace.steps.flatMap(({ statement }) => {
    const tree = treeOf(statement);
    return tree?.type === 'CreateTableStmt' ? [tree.tblName.objName.text] : [];
  });
  const names = structuresIn(trace).flatMap(({ tables }) => tables.map(({ name }) => name));
  return new Map([...names, ...temporary].map((name) => [fold(name), name]));
}
