import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describe, diff } from '../../../../src/dialects/sqlite/schema/diff.js';
import { fingerprintOf } from '../../../../src/dialects/sqlite/schema/fingerprint.js';
import { renderDrops, renderSnapshot } from '../../../../src/dialects/sqlite/schema/render.js';
import { writeSchema } from '../../../support/schema-writer.js';
import {
  fingerprintAfter,
  schemaArbitrary,
  snapshotAfter,
  styleArbitrary,
} from '../../../support/schemas.js';

function script(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join('');
}

test('any random structure, rendered and run in an empty database, has the same fingerprint', () => {
  fc.assert(
    fc.property(schemaArbitrary, styleArbitrary, (model, style) => {
      const snapshot = snapshotAfter(writeSchema(model, style));
      const rendered = snapshotAfter(script(renderSnapshot(snapshot)));
      expect(diff(snapshot, rendered).map(describe)).toEqual([]);
      expect(fingerprintOf(rendered)).toBe(fingerprintOf(snapshot));
    }),
    { numRuns: 300 },
  );
});

test('dropping a rendered structure in reverse leaves nothing', () => {
  fc.assert(
    fc.property(schemaArbitrary, styleArbitrary, (model, style) => {
      const snapshot = snapshotAfter(writeSchema(model, style));
      const both = script([...renderSnapshot(snapshot), ...renderDrops(snapshot)]);
      expect(snapshotAfter(both)).toEqual({ tables: [], indexes: [], views: [], triggers: [] });
    }),
    { numRuns: 100 },
  );
});

test.each([
  [
    'types that must be quoted',
    'CREATE TABLE t (a "check", b "my type", c DECIMAL(9, 2), d "x\'y", e \'NOT NULL\')',
  ],
  [
    'defaults of every kind',
    `CREATE TABLE t (a DEFAULT "x y", b DEFAULT word, c DEFAULT -1.5, d DEFAULT (1 + 2), e DEFAULT CURRENT_DATE,
    f DEFAULT (datetime('now')), g DEFAULT x'00ff', h DEFAULT 'it''s', i DEFAULT (- 5), j DEFAULT TRUE)`,
  ],
  ['a rowid that is a key only', 'CREATE TABLE t (id INTEGER PRIMARY KEY DESC)'],
  [
    'collations of keys and indexes',
    `CREATE TABLE t (a TEXT COLLATE NOCASE, b TEXT, PRIMARY KEY (a COLLATE BINARY),
    UNIQUE (b COLLATE RTRIM, a DESC)); CREATE INDEX i ON t (a COLLATE BINARY, b COLLATE NOCASE DESC, a);
    CREATE INDEX j ON t (+a COLLATE BINARY); CREATE INDEX k ON t (+a)`,
  ],
  [
    'what constraints do',
    `CREATE TABLE t (a TEXT PRIMARY KEY ON CONFLICT REPLACE, b TEXT NOT NULL ON CONFLICT IGNORE,
    UNIQUE (a, b) ON CONFLICT ROLLBACK)`,
  ],
  [
    'names that must be quoted',
    `CREATE TABLE "a ""b""" ("select" INT CHECK ("select" > 0), "x]y" INT REFERENCES "a ""b""");
    CREATE INDEX "an index" ON "a ""b""" ("x]y") WHERE "select" IS NOT NULL;
    CREATE VIEW "a view" AS SELECT "select" FROM "a ""b"""`,
  ],
  [
    'columns qualified with the name of their table',
    'CREATE TABLE "a t" (a INT, CHECK ( "A T".a>0 AND length([a t] . a) < 9))',
  ],
  [
    'virtual tables and their arguments',
    `CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize = 'porter ascii', prefix='2 3');
    CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)`,
  ],
  ['a text that the parser cannot read', 'CREATE TABLE t (a INTEGER PRIMARY KEY, CHECK (a < 1_000)) STRICT'],
  [
    'keys in a circle',
    `CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY, a INT
    CONSTRAINT "to a" REFERENCES a (id) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED)`,
  ],
])('renders %s', (_, sql) => {
  const snapshot = snapshotAfter(sql);
  expect(snapshot.tables.length).toBeGreaterThan(0);
  expect(fingerprintAfter(script(renderSnapshot(snapshot)))).toBe(fingerprintOf(snapshot));
});

test('parents come before children, and views after those they read', () => {
  const statements = renderSnapshot(
    snapshotAfter(`CREATE TABLE a (b_id INT REFERENCES b); CREATE TABLE b (c_id INT REFERENCES c); CREATE TABLE c (id INTEGER PRIMARY KEY);
      CREATE VIEW v1 AS SELECT * FROM v2; CREATE VIEW v2 AS SELECT * FROM a; CREATE TRIGGER g AFTER INSERT ON a BEGIN SELECT 1; END;
      CREATE INDEX i ON a (b_id)`),
  );
  expect(statements.map((statement) => /^CREATE (\w+ \w+)/.exec(statement)?.[1])).toEqual([
    'TABLE c',
    'TABLE b',
    'TABLE a',
    'INDEX i',
    'VIEW v2',
    'VIEW v1',
    'TRIGGER g',
  ]);
});

test('keeps names in their case, the order of columns and the text of expressions', () => {
  const sql = `CREATE TABLE Tasks (
  Zeta TEXT NOT NULL DEFAULT 'NEW',
  alpha INTEGER,
  CONSTRAINT Positive CHECK (Alpha  >  0 /* really */)
)`;
  expect(renderSnapshot(snapshotAfter(sql))).toEqual([
    `CREATE TABLE Tasks (
  Zeta TEXT NOT NULL DEFAULT 'NEW',
  alpha INTEGER,
  CONSTRAINT Positive CHECK (Alpha > 0)
)`,
  ]);
});
