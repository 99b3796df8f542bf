// One revision that stands for several (`-- replaces: 0001, 0002, 0003`), through the built command line: who has all of
// them has it, who has some is told so, and a new database runs it alone.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type {
  DoctorReport,
  FleetHistoryReport,
  HistoryReport,
  LintReport,
  ShowReport,
  StatusReport,
} from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const OLD = {
  '0001_notes.sql':
    '-- migrate:up\nCREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);\n-- migrate:down\nDROP TABLE notes;\n',
  '0002_rows.sql':
    "-- migrate:up\nINSERT INTO notes VALUES (1, 'first');\n-- migrate:down\nDELETE FROM notes WHERE id = 1;\n",
  '0003_done.sql':
    '-- migrate:up\nALTER TABLE notes ADD COLUMN done INTEGER;\n-- migrate:down\nALTER TABLE notes DROP COLUMN done;\n',
};
const LATER = {
  '0004_more.sql':
    '-- migrate:up\nCREATE TABLE more (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE more;\n',
};
const SQUASH = `-- replaces: 0001, 0002, 0003
-- migrate:up
CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, done INTEGER);
INSERT INTO notes VALUES (1, 'first', NULL);
-- migrate:down
DROP TABLE notes;
`;

/** How a squash may be called, and what else of the files is there. */
const FORMS: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['squash1', 'squash1_start.sql', {}],
  ['0003', '0003_start.sql', {}],
  ['0001', '0001_start.sql', {}],
  ['squash1', 'squash1_start.sql', OLD],
  ['squash1', '0002_start.sql', {}],
];

interface Place {
  readonly id: string;
  readonly dataDir: string;
  readonly migrations: string;
}

/** Targets at 0003, one at 0001, one new; and then the squash. */
async function squashed([id, file, others]: (typeof FORMS)[number]): Promise<Place> {
  const dataDir = makeProjects(4, 'VACUUM;');
  const old = writeMigrations(OLD);
  expect((await run(dataDir, old, ['upgrade', '0001', '--only', 'project_3'])).code).toBe(0);
  expect((await run(dataDir, old, ['upgrade', '--only', 'project_1,project_2'])).code).toBe(0);
  const text = file.startsWith(id) ? SQUASH : `-- revision: ${id}\n${SQUASH}`;
  return { id, dataDir, migrations: writeMigrations({ ...others, ...LATER, [file]: text }) };
}

const rowsOf = (dataDir: string, name: string) =>
  query<{ revision: string }>(
    join(dataDir, `${name}.db`),
    'SELECT revision FROM flotilla_history ORDER BY position',
  ).map(({ revision }) => revision);

describe.each(FORMS)('a squash %s in %s', (...form) => {
  test('is there where all that it replaces is, is told where some is, and runs alone on a new database', async () => {
    const { id, dataDir, migrations } = await squashed(form);
    const status = (await look(dataDir, migrations, ['status'])).json() as StatusReport;
    expect(status.targets.map(({ state, revision, pending }) => [state, revision, pending])).toEqual([
      ['pending', id, ['0004']],
      ['pending', id, ['0004']],
      ['unknown', '0001', []],
      ['empty', null, [id, '0004']],
    ]);
    expect(status.targets[2]?.problem).toMatchObject({
      code: 'unknownRevision',
      message: `it has 0001 of the revisions that ${id} (${join(migrations, form[1])}) replaces, and lacks 0002, 0003`,
    });
    const before = treeOf(dataDir, ['.flotilla']);
    const { code, report } = await run(dataDir, migrations, ['upgrade']);
    expect([
      code,
      report.targets.map(({ outcome, from, to, applied }) => [outcome, from, to, applied]),
    ]).toEqual([
      1,
      [
        ['upgraded', id, '0004', ['0004']],
        ['upgraded', id, '0004', ['0004']],
        ['skipped', '0001', '0001', []],
        ['upgraded', null, '0004', [id, '0004']],
      ],
    ]);
    expect(treeOf(dataDir, ['.flotilla'])['project_3.db']).toEqual(before['project_3.db']);
    expect([rowsOf(dataDir, 'project_1'), rowsOf(dataDir, 'project_4')]).toEqual([
      ['0001', '0002', '0003', '0004'],
      [id, '0004'],
    ]);
    expect(query(join(dataDir, 'project_1.db'), 'SELECT * FROM notes')).toEqual(
      query(join(dataDir, 'project_4.db'), 'SELECT * FROM notes'),
    );
    const check = await look(dataDir, migrations, ['check', '--exclude', 'project_3']);
    expect(check.code).toBe(0);
  });
});

test('a target that has some of them goes on by the files from before', async () => {
  const { dataDir, migrations } = await squashed(['squash1', 'squash1_start.sql', {}]);
  expect((await run(dataDir, writeMigrations(OLD), ['upgrade', '0003', '--only', 'project_3'])).code).toBe(0);
  const { code, report } = await run(dataDir, migrations, ['upgrade']);
  expect([code, report.summary]).toEqual([0, { planned: 4, upgraded: 4 }]);
});

test('a downgrade takes it back with the rows of all that it replaces, and no further than it can', async () => {
  const { dataDir, migrations } = await squashed(['squash1', 'squash1_start.sql', {}]);
  const only = ['--exclude', 'project_3'];
  expect((await run(dataDir, migrations, ['upgrade', ...only])).code).toBe(0);
  const back = await run(dataDir, migrations, ['downgrade', 'squash1', ...only]);
  expect([back.code, back.report.targets.map(({ outcome, to }) => [outcome, to])]).toEqual([
    0,
    Array.from({ length: 3 }, () => ['downgraded', 'squash1']),
  ]);
  expect(rowsOf(dataDir, 'project_1')).toEqual(['0001', '0002', '0003']);
  const between = await look(dataDir, migrations, ['downgrade', '2', ...only]);
  expect([between.code, between.json()]).toMatchObject([
    64,
    {
      error: {
        code: 'unknownRevision',
        message: expect.stringContaining('0002 is one of the revisions that squash1 ') as string,
      },
    },
  ]);
  const base = await run(dataDir, migrations, ['downgrade', 'base', ...only]);
  expect([base.code, base.report.targets[0]]).toMatchObject([
    0,
    { outcome: 'downgraded', from: 'squash1', to: null },
  ]);
  expect(rowsOf(dataDir, 'project_1')).toEqual([]);
  expect((await run(dataDir, migrations, ['upgrade', ...only])).report.summary).toEqual({
    planned: 3,
    upgraded: 3,
  });
});

test('it is told by show, history, lint and the doctor', async () => {
  const { dataDir, migrations } = await squashed(['squash1', 'squash1_start.sql', OLD]);
  const shown = (await look(dataDir, migrations, ['show', 'squash1'])).json() as ShowReport;
  expect(shown.revision).toMatchObject({
    replaces: ['0001', '0002', '0003'],
    parents: [],
    children: ['0004'],
  });
  const text = await runCli(['show', 'squash1', '--migrations', migrations]);
  expect(text.stdout).toContain('Replaces       0001, 0002, 0003');
  const history = (await look(dataDir, migrations, ['history'])).json() as HistoryReport;
  expect(history.revisions.map(({ id }) => id)).toEqual(['squash1', '0004']);
  const fleet = (await look(dataDir, migrations, ['history', '--fleet'])).json() as FleetHistoryReport;
  expect(fleet.revisions.map(({ id, targets }) => [id, targets])).toEqual([
    ['0001', 1],
    ['squash1', 2],
    ['0004', 0],
  ]);
  const lint = (await look(dataDir, migrations, ['lint', '--fleet'])).json() as LintReport;
  expect(lint.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(lint.findings.map(({ rule }) => rule)).not.toContain('order-changed');
  const doctor = (await look(dataDir, migrations, ['doctor'])).json() as DoctorReport;
  const ids = doctor.findings.map(({ id }) => id);
  expect(ids).toContain('partlyReplaced');
  expect(ids).not.toContain('lostRevisions');
});

test('other tools that have all that it replaces claim it, and those that have some are against it', async () => {
  const migrations = writeMigrations({ ...LATER, '0003_start.sql': `-- revision: sq\n${SQUASH}` });
  const dataDir = temporaryDirectory();
  const listed = (name: string, ...versions: string[]) => {
    const db = new Database(join(dataDir, `project_${name}.db`));
    db.exec(
      'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, done INTEGER); CREATE TABLE schema_migrations (version varchar(128) primary key)',
    );
    for (const version of versions) db.prepare('INSERT INTO schema_migrations VALUES (?)').run(version);
    db.close();
  };
  listed('all', '0001', '0002', '0003');
  listed('some', '0001', '0002');
  const { report } = await run(dataDir, migrations, ['stamp']);
  expect(report.targets).toMatchObject([
    { outcome: 'stamped', to: 'sq', match: { kind: 'exact', claims: [{ revisions: ['sq'] }] } },
    {
      outcome: 'skipped',
      failure: {
        code: 'claimMismatch',
        message:
          'schema_migrations has 0001, 0002 of the revisions that sq replaces, and not 0003, the structure is that of sq',
      },
    },
  ]);
});

test('a squash of a squash has what that replaced', async () => {
  const { dataDir } = await squashed(['squash1', 'squash1_start.sql', {}]);
  const again = writeMigrations({
    ...LATER,
    'squash1_start.sql': SQUASH,
    'squash2_all.sql': `-- replaces: squash1, 0004\n-- down_revision: base\n-- migrate:up\n${SQUASH.split('-- migrate:up\n')[1]?.split('-- migrate:down')[0] ?? ''}CREATE TABLE more (id INTEGER PRIMARY KEY);\n`,
  });
  const status = (await look(dataDir, again, ['status'])).json() as StatusReport;
  expect(status.targets.map(({ state, revision }) => [state, revision])).toEqual([
    ['unknown', 'squash1'],
    ['unknown', 'squash1'],
    ['unknown', '0001'],
    ['empty', null],
  ]);
  const first = writeMigrations({ ...LATER, 'squash1_start.sql': SQUASH });
  expect((await run(dataDir, first, ['upgrade', '--exclude', 'project_3'])).code).toBe(0);
  const done = (await look(dataDir, again, ['check', '--exclude', 'project_3'])).json() as StatusReport;
  expect(done.targets.map(({ state, revision }) => [state, revision])).toEqual(
    Array.from({ length: 3 }, () => ['current', 'squash2']),
  );
});

test.each([
  [
    'itself alone',
    { '0001_a.sql': '-- replaces: 0001\n-- migrate:up\n' },
    '0001 replaces nothing but itself',
  ],
  [
    'what another one replaces',
    {
      's1_a.sql': '-- replaces: 0001, 0002\n-- migrate:up\n',
      's2_b.sql': '-- replaces: 0002, 0003\n-- migrate:up\n',
    },
    '0002 is replaced by s1 (',
  ],
  [
    'each other',
    {
      's1_a.sql': '-- down_revision: base\n-- replaces: s2\n-- migrate:up\n',
      's2_b.sql': '-- down_revision: base\n-- replaces: s1\n-- migrate:up\n',
    },
    'is replaced by what it replaces itself',
  ],
  ['no id', { '0001_a.sql': '-- replaces: head\n-- migrate:up\n' }, 'The key "replaces": "head" is a word'],
])('a file that replaces %s is refused', async (_, files, message) => {
  const result = await look(makeProjects(1, 'VACUUM;'), writeMigrations(files), ['status']);
  expect(result.code).toBe(78);
  expect(result.stdout.replaceAll('\\"', '"')).toContain(message);
});
