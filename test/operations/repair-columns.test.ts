// Soft differences: the order of columns and the names of constraints. Told by drift, which they do not make one, put
// right by `repair --columns`, by name and with every row, and the way out where a revision leans on them.

import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DriftReport, RepairPlanReport } from '../../src/index.js';
import { argvOf, type Command } from '../../src/model/command.js';
import { planRepair } from '../../src/dialects/sqlite/schema/repair.js';
import { layoutOf } from '../../src/dialects/sqlite/schema/soft.js';
import { fingerprintOf } from '../../src/dialects/sqlite/schema/fingerprint.js';
import { readSnapshot } from '../../src/dialects/sqlite/driver/introspect.js';
import { runCli } from '../support/cli.js';
import { times } from '../support/figures.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';
import Database from 'better-sqlite3';

const USERS = `-- migrate:up
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT CONSTRAINT named NOT NULL, phone TEXT DEFAULT '0',
  CONSTRAINT positive CHECK (id > 0), CONSTRAINT once UNIQUE (email)
);
CREATE INDEX by_phone ON users (phone);
CREATE TABLE calls (id INTEGER PRIMARY KEY, who INTEGER CONSTRAINT caller REFERENCES users (id));
CREATE TRIGGER called AFTER INSERT ON calls BEGIN UPDATE users SET phone = phone WHERE id = new.who; END;
-- migrate:down
DROP TABLE calls;
DROP TABLE users;
`;
const OTHER = `CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT, phone TEXT DEFAULT '0', email TEXT NOT NULL, CHECK (id > 0), UNIQUE (email));
CREATE INDEX by_phone ON users (phone);
CREATE TABLE calls (id INTEGER PRIMARY KEY, who INTEGER CONSTRAINT caller REFERENCES users (id));
CREATE TRIGGER called AFTER INSERT ON calls BEGIN UPDATE users SET phone = phone WHERE id = new.who; END;
INSERT INTO users (id, email, phone) VALUES (7, 'bob@x.org', '555-2'), (9, 'ann@x.org', '555-3');
DELETE FROM users WHERE id = 9;
INSERT INTO calls VALUES (1, 7);
`;
const COPY = `-- migrate:up
CREATE TABLE kept (id INTEGER, email TEXT, phone TEXT);
INSERT INTO kept SELECT * FROM users;
`;
const ORDER = 'users: columns are in the order id, phone, email, expected id, email, phone';
const NAMES = [
  'users: CHECK (id > 0) has no name, expected the name positive',
  'users: NOT NULL of email has no name, expected the name named',
  'users: UNIQUE (email) has no name, expected the name once',
];

const history = (...more: string[]) =>
  writeMigrations(
    Object.fromEntries([USERS, ...more].map((text, index) => [`000${index + 1}_step.sql`, text])),
  );
const fileOf = (dataDir: string) => join(dataDir, 'project_1.db');
const columnsOf = (dataDir: string, table = 'users') =>
  query<{ name: string }>(fileOf(dataDir), `SELECT name FROM pragma_table_info('${table}')`).map(
    ({ name }) => name,
  );

async function drift(
  dataDir: string,
  migrations: string,
): Promise<{ code: number | null; report: DriftReport }> {
  const result = await look(dataDir, migrations, ['drift']);
  return { code: result.code, report: result.json() as DriftReport };
}

/** Types the commands as they stand, one after the other. */
async function type(commands: readonly Command[] | undefined): Promise<void> {
  for (const each of commands ?? []) {
    const [, ...args] = argvOf(each);
    // A look at what is legacy exits 1.
    expect((await runCli(args)).code, args.join(' ')).toBeLessThan(args[0] === 'drift' ? 2 : 1);
  }
}

describe('drift', () => {
  test.each([
    ['a legacy target, which has no revision of its own to be compared with', null, 1],
    ['a stamped one', 'stamp', 0],
  ])('tells them of %s, with the state as it was', async (_, command, exitCode) => {
    const [dataDir, migrations] = [makeProjects(2, OTHER), history()];
    if (command !== null) await run(dataDir, migrations, [command]);
    const { code, report } = await drift(dataDir, migrations);
    expect(code).toBe(exitCode);
    expect(report).toMatchObject({ summary: { drifted: 0, soft: 2 }, cohorts: [], targets: [] });
    expect(report.soft).toEqual([
      {
        revision: '0001',
        count: 2,
        example: 'project_1',
        targets: ['project_1', 'project_2'],
        difference: [
          { kind: 'columnOrder', words: ORDER },
          ...NAMES.map((words) => ({ kind: 'constraintName', words })),
        ],
      },
    ]);
    const { stdout } = await runCli(['drift', '--data-dir', dataDir, '--migrations', migrations]);
    expect(stdout).toContain(ORDER.slice(0, 50));
    expect(stdout).toContain('flotilla repair --columns --plan');
  });

  test('says nothing of them where there are none', async () => {
    const [dataDir, migrations] = [makeProjects(1, ''), history()];
    await run(dataDir, migrations, ['upgrade']);
    expect((await drift(dataDir, migrations)).report).toMatchObject({ summary: { soft: 0 }, soft: [] });
  });
});

describe('repair --columns', () => {
  test.each([
    ['a legacy target, of which it records nothing', null],
    ['a stamped one', 'stamp'],
  ])('puts %s in order, with its rows, counter and what refers to it', async (_, command) => {
    const [dataDir, migrations] = [makeProjects(1, OTHER), history()];
    if (command !== null) await run(dataDir, migrations, [command]);
    const plain = treeOf(dataDir, ['.flotilla']);
    expect((await run(dataDir, migrations, ['repair'])).report.targets[0]?.outcome).not.toBe('repaired');
    expect((await run(dataDir, migrations, ['repair', '--columns', '--dry-run'])).code).toBe(0);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(plain);
    const { code, report } = await run(dataDir, migrations, ['repair', '--columns']);
    expect(code).toBe(0);
    expect(report.targets[0]).toMatchObject({ outcome: 'repaired', mended: [ORDER, ...NAMES] });
    expect(report.targets[0]?.backup).not.toBeNull();
    expect(columnsOf(dataDir)).toEqual(['id', 'email', 'phone']);
    expect(query(fileOf(dataDir), 'SELECT * FROM users')).toEqual([
      { id: 7, email: 'bob@x.org', phone: '555-2' },
    ]);
    expect(query(fileOf(dataDir), "SELECT seq FROM sqlite_sequence WHERE name = 'users'")).toEqual([
      { seq: 9 },
    ]);
    expect(
      query(fileOf(dataDir), "SELECT 1 FROM sqlite_schema WHERE name = 'flotilla_history'"),
    ).toHaveLength(command === null ? 0 : 1);
    expect((await drift(dataDir, migrations)).report.soft).toEqual([]);
    const again = await run(dataDir, migrations, ['repair', '--columns']);
    expect(again.report.targets[0]?.outcome).toBe('current');
  });

  test('mends what drifted in the same pass, and puts what it keeps at the end', async () => {
    const drifted = `${OTHER} DROP INDEX by_phone; ALTER TABLE users RENAME TO old;
      CREATE TABLE users (extra TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT, phone TEXT DEFAULT '0', email TEXT NOT NULL,
        CHECK (id > 0), UNIQUE (email));
      INSERT INTO users (id, email, phone, extra) SELECT id, email, phone, 'kept' FROM old; DROP TABLE old;`;
    const [dataDir, migrations] = [makeProjects(1, drifted), history()];
    await run(dataDir, migrations, ['stamp', '0001', '--force']);
    await run(dataDir, migrations, ['repair', '--columns']);
    expect(columnsOf(dataDir)).toEqual(['id', 'email', 'phone', 'extra']);
    expect(query(fileOf(dataDir), 'SELECT * FROM users')).toEqual([
      { id: 7, email: 'bob@x.org', phone: '555-2', extra: 'kept' },
    ]);
    expect(query(fileOf(dataDir), "SELECT 1 FROM sqlite_schema WHERE name = 'by_phone'")).toHaveLength(1);
  });

  test('adds a column where it belongs, and not at the end', async () => {
    const lacking = OTHER.replace(
      'email TEXT NOT NULL, CHECK (id > 0), UNIQUE (email)',
      'CHECK (id > 0)',
    ).replace(/INSERT INTO users[^;]*;/, '');
    const nullable = USERS.replace('email TEXT CONSTRAINT named NOT NULL', 'email TEXT').replace(
      ', CONSTRAINT once UNIQUE (email)',
      '',
    );
    const migrations = writeMigrations({ '0001_step.sql': nullable });
    const dataDir = makeProjects(1, lacking.replace('INSERT INTO calls VALUES (1, 7);', ''));
    await run(dataDir, migrations, ['stamp', '0001', '--force']);
    expect((await run(dataDir, migrations, ['repair', '--columns'])).code).toBe(0);
    expect(columnsOf(dataDir)).toEqual(['id', 'email', 'phone']);
  });

  test('shows each of two orders with its own SQL in a plan', async () => {
    const [dataDir, migrations] = [makeProjects(1, OTHER), history()];
    const third = OTHER.replace(
      "phone TEXT DEFAULT '0', email TEXT NOT NULL",
      "email TEXT NOT NULL, phone TEXT DEFAULT '0'",
    );
    const made = new Database(join(dataDir, 'project_2.db'));
    made.exec(third);
    made.close();
    await run(dataDir, migrations, ['stamp']);
    const plan = (
      await look(dataDir, migrations, ['repair', '--columns', '--plan'])
    ).json() as RepairPlanReport;
    expect(plan.cohorts.map(({ statements }) => statements[0]?.mends)).toEqual([
      [ORDER, ...NAMES].join('; '),
      NAMES.join('; '),
    ]);
  });
});

describe('where a revision leans on them', () => {
  test.each([
    ['the order', [COPY]],
    ['the name of a CHECK', ['-- migrate:up\nALTER TABLE users DROP CONSTRAINT positive;\n']],
    ['the name of a NOT NULL', ['-- migrate:up\nALTER TABLE users DROP CONSTRAINT named;\n']],
    [
      'the order that the revision before it brings about',
      [
        `-- migrate:up
-- if_missing: users.note
ALTER TABLE users ADD COLUMN note TEXT;
ALTER TABLE users ADD COLUMN level INTEGER;
`,
        COPY.replace('phone TEXT)', 'phone TEXT, note TEXT, level INTEGER)'),
      ],
    ],
  ])('the commands of the hint lead on, typed as they stand: %s', async (_, more) => {
    const [dataDir, migrations] = [makeProjects(1, OTHER), history(...more)];
    const { code, report } = await run(dataDir, migrations, ['upgrade', '--stamp']);
    expect(code).toBe(2);
    const commands = report.targets[0]?.failure?.commands ?? [];
    const last = commands.findIndex((one) => 'verb' in one && one.verb === 'repair') + 1;
    await type(commands.slice(0, last + 1));
    expect((await run(dataDir, migrations, ['upgrade', '--stamp'])).code).toBe(0);
    expect(query(fileOf(dataDir), 'SELECT id, email, phone FROM users')).toEqual([
      { id: 7, email: 'bob@x.org', phone: '555-2' },
    ]);
  });
});

/** One constraint or column of a random table, by name, with or without the name of the constraint. */
const PARTS = ['a TEXT', 'b INTEGER DEFAULT 3', 'c REAL', 'd BLOB', 'e TEXT COLLATE NOCASE', 'f AS (b + 1)'];
const CONSTRAINTS = [
  'CHECK (b > 0)',
  'UNIQUE (a, b)',
  'UNIQUE (e)',
  "CHECK (a <> '')",
  'FOREIGN KEY (b) REFERENCES t (id)',
];

const shape = fc.record({
  id: fc.constantFrom(
    'id INTEGER PRIMARY KEY',
    'id INTEGER PRIMARY KEY AUTOINCREMENT',
    'id TEXT PRIMARY KEY',
    'id INT',
  ),
  parts: fc.shuffledSubarray(PARTS, { minLength: PARTS.length }),
  named: fc.array(fc.boolean(), { minLength: CONSTRAINTS.length, maxLength: CONSTRAINTS.length }),
  order: fc.shuffledSubarray(CONSTRAINTS, { minLength: CONSTRAINTS.length }),
});

function tableOf(
  { parts, named, order }: { parts: string[]; named: boolean[]; order: string[] },
  id: string,
): string {
  const all = [...parts, id].sort((x, y) => parts.indexOf(x) - parts.indexOf(y));
  const constraints = order.map((text, index) =>
    named[index] === true ? `CONSTRAINT k${index} ${text}` : text,
  );
  return `CREATE TABLE t (${[...all, ...constraints].join(', ')})`;
}

test('Any table gets any order and any names, with every value, and nothing of its structure changes.', () => {
  fc.assert(
    fc.property(shape, shape, (one, other) => {
      const [wanted, db] = [new Database(':memory:'), new Database(':memory:')];
      for (const each of [wanted, db]) each.pragma('foreign_keys = OFF');
      wanted.exec(tableOf(one, one.id));
      db.exec(tableOf(other, one.id));
      db.exec(
        `INSERT INTO t (id, a, b, c, d, e) VALUES (1, 'a', 1, 1.5, x'00', 'E'), (2, 'A', NULL, 2, 'd', 'e2')`,
      );
      const rows = (): unknown =>
        db.prepare('SELECT id, a, b, c, d, e, f, rowid AS at FROM t ORDER BY id').all();
      const [before, expected, actual] = [rows(), readSnapshot(wanted), readSnapshot(db)];
      expect(fingerprintOf(actual)).toBe(fingerprintOf(expected));
      const { statements, obstacles } = planRepair({ actual, expected, dropExtra: [], arrange: true });
      for (const { sql } of obstacles) expect(db.prepare(sql).all()).toEqual([]);
      for (const { sql } of statements) db.exec(sql);
      const after = readSnapshot(db);
      expect(layoutOf(after)).toBe(layoutOf(expected));
      expect(fingerprintOf(after)).toBe(fingerprintOf(expected));
      expect(rows()).toEqual(before);
      expect(statements.length > 0).toBe(layoutOf(actual) !== layoutOf(expected));
    }),
    { numRuns: times({ standard: 100, full: 5000 }) },
  );
});
