import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintOf, toldOf, type History } from './histories.js';
import { FleetError } from '../../../../src/model/errors.js';
import { RULES } from '../../../../src/dialects/sqlite/lint/rules.js';

const BASE: History = {
  '0001_base.sql': `-- migrate:up
CREATE TABLE agents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, notes TEXT DEFAULT 'none');
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY,
  agent_id INTEGER NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done'))
) STRICT;
CREATE INDEX ix_tasks_agent ON tasks (agent_id);
CREATE TABLE audit (id INTEGER PRIMARY KEY, what TEXT);
-- migrate:down
DROP TABLE audit; DROP TABLE tasks; DROP TABLE agents;`,
};

/** A history of the base and one more revision, on line 2 and below. */
const after = (sql: string, name = '0002_next.sql'): History => ({ ...BASE, [name]: sql });

/** Findings of one rule, as `severity line message | mend`. */
async function of(rule: string, history: History): Promise<readonly string[]> {
  const told = await toldOf(history, { rules: [rule] });
  return told.map((line) => line.replace(`${rule} `, '').replace(/ \S+:(\d+) /, ' $1 '));
}

describe('missing-reference', () => {
  const check = (sql: string): Promise<readonly string[]> => of('missing-reference', after(sql));

  it.each([
    [
      'INSERT INTO agents (nme) VALUES (1);',
      /agents has no column nme here; 0001 \(0001_base.sql:2\) made agents without it \| did you mean name/,
    ],
    ['UPDATE tasks SET stats = 1;', /tasks has no column stats here.*did you mean status/],
    ['SELECT a.owner FROM agents AS a;', /agents has no column owner here/],
    ['DELETE FROM agent;', /There is no agent here, and no revision makes it \| did you mean agents/],
    ['CREATE INDEX ix ON tasks (owner);', /tasks has no column owner here/],
    ['ALTER TABLE tasks DROP COLUMN owner;', /tasks has no column owner here/],
    ['DROP INDEX ix_tasks;', /There is no ix_tasks here.*did you mean ix_tasks_agent|make it first/],
    [
      'INSERT INTO tasks (id) SELECT owner FROM agents;',
      /agents has no column owner here|tasks has no column owner/,
    ],
    ['CREATE TRIGGER t AFTER INSERT ON ghosts BEGIN SELECT 1; END;', /There is no ghosts here/],
  ])('finds it in a statement: %s', async (sql, message) => {
    const told = await check(sql);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^error 2 /);
    expect(told[0]).toMatch(message);
  });

  it('finds it in views and triggers, which SQLite makes without a look', async () => {
    expect(await check('CREATE VIEW v AS\n  SELECT owner FROM tasks;')).toEqual([
      expect.stringMatching(/^error 2 View v does not work after this: tasks has no column owner here/),
    ]);
    expect(
      await check(
        'SELECT 1;\nCREATE TRIGGER t AFTER UPDATE ON tasks BEGIN INSERT INTO audit (whar) VALUES (new.id); END;',
      ),
    ).toEqual([
      expect.stringMatching(
        /^error 3 Trigger t does not work after this: audit has no column whar here.*did you mean what/,
      ),
    ]);
    expect(
      await check(
        'CREATE TRIGGER t INSTEAD OF DELETE ON w BEGIN SELECT 1; END;\nCREATE VIEW w AS SELECT 1 AS one;',
      ),
    ).toEqual([
      expect.stringMatching(
        /^error 2 There is no w here: no revision before this one makes it, and 0002 \(0002_next.sql:3\) makes it, which is too late \| move this statement below/,
      ),
    ]);
  });

  it('finds the views and triggers that a later revision breaks, and is milder where one more mends them', async () => {
    const broken = {
      ...after(
        'CREATE VIEW v AS SELECT notes FROM agents;\nCREATE TRIGGER t AFTER DELETE ON tasks BEGIN DELETE FROM audit; END;',
      ),
      '0003_drop.sql': '-- loses_rows: audit\n-- migrate:up\nSELECT 1;\nDROP TABLE audit;',
    };
    expect(await of('missing-reference', broken)).toEqual([
      expect.stringMatching(
        /^error 4 Trigger t does not work after this: there is no audit here: 0003 \(0003_drop.sql:4\) dropped it, and no later.*drop the trigger t before/,
      ),
    ]);
    expect(await of('missing-reference', { ...broken, '0004_mend.sql': 'DROP TRIGGER t;' })).toEqual([
      expect.stringMatching(/^warning 4 Trigger t/),
    ]);
  });

  it('tells a rename from a drop, and points at a statement that failed before', async () => {
    expect(
      await check('ALTER TABLE agents RENAME COLUMN notes TO remarks;\nUPDATE agents SET notes = 1;'),
    ).toEqual([
      expect.stringMatching(
        /^error 3 agents has no column notes here: 0002 \(0002_next.sql:2\) renamed it to remarks/,
      ),
    ]);
    expect(await check('ALTER TABLE audit RENAME TO log;\nDELETE FROM audit;')).toEqual([
      expect.stringMatching(/^error 3 There is no audit here: 0002 \(0002_next.sql:2\) renamed it to log/),
    ]);
    expect(await check('CREATE TABLE extra (a CHECK (nonsense(a)));\nDELETE FROM extra;')).toContainEqual(
      expect.stringMatching(
        /^error 3 There is no extra here, because the statement that makes it fails: 0002 \(0002_next.sql:2\)/,
      ),
    );
  });

  it('says nothing where every name is there, by alias, common table, rowid or view', async () => {
    const sql = `WITH recent (n) AS (SELECT a.name FROM agents AS a) INSERT INTO audit (what) SELECT n FROM recent;
UPDATE tasks SET status = excl.s FROM (SELECT 'done' AS s) AS excl WHERE tasks.rowid = 1;
CREATE VIEW v (label) AS SELECT name FROM agents;
INSERT INTO audit (what) SELECT label FROM v ORDER BY label;
INSERT INTO agents (name) VALUES ('a') ON CONFLICT (name) DO UPDATE SET notes = excluded.notes;
CREATE TRIGGER t AFTER UPDATE OF status ON tasks WHEN new.status = 'done' BEGIN INSERT INTO audit (what) VALUES (old.status); END;`;
    expect(await check(sql)).toEqual([]);
  });
});

describe('by-position', () => {
  const check = (sql: string): Promise<readonly string[]> => of('by-position', after(sql));

  it('names the statement, and how it reads by name', async () => {
    const sql = `INSERT INTO audit VALUES (1, 'it''s');
CREATE TABLE audit_new (id INTEGER PRIMARY KEY, what TEXT);
INSERT INTO audit_new SELECT a.* FROM audit AS a WHERE a.id > 0;
INSERT INTO "AUDIT" (id, what) SELECT * FROM audit_new;
CREATE TEMP TABLE kept AS SELECT * FROM audit;`;
    expect(await check(sql)).toEqual([
      "warning 2 It goes by the position of columns in audit | write: INSERT INTO audit (id, what) VALUES (1, 'it''s')",
      'warning 4 It goes by the position of columns in audit | write: INSERT INTO audit_new (id, what) SELECT id, what FROM audit AS a WHERE a.id > 0',
      'warning 6 It goes by the position of columns in audit | write the columns out, so that it goes by their names',
    ]);
  });

  it('is an error where columns of one name are not under each other', async () => {
    expect(
      await check(`CREATE TABLE a_new (id INTEGER PRIMARY KEY, notes TEXT, name TEXT);
INSERT INTO a_new SELECT * FROM agents;
CREATE TABLE b_new (id INTEGER PRIMARY KEY, notes TEXT, name TEXT);
INSERT INTO b_new SELECT id, name, notes FROM agents;`),
    ).toEqual([
      'error 3 By position, notes gets what name holds | write: INSERT INTO a_new (id, notes, name) SELECT id, notes, name FROM agents',
      'error 5 By position, notes gets what name holds | write the columns out, so that it goes by their names',
    ]);
    // A column may be renamed by a copy.
    expect(
      await check(`CREATE TABLE a_new (id INTEGER PRIMARY KEY, title TEXT, notes TEXT);
INSERT INTO a_new SELECT * FROM agents;`),
    ).toEqual([
      expect.stringMatching(
        /^warning 3 .*\| write: INSERT INTO a_new \(id, title, notes\) SELECT id, name, notes FROM agents$/,
      ),
    ]);
  });

  it('is an error where a guard adds a column to some databases only, until the table is made anew', async () => {
    const guarded = {
      ...after('-- migrate:up\n-- if_missing: audit.who\nALTER TABLE audit ADD COLUMN who TEXT;'),
      '0003_row.sql': "INSERT INTO audit VALUES (1, 'a', 'b');",
    };
    expect(await of('by-position', guarded)).toEqual([
      expect.stringMatching(
        /^error 2 It goes by the position of columns in audit, and 0002 \(0002_next.sql:3\) adds a column to some/,
      ),
    ]);
    const anew = `CREATE TABLE n (id INTEGER PRIMARY KEY, what TEXT, who TEXT); INSERT INTO n (id) SELECT id FROM audit;
DROP TABLE audit; ALTER TABLE n RENAME TO audit;`;
    expect(
      await of('by-position', { ...guarded, '0003_row.sql': anew, '0004_row.sql': guarded['0003_row.sql'] }),
    ).toEqual([expect.stringMatching(/^warning 2 It goes by the position of columns in audit \|/)]);
  });

  it('follows a table that is renamed, and looks at the way back', async () => {
    const told = await check(`-- migrate:up
ALTER TABLE audit RENAME TO audit_old;
CREATE TABLE audit (id INTEGER PRIMARY KEY, what TEXT);
INSERT INTO audit SELECT * FROM audit_old;
-- migrate:down
INSERT INTO audit VALUES (7, 'back');`);
    expect(told).toEqual([
      expect.stringMatching(
        /^warning 4 It goes by the position of columns in audit_old \| write: INSERT INTO audit \(id, what\) SELECT id, what FROM audit_old$/,
      ),
      expect.stringMatching(/^warning 6 .* in audit \|/),
    ]);
  });

  it('says nothing of tables that the revision makes, of names, of DEFAULT VALUES, views and triggers', async () => {
    const sql = `CREATE TABLE levels (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO levels VALUES (1, 'low'), (2, 'high');
INSERT INTO levels SELECT id + 10, what FROM audit;
INSERT INTO audit (id, what) SELECT id, name FROM levels WHERE EXISTS (SELECT * FROM agents);
INSERT INTO audit DEFAULT VALUES;
CREATE VIEW v AS SELECT * FROM audit UNION SELECT * FROM levels;
CREATE TRIGGER t AFTER DELETE ON tasks BEGIN INSERT INTO audit VALUES (old.id, 'gone'); END;`;
    expect(await check(sql)).toEqual([]);
  });
});

describe('statement-fails', () => {
  it('names who made what is there already', async () => {
    expect(await of('statement-fails', after('ALTER TABLE agents ADD COLUMN notes TEXT;'))).toEqual([
      'error 2 duplicate column name: notes; 0001 (0001_base.sql:2) made it | leave it out, or put "-- if_missing: agents.notes" above it where some databases lack the column',
    ]);
    expect(await of('statement-fails', after('CREATE TABLE audit (x);'))).toEqual([
      expect.stringMatching(/^error 2 table audit already exists; 0001 \(0001_base.sql:9\) made it/),
    ]);
  });

  it('tells the way round a view that stands in the way of a rename', async () => {
    const sql =
      'CREATE VIEW v AS SELECT * FROM audit;\nCREATE TABLE n (id INTEGER PRIMARY KEY, what TEXT);\nDROP TABLE audit;\nALTER TABLE n RENAME TO audit;';
    expect(await of('statement-fails', after(sql))).toEqual([
      expect.stringMatching(/^error 5 error in view v: no such table: main.audit.*legacy_alter_table/),
    ]);
  });

  it('tells a list of values that does not fit any more', async () => {
    expect(await of('statement-fails', after('INSERT INTO audit VALUES (1);'))).toEqual([
      expect.stringMatching(
        /^error 2 table audit has 2 columns but 1 values were supplied.*name the columns/,
      ),
    ]);
  });
});

describe('fails-with-rows', () => {
  const check = (sql: string): Promise<readonly string[]> => of('fails-with-rows', after(sql));

  it('finds what works on an empty database only', async () => {
    expect(await check('ALTER TABLE tasks ADD COLUMN owner TEXT NOT NULL;')).toEqual([
      expect.stringMatching(
        /^error 2 It fails where tables have rows: Cannot add a NOT NULL column.*DEFAULT/,
      ),
    ]);
    expect(await check('ALTER TABLE tasks ADD COLUMN at TEXT DEFAULT CURRENT_TIMESTAMP;')).toEqual([
      expect.stringMatching(/^error 2 .*non-constant default/),
    ]);
    expect(
      await check(`CREATE TABLE n (id INTEGER PRIMARY KEY, what TEXT, owner TEXT NOT NULL);
INSERT INTO n (id, what) SELECT id, what FROM audit;`),
    ).toEqual([expect.stringMatching(/^error 3 .*NOT NULL constraint failed: n\.owner/)]);
  });

  it('warns of what depends on the values', async () => {
    expect(
      await check(`CREATE TABLE n (id INTEGER PRIMARY KEY, what TEXT CHECK (what LIKE 'q%'));
INSERT INTO n SELECT id, what FROM audit;`),
    ).toEqual([expect.stringMatching(/^warning 3 .*CHECK constraint failed.*UPDATE/)]);
    expect(
      await check(`CREATE TABLE n (id INTEGER PRIMARY KEY, what TEXT REFERENCES agents (name));
INSERT INTO n SELECT id, what FROM audit;`),
    ).toEqual([expect.stringMatching(/^warning \d Rows of n may have no row in agents/)]);
  });

  it('goes on with the next statement, and tells of all of them', async () => {
    const told = await check(
      'ALTER TABLE tasks ADD COLUMN a TEXT NOT NULL;\nALTER TABLE tasks ADD COLUMN b TEXT NOT NULL;\nALTER TABLE tasks ADD COLUMN c TEXT;',
    );
    expect(told.map((line) => line.slice(0, 7))).toEqual(['error 2', 'error 3']);
  });

  it('is content with defaults', async () => {
    expect(await check(`ALTER TABLE tasks ADD COLUMN owner TEXT NOT NULL DEFAULT '';`)).toEqual([]);
  });
});

describe('undeclared-loss', () => {
  const merge = (...up: string[]) => ({
    '0001_both.sql': `CREATE TABLE u(id INTEGER PRIMARY KEY, bio TEXT); CREATE TABLE p(user_id INTEGER PRIMARY KEY, bio TEXT);`,
    ...Object.fromEntries(up.map((sql, index) => [`000${index + 2}_merge.sql`, `-- migrate:up\n${sql}`])),
  });

  it('says nothing of a table whose values went into rows of another one before, also revisions ago', async () => {
    for (const sql of [
      'UPDATE u SET bio = (SELECT bio FROM p WHERE p.user_id = u.id)',
      'UPDATE u SET bio = upper(p.bio) FROM p WHERE p.user_id = u.id',
    ]) {
      expect(await of('undeclared-loss', merge(`${sql}; DROP TABLE p;`))).toEqual([]);
      expect(await of('undeclared-loss', merge(`${sql};`, 'DROP TABLE p;'))).toEqual([]);
    }
  });

  it('says so where an update only looked at it', async () => {
    const sql = "UPDATE u SET bio = 'x' FROM p WHERE p.user_id = u.id; DROP TABLE p;";
    expect(await of('undeclared-loss', merge(sql))).toEqual([
      expect.stringMatching(/^error 2 The table p goes with its rows/),
    ]);
  });

  const check = (sql: string): Promise<readonly string[]> => of('undeclared-loss', after(sql));

  it('finds tables that go, rows that a rebuild forgets, and deletions', async () => {
    expect(await check('DROP TABLE audit;')).toEqual([
      'error 2 The table audit goes with its rows | copy the rows first; or, where they may go, write "-- loses_rows: audit" into the header',
    ]);
    const rebuild =
      'CREATE TABLE n (id INTEGER PRIMARY KEY, what TEXT);\nDROP TABLE audit;\nALTER TABLE n RENAME TO audit;';
    expect(await check(rebuild)).toEqual([expect.stringMatching(/^error 3 Rows of audit are lost/)]);
    expect(await check('DELETE FROM audit;')).toEqual([
      expect.stringMatching(/^error 2 Rows of audit are lost/),
    ]);
    expect(await check('DELETE FROM audit WHERE id = 1;')).toEqual([
      expect.stringMatching(/^warning 2 DELETE may take rows of audit/),
    ]);
    expect(await check(`REPLACE INTO agents (id, name) SELECT id + 1, name FROM agents;`)).toEqual([]);
  });

  it('is content where the header says so, where rows are copied, and where a table is renamed', async () => {
    expect(await check('-- loses_rows: Audit\n-- migrate:up\nDROP TABLE audit;')).toEqual([]);
    expect(await check('ALTER TABLE audit RENAME TO log;')).toEqual([]);
    expect(
      await check(`CREATE TABLE n (id INTEGER PRIMARY KEY, what TEXT);
INSERT INTO n SELECT * FROM audit;
DROP TABLE audit;
ALTER TABLE n RENAME TO audit;`),
    ).toEqual([]);
  });
});

describe('cascade', () => {
  it('finds children that stay behind, because foreign keys are off', async () => {
    expect(await of('cascade', after('-- loses_rows: agents\n-- migrate:up\nDELETE FROM agents;'))).toEqual([
      expect.stringMatching(
        /^error 3 It leaves rows of tasks without a parent in agents.*before this statement/,
      ),
    ]);
  });

  it('finds rows that triggers take', async () => {
    const history = {
      ...after('CREATE TRIGGER t AFTER UPDATE ON agents BEGIN DELETE FROM audit; END;'),
      '0003_touch.sql': `UPDATE agents SET notes = '';`,
    };
    expect(await of('cascade', history)).toEqual([
      expect.stringMatching(/^error 2 The statement on agents takes rows of audit too, by a trigger/),
    ]);
    expect(await of('undeclared-loss', history)).toEqual([]);
  });
});

describe('rebuild-loses', () => {
  const rebuild = (create: string, more = ''): History =>
    after(`${create}
INSERT INTO tasks_new SELECT id, agent_id, status FROM tasks;
DROP TABLE tasks;
ALTER TABLE tasks_new RENAME TO tasks;
${more}`);

  it('names everything that is left behind, at the CREATE TABLE', async () => {
    const told = await of(
      'rebuild-loses',
      rebuild(
        'CREATE TABLE tasks_new (id INTEGER PRIMARY KEY, agent_id INTEGER NOT NULL, status TEXT NOT NULL);',
      ),
    );
    expect(told.map((line) => line.split(' | ')[0])).toEqual([
      'warning 2 The rebuild of tasks loses STRICT',
      `warning 2 The rebuild of tasks loses DEFAULT 'open' of status`,
      `warning 2 The rebuild of tasks loses CHECK (status IN ('open', 'done'))`,
      'warning 2 The rebuild of tasks loses the foreign key (agent_id) to agents',
      'warning 2 The rebuild of tasks loses the index ix_tasks_agent',
    ]);
  });

  it('knows AUTOINCREMENT, UNIQUE and triggers', async () => {
    const told = await of(
      'rebuild-loses',
      after(`CREATE TRIGGER t AFTER DELETE ON agents BEGIN SELECT 1; END;
CREATE TABLE n (id INTEGER PRIMARY KEY, name TEXT NOT NULL, notes TEXT DEFAULT 'none');
INSERT INTO n SELECT * FROM agents; DROP TABLE agents; ALTER TABLE n RENAME TO agents;`),
    );
    expect(told.map((line) => line.split(' | ')[0])).toEqual([
      'warning 3 The rebuild of agents loses AUTOINCREMENT',
      'warning 3 The rebuild of agents loses UNIQUE (name)',
    ]);
    const withTrigger = {
      ...after('CREATE TRIGGER t AFTER DELETE ON audit BEGIN SELECT 1; END;'),
      '0003_rebuild.sql': `CREATE TABLE n (id INTEGER PRIMARY KEY, what TEXT);
INSERT INTO n SELECT * FROM audit; DROP TABLE audit; ALTER TABLE n RENAME TO audit;`,
    };
    expect(await of('rebuild-loses', withTrigger)).toEqual([
      'warning 2 The rebuild of audit loses the trigger t | make it again after the rename',
    ]);
  });

  it('is content where all is kept, dropped on purpose, or gone with its column', async () => {
    const whole =
      `CREATE TABLE tasks_new (id INTEGER PRIMARY KEY, agent_id INTEGER NOT NULL REFERENCES agents ON DELETE CASCADE,
  status TEXT NOT NULL DEFAULT "open" CHECK (status IN ('open', 'done'))) STRICT;`.replace(
        '"open"',
        `'open'`,
      );
    expect(
      await of('rebuild-loses', rebuild(whole, 'CREATE INDEX ix_tasks_agent ON tasks (agent_id);')),
    ).toEqual([]);
    expect(await of('rebuild-loses', rebuild(`DROP INDEX ix_tasks_agent;\n${whole}`))).toEqual([]);
    const without = `CREATE TABLE n (id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done'))) STRICT;
INSERT INTO n SELECT id, status FROM tasks; DROP TABLE tasks; ALTER TABLE n RENAME TO tasks;`;
    expect(await of('rebuild-loses', after(without))).toEqual([]);
  });
});

describe('if-not-exists', () => {
  it('finds statements that do nothing, and what they would not add', async () => {
    expect(
      await of(
        'if-not-exists',
        after('CREATE TABLE IF NOT EXISTS agents (id INTEGER PRIMARY KEY, owner TEXT);'),
      ),
    ).toEqual([
      'warning 2 IF NOT EXISTS does nothing: 0001 (0001_base.sql:2) made agents; columns that it would not add: owner | leave the statement out, and add what is lacking with ALTER TABLE agents ADD COLUMN',
    ]);
    expect(
      await of('if-not-exists', after('CREATE INDEX IF NOT EXISTS ix_tasks_agent ON tasks (id);')),
    ).toHaveLength(1);
  });

  it('is content where it makes something', async () => {
    expect(
      await of(
        'if-not-exists',
        after('CREATE TABLE IF NOT EXISTS other (id);\nCREATE TEMP TABLE IF NOT EXISTS agents (id);'),
      ),
    ).toEqual([]);
  });
});

describe('the way back', () => {
  const with_ = (up: string, down: string): History =>
    after(`-- migrate:up\n${up}\n-- migrate:down\n${down}`);

  it('is missed where there is none, but not where nothing was done', async () => {
    const of_ = async (sql: string): Promise<number> =>
      (await lintOf(after(sql), { rules: ['down-missing'] })).findings.length;
    expect(await of_('CREATE TABLE x (a);')).toBe(1);
    expect(await of_(`UPDATE audit SET what = 'x';`)).toBe(1);
    expect(await of_('-- migrate:up\n')).toBe(0);
  });

  it('is run, and told where it fails, with and without rows', async () => {
    expect(await of('down-fails', with_('CREATE TABLE x (a);', 'SELECT 1;\nDROP TABLE y;'))).toEqual([
      expect.stringMatching(/^error 5 The way back fails: no such table: y/),
    ]);
    const up = '-- loses_rows: audit\n-- migrate:up\nALTER TABLE audit DROP COLUMN what;\n-- migrate:down\n';
    expect(await of('down-fails', after(`${up}ALTER TABLE audit ADD COLUMN what TEXT;`))).toEqual([]);
    const strict = `-- migrate:up
CREATE TABLE x (a TEXT NOT NULL);`;
    const history = {
      ...after(strict),
      '0003_drop.sql':
        '-- migrate:up\nALTER TABLE x ADD COLUMN b TEXT;\nALTER TABLE x DROP COLUMN a;\n-- migrate:down\nALTER TABLE x ADD COLUMN a TEXT NOT NULL;\nALTER TABLE x DROP COLUMN b;',
    };
    expect(await of('down-fails', history)).toEqual([
      expect.stringMatching(/^error 5 The way back fails where tables have rows: Cannot add a NOT NULL/),
    ]);
  });

  it('is compared with the structure before', async () => {
    expect(
      await of(
        'down-differs',
        with_('CREATE TABLE x (a);\nCREATE INDEX ix ON audit (what);', 'DROP TABLE x;'),
      ),
    ).toEqual([
      'error 5 The way back does not give back the structure before: index ix is not expected | undo in the section `-- migrate:down` all that the way up does, in reverse order',
    ]);
    expect(await of('down-differs', with_('CREATE TABLE x (a);', 'DROP TABLE x;'))).toEqual([]);
    expect(
      await of(
        'down-differs',
        with_('ALTER TABLE audit ADD COLUMN b TEXT;', 'ALTER TABLE audit DROP COLUMN b;'),
      ),
    ).toEqual([]);
  });

  it('is tried on a copy for revisions outside a transaction', async () => {
    const outside = (down: string): History =>
      after(`-- transaction: false\n-- migrate:up\nVACUUM;\nCREATE TABLE x (a);\n-- migrate:down\n${down}`);
    expect(await of('down-differs', outside('VACUUM;'))).toHaveLength(1);
    expect(await of('down-differs', outside('DROP TABLE x;\nVACUUM;'))).toEqual([]);
  });
});

describe('double-quoted-string', () => {
  it('finds strings in double quotes, as errors and as defaults', async () => {
    expect(await of('double-quoted-string', after('INSERT INTO audit (what)\nVALUES ("hello");'))).toEqual([
      `error 2 "hello" is no column of the statement's tables: in double quotes it is a name, not a string | write 'hello'`,
    ]);
    expect(
      await of('double-quoted-string', after('CREATE TABLE x (a TEXT,\n  b TEXT DEFAULT "none");')),
    ).toEqual([
      `warning 3 DEFAULT "none" is a name in double quotes that SQLite takes for a string | write DEFAULT 'none'`,
    ]);
  });

  it('leaves names in double quotes to the rule of missing things', async () => {
    const sql = 'ALTER TABLE audit DROP COLUMN what;\nSELECT "what" FROM audit;';
    expect(await of('double-quoted-string', after(sql))).toEqual([]);
    expect(await of('missing-reference', after(sql))).toHaveLength(1);
    expect(await of('double-quoted-string', after('SELECT "what" FROM "audit";'))).toEqual([]);
  });
});

describe('foreign-key-target', () => {
  it('finds parents that are missing, taken away, or without a fitting key', async () => {
    expect(await of('foreign-key-target', after('CREATE TABLE x (a REFERENCES ghosts (id));'))).toEqual([
      expect.stringMatching(/^error 2 x \(a\) refers to ghosts, which is not there/),
    ]);
    expect(await of('foreign-key-target', after('SELECT 1;\nDROP TABLE agents;'))).toEqual([
      expect.stringMatching(
        /^error 3 tasks \(agent_id\) refers to agents, which is not there; 0002 \(0002_next.sql:3\) took it away/,
      ),
    ]);
    expect(await of('foreign-key-target', after('CREATE TABLE x (a REFERENCES audit (what));'))).toEqual([
      expect.stringMatching(/^error 2 x \(a\) refers to audit \(what\), which is no key of it/),
    ]);
    const later = {
      ...after('CREATE TABLE x (a REFERENCES ghosts (id));'),
      '0003_g.sql': 'CREATE TABLE ghosts (id INTEGER PRIMARY KEY);',
    };
    expect(await of('foreign-key-target', later)).toEqual([]);
  });
});

describe('circular-needs', () => {
  it('names what each revision of a circle needs of the next', async () => {
    const history = after('INSERT INTO late (id) VALUES (1);\nCREATE TABLE early (id INTEGER PRIMARY KEY);');
    const told = await of('circular-needs', {
      ...history,
      '0003_late.sql': 'CREATE TABLE late (id INTEGER PRIMARY KEY);\nINSERT INTO early (id) VALUES (1);',
    });
    expect(told).toEqual([
      expect.stringMatching(
        /^error 1 .*circle: 0002 needs late, late\.id of 0003; 0003 needs early, early\.id of 0002 \| put what they share/,
      ),
    ]);
  });
});

describe('several-heads', () => {
  it('names the heads, and how to merge them', async () => {
    const history = {
      ...after('SELECT 1;'),
      '0003_side.sql': '-- down_revision: 0001\n-- migrate:up\nSELECT 1;',
    };
    expect(await of('several-heads', history)).toEqual([
      expect.stringMatching(
        /^error 1 0003 is a head beside 0002 \(0002_next\.sql\) \|.*down_revision: 0002, 0003/,
      ),
    ]);
    expect(await of('several-heads', after('SELECT 1;'))).toEqual([]);
  });
});

describe('rules about files', () => {
  it('find a lexicographic trap', async () => {
    const history = {
      '8_a.sql': 'SELECT 1;',
      '9_b.sql': 'SELECT 1;',
      '10_c.sql': 'SELECT 1;',
      '11_d.sql': 'SELECT 1;',
    };
    expect(await of('name-order', history)).toEqual([
      expect.stringMatching(
        /^warning 1 10_c\.sql comes after 9_b\.sql by number, and before it by letters.*09/,
      ),
    ]);
    expect(await of('name-order', after('SELECT 1;'))).toEqual([]);
    const dates = {
      '20240313_a.sql': 'SELECT 1;',
      '20230101101500_b.sql': 'SELECT 1;',
      '20250101101500_c.sql': 'SELECT 1;',
    };
    expect(await of('name-order', dates)).toEqual([
      expect.stringMatching(
        /^warning 1 20240313_a\.sql comes before 20230101101500_b\.sql by number.*date without the time.*: 20240313000000;/,
      ),
    ]);
  });

  it('find an order that changed after release', async () => {
    const history = { '0001_a.sql': 'SELECT 1;', '0002_b.sql': 'SELECT 1;', '0003_c.sql': 'SELECT 1;' };
    const told = (released: readonly string[]): Promise<readonly string[]> =>
      toldOf(history, { rules: ['order-changed'], released });
    expect(await told(['0001', '0003'])).toEqual([
      'warning order-changed 0002_b.sql:1 0002 comes before 0003, which is released, and is not released itself | give it a number after 0003',
    ]);
    expect(await told(['0001', '0003', '0002'])).toEqual([
      expect.stringMatching(
        /^error order-changed 0003_c\.sql:1 0003 was applied before 0002, and stands on it now/,
      ),
    ]);
    expect(await told(['0001', '0002'])).toEqual([]);
    expect(await toldOf(history, { rules: ['order-changed'] })).toEqual([]);
  });

  it('find statements that cannot be understood', async () => {
    expect(await of('unknown-statement', after('INSERT INTO audit (id) VALUES (1_000);'))).toEqual([
      expect.stringMatching(/^warning 2 The statement is valid/),
    ]);
  });
});

describe('the report', () => {
  it('counts, sorts by revision and line, and exits with 1 on errors, on warnings only when strict', async () => {
    const history = {
      ...after('DELETE FROM audit WHERE id = 1;\nSELECT absent FROM audit;'),
      '0003_x.sql': 'SELECT ghost FROM audit;',
    };
    const report = await lintOf(history);
    expect(report.findings.map(({ rule, line }) => `${rule} ${line}`)).toEqual([
      'down-missing 1',
      'undeclared-loss 2',
      'missing-reference 3',
      'missing-reference 2',
    ]);
    expect(report).toMatchObject({ summary: { revisions: 3, errors: 2, warnings: 2 }, exitCode: 1 });
    const mild = after('DELETE FROM audit WHERE id = 1;');
    expect(await lintOf(mild)).toMatchObject({ exitCode: 0 });
    expect(await lintOf(mild, { strict: true })).toMatchObject({
      exitCode: 1,
      summary: { warnings: 0, errors: 2 },
    });
  });

  it('says which tables no row could be tried in', async () => {
    const report = await lintOf(after(`CREATE TABLE never (a INTEGER NOT NULL CHECK (a > 1 AND a < 1));`));
    expect(report.notes).toEqual([]);
    const later = await lintOf({
      ...after(`CREATE TABLE never (a INTEGER NOT NULL CHECK (a > 1 AND a < 1));`),
      '0003_x.sql': 'SELECT 1;',
    });
    expect(later.notes).toEqual([
      expect.stringMatching(/^No row could be tried in never: CHECK constraint failed/),
    ]);
  });

  it('refuses a rule that there is not, with the nearest', async () => {
    await expect(lintOf(BASE, { rules: ['missing-refrence'] })).rejects.toThrow(FleetError);
    await expect(lintOf(BASE, { rules: ['missing-refrence'] })).rejects.toMatchObject({
      code: 'usage',
      hint: 'did you mean missing-reference?',
    });
  });

  it('has no rule that no test names', () => {
    const tests = ['.', '../../../revisions/lint', '../../../operations'].flatMap((folder) => {
      const directory = join(import.meta.dirname, folder);
      return readdirSync(directory)
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => readFileSync(join(directory, file), 'utf8'));
    });
    const isNamed = (id: string): boolean => tests.some((text) => new RegExp(`\\b${id}\\b`).test(text));
    expect(RULES.map(({ id }) => id).filter((id) => !isNamed(id))).toEqual([]);
  });

  it('has rules of different ids, each with a reason', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    for (const { id, why } of RULES)
      expect([id, why]).toEqual([expect.stringMatching(/^[a-z]+(-[a-z]+)*$/), expect.stringMatching(/\.$/)]);
  });
});
