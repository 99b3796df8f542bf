// Stamping by evidence, through the built command line: what is decided, what a person decides, and what is left alone
// with the one difference named.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { StatusReport } from '../../src/index.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';

const TASKS = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL)';
const NOTES = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)';
const migrations = writeMigrations({
  '0001_tasks.sql': `-- migrate:up\n${TASKS};\n-- migrate:down\nDROP TABLE tasks;\n`,
  '0002_rows.sql': `-- migrate:up\nUPDATE tasks SET title = trim(title);\n-- migrate:down\n`,
  '0003_more_rows.sql': `-- migrate:up\nUPDATE tasks SET title = upper(title);\n-- migrate:down\n`,
  '0004_notes.sql': `-- migrate:up\n${NOTES};\n-- migrate:down\nDROP TABLE notes;\n`,
  '0005_back.sql': `-- migrate:up\nDROP TABLE notes;\n-- migrate:down\n${NOTES};\n`,
  '0006_end.sql': `-- migrate:up\n${NOTES};\nCREATE TABLE ends (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE ends;\nDROP TABLE notes;\n`,
});
const recorded = (dataDir: string, id = 'project_1') =>
  query<{ revision: string }>(
    join(dataDir, `${id}.db`),
    'SELECT revision FROM flotilla_history ORDER BY position',
  ).map(({ revision }) => revision);

describe('several revisions of one structure', () => {
  const straight = writeMigrations({
    '0001_tasks.sql': `-- migrate:up\n${TASKS};\n`,
    '0002_rows.sql': `-- migrate:up\nUPDATE tasks SET title = trim(title);\n`,
    '0003_notes.sql': `-- migrate:up\n${NOTES};\n`,
  });

  test('are left alone where rows would be changed twice, with the candidates and the way out', async () => {
    const dataDir = makeProjects(1, `${TASKS};`);
    const { code, report } = await run(dataDir, straight, ['stamp']);
    expect(code).toBe(1);
    expect(report.targets[0]).toMatchObject({
      outcome: 'skipped',
      match: { kind: 'ambiguous', revision: null, candidates: ['0001', '0002'], again: ['0002'] },
      failure: { code: 'ambiguousBaseline' },
    });
    expect((await run(dataDir, straight, ['stamp', '--at', 'earliest'])).report.targets[0]).toMatchObject({
      outcome: 'stamped',
      to: '0001',
    });
  });

  test('are the one that --at names, and what evidence decides alone is decided by evidence', async () => {
    const dataDir = makeProjects(1, `${TASKS};`);
    const db = new Database(join(dataDir, 'project_2.db'));
    db.exec(`${TASKS}; ${NOTES};`);
    db.close();
    const { code, report } = await run(dataDir, straight, ['stamp', '--at', '2']);
    expect(code).toBe(0);
    expect(report.targets.map(({ to }) => to)).toEqual(['0002', '0003']);
    expect(recorded(dataDir)).toEqual(['0001', '0002']);
    expect((await run(dataDir, straight, ['stamp', '--at', '2'])).code).toBe(0);
  });

  test('are refused where --at names none of them, and they are named', async () => {
    const dataDir = makeProjects(1, `${TASKS};`);
    const before = treeOf(dataDir, ['.flotilla']);
    const { code, report } = await run(dataDir, straight, ['stamp', '--at', '0003']);
    expect(code).toBe(1);
    expect(report.targets[0]?.failure).toMatchObject({
      code: 'ambiguousBaseline',
      message: 'its structure is that of 0001, 0002, and 0003 is none of them',
      hint: expect.stringMatching(
        /^name one of them, for example: flotilla stamp --at 0002 --only project_1 /,
      ) as string,
    });
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });

  test('are not decided where they do not follow one another, but by --at', async () => {
    const dataDir = makeProjects(1, `${TASKS};`);
    const refused = await run(dataDir, migrations, ['stamp']);
    expect(refused.code).toBe(1);
    expect(refused.report.targets[0]).toMatchObject({
      outcome: 'skipped',
      failure: {
        code: 'ambiguousBaseline',
        hint: expect.stringMatching(
          /^decide which of them it is at \(0001, 0002, 0003, 0005\), .*: flotilla stamp --at 0001 --only project_1 /,
        ) as string,
      },
    });
    expect((await run(dataDir, migrations, ['stamp', '--at', '0005'])).code).toBe(0);
    expect(recorded(dataDir)).toEqual(['0001', '0002', '0003', '0004', '0005']);
  });

  test('are decided by --at where another tool disagrees with the structure', async () => {
    const witness = `CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('0003');`;
    const dataDir = makeProjects(1, `${TASKS}; ${witness}`);
    const refused = await run(dataDir, straight, ['stamp']);
    expect(refused.report.targets[0]?.failure?.message).toBe(
      'alembic_version says 0003, the structure is that of 0001, 0002',
    );
    expect((await run(dataDir, straight, ['stamp', '--at', '0002'])).code).toBe(0);
    expect(recorded(dataDir)).toEqual(['0001', '0002']);
  });

  test.each([
    [['stamp', '--at', '0009'], 'No revision is called \\"0009\\"'],
    [['stamp', '--at', 'base'], 'does not name one revision'],
    [['stamp', '0001', '--at', '0002'], '--at 0002 decides between revisions'],
  ])('%j is a mistake of words', async (args, words) => {
    const dataDir = makeProjects(1, `${TASKS};`);
    const result = await look(dataDir, straight, args);
    expect(result.code).toBe(64);
    expect(result.stdout).toContain(words);
  });
});

describe('tables that no revision knows', () => {
  const own = 'CREATE TABLE mine (a); CREATE INDEX ix_mine ON mine (a)';

  test('keep a target from being stamped, and the hint names what allows them', async () => {
    const dataDir = makeProjects(1, `${TASKS}; ${NOTES}; ${own};`);
    const { code, report } = await run(dataDir, migrations, ['stamp']);
    expect(code).toBe(1);
    expect(report.targets[0]).toMatchObject({
      outcome: 'skipped',
      match: { kind: 'nearest', revision: '0004', difference: ['table mine is not expected'] },
      failure: {
        hint: expect.stringMatching(
          /^where these tables are meant to be there: flotilla stamp --allow-extra --only project_1 /,
        ) as string,
      },
    });
  });

  test('are allowed by --allow-extra, named in the match, and told as drift with the way on', async () => {
    const dataDir = makeProjects(1, `${TASKS}; ${NOTES}; ${own};`);
    const { code, report } = await run(dataDir, migrations, ['stamp', '--allow-extra']);
    expect(code).toBe(0);
    expect(report.targets[0]).toMatchObject({
      outcome: 'stamped',
      to: '0004',
      match: { kind: 'exact', revision: '0004', difference: ['table mine is not expected'] },
    });
    expect((await run(dataDir, migrations, ['stamp', '--allow-extra'])).code).toBe(0);
    const status = (await look(dataDir, migrations, ['status'])).json() as StatusReport;
    expect(status.targets[0]).toMatchObject({ state: 'drifted', revision: '0004' });
    expect(status.targets[0]?.problem?.hint).toContain(
      'flotilla upgrade --allow-drift tableExtra --only project_1 ',
    );
    const upgraded = await run(dataDir, migrations, ['upgrade', '--allow-drift', 'tableExtra']);
    expect(upgraded.report.targets[0]).toMatchObject({ outcome: 'upgraded', to: '0006' });
    expect(query(join(dataDir, 'project_1.db'), 'PRAGMA index_list(mine)')).toHaveLength(1);
  });

  test('are allowed in one pass, and a second pass finds nothing to do', async () => {
    const dataDir = makeProjects(1, `${TASKS}; ${NOTES}; ${own};`);
    const plan = (await look(dataDir, migrations, ['plan', '--stamp', '--allow-extra'])).json();
    expect(plan).toMatchObject({ cohorts: [{ revisions: [{ id: '0005' }, { id: '0006' }] }] });
    const words = ['upgrade', '--stamp', '--allow-extra'];
    const rehearsed = await run(dataDir, migrations, [...words, '--dry-run']);
    expect(rehearsed.report.summary).toEqual({ planned: 1, upgraded: 1 });
    const { code, report } = await run(dataDir, migrations, words);
    expect([code, report.targets[0]]).toMatchObject([
      0,
      {
        outcome: 'upgraded',
        from: '0004',
        to: '0006',
        match: { difference: ['table mine is not expected'] },
      },
    ]);
    expect((await run(dataDir, migrations, words)).report.summary).toEqual({ planned: 1, current: 1 });
  });

  test('are not those that a revision makes: such a table is evidence', async () => {
    const dataDir = makeProjects(1, `${TASKS}; CREATE TABLE ends (name TEXT, other TEXT); ${own};`);
    const { code, report } = await run(dataDir, migrations, ['stamp', '--allow-extra']);
    expect([code, report.targets[0]?.outcome]).toEqual([1, 'skipped']);
    expect(report.targets[0]?.match?.kind).toBe('nearest');
  });

  test('do not hide another difference', async () => {
    const dataDir = makeProjects(1, `${TASKS.replace(' NOT NULL', '')}; ${NOTES}; ${own};`);
    const { code, report } = await run(dataDir, migrations, ['stamp', '--allow-extra']);
    expect(code).toBe(1);
    expect(report.targets[0]?.match).toMatchObject({
      kind: 'nearest',
      revision: '0004',
      difference: ['tasks: column title is nullable, expected NOT NULL', 'table mine is not expected'],
    });
  });

  test('are allowed beside the revision that is named', async () => {
    const dataDir = makeProjects(1, `${TASKS}; ${NOTES}; ${own};`);
    expect((await run(dataDir, migrations, ['stamp', '0004'])).code).toBe(1);
    expect((await run(dataDir, migrations, ['stamp', '0004', '--allow-extra'])).code).toBe(0);
    expect((await run(dataDir, migrations, ['stamp', '0004', '--allow-extra'])).code).toBe(0);
    expect((await run(dataDir, migrations, ['stamp', '0006', '--allow-extra'])).code).toBe(1);
  });
});

test.each([
  ['_alembic_tmp_tasks', 'Alembic'],
  ['__new_tasks', 'drizzle'],
])('%s is named as what it is', async (name, tool) => {
  const dataDir = makeProjects(1, `${TASKS}; ${NOTES}; CREATE TABLE ${name} (id INTEGER PRIMARY KEY);`);
  const { report } = await run(dataDir, migrations, ['stamp']);
  expect(report.targets[0]?.match?.difference).toEqual([
    `table ${name} is not expected: by its name, left behind by a rebuild of tasks (${tool}) that did not finish`,
  ]);
  expect(report.targets[0]?.failure?.hint).toMatch(
    new RegExp(
      `flotilla stamp --allow-extra --only project_1 [^;]*; flotilla repair --drop-extra ${name} --only project_1 `,
    ),
  );
});

test('of two revisions that are as near, the one that explains what is there is told', async () => {
  const column = writeMigrations({
    '0001_tasks.sql': `-- migrate:up\n${TASKS};\n`,
    '0002_state.sql': `-- migrate:up\nALTER TABLE tasks ADD COLUMN state TEXT;\nCREATE INDEX ix_state ON tasks (state);\n`,
  });
  const dataDir = makeProjects(1, `${TASKS}; ALTER TABLE tasks ADD COLUMN state TEXT;`);
  const { report } = await run(dataDir, column, ['stamp']);
  expect(report.targets[0]?.match).toMatchObject({
    revision: '0002',
    difference: ['index ix_state is missing'],
  });
});

test('what is recorded by force is told with its difference from that revision, not from the nearest', async () => {
  const dataDir = makeProjects(1, `${TASKS}; CREATE TABLE notes (id INTEGER PRIMARY KEY);`);
  const { report } = await run(dataDir, migrations, ['stamp', '0001', '--force']);
  expect(report.targets[0]).toMatchObject({
    outcome: 'stamped',
    match: { kind: 'nearest', revision: '0001', difference: ['table notes is not expected'] },
  });
  const again = await run(dataDir, migrations, ['stamp', '0004', '--force']);
  expect(again.report.targets[0]?.match?.difference).toEqual(['notes: column body is missing']);
});
