// Single changes of a random structure, each of one thing only, to test that every one is found and named once.

import type { ColumnModel, SchemaModel, TableModel } from './schema-model.js';

const PLAIN_COLUMN: ColumnModel = {
  name: '',
  type: 'TEXT',
  notNull: false,
  defaults: [],
  collation: null,
  generated: null,
};

/** A structure with one thing changed, and what. */
export interface Mutation {
  readonly what: string;
  readonly model: SchemaModel;
}

/** Every single change of a structure that this knows, each of one thing only. */
export function mutationsOf(model: SchemaModel): readonly Mutation[] {
  return model.tables
    .flatMap((table, i): Mutation[] =>
      tableMutations(table).map(({ what, table: changed }) => ({
        what: `${table.name}: ${what}`,
        model: {
          ...model,
          tables: model.tables.map((each, j) => (i === j ? changed : each)),
        },
      })),
    )
    .concat(
      model.views.map((view, i) => ({
        what: `${view.name}: query`,
        model: {
          ...model,
          views: model.views.map((each, j) =>
            i === j ? { ...view, query: view.query.replace("'X'", "'x'") } : each,
          ),
        },
      })),
    );
}

function tableMutations(table: TableModel): { what: string; table: TableModel }[] {
  const mutations: { what: string; table: TableModel }[] = [];
  const add = (what: string, changes: Partial<TableModel>): void => {
    mutations.push({ what, table: { ...table, ...changes } });
  };
  const each = <T>(
    what: string,
    items: readonly T[],
    change: (item: T) => T | null,
    field: keyof TableModel,
  ): void => {
    for (const [i, item] of items.entries()) {
      const changed = change(item);
      add(`${what} ${i}`, {
        [field]: items.flatMap((other, j) => (i === j ? (changed === null ? [] : [changed]) : [other])),
      });
    }
  };
  const isUsed = (column: string): boolean =>
    JSON.stringify([table.indexes, table.triggers, table.columns.map(({ generated }) => generated)]).includes(
      JSON.stringify(`{${column}}`).slice(1, -1),
    ) || table.indexes.some(({ columns }) => columns.some((part) => part.column === column));
  for (const [i, column] of table.columns.entries()) {
    const change = (what: string, changes: Partial<ColumnModel>): void => {
      add(`column ${column.name} ${what}`, {
        columns: table.columns.map((other, j) => (i === j ? { ...column, ...changes } : other)),
      });
    };
    if (column.name === 'id') continue;
    const inKey = table.primaryKey.includes(column.name);
    change('type', { type: column.type === 'TEXT' ? 'BLOB' : 'TEXT' });
    if (!inKey) change('not null', { notNull: !column.notNull });
    if (column.generated === null) change('default', { defaults: ["'another'"] });
    change('collation', { collation: column.collation === null ? 'nocase' : null });
    if (column.generated !== null)
      change('generated', { generated: { ...column.generated, stored: !column.generated.stored } });
    if (!inKey && !isUsed(column.name)) {
      const without = <T extends { readonly columns: readonly string[] }>(parts: readonly T[]): T[] =>
        parts.filter(({ columns }) => !columns.includes(column.name));
      add(`column ${column.name} dropped`, {
        columns: table.columns.filter((other) => other !== column),
        uniques: without(table.uniques),
        checks: without(table.checks),
        foreignKeys: without(table.foreignKeys),
      });
    }
  }
  if (!table.columns.some(({ name }) => name === 'note'))
    add('column added', { columns: [...table.columns, { ...PLAIN_COLUMN, name: 'note' }] });
  add('check added', { checks: [...table.checks, { expression: "{id} <> 'one more'", columns: ['id'] }] });
  each('unique dropped', table.uniques, () => null, 'uniques');
  each(
    'unique conflict',
    table.uniques,
    (unique) => ({ ...unique, onConflict: unique.onConflict === 'fail' ? null : 'fail' }),
    'uniques',
  );
  each('check dropped', table.checks, () => null, 'checks');
  each(
    'check changed',
    table.checks,
    (check) => ({ expression: `${check.expression} or {id} = 7`, columns: [...check.columns, 'id'] }),
    'checks',
  );
  each('foreign key dropped', table.foreignKeys, () => null, 'foreignKeys');
  each(
    'foreign key action',
    table.foreignKeys,
    (foreignKey) => ({ ...foreignKey, onDelete: foreignKey.onDelete === 'cascade' ? 'restrict' : 'cascade' }),
    'foreignKeys',
  );
  each(
    'foreign key deferred',
    table.foreignKeys,
    (foreignKey) => ({ ...foreignKey, deferred: !foreignKey.deferred }),
    'foreignKeys',
  );
  each('index dropped', table.indexes, () => null, 'indexes');
  each('index unique', table.indexes, (index) => ({ ...index, unique: !index.unique }), 'indexes');
  each(
    'index where',
    table.indexes,
    (index) => ({ ...index, where: index.where === null ? '{id} > 3' : null }),
    'indexes',
  );
  each(
    'index order',
    table.indexes,
    (index) => ({
      ...index,
      columns: index.columns.map((part) => ({ ...part, descending: !part.descending })),
    }),
    'indexes',
  );
  each('trigger dropped', table.triggers, () => null, 'triggers');
  each(
    'trigger time',
    table.triggers,
    ({ time, ...trigger }) => ({
      ...trigger,
      time: time === 'before' ? ('after' as const) : ('before' as const),
    }),
    'triggers',
  );
  return mutations;
}
