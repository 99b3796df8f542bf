// The rebuild of a table that programs as revisions are offered, through the built command line: what it keeps, both
// ways, and what it refuses.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { contentOf, type Row } from '../support/content.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { query, run, writeMigrations } from '../support/revisions.js';

const FIRST = `CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  parent_id INTEGER REFERENCES tasks (id) ON DELETE SET NULL,
  title TEXT COLLATE NOCASE,
  minutes INTEGER DEFAULT 5 CHECK (tasks.minutes >= 0),
  hours REAL GENERATED ALWAYS AS (minutes / 60.0) VIRTUAL,
  old_note TEXT
);
CREATE TABLE notes (id INTEGER PRIMARY KEY, task_id INTEGER REFERENCES tasks ON DELETE CASCADE, body TEXT);
CREATE TABLE labels (name TEXT PRIMARY KEY, colour TEXT) WITHOUT ROWID;
CREATE TABLE readings (at TEXT, value REAL) STRICT;
CREATE INDEX ix_tasks_open ON tasks (title DESC, minutes) WHERE parent_id IS NULL;
CREATE UNIQUE INDEX ux_tasks_title ON tasks (project_id, lower(title));
CREATE VIEW long_tasks AS SELECT id, title FROM tasks WHERE minutes > 60;
CREATE TABLE log (line TEXT);
CREATE TRIGGER tasks_log AFTER DELETE ON tasks BEGIN INSERT INTO log VALUES ('gone ' || OLD.id); END;
CREATE TRIGGER notes_log AFTER INSERT ON notes BEGIN UPDATE tasks SET minutes = minutes + 1 WHERE id = NEW.task_id; END;
`;
const ROWS = `INSERT INTO projects VALUES (1, 'one'), (2, 'two');
INSERT INTO tasks (id, project_id, parent_id, title, minutes, old_note) VALUES
  (1, 1, NULL, 'a', 10, 'x'), (2, 1, 1, 'B', 90, NULL), (7, 2, 2, 'c', 0, 'y'), (9, 2, NULL, 'z', 5, 'z');
DELETE FROM tasks WHERE id = 9;
DELETE FROM log;
INSERT INTO notes VALUES (1, 1, 'n'), (2, 7, 'm');
INSERT INTO labels VALUES ('red', '#f00'), ('blue', '#00f');
INSERT INTO readings (rowid, at, value) VALUES (3, 'm', 1.5), (44, 'n', 2.5);`;
const TABLES = ['projects', 'tasks', 'notes', 'labels', 'readings', 'log'];

/** What the revision makes of `tasks`: NOT NULL, another CHECK, a renamed column, one that goes, one that comes. */
const CHANGE = `
const tasks = (columns) => \`CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  parent_id INTEGER REFERENCES tasks (id) ON DELETE SET NULL,
  title TEXT \${columns}\`;
export function up(db) {
  db.rebuild('tasks', tasks(\`NOT NULL COLLATE NOCASE,
    duration INTEGER DEFAULT 5 CHECK (tasks.duration BETWEEN 0 AND 9000),
    minutes INTEGER NOT NULL DEFAULT 0,
    hours REAL GENERATED ALWAYS AS (minutes / 60.0) VIRTUAL)\`), { copy: { duration: 'minutes * 2' }, drop: ['old_note'] });
  db.rebuild('labels', 'CREATE TABLE labels (name TEXT PRIMARY KEY, colour TEXT NOT NULL) WITHOUT ROWID');
  db.rebuild('readings', 'CREATE TABLE readings (at TEXT, value REAL NOT NULL) STRICT');
}
export function down(db) {
  db.rebuild('tasks', tasks(\`COLLATE NOCASE, minutes INTEGER DEFAULT 5 CHECK (minutes >= 0),
    hours REAL GENERATED ALWAYS AS (minutes / 60.0) VIRTUAL, old_note TEXT)\`), { copy: { minutes: 'duration / 2' } });
  db.rebuild('labels', 'CREATE TABLE labels (name TEXT PRIMARY KEY, colour TEXT) WITHOUT ROWID');
  db.rebuild('readings', 'CREATE TABLE readings (at TEXT, value REAL) STRICT');
}
`;
const down = TABLES.toReversed()
  .map((table) => `DROP TABLE ${table};`)
  .join('\n');
const first = `-- migrate:up\n${FIRST}-- migrate:down\nDROP VIEW long_tasks;\n${down}\n`;

/** Rowids too, where a table has them. */
const ROWS_AND_IDS = Object.fromEntries(
  TABLES.map((table) => [table, `${table === 'labels' ? '' : 'rowid AS "row id", '}*`]),
);

describe('a revision that rebuilds tables', () => {
  const migrations = writeMigrations({ '0001_first.sql': first, '0002_change.mjs': CHANGE });

  test('keeps rows, rowids, counters and everything that stands on them or points at them, both ways', async () => {
    const dataDir = makeProjects(2, FIRST + ROWS);
    const path = join(dataDir, 'project_1.db');
    const before = contentOf(path, ROWS_AND_IDS);
    const up = await run(dataDir, migrations, ['upgrade', '--stamp']);
    expect(up.code).toBe(0);
    expect(up.report.targets[0]?.rows).toMatchObject({ tasks: [3, 3], notes: [2, 2], readings: [2, 2] });
    expect(query(path, 'SELECT id, parent_id, title, duration, minutes, hours FROM tasks')).toEqual([
      { id: 1, parent_id: null, title: 'a', duration: 22, minutes: 11, hours: 11 / 60 },
      { id: 2, parent_id: 1, title: 'B', duration: 180, minutes: 90, hours: 1.5 },
      { id: 7, parent_id: 2, title: 'c', duration: 2, minutes: 1, hours: 1 / 60 },
    ]);
    expect(query(path, 'SELECT rowid AS n, at FROM readings')).toEqual([
      { n: 3, at: 'm' },
      { n: 44, at: 'n' },
    ]);
    expect(query(path, `SELECT seq FROM sqlite_sequence WHERE name = 'tasks'`)).toEqual([{ seq: 9 }]);
    expect(query(path, 'SELECT id FROM long_tasks')).toEqual([{ id: 2 }]);
    expect(query(path, 'PRAGMA foreign_key_check')).toEqual([]);
    expect(
      query(
        path,
        `SELECT name FROM sqlite_schema WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL ORDER BY name`,
      ),
    ).toEqual(
      ['ix_tasks_open', 'long_tasks', 'notes_log', 'tasks_log', 'ux_tasks_title'].map((name) => ({ name })),
    );
    expect((await run(dataDir, migrations, ['downgrade', '-1'])).code).toBe(0);
    // What the way up was told to drop is gone; all else is as it was.
    const forget = (row: Row): Row => ('old_note' in row ? { ...row, old_note: null } : row);
    expect(contentOf(path, ROWS_AND_IDS)).toEqual(
      Object.fromEntries(Object.entries(before).map(([table, rows]) => [table, rows.map(forget)])),
    );
    expect((await run(dataDir, migrations, ['stamp', '0001', '--dry-run'])).report.summary).toMatchObject({
      current: 2,
    });
  });

  test('leaves keys, triggers and rules that still act', async () => {
    const dataDir = makeProjects(1, FIRST + ROWS);
    const path = join(dataDir, 'project_1.db');
    expect((await run(dataDir, migrations, ['upgrade', '--stamp'])).code).toBe(0);
    const db = new Database(path);
    try {
      db.pragma('foreign_keys = ON');
      expect(() => db.exec(`INSERT INTO tasks (project_id, title) VALUES (1, 'A')`)).toThrow(
        'ux_tasks_title',
      );
      expect(() => db.exec(`INSERT INTO tasks (project_id, title) VALUES (1, NULL)`)).toThrow('NOT NULL');
      expect(() => db.exec(`UPDATE tasks SET duration = -1`)).toThrow('CHECK');
      expect(() => db.exec(`INSERT INTO readings VALUES ('o', 'text')`)).toThrow('cannot store TEXT');
      db.exec(`INSERT INTO tasks (project_id, title) VALUES (1, 'new')`);
      expect(db.prepare('SELECT max(id) FROM tasks').pluck().get()).toBe(10);
      db.exec('DELETE FROM tasks WHERE id = 1');
      expect(db.prepare('SELECT line FROM log').pluck().all()).toEqual(['gone 1']);
      expect(db.prepare('SELECT parent_id FROM tasks WHERE id = 2').pluck().get()).toBeNull();
      expect(db.prepare('SELECT id FROM notes').pluck().all()).toEqual([2]);
    } finally {
      db.close();
    }
  });

  test('is rehearsed without a trace', async () => {
    const dataDir = makeProjects(1, FIRST + ROWS);
    const before = treeOf(dataDir, ['.flotilla']);
    const { report } = await run(dataDir, migrations, ['upgrade', '--stamp', '--dry-run']);
    expect(report.targets[0]).toMatchObject({ outcome: 'upgraded', to: '0002' });
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });
});

const NOTES = `'CREATE TABLE notes (id INTEGER PRIMARY KEY, task_id INTEGER REFERENCES tasks ON DELETE CASCADE, body TEXT)'`;
const LOG = 'CREATE TABLE log (text TEXT)';

describe('a rebuild is refused, and its target is to the byte as it was, where', () => {
  test.each([
    [
      'a column is forgotten',
      `db.rebuild('log', '${LOG}')`,
      'the table log cannot be rebuilt: its definition has no place for what the column line holds; rename it by "copy", or name it in "drop"',
    ],
    [
      'a column is to be generated that holds values',
      `db.rebuild('log', "CREATE TABLE log (n INTEGER, line TEXT AS (n || 'x'))")`,
      'has no place for what the column line holds',
    ],
    [
      'a column to copy into is misspelt',
      `db.rebuild('log', '${LOG}', { copy: { txt: 'line' } })`,
      '"copy" names txt, and its definition has no column of that name to copy into',
    ],
    [
      'a column to drop is misspelt',
      `db.rebuild('log', '${LOG}', { drop: ['lines'] })`,
      '"drop" names lines, which is not a column that goes',
    ],
    [
      'an option is misspelt',
      `db.rebuild('log', '${LOG}', { copys: { text: 'line' } })`,
      'there is no option "copys": "copy" and "drop" are',
    ],
    [
      'the table does not exist',
      `db.rebuild('task', '${LOG}')`,
      'the table task cannot be rebuilt: there is no',
    ],
    [
      'the definition is of another table',
      `db.rebuild('notes', '${LOG}')`,
      `the table notes cannot be rebuilt: its definition is of log; write the table's own name there`,
    ],
    [
      'the definition is more than one statement',
      `db.rebuild('log', '${LOG}; DROP TABLE tasks', { copy: { text: 'line' } })`,
      'its definition is not one statement that SQLite takes',
    ],
    [
      'the definition is no table',
      `db.rebuild('log', 'CREATE VIEW log AS SELECT 1 AS line')`,
      'its definition is not a CREATE TABLE statement',
    ],
    [
      'what is copied is more than an expression',
      `db.rebuild('log', '${LOG}', { copy: { text: 'line FROM log; DELETE FROM tasks; SELECT line' } })`,
      'more than one statement',
    ],
    [
      'an index would be on a column that goes',
      `db.rebuild('labels', 'CREATE TABLE labels (name TEXT PRIMARY KEY) WITHOUT ROWID', { drop: ['colour'] })`,
      'the table labels cannot be rebuilt: CREATE INDEX ix_labels: no such column: colour; drop it first, and make it anew afterwards',
    ],
    [
      'a view would work no more',
      `db.rebuild('log', '${LOG}', { copy: { text: 'line' } })`,
      'the table log cannot be rebuilt: view lines would not work any more (no such column: line); drop it first, and make it anew afterwards',
    ],
    [
      'a trigger on another table would work no more',
      `db.rebuild('notes', ${NOTES}.replace('body', 'text'), { copy: { text: 'body' } })`,
      'trigger labels_note would not work any more',
    ],
  ])('%s', async (_, statement, message) => {
    const schema = `${FIRST}CREATE INDEX ix_labels ON labels (colour);
CREATE VIEW lines AS SELECT line FROM log;
CREATE TRIGGER labels_note AFTER INSERT ON labels BEGIN UPDATE notes SET body = NEW.name; END;\n`;
    // The mistake waits for rows: without any, the revision would not come as far as a target.
    const migrations = writeMigrations({
      '0001_first.sql': `-- migrate:up\n${schema}`,
      '0002_change.mjs': `export function up(db) {\n  if (db.get('SELECT count(*) AS n FROM tasks').n > 0) ${statement};\n}\n`,
    });
    const dataDir = makeProjects(1, schema + ROWS);
    const path = join(dataDir, 'project_1.db');
    const before = readFileSync(path);
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp', '--at', '0001']);
    expect(code).toBe(2);
    const failure = report.targets[0]?.failure;
    expect(failure).toMatchObject({ code: 'migrationFailed', revision: '0002' });
    expect(failure?.message).toContain(message);
    expect(failure?.message).toContain('0002_change.mjs:2');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a row breaks a rule of the new table, which is told by the name that the table has', async () => {
    const migrations = writeMigrations({
      '0001_first.sql': first,
      '0002_change.mjs': `export const up = (db) => db.rebuild('log', 'CREATE TABLE log (line TEXT NOT NULL)');\n`,
    });
    const dataDir = makeProjects(1, `${FIRST}${ROWS}INSERT INTO log VALUES (NULL)`);
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
    expect(code).toBe(2);
    expect(report.targets[0]?.failure?.message).toMatch(
      /^the table log cannot be rebuilt: NOT NULL constraint failed: log\.line \(/,
    );
  });
});
