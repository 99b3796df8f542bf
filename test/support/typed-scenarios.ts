// Fleets in which the program finds something, each made anew in a directory of its own, with what is typed there and
// what the printed commands promise. Apart from the suite that types them, because the list is long and the way is one.

import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** A revision that works on no rows, and fails on these. */
interface Failing {
  readonly title: string;
  readonly first?: string;
  readonly second: string;
  readonly rows: string;
  /** What takes the rows out of the way; left out where no rows are in the way. */
  readonly mend?: string;
}

const FAILING: readonly Failing[] = [
  {
    title: 'rows that a unique index does not take',
    second: 'CREATE UNIQUE INDEX u ON a (v);',
    rows: "INSERT INTO a VALUES (1, 'x'), (2, 'x')",
    mend: 'DELETE FROM a WHERE id = 2',
  },
  {
    title: 'rows without a parent',
    second:
      'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE n (id INTEGER PRIMARY KEY, v TEXT, p INTEGER REFERENCES p (id)); INSERT INTO n SELECT id, v, id FROM a; DROP TABLE a; ALTER TABLE n RENAME TO a;',
    rows: "INSERT INTO a VALUES (1, 'x')",
    mend: 'DELETE FROM a',
  },
  {
    title: 'rows that go',
    second: 'DELETE FROM a;',
    rows: "INSERT INTO a VALUES (1, 'x')",
  },
  {
    title: 'another order of columns',
    first: 'CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT, w TEXT);',
    second:
      'CREATE TABLE n (id INTEGER PRIMARY KEY, v TEXT, w TEXT); INSERT INTO n SELECT * FROM a; DROP TABLE a; ALTER TABLE n RENAME TO a;',
    rows: 'DROP TABLE a; CREATE TABLE a (id INTEGER PRIMARY KEY, w TEXT, v TEXT)',
  },
  {
    title: 'another structure than on an empty database',
    second: 'CREATE TABLE IF NOT EXISTS b (x);',
    rows: 'CREATE TABLE b (y)',
  },
];

/** A revision outside transactions whose second statement fails on a target, as long as it has two users. */
async function stopped(directory: string): Promise<void> {
  await recorded(directory, '0001', ['project_1'], {
    '0001_users.sql': REVISIONS['0001_users.sql'],
    '0002_alone.sql':
      '-- transaction: false\n-- migrate:up\nCREATE TABLE b (x);\nCREATE UNIQUE INDEX u ON users (email);\n-- migrate:down\nDROP INDEX u;\nDROP TABLE b;\n',
  });
  sql(directory, 'project_1', "INSERT INTO users VALUES (1, 'a'), (2, 'a')");
}

/** One target of each common state, and one that is not asked about. */
async function mixed(directory: string): Promise<void> {
  await recorded(directory, '0001', ['project_1', 'project_2', 'project_3', 'old/project_9']);
  sql(directory, 'project_2', 'CREATE INDEX mine ON users (email)');
  sql(directory, 'project_4', AT_2);
  sql(directory, 'project_5', `${AT_2}; CREATE TABLE mine (x)`);
  sql(directory, 'project_6', 'PRAGMA user_version = 0');
}

/** The three revisions, and others instead of or beside them. */
const with_ = (files: Files): Files => ({ ...REVISIONS, ...files });

const up = (text: string, down?: string): string =>
  `-- migrate:up\n${text}\n${down === undefined ? '' : `-- migrate:down\n${down}\n`}`;

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'a run that stopped because too many had failed',
    make: async (dir) => {
      await recorded(dir, '0001', ['project_1', 'project_2', 'project_3']);
      revisions(dir, with_({ '0002_phone.sql': up('CREATE UNIQUE INDEX u ON users (email);') }));
      sql(dir, 'project_1', "INSERT INTO users VALUES (1, 'a'), (2, 'a')");
    },
    typed: 'flotilla upgrade 0002 --waves 1,rest --max-failures 0',
    promises: [
      {
        lines: [/^flotilla resume \d/],
        before: (dir) => {
          sql(dir, 'project_1', 'DELETE FROM users WHERE id = 2');
        },
        again: 0,
      },
      { lines: [/^flotilla resume \d/], code: 2 },
    ],
  },
  {
    title: 'legacy targets of one revision',
    make: (dir) => {
      revisions(dir);
      for (const id of ['project_1', 'project_2', 'other/project_3']) sql(dir, id, AT_2);
    },
    typed: "flotilla upgrade 0002 --no-backup --only 'project_*'",
    promises: [
      { lines: [/flotilla stamp (?!.*dry-run)/], again: 0 },
      { lines: [/flotilla upgrade 0002 .*--stamp(?!.*dry-run)/], again: 0 },
      { lines: [/flotilla upgrade 0002 .*--stamp --dry-run/] },
    ],
  },
  {
    title: 'legacy targets whose structure is that of two revisions',
    make: (dir) => {
      revisions(
        dir,
        with_({ '0004_rows.sql': up("UPDATE users SET phone = 'none' WHERE phone IS NULL;", '') }),
      );
      sql(
        dir,
        'project_1',
        `${AT_2}; CREATE TABLE notes (id INTEGER PRIMARY KEY, user INTEGER REFERENCES users(id), text TEXT); CREATE INDEX ix_notes_user ON notes (user)`,
      );
    },
    typed: 'flotilla upgrade --backup-dir copies',
    promises: [
      { lines: [/flotilla stamp .*--backup-dir copies.*--at 0003/], again: 0 },
      { lines: [/flotilla stamp .*--backup-dir copies.*--at latest/], again: 0 },
    ],
  },
  {
    title: 'legacy targets of structures that came back',
    make: (dir) => {
      revisions(dir, {
        '0001_a.sql': up('CREATE TABLE a (x);', 'DROP TABLE a;'),
        '0002_b.sql': up('CREATE TABLE b (x);', 'DROP TABLE b;'),
        '0003_c.sql': up('DROP TABLE b;', 'CREATE TABLE b (x);'),
      });
      sql(dir, 'project_1', 'CREATE TABLE a (x); INSERT INTO a VALUES (1)');
    },
    typed: 'flotilla upgrade',
    promises: [{ lines: [/flotilla stamp .*--at/] }],
  },
  {
    title: 'a decision for a revision that is none of them',
    make: (dir) => {
      revisions(
        dir,
        with_({ '0004_rows.sql': up("UPDATE users SET phone = 'none' WHERE phone IS NULL;", '') }),
      );
      sql(
        dir,
        'project_1',
        `${AT_2}; CREATE TABLE notes (id INTEGER PRIMARY KEY, user INTEGER REFERENCES users(id), text TEXT); CREATE INDEX ix_notes_user ON notes (user)`,
      );
    },
    typed: 'flotilla stamp --at 0001 --dry-run',
    promises: [
      { lines: [/flotilla stamp .*--dry-run.*--at 000[34]|flotilla stamp .*--at 000[34].*--dry-run/] },
    ],
  },
  {
    title: 'two ways to say what to record',
    make: (dir) => {
      revisions(dir);
      sql(dir, 'project_1', AT_2);
    },
    typed: 'flotilla stamp 0002 --at 0001 --dry-run',
    promises: [{ lines: [/flotilla stamp 0002 .*--dry-run/] }],
  },
  {
    title: 'a legacy target near a revision',
    make: (dir) => {
      revisions(dir);
      sql(
        dir,
        'project_1',
        `${AT_2}; DROP TABLE users; CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, phone TEXT)`,
      );
    },
    typed: 'flotilla upgrade 0002',
    promises: [{ lines: [/flotilla stamp 0002 .*--force/, /flotilla repair/], again: 0 }],
  },
  {
    title: 'a legacy target with tables of its own',
    make: (dir) => {
      revisions(dir);
      sql(dir, 'project_1', `${AT_2}; CREATE TABLE mine (x)`);
    },
    typed: 'flotilla upgrade 0002',
    promises: [{ lines: [/flotilla stamp .*--allow-extra/] }],
  },
  {
    title: 'a legacy target with a leftover of another tool',
    make: (dir) => {
      revisions(dir);
      sql(dir, 'project_1', `${AT_2}; CREATE TABLE _alembic_tmp_users (id INTEGER)`);
    },
    typed: 'flotilla upgrade 0002',
    promises: [{ lines: [/flotilla stamp .*--allow-extra/, /flotilla repair .*--drop-extra/], again: 0 }],
  },
  {
    title: 'a legacy target of another application',
    make: (dir) => {
      revisions(dir);
      sql(dir, 'project_1', 'CREATE TABLE else_where (x)');
    },
    typed: 'flotilla upgrade',
  },
  {
    title: 'a revision that is not recorded by its structure',
    make: (dir) => {
      revisions(dir);
      sql(dir, 'project_1', AT_2);
    },
    typed: 'flotilla stamp 0001 --no-backup',
    promises: [
      { lines: [/flotilla stamp auto .*--no-backup/] },
      { lines: [/flotilla stamp 0001 .*--force/] },
    ],
  },
  {
    title: 'a history that is there already',
    make: (dir) => recorded(dir, '0002', ['project_1']),
    typed: 'flotilla stamp 0001',
    promises: [{ lines: [/flotilla stamp 0001 .*--force/] }],
  },
  {
    title: 'a run that changed something',
    make: (dir) => recorded(dir, '0001', ['project_1', 'project_2']),
    typed: 'flotilla upgrade --backup-dir copies',
    promises: [{ lines: [/flotilla undo \d.*--backup-dir copies/], again: 0 }],
  },
  {
    title: 'a run that cannot be taken back without loss',
    make: async (dir) => {
      await recorded(
        dir,
        '0002',
        ['project_1', 'project_2'],
        with_({ '0002_phone.sql': up('ALTER TABLE users ADD COLUMN phone TEXT;') }),
      );
      sql(dir, 'project_1', "INSERT INTO users VALUES (9, 'since', NULL)");
    },
    typed: 'flotilla undo last --busy-timeout 900',
    promises: [{ lines: [/flotilla undo \d.*--busy-timeout 900.*--force/] }],
  },
  {
    title: 'drift by what is not expected',
    make: async (dir) => {
      await recorded(dir, '0002', ['project_1', 'project_2']);
      sql(dir, 'project_1', 'CREATE INDEX mine ON users (email)');
    },
    typed: 'flotilla upgrade 0003 --verify full --limit 2',
    promises: [
      { lines: [/flotilla repair .*--verify full.*--drop-extra mine/], again: 0 },
      { lines: [/flotilla upgrade 0003 .*--allow-drift/], again: 1 },
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
  {
    title: 'drift by both',
    make: async (dir) => {
      await recorded(dir, '0003', ['project_1']);
      sql(dir, 'project_1', 'DROP INDEX ix_notes_user; CREATE TABLE mine (x)');
    },
    typed: 'flotilla upgrade',
    promises: [{ lines: [/flotilla repair .*--drop-extra mine/], again: 0 }],
  },
  {
    title: 'a repair of what was not named',
    make: async (dir) => {
      await recorded(dir, '0002', ['project_1']);
      sql(dir, 'project_1', 'CREATE INDEX mine ON users (email); CREATE TABLE own (x)');
    },
    typed: 'flotilla repair --timeout 60000',
    promises: [
      {
        lines: [/flotilla repair .*--drop-extra .*--timeout|flotilla repair .*--timeout.*--drop-extra/],
        again: 0,
      },
    ],
  },
  {
    title: 'a repair that rows are in the way of',
    make: async (dir) => {
      await recorded(dir, '0001', ['project_1'], {
        '0001_a.sql': up('CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT NOT NULL);', 'DROP TABLE a;'),
      });
      sql(
        dir,
        'project_1',
        'DROP TABLE a; CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO a VALUES (1, NULL), (2, 2); CREATE TABLE mine (x)',
      );
    },
    typed: 'flotilla repair --drop-extra mine',
    promises: [
      { lines: [/^sqlite3 /] },
      {
        lines: [/flotilla repair .*--drop-extra mine/],
        before: (dir) => {
          sql(dir, 'project_1', 'DELETE FROM a WHERE v IS NULL');
        },
      },
    ],
  },
  {
    title: 'a plan of repair',
    make: async (dir) => {
      await recorded(dir, 'head', ['project_1', 'other/project_2']);
      for (const id of ['project_1', 'other/project_2'])
        sql(dir, id, 'DROP INDEX ix_notes_user; CREATE TABLE mine (x)');
    },
    typed: "flotilla repair --plan --drop-extra mine --only 'other/*'",
    promises: [{ lines: [/flotilla repair .*--drop-extra mine.*--dry-run/] }],
  },
  {
    title: 'a file that was edited, in a structure that it leaves',
    make: async (dir) => {
      await recorded(dir, 'head', ['project_1', 'project_2']);
      revisions(
        dir,
        with_({
          '0002_phone.sql': up('ALTER TABLE users ADD phone TEXT;', 'ALTER TABLE users DROP COLUMN phone;'),
        }),
      );
    },
    typed: 'flotilla upgrade',
    promises: [{ lines: [/flotilla repair .*--checksums 0002/] }],
  },
  {
    title: 'a file that was edited, in a structure that it does not leave',
    make: async (dir) => {
      await recorded(dir, 'head', ['project_1']);
      revisions(
        dir,
        with_({
          '0002_phone.sql': up('ALTER TABLE users ADD COLUMN phone TEXT; CREATE INDEX i ON users (phone);'),
        }),
      );
    },
    typed: 'flotilla upgrade',
  },
  {
    title: 'edited files, and no revision of that name',
    make: (dir) => recorded(dir, 'head', ['project_1']),
    typed: 'flotilla repair --checksums base',
  },
  {
    title: 'several revisions at once',
    make: (dir) => recorded(dir, 'head', ['project_1']),
    typed: 'flotilla show base',
  },
  {
    title: 'a revision outside transactions that stopped on its way up',
    make: stopped,
    typed: 'flotilla upgrade 0002',
    promises: [
      {
        lines: [/flotilla upgrade 0002 /],
        before: (dir) => {
          sql(dir, 'project_1', 'DELETE FROM users WHERE id > 1');
        },
      },
    ],
  },
  {
    title: 'one that stopped, as status tells of it',
    make: async (dir) => {
      await stopped(dir);
      await did(dir, 'upgrade 0002', 2);
      sql(dir, 'project_1', 'DELETE FROM users WHERE id > 1');
    },
    typed: 'flotilla status --verbose',
    promises: [{ lines: [/flotilla upgrade /] }],
  },
  {
    title: 'one that stopped, as the doctor tells of it',
    make: async (dir) => {
      await stopped(dir);
      await did(dir, 'upgrade 0002', 2);
      sql(dir, 'project_1', 'DELETE FROM users WHERE id > 1');
    },
    typed: 'flotilla doctor',
    promises: [{ lines: [/flotilla upgrade .*--only project_1/] }],
  },
  {
    title: 'one that stopped and was edited',
    make: async (dir) => {
      await stopped(dir);
      await did(dir, 'upgrade 0002', 2);
      revisions(dir, { '0002_alone.sql': '-- transaction: false\n-- migrate:up\nCREATE TABLE b (y);\n' });
    },
    typed: 'flotilla upgrade 0002',
  },
  {
    title: 'one that stopped on its way down',
    make: async (dir) => {
      await recorded(dir, '0002', ['project_1'], {
        '0001_users.sql': REVISIONS['0001_users.sql'],
        '0002_alone.sql':
          '-- transaction: false\n-- migrate:up\nCREATE TABLE b (x);\nCREATE TABLE c (x UNIQUE);\n-- migrate:down\nDROP TABLE b;\nINSERT INTO c VALUES (1);\nDROP TABLE c;\n',
      });
      sql(dir, 'project_1', 'INSERT INTO c VALUES (1)');
      await did(dir, 'downgrade 0001', 2);
    },
    typed: 'flotilla status --verbose',
    promises: [
      {
        lines: [/flotilla downgrade 0001 /],
        before: (dir) => {
          sql(dir, 'project_1', 'DELETE FROM c');
        },
      },
    ],
  },
  {
    title: 'a file that is lost',
    make: async (dir) => {
      await recorded(dir, 'head', ['project_1']);
      rmSync(join(dir, 'revs/0003_notes.sql'));
    },
    typed: 'flotilla upgrade --dry-run',
    promises: [
      {
        lines: [/flotilla status/],
        before: (dir) => {
          revisions(dir);
        },
      },
    ],
  },
  {
    title: 'a file that is lost before others',
    make: async (dir) => {
      await recorded(dir, 'head', ['project_1']);
      rmSync(join(dir, 'revs/0002_phone.sql'));
    },
    typed: 'flotilla doctor',
  },
  {
    title: 'no way back',
    make: (dir) =>
      recorded(dir, 'head', ['project_1'], with_({ '0003_notes.sql': up('CREATE TABLE notes (x);') })),
    typed: 'flotilla downgrade 0001',
  },
  ...FAILING.map(
    ({
      title,
      first = 'CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);',
      second,
      rows,
      mend,
    }): Scenario => ({
      title,
      make: async (dir) => {
        await recorded(dir, '0001', ['project_1', 'project_2'], {
          '0001_a.sql': up(first, ''),
          '0002_b.sql': up(second, ''),
        });
        sql(dir, 'project_2', rows);
      },
      typed: 'flotilla upgrade --no-backup --only project_1,project_2',
      promises:
        mend === undefined
          ? []
          : [
              {
                lines: [/flotilla upgrade .*--dry-run/],
                before: (dir) => {
                  sql(dir, 'project_2', mend);
                },
              },
              {
                lines: [/flotilla upgrade --.*--dry-run/, /flotilla upgrade (?!.*--dry-run)/],
                before: (dir) => {
                  sql(dir, 'project_2', mend);
                },
                again: 0,
              },
            ],
    }),
  ),
  {
    title: 'files that are no databases, damaged, links or held',
    make: async (dir) => {
      await recorded(dir, '0001', ['project_1', 'project_2', 'project_3']);
      writeFileSync(join(dir, DATA_DIR, 'project_4.db'), 'x'.repeat(4096));
      symlinkSync('project_1.db', join(dir, DATA_DIR, 'project_5.db'));
      const bytes = readFileSync(join(dir, DATA_DIR, 'project_3.db'));
      bytes.fill(0xff, 4096 * 2);
      writeFileSync(join(dir, DATA_DIR, 'project_3.db'), bytes);
    },
    typed: 'flotilla upgrade --busy-timeout 10',
  },
  {
    title: 'as the doctor tells of them',
    make: async (dir) => {
      await recorded(dir, '0001', ['project_1']);
      writeFileSync(join(dir, DATA_DIR, 'project_4.db'), 'x'.repeat(4096));
      symlinkSync('project_1.db', join(dir, DATA_DIR, 'project_5.db'));
    },
    typed: 'flotilla doctor',
  },
  {
    title: 'nothing that can be a target',
    make: (dir) => {
      revisions(dir);
      mkdirSync(join(dir, DATA_DIR));
    },
    typed: 'flotilla upgrade',
  },
  {
    title: 'no target of that name',
    make: (dir) => recorded(dir, '0001', ['project_1']),
    typed: 'flotilla upgrade --only projekt_77',
  },
  {
    title: 'no such revision',
    make: (dir) => recorded(dir, '0001', ['project_1']),
    typed: 'flotilla upgrade zzzz',
  },
  {
    title: 'revisions on other branches',
    make: (dir) => {
      revisions(
        dir,
        with_({ '0004_x.sql': `-- down_revision: 0002\n${up('CREATE TABLE x (y);', 'DROP TABLE x;')}` }),
      );
    },
    typed: 'flotilla history 0003:0004',
  },
  {
    title: 'no kind of difference of that name',
    make: (dir) => recorded(dir, '0001', ['project_1']),
    typed: 'flotilla upgrade --allow-drift everything --only project_1',
  },
  {
    title: 'no revisions',
    make: (dir) => {
      mkdirSync(join(dir, 'revs'));
      sql(dir, 'project_1', AT_1);
    },
    typed: 'flotilla upgrade',
  },
  {
    title: 'revisions that do not run',
    make: (dir) => {
      revisions(dir, with_({ '0004_x.sql': up('INSERT INTO ghosts VALUES (1);') }));
      sql(dir, 'project_1', AT_1);
    },
    typed: 'flotilla upgrade',
  },
  {
    title: 'revisions that cannot be read',
    make: (dir) => {
      revisions(dir, with_({ '0004_x.sql': 'CREATE TABLE x (y);' }));
      sql(dir, 'project_1', AT_1);
    },
    typed: 'flotilla status',
  },
  {
    title: 'two heads',
    make: (dir) => {
      revisions(
        dir,
        with_({ '0004_x.sql': `-- down_revision: 0002\n${up('CREATE TABLE x (y);', 'DROP TABLE x;')}` }),
      );
      sql(dir, 'project_1', AT_1);
    },
    typed: 'flotilla lint',
    promises: [{ lines: [/flotilla new/], again: 0 }],
  },
  {
    title: 'two heads, as the doctor tells of them',
    make: (dir) => {
      revisions(
        dir,
        with_({ '0004_x.sql': `-- down_revision: 0002\n${up('CREATE TABLE x (y);', 'DROP TABLE x;')}` }),
      );
      sql(dir, 'project_1', AT_1);
    },
    typed: 'flotilla doctor',
    promises: [{ lines: [/flotilla new/] }],
  },
  {
    title: 'a revision without words',
    make: (dir) => {
      revisions(dir);
    },
    typed: "flotilla new '...'",
    promises: [{ lines: [/flotilla new/] }],
  },
  {
    title: 'a target without tables as a baseline',
    make: (dir) => {
      mkdirSync(join(dir, 'revs'));
      sql(dir, 'project_1', 'PRAGMA user_version = 1');
    },
    typed: 'flotilla baseline project_1',
    promises: [{ lines: [/flotilla new/] }],
  },
  {
    title: 'a baseline of nothing',
    make: (dir) => {
      mkdirSync(join(dir, 'revs'));
      sql(dir, 'project_1', AT_1);
    },
    typed: 'flotilla baseline project_2',
  },
  {
    title: 'a baseline',
    make: (dir) => {
      mkdirSync(join(dir, 'revs'));
      for (const id of ['project_1', 'project_2']) sql(dir, id, AT_1);
    },
    typed: 'flotilla baseline project_1',
    promises: [{ lines: [/flotilla stamp .*--dry-run/] }],
  },
  {
    title: 'a fleet without revisions, as the doctor tells of it',
    make: (dir) => {
      mkdirSync(join(dir, 'revs'));
      sql(dir, 'project_1', AT_1);
    },
    typed: 'flotilla doctor',
    promises: [{ lines: [/flotilla baseline/] }],
  },
  ...[
    'status',
    'plan 0002 --stamp',
    'doctor',
    'drift',
    'discover',
    'check',
    'upgrade 0002 --dry-run --stamp',
  ].map((words): Scenario => ({
    title: `a mixed fleet, by ${words}`,
    make: mixed,
    typed: `flotilla ${words} --exclude 'old/*'`,
    promises: words.startsWith('upgrade')
      ? [{ lines: [/flotilla upgrade 0002 (?!.*dry-run).*--stamp/], code: 1, again: 1 }]
      : [],
  })),
  {
    title: 'names that shells, lists and options read in their own way',
    make: async (dir) => {
      const ids = [
        'project_a,b',
        "project_it's 1",
        'project_{x,y}',
        'project_[z]',
        'sub-x/project_\\1',
        '-x/project_2',
        'project_$HOME;ls',
      ];
      await recorded(dir, '0003', ids);
      // Each drifts in a way of its own, so that each is told apart.
      for (const [at, id] of ids.entries()) sql(dir, id, `CREATE TABLE "own,${at} x" (y)`);
    },
    typed: 'flotilla upgrade',
    promises: [
      { lines: [/flotilla repair .*own\\,0/] },
      { lines: [/flotilla repair .*own\\,1/] },
      { lines: [/flotilla repair .*own\\,2/] },
      { lines: [/flotilla repair .*own\\,3/] },
      { lines: [/flotilla repair .*own\\,4/] },
      { lines: [/flotilla repair .*own\\,5/] },
      { lines: [/flotilla repair .*own\\,6/] },
    ],
  },
];
