import { describe, expect, it } from 'vitest';
import { draftOf, parse, problemsOf } from './drafts.js';
import type { Statement } from '../../src/model/revision.js';

const upOf = (text: string): readonly Statement[] => {
  const { up } = draftOf(text);
  return up.kind === 'sql' ? up.statements : [];
};

describe('a revision file', () => {
  it('is read with its header, both directions, and the lines of its statements in the file', () => {
    const draft = draftOf(
      [
        '-- Adds owners. Ordinary words: even with a colon.',
        '-- revision: e6e5369fb4d1',
        '-- down_revision: 0020, 0019',
        '-- depends_on: 0027',
        '-- loses_rows: tasks, notes',
        '-- migrate:up',
        '',
        "CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'a;b'); -- the owners",
        '/* two; words */ INSERT INTO owners',
        "  VALUES (1, 'x');;",
        '  --  Migrate:Down  ',
        'DROP TABLE owners',
      ].join('\n'),
      '0028_add_owners.sql',
    );
    expect(draft).toMatchObject({
      id: 'e6e5369fb4d1',
      version: '0028',
      name: 'add owners',
      file: 'migrations/0028_add_owners.sql',
      downRevision: ['0020', '0019'],
      dependsOn: ['0027'],
      losesRows: ['tasks', 'notes'],
      transactional: true,
      up: {
        kind: 'sql',
        statements: [
          {
            kind: 'CreateTableStmt',
            line: 8,
            sql: "CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'a;b')",
          },
          { kind: 'InsertStmt', line: 9, sql: "INSERT INTO owners\n  VALUES (1, 'x')" },
        ],
      },
      down: { kind: 'sql', statements: [{ kind: 'DropTableStmt', line: 12, sql: 'DROP TABLE owners' }] },
    });
  });

  it('takes its id from the version, and leaves the parent open, where the header is silent', () => {
    expect(draftOf('-- migrate:up\n', '0007_merge_both.sql')).toMatchObject({
      id: '0007',
      name: 'merge both',
      downRevision: null,
      dependsOn: [],
      down: null,
      up: { kind: 'sql', statements: [] },
    });
  });

  it('keeps a trigger whole, with the semicolons, CASE and END inside it', () => {
    const trigger = `CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN
  UPDATE a SET x = CASE WHEN x > 1 THEN 1 ELSE 2 END;
  INSERT INTO b VALUES ('END;');
END`;
    const statements = upOf(`-- migrate:up\n${trigger};\nSELECT 1;\n`);
    expect(statements.map((statement) => [statement.kind, statement.line])).toEqual([
      ['CreateTriggerStmt', 2],
      ['SelectStmt', 6],
    ]);
    expect(statements[0]?.sql).toBe(trigger);
  });

  it('reads a mark inside a string as a part of the string', () => {
    const statements = upOf("-- migrate:up\nINSERT INTO notes VALUES ('\n-- migrate:down\n');\n");
    expect(statements).toHaveLength(1);
    expect(statements[0]?.sql).toContain('-- migrate:down');
  });

  it('runs outside a transaction when the header or the mark says so', () => {
    expect(draftOf('-- transaction: false\n-- migrate:up\nVACUUM;').transactional).toBe(false);
    expect(draftOf('-- migrate:up transaction:false\nPRAGMA journal_mode = WAL;').transactional).toBe(false);
    expect(draftOf('-- migrate:up transaction:true\nSELECT 1;').transactional).toBe(true);
  });

  it('attaches a guard to the statement below it', () => {
    const statements = upOf(
      '-- migrate:up\n-- if_missing: agents.metadata\n-- because 0027 may have run\nALTER TABLE agents ADD COLUMN metadata TEXT;\n-- if_exists: ix\nDROP INDEX ix;\nSELECT 1;',
    );
    expect(statements.map((statement) => statement.guard)).toEqual([
      { when: 'missing', object: 'agents.metadata' },
      { when: 'exists', object: 'ix' },
      undefined,
    ]);
  });

  it('asks SQLite about what the parser does not know, and calls it unknown', () => {
    expect(upOf('-- migrate:up\nINSERT INTO t VALUES (1_000);')).toMatchObject([
      { kind: 'unknown', line: 2 },
    ]);
  });
});

describe('a mistake in a revision file', () => {
  const cases: readonly (readonly [string, string, number, RegExp, RegExp])[] = [
    ['SQL before the first section', 'CREATE TABLE t (a);\n-- migrate:up\n', 1, /SQL stands before/, /below/],
    [
      'no section for up',
      '-- a comment\nCREATE TABLE t (a);',
      2,
      /no `-- migrate:up`/,
      /above the first statement/,
    ],
    [
      'two sections for up',
      '-- migrate:up\n-- migrate:up\n',
      2,
      /second `-- migrate:up`.*line 1/,
      /one section/,
    ],
    [
      'two sections for down',
      '-- migrate:up\n-- migrate:down\n\n-- migrate:down\n',
      4,
      /line 2/,
      /one section/,
    ],
    ['down before up', '-- migrate:down\n-- migrate:up\n', 1, /before `-- migrate:up`/, /first/],
    [
      'a misspelt section',
      '-- migrate:up\n-- migrate:donw\nDROP TABLE t;',
      2,
      /migrate:donw/,
      /migrate:down/,
    ],
    ['a section with a blank for the colon', '-- migrate:up\n-- migrate down\n', 2, /migrate down/, /own/],
    ['a section behind SQL', '-- migrate:up\nSELECT 1; -- migrate:down\n', 2, /is none/, /line of its own/],
    ['a section in stars', '-- migrate:up\n/* migrate:down */\n', 2, /is none/, /line of its own/],
    ['an unknown option', '-- migrate:up fast:true\n', 1, /"fast:true"/, /transaction:false/],
    [
      'an option for down alone',
      '-- migrate:up\n-- migrate:down transaction:false\n',
      2,
      /one part/,
      /header/,
    ],
    ['a misspelt key', '-- dpends_on: 0003\n-- migrate:up\n', 1, /"dpends_on"/, /-- depends_on: 0003/],
    ['a key with a blank', '-- depends on: 0003\n-- migrate:up\n', 1, /"depends on"/, /depends_on/],
    ['a key twice', '-- revision: a1\n-- revision: a2\n-- migrate:up\n', 2, /twice/, /one id/],
    ['a key without a value', '-- down_revision:\n-- migrate:up\n', 1, /no value/, /base/],
    ['an id that arguments could not name', '-- revision: a+1\n-- migrate:up\n', 1, /"a\+1"/, /one id/],
    ['base among parents', '-- down_revision: base, 0001\n-- migrate:up\n', 1, /"base"/, /several/],
    [
      'a transaction that is neither',
      '-- transaction: off\n-- migrate:up\n',
      1,
      /"off"/,
      /transaction: false/,
    ],
    ['a key below the header', '-- migrate:up\n-- depends_on: 0003\n', 2, /below/, /above/],
    [
      'a guard in the header',
      '-- if_missing: a.b\n-- migrate:up\nSELECT 1;',
      1,
      /in the header/,
      /directly above/,
    ],
    [
      'a guard above nothing',
      '-- migrate:up\nSELECT 1;\n-- if_missing: a.b\n',
      3,
      /above no statement/,
      /above/,
    ],
    ['a guard inside a statement', '-- migrate:up\nSELECT\n-- if_missing: a\n1;', 3, /above no/, /above/],
    [
      'a guard behind a statement',
      '-- migrate:up\nSELECT 1; -- if_missing: a\nSELECT 2;',
      2,
      /above no/,
      /own/,
    ],
    ['a misspelt guard', '-- migrate:up\n-- if_mising: a\nSELECT 1;', 2, /if_mising/, /-- if_missing: a/],
    [
      'two guards',
      '-- migrate:up\n-- if_missing: a\n-- if_exists: b\nSELECT 1;',
      3,
      /two guards/,
      /keep one/,
    ],
    ['a guard with two names', '-- migrate:up\n-- if_missing: a, b\nSELECT 1;', 2, /"a, b"/, /table\.column/],
    ['a syntax error', '-- migrate:up\nCREATE TABLE t (\n  a TEXT,,\n  b TEXT\n);', 3, /near ","/, /correct/],
    [
      'an open string',
      "-- migrate:up\nSELECT 'a;\n-- migrate:down\n",
      2,
      /unrecognized token/,
      /unterminated/,
    ],
    ['a parameter', '-- migrate:up\nINSERT INTO t VALUES (?);', 2, /NULL/, /value itself/],
    ['a NUL', '-- migrate:up\nSELECT 1;\0DROP TABLE t;', 2, /NUL/, /UTF-8/],
  ];
  it.each(cases)('is told with its line and its mend: %s', (_what, text, line, message, hint) => {
    const [problem, ...more] = problemsOf(text);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ file: 'migrations/0001_sample.sql', line });
    expect(problem?.message).toMatch(message);
    expect(problem?.hint).toMatch(hint);
  });

  it('is told together with all others, in the order of lines', () => {
    const problems = problemsOf(
      "-- revison: a\n-- migrate:up\nCOMMIT;\nSELEC 1;\n-- migrate:down\nATTACH 'x' AS y;",
    );
    expect(problems.map((problem) => problem.line)).toEqual([1, 3, 4, 6]);
  });
});

describe('what no revision may contain', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['BEGIN', /BEGIN/],
    ['begin immediate', /BEGIN/],
    ['COMMIT', /COMMIT/],
    ['END TRANSACTION', /END/],
    ['ROLLBACK', /ROLLBACK/],
    ['SAVEPOINT s', /SAVEPOINT/],
    ['RELEASE s', /RELEASE/],
    ['ROLLBACK TO s', /ROLLBACK/],
    ["ATTACH DATABASE 'x' AS y", /ATTACH/],
    ['DETACH y', /DETACH/],
    ['VACUUM', /VACUUM cannot/],
    ["VACUUM INTO 'copy.db'", /VACUUM INTO/],
    ['PRAGMA writable_schema = ON', /writable_schema/],
    ['PRAGMA synchronous = OFF', /synchronous/],
    ['PRAGMA trusted_schema(1)', /trusted_schema/],
    ["PRAGMA temp_store_directory = '/x'", /temp_store_directory/],
    ['PRAGMA "writable_schema" = 1', /writable_schema/],
    ['PRAGMA main.writable_schema = 1', /writable_schema/],
    ['PRAGMA schema_version = 7', /schema_version/],
    ['PRAGMA journal_mode = WAL', /journal_mode/],
    ['PRAGMA a_new_one', /a_new_one/],
    ['INSERT OR ROLLBACK INTO t VALUES (1)', /ROLLBACK/],
    ['UPDATE OR ROLLBACK t SET a = 1', /ROLLBACK/],
    ['INSERT OR ROLLBACK INTO t VALUES (1_000)', /ROLLBACK/],
    ['DELETE FROM flotilla_history', /flotilla_history/],
    ['DROP TABLE "Flotilla_History"', /flotilla_history/],
    ['ALTER TABLE t RENAME TO flotilla_history', /flotilla_history/],
    ['CREATE INDEX i ON flotilla_history (revision)', /flotilla_history/],
    ['CREATE TRIGGER g AFTER DELETE ON t BEGIN DELETE FROM flotilla_history; END', /flotilla_history/],
  ];
  it.each(refused)('is refused: %s', (sql, message) => {
    const [problem, ...more] = problemsOf(`-- migrate:up\n\n${sql};\n`);
    expect(more).toEqual([]);
    expect(problem?.line).toBe(3);
    expect(problem?.message).toMatch(message);
    expect(problem?.hint).not.toBe('');
  });

  it.each([
    'PRAGMA foreign_keys = OFF',
    'PRAGMA defer_foreign_keys = ON',
    'PRAGMA legacy_alter_table = ON',
    'PRAGMA user_version = 7',
    'PRAGMA foreign_key_check',
    "PRAGMA table_info('t')",
    'PRAGMA journal_mode',
    'SELECT a OR rollback FROM t',
    "SELECT 'COMMIT; ATTACH'",
    'CREATE TABLE "begin" ("commit" TEXT)',
    'SELECT count(*) FROM flotilla_history',
    'EXPLAIN QUERY PLAN SELECT 1',
    'CREATE TABLE t (a UNIQUE ON CONFLICT ROLLBACK)',
    'CREATE TABLE t (a, PRIMARY KEY (a) ON CONFLICT ROLLBACK)',
    'ALTER TABLE t ALTER COLUMN a SET NOT NULL ON CONFLICT ROLLBACK',
    "CREATE TRIGGER g BEFORE DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
    'CREATE TRIGGER g AFTER DELETE ON t BEGIN INSERT OR ROLLBACK INTO u VALUES (1); END',
  ])('does not include: %s', (sql) => {
    expect(parse(`-- migrate:up\n${sql};`).problems).toEqual([]);
  });

  it('includes VACUUM INTO even outside a transaction, and VACUUM only inside one', () => {
    const outside = (sql: string): string => `-- transaction: false\n-- migrate:up\n${sql};`;
    expect(parse(outside('VACUUM')).problems).toEqual([]);
    expect(parse(outside('PRAGMA page_size = 8192')).problems).toEqual([]);
    expect(problemsOf(outside("VACUUM INTO 'x'"))).toHaveLength(1);
    expect(problemsOf(outside('PRAGMA synchronous = OFF'))).toHaveLength(1);
    expect(problemsOf(outside('BEGIN'))).toHaveLength(1);
    expect(problemsOf(outside('PRAGMA foreign_keys = ON'))).toHaveLength(1);
    expect(parse(outside('PRAGMA foreign_keys')).problems).toEqual([]);
  });
});

describe('the checksums', () => {
  const text = "-- migrate:up\nCREATE TABLE t (a TEXT DEFAULT 'x  y');\n-- migrate:down\nDROP TABLE t;\n";
  const base = draftOf(text);

  it('ignore line endings and a byte-order mark', () => {
    for (const same of [`\uFEFF${text}`, text.replaceAll('\n', '\r\n'), text.replaceAll('\n', '\r')]) {
      expect(draftOf(same)).toMatchObject({ checksum: base.checksum, formerChecksum: base.formerChecksum });
      expect(draftOf(same).up).toEqual(base.up);
    }
  });

  it('are kept in histories for ever', () => {
    expect(base).toMatchObject({
      checksum: 'up:92fcbe0f260736d7d4d841f6aca9205889dfcb2486a1c94d42729dda8add3708',
      downChecksum: 'down:23be2576f81b50fe6349d0b983054dc1e1070c84769008b6ef5c3715e088375e',
    });
  });

  it('of 0.1.0 are those that its histories hold', () => {
    const old = `-- revision: e6e5369fb4d1
-- down_revision: 0020, 0019
-- depends_on: 0027
-- loses_rows: tasks, notes

-- migrate:up
-- if_missing: owners
create TABLE owners (id INTEGER primary key, "Name" TEXT default 'a;b', [odd] BLOB default X'00ff' /* why */);
CREATE TEMP TRIGGER t AFTER INSERT ON owners BEGIN
  UPDATE owners SET id = CASE WHEN id > 1.5e3 THEN 1 ELSE -2 END;
END;
INSERT INTO owners VALUES (1_000, 'ü');

-- migrate:down
DROP TABLE IF EXISTS owners;;
`;
    expect(draftOf(old)).toMatchObject({
      formerChecksum: 'f3a0f88f58287fc2c8036e79d827ff8d59dff0986c58897778e11a3477519427',
    });
  });

  it.each([
    ['a string', text.replace('x  y', 'x y')],
    ['the case of a string', text.replace('x  y', 'X  y')],
    ['a name', text.replace('(a TEXT', '(b TEXT')],
    ['where a statement ends', text.replace('-- migrate:down', 'SELECT; 1;\n-- migrate:down')],
    ['the transaction', `-- transaction: false\n${text}`],
    ['a guard', text.replace('CREATE', '-- if_missing: t\nCREATE')],
    ['the kind of a guard', text.replace('CREATE', '-- if_exists: t\nCREATE')],
  ])('see a change of %s', (_what, changed) => {
    expect(parse(changed).draft.checksum).not.toBe(base.checksum);
  });

  it.each([
    ['a need', `-- depends_on: 0000\n${text}`],
    ['what it stands on', `-- down_revision: base\n${text}`],
    ['the rows that it may lose', `-- loses_rows: t\n${text}`],
    ['the way back', text.replace('DROP TABLE t', 'DROP TABLE IF EXISTS t')],
    ['a way back that is left out', text.replace(/-- migrate:down[^]*/, '')],
    ['a comment', text.replace('CREATE', '-- why\n/* and how */ CREATE')],
    ['the layout', text.replace('CREATE TABLE', 'create\n\t table')],
  ])('see no change of %s', (_what, changed) => {
    expect(draftOf(changed).checksum).toBe(base.checksum);
  });

  it('of the way back see a change of it alone', () => {
    const changed = draftOf(text.replace('DROP TABLE t', 'DROP TABLE IF EXISTS t'));
    expect(changed.downChecksum).not.toBe(base.downChecksum);
    expect(draftOf(text.replace('x  y', 'x y')).downChecksum).toBe(base.downChecksum);
  });
});
