// What drifted is mended, through the built command line: targets of several shapes, rehearsed and for real, with rows
// in the way and without, and when everything dies in the middle.

import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test, vi } from 'vitest';
import type {
  DriftReport,
  Failure,
  Outcome,
  RepairPlanReport,
  RunReport,
  StatusReport,
} from '../../src/index.js';
import { commandText } from '../../src/model/command.js';
import type { Work } from '../../src/target/work.js';
import { targetAt } from '../faults/harness/inside.js';
import { killGroup, runCli, startCli } from '../support/cli.js';
import { contentOf, type Content } from '../support/content.js';
import { makeProjects, treeOf } from '../support/fleet.js';
import { look, query, run, writeMigrations } from '../support/revisions.js';
import { makeWork, openServer } from '../support/server.js';

const SCHEMA = `CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  title TEXT NOT NULL CHECK (title <> ''), state TEXT NOT NULL DEFAULT 'open');
CREATE TABLE notes (id INTEGER PRIMARY KEY, task_id INTEGER REFERENCES tasks (id) ON DELETE CASCADE, body TEXT);
CREATE INDEX ix_tasks_state ON tasks (state);
CREATE VIEW open_tasks AS SELECT id, title FROM tasks WHERE state = 'open';
CREATE TRIGGER tr_done AFTER UPDATE OF state ON tasks BEGIN INSERT INTO notes (task_id, body) VALUES (new.id, new.state); END;
`;
const ROWS = `INSERT INTO projects VALUES (1, 'one'), (2, 'two');
INSERT INTO tasks (id, project_id, title) VALUES (1, 1, 'a'), (4, 2, 'b'), (9, 2, 'c');
INSERT INTO notes VALUES (3, 1, 'x'), (8, 4, 'y');
DELETE FROM tasks WHERE id = 9;
`;
const MIGRATIONS = writeMigrations({ '0001_start.sql': `-- migrate:up\n${SCHEMA}` });

/** Makes a table anew without the words of its definition, as people do by hand. */
const remade = (table: string): string =>
  `PRAGMA legacy_alter_table = ON; CREATE TABLE made AS SELECT * FROM ${table}; DROP TABLE ${table}; ALTER TABLE made RENAME TO ${table};`;

/** What somebody did to a target that was at head. */
const SHAPES = {
  columnGone:
    'DROP VIEW open_tasks; DROP INDEX ix_tasks_state; DROP TRIGGER tr_done; ALTER TABLE tasks DROP COLUMN state',
  tableRemade: `DROP VIEW open_tasks; ${remade('tasks')}`,
  parentRemade: remade('projects'),
  indexChanged: 'DROP INDEX ix_tasks_state; CREATE UNIQUE INDEX ix_tasks_state ON tasks (state, id)',
  viewChanged: 'DROP VIEW open_tasks; CREATE VIEW open_tasks AS SELECT id FROM tasks; DROP TRIGGER tr_done',
  defaultGone: `DROP TABLE notes; CREATE TABLE notes (id INTEGER PRIMARY KEY, task_id INTEGER, body TEXT DEFAULT 'none');
    INSERT INTO notes VALUES (3, 1, 'x'), (8, 4, 'y')`,
} as const;

function change(path: string, sql: string): void {
  const db = new Database(path, { fileMustExist: true });
  try {
    db.pragma('foreign_keys = OFF');
    db.exec(sql);
  } finally {
    db.close();
  }
}

/** A fleet at head, whose first targets are then changed by hand, each in its way. */
async function driftedFleet(changes: readonly string[], more = 0): Promise<string> {
  const dataDir = makeProjects(changes.length + more, SCHEMA + ROWS);
  expect((await run(dataDir, MIGRATIONS, ['stamp'])).code).toBe(0);
  changes.forEach((sql, index) => {
    change(pathOf(dataDir, index + 1), sql);
  });
  return dataDir;
}

const pathOf = (dataDir: string, number: number): string => join(dataDir, `project_${number}.db`);

/** What no shape of drift here touches. */
const untouched = (path: string): Content =>
  contentOf(path, { projects: '*', tasks: 'id, project_id, title', notes: '*' });

async function statesOf(dataDir: string, migrations = MIGRATIONS): Promise<unknown> {
  return ((await look(dataDir, migrations, ['status'])).json() as StatusReport).summary.states;
}

describe('targets that drifted in several ways', () => {
  const shapes = Object.values(SHAPES);

  test('are mended with every row kept, and a second repair finds nothing to do', async () => {
    const dataDir = await driftedFleet(shapes, 1);
    const paths = shapes.map((_, index) => pathOf(dataDir, index + 1));
    const histories = paths.map((path) => query(path, 'SELECT * FROM flotilla_history'));
    const content = paths.map(untouched);
    const bytes = paths.map((path) => readFileSync(path));
    const { code, report } = await run(dataDir, MIGRATIONS, ['repair']);
    expect(report.failures).toEqual([]);
    expect(code).toBe(0);
    expect(report.summary).toEqual({ planned: 7, repaired: 6, current: 1 });
    expect(report.targets[3]).toMatchObject({
      outcome: 'repaired',
      from: '0001',
      to: '0001',
      applied: [],
      mended: [
        'index ix_tasks_state is unique, expected not to be',
        'index ix_tasks_state is on (state, id), expected (state)',
      ],
      left: [],
      rows: { tasks: [2, 2], notes: [2, 2], projects: [2, 2] },
    });
    expect(await statesOf(dataDir)).toEqual({ current: 7 });
    expect(paths.map(untouched)).toEqual(content);
    expect(paths.map((path) => query(path, 'SELECT * FROM flotilla_history'))).toEqual(histories);
    for (const [index, path] of paths.entries()) {
      const { backup } = report.targets[index] ?? {};
      expect(readFileSync(backup ?? '').equals(bytes[index] ?? Buffer.of())).toBe(true);
      expect(query(path, 'PRAGMA foreign_key_check')).toEqual([]);
      expect(query(path, `SELECT name FROM sqlite_schema WHERE name LIKE '%flotilla_new%'`)).toEqual([]);
    }
    const before = treeOf(dataDir, ['.flotilla']);
    const again = await run(dataDir, MIGRATIONS, ['repair']);
    expect([again.code, again.report.summary]).toEqual([0, { planned: 7, current: 7 }]);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });

  test('are to the byte, name and time as they were after a rehearsal, which tells what the repair then does', async () => {
    const dataDir = await driftedFleet([...shapes, `${remade('tasks')} UPDATE tasks SET title = NULL`]);
    const before = treeOf(dataDir, ['.flotilla']);
    const rehearsal = await run(dataDir, MIGRATIONS, ['repair', '--dry-run']);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
    const real = await run(dataDir, MIGRATIONS, ['repair']);
    const told = ({ targets }: RunReport): unknown =>
      targets.map((target) => ({ ...target, durationMs: 0, backup: null }));
    // A command that is to be tried again is the one that was tried.
    const said = (report: RunReport): string =>
      JSON.stringify(told(report)).replaceAll(' --dry-run', '').replaceAll('"dryRun":true,', '');
    expect(said(rehearsal.report)).toBe(said(real.report));
    expect(real.report.summary).toEqual({ planned: 7, repaired: 6, skipped: 1 });
  });

  test.each([
    ['one column', ', body TEXT', '', 'notes: column body is missing'],
    ['one index', 'CREATE INDEX ix_tasks_state ON tasks (state);', '', 'index ix_tasks_state is missing'],
    ['one CHECK', ` CHECK (title <> '')`, '', `tasks: CHECK (title <> '') is missing`],
    [
      'one default',
      `DEFAULT 'open'`,
      `DEFAULT 'new'`,
      `tasks: column state has default 'new', expected 'open'`,
    ],
    [
      'one action of a foreign key',
      'REFERENCES tasks (id) ON DELETE CASCADE',
      'REFERENCES tasks (id)',
      'notes: foreign key (task_id) -> tasks(id) has ON DELETE NO ACTION, expected CASCADE',
    ],
  ])('in %s alone get that one difference mended', async (_, from, to, words) => {
    const rows = from.includes('body') ? ROWS.replace(/INSERT INTO notes.*/, '') : ROWS;
    const dataDir = makeProjects(1, SCHEMA.replace(from, to) + rows);
    await run(dataDir, MIGRATIONS, ['stamp', '0001', '--force']);
    const drift = (await look(dataDir, MIGRATIONS, ['drift'])).json() as DriftReport;
    expect(drift.targets[0]?.difference.map((one) => one.words)).toEqual([words]);
    const { code, report } = await run(dataDir, MIGRATIONS, ['repair']);
    expect([code, report.targets[0]?.outcome, report.targets[0]?.mended]).toEqual([0, 'repaired', [words]]);
    expect(await statesOf(dataDir)).toEqual({ current: 1 });
  });
});

describe('repair --plan', () => {
  test('prints the SQL for each cohort and touches nothing; the SQL does what it says', async () => {
    const { columnGone, tableRemade } = SHAPES;
    const dataDir = await driftedFleet([columnGone, columnGone, tableRemade], 1);
    const before = treeOf(dataDir, ['.flotilla']);
    const planned = await look(dataDir, MIGRATIONS, ['repair', '--plan']);
    const report = planned.json() as RepairPlanReport;
    expect([planned.code, report.command, report.exitCode]).toEqual([0, 'repairPlan', 0]);
    expect(report.cohorts.map(({ count, state, problem }) => [count, state, problem])).toEqual([
      [2, 'drifted', null],
      [1, 'drifted', null],
      [1, 'current', null],
    ]);
    const { stdout } = await runCli(['repair', '--plan', '--data-dir', dataDir, '--migrations', MIGRATIONS]);
    for (const text of [
      '2 targets like project_1 (drifted at 0001)\n-- tasks: column state is missing\n',
      `ALTER TABLE tasks ADD COLUMN state TEXT NOT NULL DEFAULT 'open';\n`,
      '-- tasks: rows with NULL in title, expected NOT NULL\nSELECT rowid, title FROM tasks WHERE',
      'Nothing to mend: 1 target.',
    ])
      expect(stdout).toContain(text);
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
    for (const { example, statements, checks } of report.cohorts) {
      const path = join(dataDir, `${example}.db`);
      for (const { sql } of checks) expect(query(path, sql)).toEqual([]);
      change(path, statements.map(({ sql }) => `${sql};`).join('\n'));
    }
    expect(await statesOf(dataDir)).toEqual({ current: 3, drifted: 1 });
  });

  test('prints an object a line, and says why targets are left alone and what stays', async () => {
    const dataDir = await driftedFleet([
      'CREATE TABLE audit (x)',
      'CREATE TABLE audit (x); DROP INDEX ix_tasks_state',
    ]);
    const place = ['--data-dir', dataDir, '--migrations', MIGRATIONS];
    const { stdout } = await runCli(['repair', '--plan', '--ndjson', ...place]);
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'cohort',
      'cohort',
      'summary',
    ]);
    const text = await runCli(['repair', '--plan', ...place]);
    expect(text.stdout).toContain(
      '-- Stays as it is, unless --drop-extra names it:\n--   table audit is not expected',
    );
    expect(text.stdout).toMatch(/Left alone\n {2}1 target: drifted, revision 0001\n/);
    expect(text.stdout).toContain('--drop-extra audit --only');
    const dropping = await runCli(['repair', '--plan', '--drop-extra', 'audit', ...place]);
    expect(dropping.stdout.match(/-- Goes with its rows, because it was named: table audit/g)).toHaveLength(
      2,
    );
    expect(await statesOf(dataDir)).toEqual({ drifted: 2 });
  });
});

describe('rows in the way', () => {
  const BAD = `DROP VIEW open_tasks; ${remade('tasks')}
    INSERT INTO tasks VALUES (10, 1, NULL, 'open'), (11, 5, 'it''s', 'open'), (12, 1, '', NULL)`;

  test('are counted and named; their target is to the byte as it was, and the others are mended', async () => {
    const dataDir = await driftedFleet([BAD, SHAPES.tableRemade]);
    const path = pathOf(dataDir, 1);
    const before = readFileSync(path);
    const { code, report } = await run(dataDir, MIGRATIONS, ['repair']);
    expect([code, report.summary]).toEqual([1, { planned: 2, skipped: 1, repaired: 1 }]);
    const { failure, backup } = report.targets[0] ?? {};
    expect(failure).toMatchObject({ code: 'drifted', step: 'check', revision: '0001' });
    expect(failure?.message.split(/: |; /).slice(1)).toEqual([
      'tasks',
      'rows with NULL in title, expected NOT NULL',
      '1 (rowid 3)',
      'tasks',
      'rows with NULL in state, expected NOT NULL',
      '1 (rowid 5)',
      'tasks',
      `rows against CHECK (title <> '')`,
      '1 (rowid 5)',
      'tasks',
      'rows without a parent in projects by the foreign key (project_id)',
      '1 (rowid 4)',
    ]);
    expect(backup).toBeNull();
    expect(readFileSync(path).equals(before)).toBe(true);
    change(path, 'DELETE FROM tasks WHERE id > 9');
    expect((await run(dataDir, MIGRATIONS, ['repair'])).code).toBe(0);
    expect(await statesOf(dataDir)).toEqual({ current: 2 });
  });

  test('are listed by the command that the hint gives to a shell', async () => {
    const dataDir = await driftedFleet([BAD]);
    const { report } = await run(dataDir, MIGRATIONS, ['repair']);
    const { hint = '', commands = [] } = report.targets[0]?.failure ?? {};
    expect(hint).toMatch(
      /^list them: sqlite3 .*; change or remove them, then: flotilla repair --only project_1 /,
    );
    const [list] = commands;
    if (list === undefined) throw new Error('no command');
    // The shell hands over these words, whatever program it starts.
    const line = commandText(list).replace(/^sqlite3 /, "printf '%s\\n' ");
    expect(hint).toContain(commandText(list));
    const words = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    const [path = '', sql = ''] = words.stdout.trimEnd().split('\n');
    const rows = sql
      .split('; ')
      .map((one) => query<Record<string, unknown>>(path, one).map(({ rowid }) => rowid));
    expect(rows).toEqual([[3], [5], [5], [4]]);
  });

  test('of many targets are one cause, whatever their numbers', async () => {
    const some = (n: number): string =>
      `${remade('tasks')} UPDATE tasks SET title = NULL WHERE id IN (SELECT id FROM tasks LIMIT ${n})`;
    const dataDir = await driftedFleet([some(1), some(2), some(1)]);
    const { report } = await run(dataDir, MIGRATIONS, ['repair']);
    expect(report.failures.map(({ count, outcome }) => [count, outcome])).toEqual([[3, 'skipped']]);
  });
});

describe('what is not expected', () => {
  const EXTRA = `ALTER TABLE tasks ADD COLUMN owner TEXT; UPDATE tasks SET owner = 'me'; CREATE TABLE audit (x);
    INSERT INTO audit VALUES (1); CREATE TABLE _alembic_tmp_tasks (id); INSERT INTO _alembic_tmp_tasks VALUES (1);`;

  test('stays when the rest is mended, is told, and exits 1', async () => {
    const dataDir = await driftedFleet([`${EXTRA} DROP INDEX ix_tasks_state`]);
    const path = pathOf(dataDir, 1);
    const { code, report } = await run(dataDir, MIGRATIONS, ['repair']);
    expect([code, report.summary]).toEqual([1, { planned: 1, repaired: 1 }]);
    const leftover =
      'table _alembic_tmp_tasks is not expected: by its name, left behind by a rebuild of tasks (Alembic) that did not finish';
    expect(report.targets[0]?.left).toEqual([
      'tasks: column owner is not expected',
      leftover,
      'table audit is not expected',
    ]);
    expect(query(path, 'SELECT owner FROM tasks')).toEqual([{ owner: 'me' }, { owner: 'me' }]);
    expect(query(path, 'SELECT * FROM audit')).toHaveLength(1);
    const again = await run(dataDir, MIGRATIONS, ['repair', '--drop-extra', 'aduit']);
    expect([again.code, again.report.summary]).toEqual([1, { planned: 1, skipped: 1 }]);
    expect(again.report.targets[0]?.failure?.hint).toContain(
      `flotilla repair --drop-extra aduit,tasks.owner,_alembic_tmp_tasks,audit --only project_1 `,
    );
  });

  test('goes where it is named, with its rows, which are in the backup', async () => {
    const dataDir = await driftedFleet([EXTRA]);
    const path = pathOf(dataDir, 1);
    const before = untouched(path);
    const named = ['repair', '--drop-extra', 'tasks.owner,_alembic_tmp_tasks,audit'];
    const { code, report } = await run(dataDir, MIGRATIONS, named);
    expect([code, report.summary]).toEqual([0, { planned: 1, repaired: 1 }]);
    expect(report.targets[0]?.rows['audit']).toEqual([1, 0]);
    expect(await statesOf(dataDir)).toEqual({ current: 1 });
    expect(untouched(path)).toEqual(before);
    expect(query(report.targets[0]?.backup ?? '', 'SELECT * FROM audit')).toHaveLength(1);
    expect((await run(dataDir, MIGRATIONS, named)).report.summary).toEqual({ planned: 1, current: 1 });
  });

  test('is told where a name fits nothing, with the one that was meant, and the others go', async () => {
    const dataDir = await driftedFleet([EXTRA, 'CREATE TABLE other (x)']);
    const named = ['--drop-extra', 'tasks.ownre,AUDIT,unheard_of_here,other'];
    const unmatched = [
      { name: 'tasks.ownre', nearest: 'tasks.owner' },
      { name: 'unheard_of_here', nearest: null },
    ];
    const planned = (await look(dataDir, MIGRATIONS, ['repair', '--plan', ...named])).json();
    expect(planned).toMatchObject({ unmatched });
    const { code, report } = await run(dataDir, MIGRATIONS, ['repair', ...named]);
    expect([code, report.unmatched]).toEqual([1, unmatched]);
    expect(report.targets.map(({ left }) => left?.[0])).toEqual([
      'tasks: column owner is not expected',
      undefined,
    ]);
    const again = await runCli(
      ['repair', '--data-dir', dataDir, '--migrations', MIGRATIONS, '--drop-extra', 'taks.owner'],
      {},
    );
    expect(again.stdout).toContain(
      'Named by --drop-extra, and no drifted target has it\n  taks.owner: did you mean tasks.owner?\n',
    );
  });

  test('does not go while something that stays uses it', async () => {
    const user = 'CREATE TRIGGER tr_audit AFTER INSERT ON tasks BEGIN INSERT INTO audit VALUES (new.id); END';
    const dataDir = await driftedFleet([`${EXTRA} ${user}`]);
    const before = treeOf(dataDir, ['.flotilla']);
    const { code, report } = await run(dataDir, MIGRATIONS, ['repair', '--drop-extra', 'audit']);
    expect([code, report.summary]).toEqual([1, { planned: 1, skipped: 1 }]);
    expect(report.targets[0]?.failure?.message).toContain(
      'table audit cannot be dropped: trigger tr_audit, which stays, uses it',
    );
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
  });
});

test('targets of one structure that were written otherwise are mended by one plan, each with its rows', async () => {
  const dataDir = await driftedFleet([], 2);
  const extra = `DROP INDEX ix_tasks_state; DROP TABLE notes; DROP VIEW open_tasks; DROP TRIGGER tr_done;
    ALTER TABLE tasks RENAME TO gone`;
  change(
    pathOf(dataDir, 1),
    `${extra}; CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL, title TEXT NOT NULL,
     state TEXT, own TEXT CHECK (tasks.own <> 'x')); INSERT INTO tasks SELECT *, 'mine' FROM gone; DROP TABLE gone`,
  );
  change(
    pathOf(dataDir, 2),
    `${extra}; CREATE TABLE [TASKS] ("OWN" TEXT, /* first */ "State" text DEFAULT (NULL), Title TEXT NOT NULL,
     \`PROJECT_ID\` integer not null, ID INTEGER PRIMARY KEY AUTOINCREMENT, CHECK ((own<>'x')));
     INSERT INTO tasks (id, project_id, title, state, own) SELECT *, 'mine' FROM gone; DROP TABLE gone`,
  );
  const drift = (await look(dataDir, MIGRATIONS, ['drift'])).json() as DriftReport;
  expect(drift.cohorts).toHaveLength(1);
  const { report } = await run(dataDir, MIGRATIONS, ['repair', '--jobs', '1']);
  expect(report.summary).toEqual({ planned: 2, repaired: 2 });
  for (const number of [1, 2]) {
    expect(query(pathOf(dataDir, number), 'SELECT id, project_id, title, state, own FROM tasks')).toEqual([
      { id: 1, project_id: 1, title: 'a', state: 'open', own: 'mine' },
      { id: 4, project_id: 2, title: 'b', state: 'open', own: 'mine' },
    ]);
    expect(report.targets[number - 1]?.left).toEqual(['tasks: column own is not expected']);
    const sql = query<{ sql: string }>(
      pathOf(dataDir, number),
      `SELECT sql FROM sqlite_schema WHERE name = 'tasks'`,
    );
    expect(sql[0]?.sql).toMatch(/CHECK \(own ?<> ?'x'\)/);
  }
});

test('targets that are not drifted are current, or left alone for their own reasons', async () => {
  const migrations = writeMigrations({
    '0001_start.sql': `-- migrate:up\n${SCHEMA}`,
    '0002_more.sql': '-- migrate:up\nCREATE TABLE more (id INTEGER PRIMARY KEY);\n',
  });
  const dataDir = makeProjects(4, SCHEMA + ROWS);
  await run(dataDir, migrations, ['stamp', '0001', '--exclude', 'project_2']);
  await run(dataDir, migrations, ['upgrade', '--only', 'project_3,project_4']);
  change(pathOf(dataDir, 4), `UPDATE flotilla_history SET revision = '0009' WHERE revision = '0002'`);
  const before = treeOf(dataDir, ['.flotilla']);
  const { code, report } = await run(dataDir, migrations, ['repair']);
  expect(code).toBe(1);
  expect(report.targets.map(({ outcome, failure }) => [outcome, failure?.code])).toEqual([
    ['current', undefined],
    ['skipped', 'noBaseline'],
    ['current', undefined],
    ['skipped', 'unknownRevision'],
  ]);
  expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
});

test('a target is not mended towards a file that was changed after it was applied', async () => {
  const migrations = writeMigrations({ '0001_start.sql': `-- migrate:up\n${SCHEMA}` });
  const dataDir = makeProjects(1, SCHEMA + ROWS);
  await run(dataDir, migrations, ['stamp']);
  appendFileSync(join(migrations, '0001_start.sql'), 'ALTER TABLE notes ADD COLUMN author TEXT;\n');
  const { code, report } = await run(dataDir, migrations, ['repair']);
  expect([code, report.targets[0]?.outcome, report.targets[0]?.failure?.code]).toEqual([
    1,
    'skipped',
    'checksumMismatch',
  ]);
});

test('a repair that SQLite refuses leaves its target to the byte as it was, and names the statement', async () => {
  const migrations = writeMigrations({
    '0001_t.sql': `-- migrate:up\nCREATE TABLE t (a TEXT);\nCREATE INDEX ix ON t (json_extract(a, '$.x'));\n`,
  });
  const dataDir = makeProjects(1, `CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('no json');`);
  await run(dataDir, migrations, ['stamp', '0001', '--force']);
  const before = readFileSync(pathOf(dataDir, 1));
  const { code, report } = await run(dataDir, migrations, ['repair']);
  expect(code).toBe(2);
  expect(report.targets[0]).toMatchObject({
    outcome: 'failed',
    from: '0001',
    to: '0001',
    failure: {
      code: 'migrationFailed',
      step: 'execute',
      statement: `CREATE INDEX ix ON t (json_extract(a, '$.x'))`,
      message: expect.stringContaining('malformed JSON') as string,
      hint: expect.stringContaining('flotilla repair --dry-run --only project_1 ') as string,
    },
  });
  expect(readFileSync(pathOf(dataDir, 1)).equals(before)).toBe(true);
});

test('killed in the middle, every target is as it was or mended, and repairing again does the rest', async () => {
  const dataDir = await driftedFleet(Array<string>(40).fill(SHAPES.tableRemade));
  const paths = Array.from({ length: 40 }, (_, index) => pathOf(dataDir, index + 1));
  const content = untouched(paths[0] ?? '');
  const backups = join(dataDir, '.flotilla/backups');
  const runs = (): number => (existsSync(backups) ? readdirSync(backups).length : 0);
  for (let round = 0; round < 4; round++) {
    const before = runs();
    const { pid, result } = startCli(['repair', '--data-dir', dataDir, '--migrations', MIGRATIONS]);
    // The first target has its backup: the work on it, and on those after it, has begun.
    await vi.waitFor(
      () => {
        expect(runs()).toBeGreaterThan(before);
      },
      { timeout: 60_000, interval: 1 },
    );
    await new Promise((resolve) => setTimeout(resolve, round * 7));
    killGroup(pid);
    expect((await result).signal).toBe('SIGKILL');
    const states = (await statesOf(dataDir)) as Record<string, number>;
    expect((states['drifted'] ?? 0) + (states['current'] ?? 0), JSON.stringify(states)).toBe(40);
    for (const path of paths) expect(untouched(path)).toEqual(content);
    if (states['drifted'] === undefined) break;
  }
  expect((await run(dataDir, MIGRATIONS, ['repair'])).code).toBe(0);
  expect(await statesOf(dataDir)).toEqual({ current: 40 });
});

describe('after the death of a worker', () => {
  const CAUSE: Failure = { code: 'workerDied', step: 'execute', message: 'died', hint: 'run it again' };

  test('the structure of the target tells whether it was repaired', async () => {
    const dataDir = await driftedFleet(
      [SHAPES.indexChanged, SHAPES.indexChanged, 'CREATE TABLE audit (x)'],
      1,
    );
    const server = await openServer(MIGRATIONS);
    const work = makeWork({ kind: 'repair', dropExtra: [] });
    const settled = async (number: number, more: Partial<Work> = {}): Promise<unknown> => {
      const target = targetAt(pathOf(dataDir, number), `project_${number}`);
      const task = { kind: 'settle', target, work: { ...work, ...more }, cause: CAUSE } as const;
      const { outcome, from, to, failure, left } = (await server.perform(task)) as Outcome;
      return { outcome, from, to, code: failure?.code, left };
    };
    const at = { from: '0001', to: '0001' };
    await server.perform({
      kind: 'apply',
      targets: [targetAt(pathOf(dataDir, 1), 'project_1')],
      work,
      rehearse: false,
    });
    expect(await settled(1)).toEqual({ ...at, outcome: 'repaired', code: undefined, left: [] });
    expect(await settled(1, { backupDir: null })).toEqual({
      ...at,
      outcome: 'repaired',
      code: undefined,
      left: [],
    });
    expect(await settled(2)).toEqual({ ...at, outcome: 'failed', code: 'workerDied', left: undefined });
    const left = ['table audit is not expected'];
    expect(await settled(3)).toEqual({ ...at, outcome: 'skipped', code: 'drifted', left });
    expect(await settled(4)).toEqual({ ...at, outcome: 'current', code: undefined, left: undefined });
  });
});
