// Fleets in which the program finds something, each made anew in a directory of its own, with what is typed there and
// what the printed commands promise. Apart from the suite that types them, because the list is long and the way is one.

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { runCli } from './cli.js';

export interface Promised {
  /** Lines that are typed one after the other, each found by a pattern. */
  readonly lines: readonly RegExp[];
  /** What the words ask for before. */
  readonly before?: (directory: string) => void;
  /** The exit code of the last line; default 0. */
  readonly code?: number;
  /** The exit code of the command that printed them, when it is typed again afterwards. */
  readonly again?: number;
}

export interface Scenario {
  readonly title: string;
  readonly make: (directory: string) => Promise<void> | void;
  /** Without the options that say which fleet it is. */
  readonly typed: string;
  readonly promises?: readonly Promised[];
}

export const DATA_DIR = 'my fleet';
export const PLACE = `--data-dir '${DATA_DIR}' --migrations revs --state-dir st`;

const REVISIONS = {
  '0001_users.sql': `-- migrate:up
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
-- migrate:down
DROP TABLE users;
`,
  '0002_phone.sql': `-- migrate:up
ALTER TABLE users ADD COLUMN phone TEXT;
-- migrate:down
ALTER TABLE users DROP COLUMN phone;
`,
  '0003_notes.sql': `-- migrate:up
CREATE TABLE notes (id INTEGER PRIMARY KEY, user INTEGER REFERENCES users(id), text TEXT);
CREATE INDEX ix_notes_user ON notes (user);
-- migrate:down
DROP TABLE notes;
`,
};

type Files = Readonly<Record<string, string>>;

const AT_1 = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO users VALUES (1, 'a@x'), (2, 'b@x')`;
const AT_2 = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, phone TEXT); INSERT INTO users VALUES (1, 'a@x', '555')`;

export function revisions(directory: string, files: Files = REVISIONS): void {
  mkdirSync(join(directory, 'revs'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, 'revs', name), text);
}

export function sql(directory: string, id: string, text: string): void {
  const path = join(directory, DATA_DIR, `${id}.db`);
  mkdirSync(dirname(path), { recursive: true });
  const db = new Database(path);
  try {
    db.exec(text);
  } finally {
    db.close();
  }
}

/** Types a command that makes a scenario, and must do what it says. */
async function did(directory: string, line: string, code = 0): Promise<void> {
  const place = ['--data-dir', DATA_DIR, '--migrations', 'revs', '--state-dir', 'st'];
  const result = await runCli([...line.split(' '), ...place], { cwd: directory });
  if (result.code !== code) throw new Error(`${line}: ${result.code}\n${result.stdout}${result.stderr}`);
}

/** Targets that recorded the revisions up to one. */
async function recorded(directory: string, to: string, ids: readonly string[], files: Files = REVISIONS) {
  revisions(directory, files);
  for (const id of ids) sql(directory, id, 'PRAGMA user_version = 0');
  await did(directory, `upgrade ${to}`);
}

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'legacy targets of one revision',
    make: (dir) => {
      revisions(dir);
      for (const id of ['project_1', 'project_2', 'other/project_3']) sql(dir, id, AT_2);
    },
    typed: "flotilla upgrade 0002 --no-backup --only 'project_*'",
    promises: [
      { lines: [/flotilla stamp (?!.*dry-run)/], again: 0 },
      { lines: [/flotilla upgrade .*--stamp(?!.*dry-run)/], again: 0 },
      { lines: [/flotilla upgrade .*--stamp --dry-run/] },
    ],
  },
  {
    title: 'drift',
    make: async (dir) => {
      await recorded(dir, '0002', ['project_1', 'project_2']);
      sql(dir, 'project_1', 'CREATE INDEX mine ON users (email)');
    },
    typed: 'flotilla upgrade 0003 --verify full --limit 2',
    promises: [
      { lines: [/flotilla repair/], code: 1 },
      { lines: [/flotilla upgrade .*--allow-drift/], again: 1 },
    ],
  },
  {
    title: 'drift by what was dropped',
    make: async (dir) => {
      await recorded(dir, 'head', ['project_1', 'project_2']);
      sql(dir, 'project_1', 'DROP INDEX ix_notes_user');
    },
    typed: 'flotilla upgrade --exclude project_2',
    promises: [{ lines: [/flotilla repair/], again: 0 }],
  },
];
