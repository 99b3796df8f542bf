import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { defaultValue } from '../../../../src/dialects/sqlite/schema/default-value.js';

const LITERALS = [
  '0',
  '(0)',
  '+0',
  '-0',
  "'0'",
  "'00'",
  "' 0 '",
  '0.0',
  "'0.0'",
  '0x0',
  '.0',
  "'0x0'",
  'false',
  'true',
  '1',
  '1.0',
  "'1'",
  "'1.0'",
  '1e0',
  "'1e0'",
  '10',
  '1e1',
  "'10'",
  '0xA',
  '-5',
  '- 5',
  '(-5)',
  '((- 5))',
  "'-5'",
  "'+5'",
  '5',
  '1.5',
  "'1.5'",
  '01.50',
  "'01.50'",
  "'x'",
  '"x"',
  'x',
  '[x]',
  '`x`',
  "'X'",
  "'it''s'",
  "''",
  "x'00ff'",
  "X'00FF'",
  "x''",
  'null',
  '(null)',
  "'null'",
  '"true"',
  "'true'",
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  "'9223372036854775807'",
  '9223372036854775807.0',
  '0xFFFFFFFFFFFFFFFF',
  '-1',
  '1e300',
  '1.0e300',
  "'1e300'",
  '123456789.123',
  "'123456789.123'",
] as const;

const TYPES = [
  'INTEGER',
  'INT',
  'TEXT',
  'VARCHAR(9)',
  'REAL',
  'FLOAT',
  'BLOB',
  '',
  'NUMERIC',
  'DECIMAL(9, 2)',
  'POINT',
  'ANY',
] as const;

test.each([
  ...TYPES.map((type) => ({ type, strict: false })),
  ...(['INTEGER', 'REAL', 'TEXT', 'BLOB', 'ANY'] as const).map((type) => ({ type, strict: true })),
])(
  'two constants are one default of a column $type (strict: $strict) only if it stores the same value',
  ({ type, strict }) => {
    const known = LITERALS.flatMap((literal) => {
      const found = storedBy(literal, type, strict);
      return found === null ? [] : [{ literal, ...found }];
    });
    expect(known.length).toBeGreaterThan(2);
    for (const a of known) {
      for (const b of known) {
        const pair = `${a.literal} and ${b.literal}`;
        if (a.canonical === b.canonical) expect(a.stored, pair).toBe(b.stored);
        // Numbers stored as text in a form that only SQLite knows stay apart, which is safe.
        else if (!/e300|9223372036854775808|775807\.0/.test(pair)) expect(a.stored, pair).not.toBe(b.stored);
      }
    }
  },
);

test('expressions are one default where their tokens are', () => {
  const canonical = (text: string): string | undefined => defaultValue(text, 'TEXT', false)?.canonical;
  expect(canonical("datetime( 'now' )")).toBe(canonical("DATETIME('now')"));
  expect(canonical("datetime('now')")).not.toBe(canonical("datetime('NOW')"));
  expect(canonical('CURRENT_TIMESTAMP')).toBe(canonical('(current_timestamp)'));
  expect(canonical('CURRENT_TIMESTAMP')).not.toBe(canonical("'CURRENT_TIMESTAMP'"));
});

/** What a column with this default stores; null where it refuses the value. */
function storedBy(
  literal: string,
  type: string,
  strict: boolean,
): { canonical: string | null; stored: string } | null {
  const db = new Database(':memory:');
  try {
    db.exec(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a ${type} DEFAULT ${literal}) ${strict ? 'STRICT' : ''}`,
    );
    db.exec(`INSERT INTO t (id) VALUES (1)`);
    const stored = db.prepare(`SELECT typeof(a) || ' ' || quote(a) FROM t`).pluck().get() as string;
    const written = db
      .prepare(`SELECT dflt_value FROM pragma_table_xinfo('t') WHERE name = 'a'`)
      .pluck()
      .get();
    return { canonical: defaultValue(String(written), type, strict)?.canonical ?? null, stored };
  } catch (error) {
    if (strict && String(error).includes('cannot store')) return null;
    throw error;
  } finally {
    db.close();
  }
}
