// A way back is tried in a small copy where there are many tables, and is judged there as it is among few.

import { describe, expect, it } from 'vitest';
import { traceOf, type History } from './histories.js';

const BASE: History = {
  '0001_base.sql': `CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT, p REFERENCES p); CREATE TABLE p (id INTEGER PRIMARY KEY);
CREATE INDEX ix_a ON a (n); CREATE TABLE s (id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE); CREATE TABLE kept (id INTEGER PRIMARY KEY);
CREATE TABLE logged (id INTEGER PRIMARY KEY, n TEXT); CREATE TABLE log (n TEXT);
CREATE TRIGGER g AFTER INSERT ON logged BEGIN INSERT INTO log (n) VALUES (new.n); END; CREATE VIEW v AS SELECT n FROM logged;`,
  '0002_rows.sql': `INSERT INTO kept (id) VALUES (1);`,
};

/** So many that a copy of what a script names is small. */
const MANY: History = {
  '0000_many.sql': Array.from(
    { length: 100 },
    (_, n) => `CREATE TABLE many${n} (id INTEGER PRIMARY KEY);`,
  ).join('\n'),
};

const WAYS: readonly (readonly [up: string, down: string])[] = [
  ['ALTER TABLE a ADD COLUMN m TEXT;', 'ALTER TABLE a DROP COLUMN m;'],
  ['ALTER TABLE a ADD COLUMN m TEXT;', 'SELECT 1;'],
  ['ALTER TABLE a ADD COLUMN m TEXT;', 'ALTER TABLE a DROP COLUMN n;'],
  ['CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a); CREATE INDEX ix_b ON b (a);', 'DROP TABLE b;'],
  ['CREATE TABLE b (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY);', 'DROP TABLE c;'],
  ['DROP INDEX ix_a;', 'CREATE INDEX ix_a ON a (n);'],
  ['DROP INDEX ix_a;', 'CREATE INDEX ix_a ON a (n, id);'],
  ['DROP INDEX ix_a;', 'CREATE INDEX ix_other ON a (n);'],
  ['CREATE INDEX ix_p ON p (id);', 'DROP INDEX ix_p;'],
  ['ALTER TABLE s RENAME TO t;', 'ALTER TABLE t RENAME TO s;'],
  ['ALTER TABLE s RENAME COLUMN x TO y;', 'ALTER TABLE s RENAME COLUMN x TO y;'],
  ['-- loses_rows: p\n-- migrate:up\nDROP TABLE p;', 'CREATE TABLE p (id INTEGER PRIMARY KEY);'],
  ['-- loses_rows: p\n-- migrate:up\nDROP TABLE p;', 'CREATE TABLE p (key INTEGER PRIMARY KEY);'],
  ['ALTER TABLE kept ADD COLUMN m TEXT;', 'ALTER TABLE kept ADD COLUMN k TEXT NOT NULL;'],
  ['ALTER TABLE logged ADD COLUMN m TEXT;', 'ALTER TABLE logged DROP COLUMN m;'],
  ['ALTER TABLE logged ADD COLUMN m TEXT;', 'ALTER TABLE logged DROP COLUMN n;'],
  ['CREATE TABLE b (id INTEGER PRIMARY KEY);', '-- if_exists: kept\nDROP TABLE b;'],
  ['CREATE TABLE b (id INTEGER PRIMARY KEY);', '-- if_exists: keep\nDROP TABLE b;'],
  ['CREATE TABLE b (id INTEGER PRIMARY KEY);', 'DROP TABLE b; DELETE FROM sqlite_sequence;'],
  ['CREATE TABLE b (id INTEGER PRIMARY KEY);', 'DROP TABLE b; DROP VIEW v;'],
  ['CREATE TABLE b (id INTEGER PRIMARY KEY);', 'DROP TABLE b; CREATE VIEW w AS SELECT * FROM ghosts;'],
  ['CREATE TABLE b (id INTEGER PRIMARY KEY);', 'DROP TABLE b; INSERT INTO a (n) SELECT id FROM p;'],
];

describe('The way back of a revision', () => {
  it.each(WAYS)('is judged the same among a hundred tables: %s <- %s', async (up, down) => {
    const text = `${up.includes('migrate:up') ? up : `-- migrate:up\n${up}`}\n-- migrate:down\n${down}`;
    const judged = async (more: History): Promise<unknown> =>
      (await traceOf({ ...more, ...BASE, '0003_way.sql': text })).revisions.at(-1)?.down;
    expect(await judged(MANY)).toEqual(await judged({}));
  });
});
