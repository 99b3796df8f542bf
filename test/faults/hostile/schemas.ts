// Sound databases whose structure, rows or history lie in wait for whoever changes them.

import Database from 'better-sqlite3';
import type { HostileCase } from './case.js';

const DRIFTED = ['skipped:drifted'];
const LIKE_BEFORE = `ALTER TABLE tasks ADD COLUMN owner TEXT`;
const TOUCH_ALL = `UPDATE tasks SET title = title || ' touched'`;

export const SCHEMA_CASES: readonly HostileCase[] = [
  edited(
    'extra-endless-trigger',
    DRIFTED,
    `CREATE TRIGGER endless AFTER UPDATE ON tasks BEGIN ${endless()}; END`,
  ),
  edited(
    'extra-trigger-that-deletes',
    DRIFTED,
    'CREATE TRIGGER gone AFTER UPDATE ON tasks BEGIN DELETE FROM notes; END',
  ),
  edited(
    'extra-view-with-unknown-function',
    DRIFTED,
    'CREATE VIEW odd AS SELECT application_function(title) FROM tasks',
  ),
  edited('extra-view-of-nothing', DRIFTED, 'CREATE VIEW of_nothing AS SELECT * FROM not_there'),
  edited(
    'extra-view-in-a-circle',
    DRIFTED,
    'CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a',
  ),
  edited('extra-endless-view', DRIFTED, `CREATE VIEW endless AS ${endless()}`),
  edited('extra-index', DRIFTED, 'CREATE INDEX ix_extra ON tasks (weight)'),
  edited('extra-check', DRIFTED, 'ALTER TABLE notes ADD COLUMN more TEXT CHECK (length(more) < 1000000000)'),
  edited(
    'full-text-search',
    DRIFTED,
    `CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES ('a')`,
  ),
  edited(
    'full-text-search-damaged',
    [...DRIFTED, 'failed:corrupt'],
    [
      `CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES ('a')`,
      `UPDATE words_data SET block = x'ff'`,
    ].join(';'),
  ),
  schemaRow(
    'unknown-module',
    [...DRIFTED, 'failed:corrupt'],
    'CREATE VIRTUAL TABLE odd USING not_there(a)',
    'table',
    'odd',
  ),
  edited(
    'two-thousand-tables',
    DRIFTED,
    Array.from({ length: 2000 }, (_, at) => `CREATE TABLE t${at} (a)`).join(';'),
  ),
  edited(
    'a-table-of-a-thousand-columns',
    DRIFTED,
    `CREATE TABLE wide (${Array.from({ length: 1000 }, (_, at) => `c${at}`).join()})`,
  ),
  edited('names-with-quotes', DRIFTED, `CREATE TABLE "a'""b; DROP TABLE tasks" ("c'""d" TEXT)`),
  edited('statistics', ['upgraded'], 'ANALYZE'),
  edited('foreign-application-id', ['upgraded'], 'PRAGMA application_id = 1234567; PRAGMA user_version = 99'),
  edited('rows-without-parent', ['upgraded'], 'PRAGMA foreign_keys = OFF; DELETE FROM tasks WHERE id = 3'),
  edited(
    'a-row-against-the-coming-check',
    ['failed:migrationFailed'],
    `UPDATE tasks SET state = 'weird' WHERE id = 5`,
  ),
  edited(
    'a-null-where-none-may-be',
    ['failed:integrity'],
    [
      'PRAGMA writable_schema = ON',
      `UPDATE sqlite_schema SET sql = replace(sql, 'body TEXT NOT NULL', 'body TEXT') WHERE name = 'notes'`,
      'PRAGMA writable_schema = RESET',
      'UPDATE notes SET body = NULL WHERE id = 7',
      'PRAGMA writable_schema = ON',
      `UPDATE sqlite_schema SET sql = replace(sql, 'body TEXT', 'body TEXT NOT NULL') WHERE name = 'notes'`,
    ].join(';'),
  ),
  edited(
    'history-of-the-future',
    ['skipped:unknownRevision'],
    `UPDATE flotilla_history SET revision = '9999'`,
  ),
  edited(
    'history-of-nonsense',
    ['skipped:unknownRevision'],
    `UPDATE flotilla_history SET revision = ''');--'`,
  ),
  edited(
    'history-with-another-checksum',
    ['skipped:checksumMismatch', 'upgraded', 'failed:checksumMismatch'],
    `UPDATE flotilla_history SET checksum = 'x', sql_checksum = 'x'`,
  ),
  edited(
    'history-with-blobs',
    ['skipped:unknownRevision', 'skipped:checksumMismatch', 'failed:unknownRevision'],
    `UPDATE flotilla_history SET revision = x'00ff', name = x'00'`,
  ),
  edited(
    'history-that-claims-head',
    [...DRIFTED, 'skipped:checksumMismatch', 'failed:checksumMismatch'],
    [
      `INSERT INTO flotilla_history SELECT 2, '0002', name, checksum, sql_checksum, status, 0, run_id, applied_at, 0, tool_version FROM flotilla_history`,
      `INSERT INTO flotilla_history SELECT 3, '0003', name, checksum, sql_checksum, status, 0, run_id, applied_at, 0, tool_version FROM flotilla_history WHERE position = 1`,
    ].join(';'),
  ),
  edited(
    'history-of-another-shape',
    ['skipped:unknownRevision', 'failed:unknownRevision'],
    'DROP TABLE flotilla_history; CREATE TABLE flotilla_history (a)',
  ),
  edited(
    'history-that-is-a-view',
    [...DRIFTED, 'skipped:noBaseline', 'skipped:unknownRevision', 'failed:unknownRevision'],
    [
      'CREATE TABLE hidden AS SELECT * FROM flotilla_history',
      'DROP TABLE flotilla_history',
      'CREATE VIEW flotilla_history AS SELECT * FROM hidden',
    ].join(';'),
  ),
  edited(
    'history-with-a-trigger',
    [...DRIFTED, 'upgraded', 'failed:rowsLost'],
    'CREATE TRIGGER spy AFTER INSERT ON flotilla_history BEGIN DELETE FROM notes; END',
  ),
  edited('no-history', ['skipped:noBaseline'], 'DROP TABLE flotilla_history'),
  edited('alembic-of-another-shape', ['upgraded', ...DRIFTED], 'CREATE TABLE alembic_version (a, b)'),
  edited('vacuumed-as-it-grows', ['upgraded'], 'PRAGMA auto_vacuum = FULL; VACUUM'),
  edited('pages-of-512', ['upgraded'], 'PRAGMA page_size = 512; VACUUM'),
  edited('pages-of-65536', ['upgraded'], 'PRAGMA page_size = 65536; VACUUM'),
  {
    name: 'schemas/a-row-of-400-megabytes',
    ends: ['upgraded'],
    timeoutMs: 120_000,
    make: sql(`INSERT INTO entries VALUES (1, 1, zeroblob(400000000))`),
  },
  {
    name: 'schemas/endless-trigger-of-its-own',
    ends: ['failed:timeout'],
    timeoutMs: 1_500,
    revisions: [
      `CREATE TRIGGER endless AFTER UPDATE ON tasks BEGIN ${endless()}; END; ${LIKE_BEFORE}; ${TOUCH_ALL};`,
    ],
    make: sql(''),
  },
  {
    name: 'schemas/endless-statement',
    ends: ['failed:timeout'],
    timeoutMs: 1_500,
    // Endless where there are rows: on an empty database it ends, and the deadline of the target is met.
    revisions: [`${LIKE_BEFORE}; INSERT INTO entries SELECT id, 1, (${endless()}) FROM tasks;`],
    make: sql(''),
  },
  {
    name: 'schemas/trigger-of-its-own-that-deletes',
    ends: ['failed:rowsLost'],
    revisions: [`CREATE TRIGGER gone AFTER UPDATE ON tasks BEGIN DELETE FROM notes; END; ${TOUCH_ALL};`],
    make: sql(''),
  },
  {
    name: 'schemas/copy-that-converts',
    ends: ['failed:valuesChanged'],
    revisions: [copied('body STRING')],
    make: sql(`UPDATE notes SET body = '008' WHERE id = 1`),
  },
  {
    name: 'schemas/copy-that-folds-case',
    ends: ['failed:valuesChanged'],
    revisions: [
      copied('body TEXT COLLATE NOCASE'),
      copied(
        'body TEXT COLLATE NOCASE',
        'CREATE TRIGGER lower AFTER INSERT ON notes_new BEGIN UPDATE notes_new SET body = lower(body) WHERE id = NEW.id; END',
      ),
    ],
    make: sql(`UPDATE notes SET body = 'Abc' WHERE id = 1`),
  },
  {
    name: 'schemas/values-by-position',
    ends: ['failed:columnOrder'],
    revisions: [`INSERT INTO notes VALUES (1000, 1, 2);`],
    make: sql(
      `ALTER TABLE notes RENAME TO former;
       CREATE TABLE notes (
         id INTEGER PRIMARY KEY,
         body TEXT NOT NULL,
         task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE
       );
       INSERT INTO notes (id, task_id, body) SELECT id, task_id, body FROM former;
       DROP TABLE former;
       CREATE INDEX ix_notes_task_id ON notes (task_id);`,
    ),
  },
  {
    name: 'schemas/trigger-of-its-own-that-rolls-back',
    ends: ['failed:migrationFailed', 'run:migrations'],
    revisions: [
      `CREATE TRIGGER back AFTER UPDATE ON tasks BEGIN SELECT RAISE(ROLLBACK, 'no'); END; ${TOUCH_ALL};`,
    ],
    make: sql(''),
  },
  {
    name: 'schemas/conflict-that-rolls-back',
    ends: ['failed:migrationFailed', 'run:migrations'],
    revisions: [`${LIKE_BEFORE}; INSERT OR ROLLBACK INTO tasks (id, title) SELECT id, title FROM tasks;`],
    make: sql(''),
  },
  {
    name: 'schemas/rows-that-go',
    ends: ['failed:rowsLost'],
    revisions: [`DELETE FROM entries WHERE number > 1; DELETE FROM notes WHERE id > 3;`],
    make: sql(''),
  },
  {
    name: 'schemas/rows-that-lose-their-parent',
    ends: ['failed:rowsLost', 'failed:foreignKeyViolation'],
    revisions: [`DELETE FROM tasks WHERE id > 20;`],
    make: sql(''),
  },
];

/** A rebuild of the notes with another column for what they say. */
function copied(body: string, more = 'SELECT 1'): string {
  return `CREATE TABLE notes_new (id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL, ${body}); ${more};
    INSERT INTO notes_new (id, task_id, body) SELECT id, task_id, body FROM notes;
    DROP TABLE notes; ALTER TABLE notes_new RENAME TO notes;`;
}

function endless(): string {
  return 'WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS x FROM n';
}

function edited(name: string, ends: readonly string[], statements: string): HostileCase {
  return { name: `schemas/${name}`, ends, make: sql(statements) };
}

/** A row of sqlite_schema as no statement would make it. */
function schemaRow(
  name: string,
  ends: readonly string[],
  text: string,
  type: string,
  object: string,
): HostileCase {
  return {
    name: `schemas/${name}`,
    ends,
    make: sql('', (db) => {
      db.unsafeMode();
      db.pragma('writable_schema = ON');
      db.prepare('INSERT INTO sqlite_schema VALUES (?, ?, ?, 0, ?)').run(type, object, object, text);
    }),
  };
}

function sql(
  statements: string,
  then: (db: Database.Database) => void = () => undefined,
): HostileCase['make'] {
  return ({ healthy, target }) => {
    healthy(target);
    const db = new Database(target);
    db.pragma('synchronous = OFF');
    db.unsafeMode();
    db.exec(statements);
    then(db);
    db.close();
  };
}
