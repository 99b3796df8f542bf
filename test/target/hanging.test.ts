// What hangs on a table (counters, statistics, indexes of full text) survives a rebuild of it, or stops the revision,
// whoever rebuilds: a script in any of its forms, over one revision or two, a program, a repair.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { times } from '../support/figures.js';
import { makeProjects } from '../support/fleet.js';
import { upgradeOne } from '../support/one-target.js';
import { query, run, writeMigrations } from '../support/revisions.js';
import type { History } from '../dialects/sqlite/lint/histories.js';

const KEYS = {
  counted: 'id INTEGER PRIMARY KEY AUTOINCREMENT',
  plain: 'id INTEGER PRIMARY KEY',
  text: 'id TEXT PRIMARY KEY',
} as const;
type KeyKind = keyof typeof KEYS;

const SEARCHES = {
  none: '',
  fts5: `CREATE VIRTUAL TABLE f USING fts5(a, content='t');`,
  fts4: `CREATE VIRTUAL TABLE f USING fts4(content="t", a);`,
  own: 'CREATE VIRTUAL TABLE f USING fts5(a);',
  contentless: `CREATE VIRTUAL TABLE f USING fts4(content="", a);`,
} as const;
type SearchKind = keyof typeof SEARCHES;

const FORMS = ['new', 'aside', 'temporary', 'twoNew', 'twoAside', 'other'] as const;

interface Case {
  readonly key: KeyKind;
  readonly search: SearchKind;
  readonly form: (typeof FORMS)[number];
  /** Whether rows are copied in another order, which numbers implicit rowids anew. */
  readonly sorted: boolean;
  /** Whether the index of full text is rebuilt by the last revision. */
  readonly mended: boolean;
  readonly words: readonly string[];
  readonly deleted: readonly number[];
  readonly analyzed: boolean;
}

const cases: fc.Arbitrary<Case> = fc.record({
  key: fc.constantFrom(...(Object.keys(KEYS) as KeyKind[])),
  search: fc.constantFrom(...(Object.keys(SEARCHES) as SearchKind[])),
  form: fc.constantFrom(...FORMS),
  sorted: fc.boolean(),
  mended: fc.boolean(),
  words: fc.array(fc.constantFrom('apple', 'melon', 'kiwi', 'pear'), { minLength: 1, maxLength: 6 }),
  deleted: fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
  analyzed: fc.boolean(),
});

/** Its rows are renumbered in another order, which the index does not follow. */
const STOPPED = {
  key: 'text',
  search: 'fts5',
  form: 'new',
  sorted: true,
  words: ['apple', 'melon', 'pear'],
  deleted: [0],
  analyzed: false,
} as const;

const tableOf = (key: KeyKind, name = 't', more = ''): string =>
  `CREATE TABLE ${name} (${KEYS[key]}, a TEXT${more});`;
const INDEX = 'CREATE INDEX ix ON t (a);';

function historyOf({ key, search, form, sorted, mended }: Case): History {
  const order = sorted ? ' ORDER BY a DESC, id DESC' : '';
  const copy = (from: string, to: string) => `INSERT INTO ${to} (id, a) SELECT id, a FROM ${from}${order};`;
  const made = (name: string) => tableOf(key, name, " CHECK (a <> '')");
  const steps: Readonly<Record<Case['form'], readonly string[]>> = {
    new: [`${made('n')} ${copy('t', 'n')} DROP TABLE t; ALTER TABLE n RENAME TO t; ${INDEX}`],
    aside: [`ALTER TABLE t RENAME TO k; ${made('t')} ${copy('k', 't')} DROP TABLE k; ${INDEX}`],
    temporary: [
      `CREATE TEMP TABLE k AS SELECT id, a FROM t; DROP TABLE t; ${made('t')} ${copy('k', 't')} DROP TABLE k; ${INDEX}`,
    ],
    twoNew: [`${made('n')} ${copy('t', 'n')}`, `DROP TABLE main.t; ALTER TABLE n RENAME TO t; ${INDEX}`],
    twoAside: [`ALTER TABLE t RENAME TO k; ${made('t')} ${copy('k', 't')}`, `DROP TABLE k; ${INDEX}`],
    other: ['CREATE TABLE other (id INTEGER PRIMARY KEY); DROP TABLE other;'],
  };
  const mend =
    mended && search !== 'none' && search !== 'contentless' ? "INSERT INTO f(f) VALUES('rebuild');" : '';
  const texts = steps[form].map((text, at, { length }) => (at === length - 1 ? `${text} ${mend}` : text));
  const all = [`${tableOf(key)} ${INDEX} ${SEARCHES[search]}`, ...texts];
  return Object.fromEntries(
    all.map((text, at) => [`000${at + 1}_step.sql`, `-- loses_rows: k\n-- migrate:up\n${text}\n`]),
  );
}

function contentOf({ key, search, words, deleted, analyzed }: Case): string {
  const id = (at: number) => (key === 'text' ? `'k${at}'` : String(at + 1));
  const rows = words.map((word, at) => `INSERT INTO t (id, a) VALUES (${id(at)}, '${word} x${at}');`);
  const gone = deleted.map((at) => `DELETE FROM t WHERE id = ${id(at)};`);
  const fill =
    search === 'own' || search === 'contentless'
      ? 'INSERT INTO f(rowid, a) SELECT rowid, a FROM t;'
      : search === 'none'
        ? ''
        : "INSERT INTO f(f) VALUES('rebuild');";
  const parts = [tableOf(key), INDEX, SEARCHES[search], ...rows, ...gone, fill, analyzed ? 'ANALYZE;' : ''];
  return parts.join('\n');
}

/** What hangs on the table, and whether its index of full text answers as the table does. */
function look(db: Database.Database, { search }: Case) {
  const has = (table: string) =>
    db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
  const counter = has('sqlite_sequence')
    ? db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 't'").pluck().all()
    : [];
  const statistics = has('sqlite_stat1')
    ? db
        .prepare<[], string>(
          "SELECT tbl || '.' || coalesce(idx, '') || ' ' || stat FROM sqlite_stat1 WHERE tbl = 't'",
        )
        .pluck()
        .all()
    : [];
  return { counter, statistics: statistics.sort(), answers: answersRight(db, search) };
}

function answersRight(db: Database.Database, search: SearchKind): boolean {
  if (search !== 'fts5' && search !== 'fts4') return true;
  try {
    return ['apple', 'melon', 'kiwi', 'pear', 'x0', 'x1', 'x2', 'x3', 'x4', 'x5'].every((word) => {
      const by = (sql: string) => JSON.stringify(db.prepare(sql).pluck().all(word).sort());
      return (
        by('SELECT a FROM f WHERE f MATCH ?') ===
        by("SELECT a FROM t WHERE instr(' ' || a || ' ', ' ' || ? || ' ')")
      );
    });
  } catch {
    return false;
  }
}

test('A rebuild lowers no counter, loses no statistics, and leaves no index that answers otherwise, or is stopped.', async () => {
  const seen = { stopped: 0, right: 0 };
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const history = historyOf(one);
      const { outcome, isUntouched, path } = await upgradeOne(contentOf(one), history);
      const bare = new Database(':memory:');
      bare.pragma('foreign_keys = OFF');
      bare.exec(contentOf(one));
      const before = look(bare, one);
      expect(before.answers).toBe(true);
      const [, ...later] = Object.values(history);
      for (const text of later) bare.exec(text);
      const by = look(bare, one);
      bare.close();
      if (outcome.failure !== null) {
        expect(outcome.failure).toMatchObject({ code: 'integrity' });
        expect({ isUntouched, would: by.answers }).toEqual({ isUntouched: true, would: false });
        seen.stopped += 1;
        return;
      }
      const db = new Database(path);
      const after = look(db, one);
      db.close();
      expect(after.counter.length).toBe(before.counter.length);
      expect(after.counter[0] ?? 0).toBeGreaterThanOrEqual(before.counter[0] ?? 0);
      expect(after.statistics).toEqual(before.statistics);
      expect(after.answers).toBe(true);
      seen.right += 1;
    }),
    {
      numRuns: times({ standard: 70, full: 5000 }),
      examples: [[{ ...STOPPED, mended: false }], [{ ...STOPPED, mended: true }]],
    },
  );
  // Both ends are met: else nothing was tried.
  expect(Math.min(seen.stopped, seen.right)).toBeGreaterThan(0);
});

const NOTES = `CREATE TABLE notes (key TEXT PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE found USING fts5(body, content='notes');
`;
const ROWS = `INSERT INTO notes VALUES ('b', 'apple'), ('a', 'melon');
INSERT INTO found(found) VALUES('rebuild');
`;
const REBUILD = `CREATE TABLE n (key TEXT PRIMARY KEY, body TEXT NOT NULL);
INSERT INTO n (key, body) SELECT key, body FROM notes ORDER BY key;
DROP TABLE notes;
ALTER TABLE n RENAME TO notes;
`;
const two = (second: string): History => ({ '0001_notes.sql': NOTES, '0002_next.sql': second });

describe('an index of full text', () => {
  test('stops the revision that rebuilds its content under other rowids, in words that lead on', async () => {
    const dataDir = makeProjects(1, NOTES + ROWS);
    const asFile = (more: string) =>
      writeMigrations({
        '0001_notes.sql': `-- migrate:up\n${NOTES}`,
        '0002_next.sql': `-- migrate:up\n${REBUILD}${more}`,
      });
    const { code, report } = await run(dataDir, asFile(''), ['upgrade', '--stamp']);
    expect(code).toBe(2);
    const { failure } = report.targets[0] ?? {};
    expect(failure).toMatchObject({ code: 'integrity', revision: '0002', step: 'verify' });
    expect(failure?.message).toContain(
      'the virtual table found does not answer with the right rows any more after revision 0002',
    );
    const mend = /INSERT INTO found\(found\) VALUES\('rebuild'\)/.exec(failure?.hint ?? '')?.[0] ?? '';
    expect((await run(dataDir, asFile(`${mend};\n`), ['upgrade', '--stamp'])).code).toBe(0);
    const path = join(dataDir, 'project_1.db');
    expect(query(path, "SELECT body FROM found WHERE found MATCH 'apple'")).toEqual([{ body: 'apple' }]);
  });

  test.each([
    ['its content is renamed', 'ALTER TABLE notes RENAME TO remarks;'],
    ['a column of it is renamed', 'ALTER TABLE notes RENAME COLUMN body TO text;'],
    [
      'a column of it is dropped',
      'ALTER TABLE notes ADD COLUMN more TEXT; ALTER TABLE notes DROP COLUMN body;',
    ],
    ['its content goes', '-- loses_rows: notes\n-- migrate:up\nDROP TABLE notes;'],
  ])('stops the revision where %s', async (_, sql) => {
    const { outcome, isUntouched } = await upgradeOne(NOTES + ROWS, two(sql));
    expect(outcome.failure).toMatchObject({ code: 'integrity', revision: '0002' });
    expect(outcome.failure?.message).toContain('the virtual table found cannot be read any more');
    expect(isUntouched).toBe(true);
  });

  test.each([
    [
      'a later revision rebuilds it',
      { ...two(REBUILD), '0003_mend.sql': "INSERT INTO found(found) VALUES('rebuild');" },
    ],
    ['it goes too', two(`${REBUILD} DROP TABLE found;`)],
    [
      'it is made anew over the new name',
      two(
        `DROP TABLE found; ALTER TABLE notes RENAME TO remarks; CREATE VIRTUAL TABLE found USING fts5(body, content='remarks'); INSERT INTO found(found) VALUES('rebuild');`,
      ),
    ],
  ])('stops nothing where %s', async (_, history) => {
    expect((await upgradeOne(NOTES + ROWS, history)).outcome.failure).toBeNull();
  });

  test('that was behind its content before is not the fault of the revision', async () => {
    for (const module of ['fts5', 'fts4']) {
      const made = NOTES.replace('fts5', module);
      const behind = `${made}${ROWS} UPDATE notes SET body = 'pear' WHERE key = 'b';`;
      const { outcome } = await upgradeOne(behind, { '0001_notes.sql': made, '0002_next.sql': REBUILD });
      expect(outcome.failure).toBeNull();
    }
  });

  test('without content of its own is no damage, there before or made by a revision', async () => {
    const made = `CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE VIRTUAL TABLE f USING fts4(content="", a);`;
    const rows = "INSERT INTO f(docid, a) VALUES (1, 'apple');";
    const second =
      'CREATE VIRTUAL TABLE g USING fts4(content="", a); CREATE TABLE u (id INTEGER PRIMARY KEY);';
    const { outcome, path } = await upgradeOne(made + rows, { '0001_f.sql': made, '0002_g.sql': second });
    expect(outcome.failure).toBeNull();
    expect(query(path, "SELECT docid FROM f WHERE f MATCH 'apple'")).toEqual([{ docid: 1 }]);
  });

  test('whose own content it contradicts is damage', async () => {
    const made = 'CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE VIRTUAL TABLE f USING fts4(a);';
    const damage = "INSERT INTO f(docid, a) VALUES (1, 'apple'); UPDATE f_content SET c0a = 'pear';";
    const { outcome } = await upgradeOne(made + damage, {
      '0001_f.sql': made,
      '0002_u.sql': 'CREATE TABLE u (id);',
    });
    expect(outcome.failure).toMatchObject({ code: 'corrupt' });
  });
});

test('A table that hangs on one that went stops the revision, and so does no other.', async () => {
  const made =
    'CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE v USING fts5vocab(f, row);';
  const files = (sql: string): History => ({ '0001_f.sql': made, '0002_next.sql': sql });
  const { outcome } = await upgradeOne(made, files('-- loses_rows: f\n-- migrate:up\nDROP TABLE f;'));
  expect(outcome.failure).toMatchObject({ code: 'integrity' });
  expect(outcome.failure?.message).toContain('the virtual table v cannot be read any more');
  expect((await upgradeOne(made, files('DROP TABLE v; DROP TABLE f;'))).outcome.failure).toBeNull();
  expect((await upgradeOne(made, files('DROP TABLE t;'))).outcome.failure).toBeNull();
});

test('Counters and statistics stay under db.rebuild, a repair, and a revision outside transactions.', async () => {
  const made = 'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);\nCREATE INDEX ix ON t (a);\n';
  const rows = "INSERT INTO t (a) VALUES ('x'), ('y'), ('z'); DELETE FROM t WHERE id > 1; ANALYZE;";
  const next = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, CHECK (a <> ''))";
  const rebuild = `CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, CHECK (a <> ''));\nINSERT INTO n (id, a) SELECT id, a FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;\nCREATE INDEX ix ON t (a);\n`;
  const ways: readonly (readonly [name: string, text: string])[] = [
    ['0002_next.mjs', `export function up(db) { db.rebuild('t', "${next}"); }\n`],
    ['0002_next.mjs', `export function up(db) { db.exec(\`${rebuild}\`); }\n`],
    ['0002_next.sql', `-- transaction: false\n-- migrate:up\n${rebuild}`],
  ];
  const hanging = (dataDir: string) => [
    query(join(dataDir, 'project_1.db'), "SELECT seq FROM sqlite_sequence WHERE name = 't'"),
    query(join(dataDir, 'project_1.db'), "SELECT stat FROM sqlite_stat1 WHERE tbl = 't' AND idx = 'ix'"),
  ];
  const expected = [[{ seq: 3 }], [{ stat: '1 1' }]];
  for (const [name, text] of ways) {
    const dataDir = makeProjects(1, made + rows);
    const migrations = writeMigrations({ '0001_t.sql': `-- migrate:up\n${made}`, [name]: text });
    expect((await run(dataDir, migrations, ['upgrade', '--stamp'])).code).toBe(0);
    expect(hanging(dataDir), text).toEqual(expected);
  }
  const drifted = makeProjects(1, `${made.replace('a TEXT', 'a TEXT DEFAULT 3')}${rows}`);
  const migrations = writeMigrations({ '0001_t.sql': `-- migrate:up\n${made}` });
  await run(drifted, migrations, ['stamp', '0001', '--force']);
  expect((await run(drifted, migrations, ['repair'])).code).toBe(0);
  expect(hanging(drifted)).toEqual(expected);
});
