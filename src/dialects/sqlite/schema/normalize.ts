// From facts to a snapshot: pragmas first, and the text of CREATE statements only for what pragmas do not tell.
// Pure, so that every pitfall can be a test of rows and texts.
// Invariant: never throws and never drops an object; what the parser cannot read is compared as its tokens.

import { defaultValue } from './default-value.js';
import { readIndexSql } from './index-sql.js';
import { createStringReader } from './old-strings.js';
import { byName, fold, joinTokens, nameText, sqlText, tokensOf } from './sql-text.js';
import { readTableSql } from './table-sql.js';
import { isVersionTable } from './version-tables.js';
import type { SchemaFacts } from './facts.js';
import type { Column, ForeignKey, Index, Key, KeyColumn, Snapshot, Table } from './snapshot.js';
import type { SqlText, Token } from './sql-text.js';
import type { WrittenTable, WrittenUnique } from './table-sql.js';

type Facts<K extends keyof SchemaFacts> = SchemaFacts[K][number];

/** The normalized structure, without SQLite's own tables, shadow tables and version tables of known tools. */
export function snapshotOf(facts: SchemaFacts): Snapshot {
  const columns = groupBy(facts.columns, (row) => row.table);
  const kept = facts.tables.filter(
    ({ name, type }) =>
      (type === 'table' || type === 'virtual') &&
      !fold(name).startsWith('sqlite_') &&
      !isVersionTable(name, columns.get(fold(name))?.map((column) => column.name) ?? []),
  );
  const ignored = new Set(
    facts.tables.filter((table) => table.type !== 'view').map(({ name }) => fold(name)),
  );
  for (const { name } of kept) ignored.delete(fold(name));
  const objects = facts.objects.filter(({ table }) => !ignored.has(fold(table)));
  const source: Source = {
    columns,
    sql: new Map(
      objects.filter(({ type }) => type === 'table').map(({ name, sql }) => [fold(name), sql ?? '']),
    ),
    foreignKeys: groupBy(facts.foreignKeys, (row) => row.table),
    indexes: groupBy(facts.indexes, (row) => row.table),
    indexColumns: groupBy(facts.indexColumns, (row) => row.index),
  };
  const inSingleQuotes = createStringReader(facts.objects, columns);
  const tables = resolveParents(kept.map((table) => tableOf(table, source)));
  return {
    tables: tables.sort(byName),
    indexes: objects.flatMap((object) => indexOf(object, source)).sort(byName),
    views: objects
      .filter(({ type }) => type === 'view')
      .map(({ name, sql }) => ({ name, definition: joinTokens(afterName(inSingleQuotes(sql))) }))
      .sort(byName),
    triggers: objects
      .filter(({ type }) => type === 'trigger')
      .map(({ name, table, sql }) => ({
        name,
        table,
        definition: triggerDefinition(afterName(inSingleQuotes(sql))),
      }))
      .sort(byName),
  };
}

interface Source {
  readonly columns: ReadonlyMap<string, readonly Facts<'columns'>[]>;
  readonly sql: ReadonlyMap<string, string>;
  readonly foreignKeys: ReadonlyMap<string, readonly Facts<'foreignKeys'>[]>;
  readonly indexes: ReadonlyMap<string, readonly Facts<'indexes'>[]>;
  readonly indexColumns: ReadonlyMap<string, readonly Facts<'indexColumns'>[]>;
}

function tableOf({ name, type, withoutRowid, strict }: Facts<'tables'>, source: Source): Table {
  const sql = source.sql.get(fold(name)) ?? '';
  if (type === 'virtual') return virtualTable(name, sql);
  const written = readTableSql(sql, name);
  const rows = source.columns.get(fold(name)) ?? [];
  const indexes = source.indexes.get(fold(name)) ?? [];
  const keyRows = rows.filter((row) => row.primaryKey > 0).sort((a, b) => a.primaryKey - b.primaryKey);
  const keyIndex = indexes.find(({ origin }) => origin === 'pk');
  const columns = rows.map((row) => columnOf(row, written, strict !== 0));
  const collationOf = (column: string): string =>
    columns.find((each) => fold(each.name) === fold(column))?.collation ?? 'BINARY';
  const key: readonly KeyColumn[] =
    keyIndex === undefined
      ? keyRows.map((row) => ({ name: row.name, collation: collationOf(row.name), descending: false }))
      : keyColumns(source.indexColumns.get(fold(keyIndex.name)));
  // The rowid under another name is never NULL: https://sqlite.org/lang_createtable.html#rowid
  const isRowid = keyRows.length === 1 && keyIndex === undefined && withoutRowid === 0;
  return {
    name,
    virtual: false,
    strict: strict !== 0,
    withoutRowid: withoutRowid !== 0,
    autoincrement: written?.autoincrement ?? tokensOf(sql).some(({ kind }) => kind === 'AUTOINCR'),
    columns: isRowid ? columns.map((column) => withRowid(column, key)) : columns,
    primaryKey:
      key.length === 0
        ? null
        : { name: null, columns: key, onConflict: written?.primaryKeyConflict ?? 'ABORT' },
    uniques: indexes
      .filter(({ origin }) => origin === 'u')
      .map((index) => uniqueOf(keyColumns(source.indexColumns.get(fold(index.name))), written, collationOf)),
    checks: written?.checks ?? [],
    foreignKeys: foreignKeysOf(source.foreignKeys.get(fold(name)) ?? [], written),
    definition: written === null ? joinTokens(afterName(sql)) : null,
  };
}

function virtualTable(name: string, sql: string): Table {
  return {
    name,
    virtual: true,
    strict: false,
    withoutRowid: false,
    autoincrement: false,
    columns: [],
    primaryKey: null,
    uniques: [],
    checks: [],
    foreignKeys: [],
    definition: joinTokens(afterName(sql).map(exactUnlessName)),
  };
}

// The module reads its arguments itself, so that a quoted one may be a value whose case matters.
function exactUnlessName(token: Token): Token {
  const isValue = token.text.startsWith('"') && !/^"\w+"$/.test(token.text);
  return isValue ? { ...token, canonical: token.text } : token;
}

function columnOf(row: Facts<'columns'>, written: WrittenTable | null, strict: boolean): Column {
  const more = written?.columns.get(fold(row.name));
  return {
    name: row.name,
    type: row.hidden === 0 ? sqlText(row.type) : generatedType(row.type),
    notNull: row.notNull !== 0,
    notNullConflict: more?.notNullConflict ?? 'ABORT',
    notNullName: more?.notNullName ?? null,
    default: row.hidden === 0 ? defaultValue(row.defaultValue, row.type, strict) : null,
    collation: more?.collation ?? 'BINARY',
    generated:
      row.hidden === 0
        ? null
        : { stored: row.hidden === 3, expression: more?.generated ?? { text: '', canonical: '' } },
  };
}

// SQLite takes GENERATED ALWAYS for a part of the type where a comment stands between.
function generatedType(written: string): SqlText {
  const tokens = tokensOf(written);
  if (tokens.at(-1)?.canonical === 'always') tokens.pop();
  if (tokens.at(-1)?.canonical === 'generated') tokens.pop();
  return joinTokens(tokens);
}

function withRowid(column: Column, key: readonly KeyColumn[]): Column {
  const rowid = { notNull: true, notNullConflict: 'ABORT', notNullName: null } as const;
  return column.name === key[0]?.name ? { ...column, ...rowid } : column;
}

function keyColumns(rows: readonly Facts<'indexColumns'>[] = []): KeyColumn[] {
  return rows.map(({ name, collation, descending }) => ({
    name: name ?? '',
    collation: collation.toUpperCase(),
    descending: descending !== 0,
  }));
}

// SQLite makes one index of equal constraints; of their ON CONFLICT clauses the one that is written counts.
function uniqueOf(
  columns: readonly KeyColumn[],
  written: WrittenTable | null,
  collationOf: (column: string) => string,
): Key {
  const isSame = (unique: WrittenUnique): boolean =>
    unique.columns.length === columns.length &&
    unique.columns.every(
      ({ name, collation }, i) =>
        fold(name) === fold(columns[i]?.name ?? '') &&
        (collation ?? collationOf(name)) === columns[i]?.collation,
    );
  const same = written?.uniques.filter(isSame) ?? [];
  const onConflict = same.find((unique) => unique.onConflict !== 'ABORT')?.onConflict ?? 'ABORT';
  return { name: same[0]?.name ?? null, columns, onConflict };
}

function foreignKeysOf(rows: readonly Facts<'foreignKeys'>[], written: WrittenTable | null): ForeignKey[] {
  const groups = [...groupBy(rows, (row) => String(row.id)).values()].reverse();
  return groups.flatMap((group, position) => {
    const [first] = group;
    if (first === undefined) return [];
    const more = written?.foreignKeys[position];
    const parentColumns = group.map((row) => row.parentColumn).filter((column) => column !== null);
    const isWritten = parentColumns.length === group.length;
    return {
      name: more?.name ?? null,
      columns: group.map((row) => row.column),
      parent: first.parent,
      parentColumns: isWritten ? parentColumns : null,
      written: isWritten,
      onDelete: first.onDelete,
      onUpdate: first.onUpdate,
      deferred: more?.deferred ?? false,
    };
  });
}

/**
 * Tables whose foreign keys without written parent columns refer to what is now the key of their parent.
 * @param parents the tables that they refer to; default: each other
 */
export function resolveParents(tables: readonly Table[], parents = tables): Table[] {
  const keys = new Map(parents.map((table) => [fold(table.name), table.primaryKey?.columns ?? []]));
  const resolve = (foreignKey: ForeignKey): ForeignKey => {
    if (foreignKey.written) return foreignKey;
    const key = keys.get(fold(foreignKey.parent)) ?? [];
    const fits = key.length === foreignKey.columns.length;
    return { ...foreignKey, parentColumns: fits ? key.map(({ name }) => name) : null };
  };
  return tables.map((table) => ({ ...table, foreignKeys: table.foreignKeys.map(resolve) }));
}

function indexOf(object: Facts<'objects'>, source: Source): Index[] {
  if (object.type !== 'index' || object.sql === null) return [];
  const row = source.indexes.get(fold(object.table))?.find(({ name }) => fold(name) === fold(object.name));
  const rows = source.indexColumns.get(fold(object.name)) ?? [];
  const needsText = row?.partial !== 0 || rows.some(({ name }) => name === null);
  const names = source.columns.get(fold(object.table))?.map((column) => column.name) ?? [];
  const written = needsText ? readIndexSql(object.sql, names) : null;
  const whole = (): SqlText => joinTokens(afterName(object.sql));
  return [
    {
      name: object.name,
      table: object.table,
      unique: row?.unique === 1,
      columns: rows.map(({ name, collation, descending }, i) => ({
        key: name === null ? (written?.expressions[i] ?? whole()) : nameText(name),
        column: name,
        collation: collation.toUpperCase(),
        descending: descending !== 0,
      })),
      where: needsText && row?.partial !== 0 ? (written?.where ?? whole()) : null,
    },
  ];
}

// CREATE [UNIQUE | TEMP | VIRTUAL] <kind> [IF NOT EXISTS] [schema .] name: none of it but the name is identity.
function afterName(sql: string | null): Token[] {
  const tokens = tokensOf(sql ?? '');
  let i = tokens.findIndex(({ kind }) => ['TABLE', 'VIEW', 'TRIGGER', 'INDEX'].includes(kind)) + 1;
  if (tokens[i]?.kind === 'IF' && tokens[i + 1]?.kind === 'NOT') i += 3;
  return tokens.slice(tokens[i + 1]?.kind === 'DOT' ? i + 3 : i + 1);
}

// BEFORE and FOR EACH ROW are what SQLite does unless told otherwise: https://sqlite.org/lang_createtrigger.html
function triggerDefinition(tokens: readonly Token[]): SqlText {
  const { text } = joinTokens(tokens);
  const end = tokens.findIndex(({ kind }) => kind === 'WHEN' || kind === 'BEGIN');
  if (end < 0) return joinTokens(tokens);
  const head = tokens.slice(0, end).map(({ canonical }) => canonical);
  const isTimed = ['before', 'after', 'instead'].includes(head[0] ?? '');
  const forEachRow = head.at(-1) === 'row' && head.at(-2) === 'each' ? 3 : 0;
  const on = head.lastIndexOf('on');
  const event = [...(isTimed ? [] : ['before']), ...head.slice(0, on)];
  const target = head
    .slice(on, head.length - forEachRow)
    .filter((_, i, all) => all[2] !== '.' || i === 0 || i > 2);
  return {
    text,
    canonical: [...event, ...target, ...tokens.slice(end).map(({ canonical }) => canonical)].join(' '),
  };
}

function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const name = fold(key(row));
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
}
