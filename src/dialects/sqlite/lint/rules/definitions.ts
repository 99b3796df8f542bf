// Definitions that SQLite takes, and that do not do what they look like, or cost more than they should. Looked at in
// the structure that the last revision leaves, and told where it was written: notices.

import { parseStmt, traverse } from 'sqlite3-parser';
import type { Mistake } from '../../../../revisions/lint/rule.js';
import { affinityOf } from '../../schema/default-value.js';
import type { Index, Snapshot, Table } from '../../schema/snapshot.js';
import { fold } from '../../schema/sql-text.js';
import { hasObject, tableNamed } from '../lookup.js';
import type { SqliteContext, SqliteRule } from '../sqlite-rule.js';

type Told = Pick<Mistake, 'message' | 'mend'>;

/** A rule about each table of the last structure. */
function aboutTables(
  rule: Pick<SqliteRule, 'id' | 'why'>,
  look: (table: Table, structure: Snapshot) => readonly Told[],
): SqliteRule {
  return {
    ...rule,
    severity: 'notice',
    check: (context) => {
      const head = context.trace.revisions.at(-1)?.after;
      if (head === undefined) return [];
      return head.tables
        .filter(({ virtual }) => !virtual)
        .flatMap((table) => look(table, head).flatMap((told) => placed(context, table, told)));
    },
  };
}

/** Where a table got the form in which something can be told of it: the last statement that wrote it. */
function placed({ trace: { timeline } }: SqliteContext, table: Table, told: Told): Mistake[] {
  const position =
    timeline.lastGain(
      timeline.positions.length,
      table.name,
      (structure) => tableNamed(structure, table.name) === table,
    ) ??
    timeline.lastGain(timeline.positions.length, table.name, (structure) => hasObject(structure, table.name));
  if (position === null) return [];
  const made = timeline.rebuildAfter({ ...position, index: position.index - 1 }, table.name) ?? position;
  return [{ revision: position.trace.revision, line: made.step.statement.line, ...told }];
}

export const foreignKeyIndex = aboutTables(
  {
    id: 'foreign-key-index',
    why: 'Each DELETE and each UPDATE of a parent reads the whole child table (https://sqlite.org/foreignkeys.html#fk_indexes).',
  },
  (table, structure) => {
    const lists = [
      ...[table.primaryKey, ...table.uniques].map((key) => key?.columns.map(({ name }) => fold(name)) ?? []),
      ...indexesOf(structure, table)
        .filter(({ where }) => where === null)
        .map(({ columns }) => columns.map(({ column }) => fold(column ?? ''))),
    ];
    const bare = table.foreignKeys.filter(({ columns }) => {
      const wanted = columns.map(fold).sort().join();
      return !lists.some((list) => list.slice(0, columns.length).sort().join() === wanted);
    });
    if (bare.length === 0) return [];
    const [first] = bare;
    const columns = bare.map((key) => key.columns.join(', '));
    return [
      {
        message: `No index of ${table.name} begins with ${columns.join('; nor with ')}, which refers to ${bare.map(({ parent }) => parent).join(', ')}`,
        mend: `make one where parents are deleted or joined: CREATE INDEX ix_${table.name}_${first?.columns.join('_') ?? ''} ON ${table.name} (${first?.columns.join(', ') ?? ''})`,
      },
    ];
  },
);

export const duplicateIndex = aboutTables(
  { id: 'duplicate-index', why: 'Each write pays for both, and no query is quicker by the second.' },
  (table, structure) => {
    const indexes = indexesOf(structure, table);
    const keys = [table.primaryKey, ...table.uniques].flatMap((key) =>
      key === null ? [] : [key.columns.map(({ name, collation }) => `${fold(name)} ${collation}`).join()],
    );
    return indexes.flatMap((index, at): Told[] => {
      const own = textOf(index);
      const other = indexes.slice(0, at).find((each) => textOf(each) === own);
      const isKey = index.where === null && keys.includes(own);
      if (other === undefined && !isKey) return [];
      const what =
        other === undefined
          ? `a key of ${table.name} has an index of its own on`
          : `${other.name} is an index on`;
      return [
        {
          message: `The index ${index.name} is there twice: ${what} the same columns`,
          mend: `drop it: DROP INDEX ${other !== undefined && index.unique && !other.unique ? other.name : index.name}`,
        },
      ];
    });
  },
);

const indexesOf = (structure: Snapshot, table: Table): readonly Index[] =>
  structure.indexes.filter((index) => fold(index.table) === fold(table.name));

const textOf = ({ columns, where }: Index): string =>
  columns
    .map(({ key, collation, descending }) => `${key.canonical} ${collation}${descending ? ' desc' : ''}`)
    .join() + (where === null ? '' : ` where ${where.canonical}`);

export const intPrimaryKey = aboutTables(
  {
    id: 'int-primary-key',
    why: 'Only INTEGER PRIMARY KEY is the rowid: another type may hold NULL, is not filled by itself, and costs an index (https://sqlite.org/lang_createtable.html#rowid).',
  },
  (table) => {
    const [key, ...others] = table.primaryKey?.columns ?? [];
    const column = table.columns.find(({ name }) => name === key?.name);
    if (column === undefined || others.length > 0 || table.withoutRowid) return [];
    const { canonical, text } = column.type;
    if (affinityOf(text, table.strict) !== 'integer' || canonical === 'integer') return [];
    return [
      {
        message: `${table.name}.${column.name} is ${text} PRIMARY KEY, which is not the rowid`,
        mend: 'write INTEGER PRIMARY KEY in a rebuild, where ids are to be given by themselves',
      },
    ];
  },
);

export const quotedDefault = aboutTables(
  { id: 'quoted-default', why: 'In quotes it is a text: every row gets the word, and never the time.' },
  (table) =>
    table.columns.flatMap(({ name, default: value }): Told[] => {
      const word =
        /^\(?'(current_(?:timestamp|date|time)|null|(?:date|time|datetime|strftime|julianday|unixepoch)\(.*\))'\)?$/is.exec(
          value?.text ?? '',
        )?.[1];
      if (word === undefined) return [];
      const meant = word.includes('(') ? `(${word.replaceAll("''", "'")})` : word;
      return [
        {
          message: `${table.name}.${name} has the text '${word}' as its default`,
          mend: `write DEFAULT ${meant}, without quotes, in a rebuild`,
        },
      ];
    }),
);

export const nullCheck = aboutTables(
  {
    id: 'null-check',
    why: 'A comparison with NULL is NULL, and a CHECK that is NULL passes (https://sqlite.org/lang_createtable.html#check_constraints).',
  },
  (table) =>
    table.checks.flatMap(({ expression }): Told[] => {
      if (!comparesWithNull(expression.text)) return [];
      return [
        {
          message: `CHECK (${expression.text}) of ${table.name} compares with NULL, and so passes whatever is stored`,
          mend: 'write IS NULL, or OR column IS NULL; or take NULL out: a CHECK passes for NULL by itself',
        },
      ];
    }),
);

function comparesWithNull(expression: string): boolean {
  const parsed = parseStmt(`SELECT ${expression}`);
  if (parsed.status !== 'ok') return false;
  const found: string[] = [];
  traverse(parsed.root, {
    nodes: {
      BinaryExpr: ({ op, left, right }) => {
        const isCompared = /^(Equals|NotEquals|Less|Greater)/.test(op);
        if (isCompared && [left.type, right.type].includes('NullLiteral')) found.push(op);
      },
      InListExpr: ({ rhs }) => {
        if ((rhs ?? []).some(({ type }) => type === 'NullLiteral')) found.push('IN');
      },
    },
  });
  return found.length > 0;
}
