// A fleet that nobody versioned: two hundred databases of five ages, written in four styles, and every single thing
// that could be off. Through the built command line.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/fleet.js';
import { query, run, writeMigrations } from '../support/revisions.js';
import type { ColumnModel, SchemaModel, TableModel } from '../support/schema-model.js';
import { mutationsOf } from '../support/schema-mutations.js';
import { PLAIN, writeSchema, type Style } from '../support/schema-writer.js';
import { differenceOf, fingerprintAfter } from '../support/schemas.js';

const column = (name: string, type: string, more: Partial<ColumnModel> = {}): ColumnModel => ({
  name,
  type,
  notNull: false,
  defaults: [],
  collation: null,
  generated: null,
  ...more,
});
const index = (name: string, ...columns: string[]) => ({
  name,
  unique: false,
  columns: columns.map((each) => ({ column: each, expression: null, collation: null, descending: false })),
  where: null,
});
const table = (
  name: string,
  columns: readonly ColumnModel[],
  more: Partial<TableModel> = {},
): TableModel => ({
  name,
  strict: false,
  withoutRowid: false,
  autoincrement: false,
  columns: [column('id', 'INTEGER'), ...columns],
  primaryKey: ['id'],
  uniques: [],
  checks: [],
  foreignKeys: [],
  indexes: [],
  triggers: [],
  ...more,
});
const toTable = (parent: string, own: string, onDelete: string) => ({
  columns: [own],
  parent,
  parentColumns: ['id'],
  toPrimaryKey: true,
  onDelete,
  deferred: false,
});

const PROJECTS = table('projects', [column('name', 'TEXT', { notNull: true })], { autoincrement: true });
const TASKS = table(
  'tasks',
  [
    column('project_id', 'INTEGER', { notNull: true }),
    column('title', 'VARCHAR(200)', { notNull: true }),
    column('state', 'TEXT', { defaults: ["'new'", "('new')"] }),
  ],
  {
    checks: [{ expression: 'length({title}) > 0', columns: ['title'] }],
    foreignKeys: [toTable('projects', 'project_id', 'cascade')],
    indexes: [index('ix_tasks_state', 'state')],
  },
);
const WITH_PRIORITY: TableModel = {
  ...TASKS,
  columns: [
    ...TASKS.columns,
    column('priority', 'INTEGER', { notNull: true, defaults: ['0', '(0)', '+0'] }),
    column('due_at', 'TEXT'),
  ],
  indexes: [...TASKS.indexes, index('ix_tasks_due', 'due_at', 'priority')],
};
const LABELS = table(
  'labels',
  [column('name', 'TEXT', { notNull: true, collation: 'nocase' }), column('task_id', 'INTEGER')],
  {
    uniques: [{ columns: ['name', 'task_id'], onConflict: null }],
    foreignKeys: [toTable('tasks', 'task_id', 'set null')],
    indexes: [index('ix_labels_task', 'task_id')],
  },
);
const WITH_TRIGGER: TableModel = {
  ...WITH_PRIORITY,
  indexes: [
    ...WITH_PRIORITY.indexes,
    { ...index('ux_tasks_title', 'title'), unique: true, where: `{state} <> 'X'` },
  ],
  triggers: [
    {
      name: 'tr_tasks_state',
      time: 'after',
      event: 'update of {state}',
      body: "update {tasks} set {priority} = 0 where {id} = new.{id} and {state} = 'X'",
    },
  ],
};
const VIEW = {
  name: 'open_tasks',
  query: "select {id} as {number} , {title} from {tasks} where {state} <> 'X'",
};
const CHECKED_LABELS: TableModel = {
  ...LABELS,
  columns: [
    ...LABELS.columns,
    column('colour', 'TEXT', { defaults: ["'grey'"] }),
    column('place', 'REAL', { defaults: ['-1.5', '(-1.5)'] }),
  ],
  checks: [{ expression: 'length({name}) < 40', columns: ['name'] }],
};

/** The structure at each age, and the revision that leads there from the one before. */
const AGES: readonly { readonly model: SchemaModel; readonly sql: string }[] = [
  {
    model: { tables: [PROJECTS, TASKS], views: [] },
    sql: writeSchema({ tables: [PROJECTS, TASKS], views: [] }, { ...PLAIN, quote: 'none', upper: false }),
  },
  {
    model: { tables: [PROJECTS, WITH_PRIORITY], views: [] },
    sql: `ALTER TABLE tasks ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN due_at TEXT;
CREATE INDEX ix_tasks_due ON tasks (due_at, priority);`,
  },
  {
    model: { tables: [PROJECTS, WITH_PRIORITY, LABELS], views: [] },
    sql: `CREATE TABLE labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE,
  task_id INTEGER REFERENCES tasks ON DELETE SET NULL, UNIQUE (name, task_id));
CREATE INDEX ix_labels_task ON labels (task_id);`,
  },
  {
    model: { tables: [PROJECTS, WITH_TRIGGER, LABELS], views: [VIEW] },
    sql: `CREATE UNIQUE INDEX ux_tasks_title ON tasks (title) WHERE state <> 'X';
CREATE VIEW open_tasks AS SELECT id AS number, title FROM tasks WHERE state <> 'X';
CREATE TRIGGER tr_tasks_state AFTER UPDATE OF state ON tasks BEGIN
  UPDATE tasks SET priority = 0 WHERE id = new.id AND state = 'X'; END;`,
  },
  {
    model: { tables: [PROJECTS, WITH_TRIGGER, CHECKED_LABELS], views: [VIEW] },
    sql: `CREATE TABLE new_labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE CHECK (length(name) < 40),
  task_id INTEGER REFERENCES tasks (id) ON DELETE SET NULL, colour TEXT DEFAULT 'grey', place REAL DEFAULT -1.5, UNIQUE (name, task_id));
INSERT INTO new_labels (id, name, task_id) SELECT id, name, task_id FROM labels;
DROP TABLE labels;
ALTER TABLE new_labels RENAME TO labels;
CREATE INDEX ix_labels_task ON labels (task_id);`,
  },
];
const idOf = (age: number) => `000${age + 1}`;
const migrations = writeMigrations(
  Object.fromEntries(AGES.map(({ sql }, age) => [`${idOf(age)}_age.sql`, `-- migrate:up\n${sql}\n`])),
);

const STYLES: readonly Style[] = [
  PLAIN,
  { ...PLAIN, quote: '[', blank: '\n  ', inline: true, named: true, spelling: 1 },
  { ...PLAIN, quote: 'none', upper: false, reversed: true, wrapped: true, addColumn: true, spelling: 2 },
  { ...PLAIN, quote: '`', blank: ' /* a ; comment */ ', rename: true, addConstraints: true, named: true },
];
const COPIES = 10;

function build(path: string, sql: string): string {
  const db = new Database(path);
  try {
    db.pragma('foreign_keys = OFF');
    db.pragma('synchronous = OFF');
    db.exec(sql);
    return path;
  } finally {
    db.close();
  }
}

test('two hundred databases of five ages in four styles are stamped each at its true revision', async () => {
  const dataDir = temporaryDirectory();
  const truth = new Map<string, string>();
  AGES.forEach(({ model }, age) => {
    STYLES.forEach((style, written) => {
      const first = `project_${age}_${written}_0`;
      build(join(dataDir, `${first}.db`), writeSchema(model, style));
      for (let copy = 0; copy < COPIES; copy += 1) {
        const id = `project_${age}_${written}_${copy}`;
        if (copy > 0) copyFileSync(join(dataDir, `${first}.db`), join(dataDir, `${id}.db`));
        truth.set(id, idOf(age));
      }
    });
  });
  expect(truth.size).toBe(200);
  const { code, report } = await run(dataDir, migrations, ['stamp']);
  expect(code).toBe(0);
  expect(report.summary).toEqual({ planned: 200, stamped: 200 });
  expect(new Map(report.targets.map(({ id, to }) => [id, to]))).toEqual(truth);
  expect(report.targets.every(({ match }) => match?.kind === 'exact')).toBe(true);
  const recorded = query<{ revision: string }>(
    join(dataDir, 'project_2_3_9.db'),
    'SELECT revision FROM flotilla_history ORDER BY position',
  );
  expect(recorded.map(({ revision }) => revision)).toEqual(['0001', '0002', '0003']);
  const again = await run(dataDir, migrations, ['stamp']);
  expect([again.code, again.report.summary]).toEqual([0, { planned: 200, current: 200 }]);
});

describe('a database with one thing off', () => {
  /** Every single change of every age that leads to no other age, in turn in each style. */
  const misses = AGES.flatMap(({ model }, age) =>
    mutationsOf(model).map((mutation, number) => ({
      age,
      what: mutation.what,
      expected: AGES.slice(0, age + 1)
        .map(({ sql }) => sql)
        .join('\n'),
      actual: writeSchema(mutation.model, STYLES[number % STYLES.length] ?? PLAIN),
    })),
  );

  test('is left alone, and that one difference is named, whatever it is', async () => {
    const ages = new Set(AGES.map(({ model }) => fingerprintAfter(writeSchema(model, PLAIN))));
    const dataDir = temporaryDirectory();
    misses.forEach(({ actual, what }, number) => {
      expect(ages.has(fingerprintAfter(actual)), what).toBe(false);
      build(join(dataDir, `project_${number + 1}.db`), actual);
    });
    const { code, report } = await run(dataDir, migrations, ['stamp']);
    expect(code).toBe(1);
    expect(report.summary).toEqual({ planned: misses.length, skipped: misses.length });
    const words = new Set<string>();
    report.targets.forEach((target, number) => {
      const miss = misses[number];
      if (miss === undefined) throw new Error('more targets than were built');
      const { age, what, expected, actual } = miss;
      const difference = differenceOf(expected, actual);
      expect(difference, what).toHaveLength(1);
      expect([target.match?.kind, target.match?.revision], what).toEqual(['nearest', idOf(age)]);
      expect(target.match?.difference, what).toEqual(difference);
      expect(target.failure?.code).toBe('noBaseline');
      expect(target.failure?.message, what).toContain(difference[0]);
      for (const each of difference) words.add(each);
    });
    expect([...words].join('\n')).toMatch(/tasks: column due_at is missing|labels: column colour is missing/);
    for (const part of [
      'index ix_tasks_state is missing',
      'tasks: CHECK (length(title) > 0) is missing',
      "tasks: column state has default 'another', expected 'new'",
      'tasks: foreign key (project_id) -> projects(id) has ON DELETE RESTRICT, expected CASCADE',
    ])
      expect([...words]).toContain(part);
  });
});
