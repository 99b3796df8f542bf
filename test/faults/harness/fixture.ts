// The databases and revisions that the suites hurt. Small, because a point is cheap only where little is written; a
// rebuild with children that cascade, because that is where rows get lost; and the truth about before and after is
// computed here from the SQL alone, without the program.

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readContent, type Content } from './content.js';

export const JOURNAL_MODES = ['delete', 'truncate', 'persist', 'wal'] as const;
export type JournalMode = (typeof JOURNAL_MODES)[number];

/** What the target knows before: revision 0001 is recorded, or only its structure is there. */
export type Age = 'recorded' | 'legacy';

export interface BaseOptions {
  readonly mode: JournalMode;
  readonly age: Age;
  /** Default 4096. */
  readonly pageSize?: number;
  /** Rows of `tasks`; default 24. There are two notes a task. */
  readonly tasks?: number;
}

const FIRST = `CREATE TABLE tasks (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open',
  weight INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  body TEXT NOT NULL
);
CREATE INDEX ix_notes_task_id ON notes (task_id);
CREATE TABLE entries (
  writer INTEGER NOT NULL,
  number INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (writer, number)
);`;

const OWNERS = `ALTER TABLE tasks ADD COLUMN owner TEXT;
UPDATE tasks SET owner = 'user ' || (id % 7);
CREATE INDEX ix_tasks_owner ON tasks (owner);`;

const REBUILD = `CREATE TABLE tasks_rebuilt (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
  owner TEXT NOT NULL DEFAULT 'nobody'
);
INSERT INTO tasks_rebuilt (id, title, state, owner) SELECT id, title, state, coalesce(owner, 'nobody') FROM tasks;
DROP TABLE tasks;
ALTER TABLE tasks_rebuilt RENAME TO tasks;
CREATE INDEX ix_tasks_owner ON tasks (owner);`;

/** Statement by statement; what is done twice shows. */
const OUTSIDE = [
  'CREATE TABLE lengths (id INTEGER PRIMARY KEY AUTOINCREMENT, characters INTEGER NOT NULL)',
  'INSERT INTO lengths (characters) SELECT length(body) FROM notes',
  'PRAGMA page_size = 2048',
  'VACUUM',
  'UPDATE lengths SET characters = characters + 1',
];

interface FixtureRevision {
  readonly id: string;
  readonly slug: string;
  readonly header: string;
  readonly up: string;
  /** Those of one that runs outside a transaction, one by one. */
  readonly statements?: readonly string[];
}

/** The revisions, in order. */
const REVISIONS: readonly FixtureRevision[] = [
  { id: '0001', slug: 'first', header: '', up: FIRST },
  { id: '0002', slug: 'owners', header: '', up: OWNERS },
  { id: '0003', slug: 'rebuild', header: '-- drops: tasks.weight\n', up: REBUILD },
];

/** The same with one in the middle that runs outside a transaction, and so cuts the way into three parts. */
const CHAIN: readonly FixtureRevision[] = [
  ...REVISIONS.slice(0, 2),
  {
    id: '0003',
    slug: 'outside',
    header: '-- transaction: false\n',
    up: `${OUTSIDE.join(';\n')};`,
    statements: OUTSIDE,
  },
  { id: '0004', slug: 'rebuild', header: '-- drops: tasks.weight\n', up: REBUILD },
];

export const HEAD = '0003';

/** `chain`: with a revision outside a transaction. */
export type Line = 'plain' | 'chain';
const LINES: Record<Line, readonly FixtureRevision[]> = { plain: REVISIONS, chain: CHAIN };

/** Writes the revisions' files. @returns the directory */
export function writeMigrations(directory: string, line: Line = 'plain'): string {
  mkdirSync(directory, { recursive: true });
  for (const { id, slug, header, up } of LINES[line]) {
    writeFileSync(join(directory, `${id}_${slug}.sql`), `${header}-- migrate:up\n${up}\n`);
  }
  return directory;
}

/** Builds a database with the structure of revision 0001, and rows; no history yet. */
export function buildLegacy(path: string, options: Omit<BaseOptions, 'age'>): void {
  const db = new Database(path);
  db.pragma(`page_size = ${options.pageSize ?? 4096}`);
  db.pragma(`journal_mode = ${options.mode}`);
  db.pragma('synchronous = OFF');
  db.exec(`BEGIN; ${FIRST}`);
  const task = db.prepare('INSERT INTO tasks (id, title, state, weight) VALUES (?, ?, ?, ?)');
  const note = db.prepare('INSERT INTO notes (task_id, body) VALUES (?, ?)');
  for (let id = 1; id <= (options.tasks ?? 24); id++) {
    task.run(id, `task ${id} ${'t'.repeat(id % 90)}`, id % 3 === 0 ? 'done' : 'open', id % 10);
    for (const part of ['one', 'two']) note.run(id, `note ${part} of ${id} ${'n'.repeat((id * 7) % 160)}`);
  }
  db.exec('COMMIT');
  db.close();
}

/**
 * Brings a copy forward by the plain SQL of the revisions.
 * @returns what is in it whenever a part of the way is done, with the history that says so; the last is at head
 */
export function upgradePlainly(path: string, scratch: string, line: Line): readonly Content[] {
  const copy = join(scratch, 'plainly.db');
  copyFileSync(path, copy);
  const db = new Database(copy);
  try {
    db.pragma('foreign_keys = OFF');
    db.pragma('synchronous = OFF');
    const states: Content[] = [];
    const done = ['0001 stamped'];
    const note = (...more: readonly string[]) => {
      states.push({ ...readContent(db), history: [...done, ...more] });
    };
    for (const { id, up, statements } of LINES[line].slice(1)) {
      if (statements === undefined) db.exec(`BEGIN; ${up} COMMIT`);
      else note(`${id} started 0`);
      for (const [index, statement] of (statements ?? []).entries()) {
        db.exec(statement);
        note(`${id} started ${index + 1}`);
      }
      done.push(`${id} applied`);
      note();
    }
    return states;
  } finally {
    db.close();
    for (const part of ['', '-journal', '-wal', '-shm']) rmSync(copy + part, { force: true });
  }
}
