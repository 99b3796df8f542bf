// Writes one structure in many ways: quoting, case, blanks, comments, constraints beside columns or below, built at
// once or by ALTER TABLE. For tests that a structure is known however it was written.

import type { ColumnModel, ForeignKeyModel, SchemaModel, TableModel } from './schema-model.js';

/** How to write it. */
export interface Style {
  readonly quote: 'none' | '"' | '`' | '[';
  readonly upper: boolean;
  readonly blank: ' ' | '\n  ' | '\t' | ' /* a ; comment */ ' | " -- it's a comment\n";
  /** Constraints of one column beside it; otherwise below all columns. */
  readonly inline: boolean;
  readonly named: boolean;
  readonly reversed: boolean;
  /** Which spelling of each default. */
  readonly spelling: number;
  /** Extra parentheses around expressions. */
  readonly wrapped: boolean;
  /** Create tables under other names, and rename them when everything stands. */
  readonly rename: boolean;
  /** Add the last column by ALTER TABLE where SQLite allows it. */
  readonly addColumn: boolean;
  /** Add CHECK and NOT NULL by ALTER TABLE. */
  readonly addConstraints: boolean;
}

export const PLAIN: Style = {
  quote: '"',
  upper: true,
  blank: ' ',
  inline: false,
  named: false,
  reversed: false,
  spelling: 0,
  wrapped: false,
  rename: false,
  addColumn: false,
  addConstraints: false,
};

/** A script that leaves the structure in an empty database. Foreign keys must be off. */
export function writeSchema(model: SchemaModel, style: Style): string {
  const writer = new Writer(model, style);
  const tables = style.reversed ? [...model.tables].reverse() : model.tables;
  return [
    ...tables.flatMap((table) => writer.table(table)),
    ...tables.flatMap((table) => writer.indexes(table)),
    ...model.views.map((view) => writer.sql(`create view {${view.name}} as ${view.query}`)),
    ...tables.flatMap((table) => writer.triggers(table)),
    ...tables.flatMap((table) => writer.rename(table)),
  ]
    .map((statement) => `${statement};`)
    .join('\n');
}

/** @returns the model's text with names, written plainly */
export function plainly(template: string): string {
  return template.replace(/\{([^}]+)\}/g, (_, name: string) => `"${name.replaceAll('"', '""')}"`);
}

const BEFORE_RENAME = 'was ';

class Writer {
  readonly #style: Style;
  readonly #tables: ReadonlySet<string>;
  #constraints = 0;

  constructor(model: SchemaModel, style: Style) {
    this.#style = style;
    this.#tables = new Set(model.tables.map(({ name }) => name));
  }

  /** Writes a template: `{name}` is a name, and all outside string literals is words and signs. */
  sql(template: string): string {
    return template
      .split(/('(?:[^']|'')*'|\{[^}]+\})/)
      .map((part) => {
        if (part.startsWith("'")) return part;
        if (part.startsWith('{')) return this.#name(part.slice(1, -1));
        return (this.#style.upper ? part.toUpperCase() : part).replaceAll(' ', this.#style.blank);
      })
      .join('');
  }

  #name(name: string): string {
    const written = this.#style.rename && this.#tables.has(name) ? BEFORE_RENAME + name : name;
    const cased = this.#style.upper ? written.replace(/[a-z]+/g, (word) => word.toUpperCase()) : written;
    if (this.#style.quote === 'none' && /^[a-z_]+$/i.test(cased) && !RESERVED.has(cased.toLowerCase()))
      return cased;
    if (this.#style.quote === '[' && !cased.includes(']')) return `[${cased}]`;
    if (this.#style.quote === '`') return `\`${cased.replaceAll('`', '``')}\``;
    return `"${cased.replaceAll('"', '""')}"`;
  }

  table(table: TableModel): string[] {
    const columns = this.#style.reversed ? [...table.columns].reverse() : table.columns;
    const last = columns.at(-1);
    const added =
      this.#style.addColumn && columns.length > 1 && last && this.#isAddable(table, last) ? last : null;
    const later: string[] = [];
    const definitions = columns
      .filter((column) => column !== added)
      .map((column) => this.#column(table, column, later));
    const below = [
      ...(this.#keyInline(table) ? [] : [`primary key (${names(table.primaryKey)})`]),
      ...table.uniques
        .filter((unique) => !this.#isInline(unique.columns))
        .map(({ columns: unique, onConflict }) => `unique (${names(unique)})${conflict(onConflict)}`),
      ...(this.#style.inline
        ? []
        : table.checks
            .filter((check) => !this.#later(added, check.columns))
            .map((check) => this.#check(check.expression))),
      ...table.foreignKeys
        .filter((key) => !this.#isInline(key.columns))
        .map((key) => `foreign key (${names(key.columns)}) ${references(key, this.#style.inline)}`),
    ].flatMap((constraint) => {
      if (this.#style.addConstraints && constraint.startsWith('check')) {
        later.push(`alter table {${table.name}} add constraint {c${++this.#constraints}} ${constraint}`);
        return [];
      }
      return [this.#named() + constraint];
    });
    const options = [...(table.withoutRowid ? ['without rowid'] : []), ...(table.strict ? ['strict'] : [])];
    const body = [...definitions, ...below].join(' , ');
    const create = `create table {${table.name}} ( ${body} ) ${options.join(' , ')}`.trim();
    const add =
      added === null
        ? []
        : [`alter table {${table.name}} add column ${this.#column(table, added, later, true)}`];
    return [create, ...add, ...later].map((statement) => this.sql(statement));
  }

  indexes(table: TableModel): string[] {
    return table.indexes.map((index) => {
      const columns = index.columns.map(
        ({ column, expression, descending, collation }) =>
          (column === null ? this.#wrap(expression ?? '') : `{${column}}`) +
          (collation === null ? '' : ` collate ${collation}`) +
          (descending ? ' desc' : this.#style.wrapped ? ' asc' : ''),
      );
      const where = index.where === null ? '' : ` where ${this.#wrap(index.where)}`;
      const exists = this.#style.wrapped ? 'if not exists ' : '';
      return this.sql(
        `create ${index.unique ? 'unique ' : ''}index ${exists}{${index.name}} on {${table.name}} (${columns.join(' , ')})${where}`,
      );
    });
  }

  triggers(table: TableModel): string[] {
    return table.triggers.map(({ name, time, event, body }) => {
      const when = time === 'before' && this.#style.wrapped ? '' : `${time} `;
      const each = this.#style.wrapped ? ' for each row' : '';
      return this.sql(
        `create trigger {${name}} ${when}${event} on {${table.name}}${each} begin ${body} ; end`,
      );
    });
  }

  rename({ name }: TableModel): string[] {
    if (!this.#style.rename) return [];
    const plain = new Writer({ tables: [], views: [] }, this.#style);
    return [`${this.sql(`alter table {${name}} rename to `)}${plain.sql(`{${name}}`)}`];
  }

  #column(table: TableModel, column: ColumnModel, later: string[], adding = false): string {
    const words = [`{${column.name}}`, column.type];
    const isKey = this.#keyInline(table) && table.primaryKey[0] === column.name;
    if (isKey) words.push(`primary key${table.autoincrement ? ' autoincrement' : ''}`);
    if (column.notNull) {
      if (this.#style.addConstraints && !adding && column.generated === null)
        later.push(`alter table {${table.name}} alter column {${column.name}} set not null`);
      else words.push('not null');
    }
    const spelling = column.defaults[this.#style.spelling % Math.max(1, column.defaults.length)];
    if (spelling !== undefined) words.push(`default ${spelling}`);
    if (column.collation !== null) words.push(`collate ${column.collation}`);
    if (column.generated !== null) {
      // With a comment after it SQLite takes it for a part of the type, which STRICT refuses.
      const always = this.#style.wrapped && this.#style.blank.trim() === '' ? 'generated always ' : '';
      words.push(`${always}as (${this.#wrap(column.generated.expression)})`);
      if (column.generated.stored) words.push('stored');
    }
    const own = (columns: readonly string[]): boolean => columns.length === 1 && columns[0] === column.name;
    for (const { columns, onConflict } of table.uniques)
      if (own(columns) && this.#isInline(columns)) words.push(`unique${conflict(onConflict)}`);
    for (const check of table.checks) {
      const isHere = this.#style.inline
        ? check.columns[0] === column.name
        : adding && check.columns.includes(column.name);
      if (isHere) words.push(this.#named() + this.#check(check.expression));
    }
    for (const key of table.foreignKeys)
      if (own(key.columns) && this.#isInline(key.columns)) words.push(references(key, !this.#style.inline));
    return words.filter((word) => word !== '').join(' ');
  }

  #check(expression: string): string {
    return `check (${this.#wrap(expression)})`;
  }

  #wrap(expression: string): string {
    return this.#style.wrapped ? `(${expression})` : expression;
  }

  #named(): string {
    return this.#style.named ? `constraint {c${++this.#constraints}} ` : '';
  }

  // Checks of the column that is added later go with it; inline ones go with their first column.
  #later(added: ColumnModel | null, columns: readonly string[]): boolean {
    return added !== null && columns.includes(added.name);
  }

  #isInline(columns: readonly string[]): boolean {
    return this.#style.inline && columns.length === 1;
  }

  #keyInline(table: TableModel): boolean {
    return (
      table.primaryKey.length === 0 ||
      (table.primaryKey.length === 1 && (this.#style.inline || table.autoincrement))
    );
  }

  // https://sqlite.org/lang_altertable.html#altertabaddcol
  #isAddable(table: TableModel, column: ColumnModel): boolean {
    const used = (columns: readonly string[]): boolean => columns.includes(column.name);
    return (
      !used(table.primaryKey) &&
      !table.uniques.some(({ columns }) => used(columns)) &&
      !table.columns.some(({ generated }) => generated?.columns.includes(column.name)) &&
      !table.checks.some(
        ({ columns }) => used(columns) && this.#style.inline && columns[0] !== column.name,
      ) &&
      !table.foreignKeys.some(({ columns }) => used(columns)) &&
      column.generated?.stored !== true &&
      (!column.notNull || column.defaults.some((spelling) => !/null/i.test(spelling)))
    );
  }
}

function references(key: ForeignKeyModel, writeColumns: boolean): string {
  const columns = writeColumns || !key.toPrimaryKey ? ` (${names(key.parentColumns)})` : '';
  const onDelete = key.onDelete === 'no action' && writeColumns ? '' : ` on delete ${key.onDelete}`;
  const deferred = key.deferred ? ' deferrable initially deferred' : '';
  return `references {${key.parent}}${columns}${onDelete}${deferred}`;
}

function conflict(action: string | null): string {
  return action === null ? '' : ` on conflict ${action}`;
}

function names(columns: readonly string[]): string {
  return columns.map((column) => `{${column}}`).join(' , ');
}

const RESERVED: ReadonlySet<string> = new Set([
  'select',
  'order',
  'group',
  'null',
  'table',
  'index',
  'check',
]);
