// A chain that revisions outside transactions cut into parts, where a later part fails, is locked, or its worker dies:
// what is said of the target is what its history says, up and down, and exit 0 is for those that are where it was asked.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Outcome, StatusReport } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { makeProjects } from '../support/fleet.js';
import { look, query, run, writeMigrations, type Ran } from '../support/revisions.js';

const PAGES =
  '-- transaction: false\n-- migrate:up\nPRAGMA page_size = 8192;\nVACUUM;\n-- migrate:down\nVACUUM;\n';
/** Runs everywhere but where a row of the data says otherwise: in the replay there are no rows. */
const unless = (title: string, then: string, way: 'up' | 'down') =>
  `export function ${way}(db) { if (db.get("SELECT 1 FROM tasks WHERE title = '${title}'") !== undefined) ${then}; }
export function ${way === 'up' ? 'down' : 'up'}() {}\n`;
const FAIL = `db.exec('INSERT INTO tasks (id) VALUES (1)')`;
const DIE = `process.kill(process.pid, 'SIGKILL')`;

const CHAIN = {
  '0001_tasks.sql':
    '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);\n-- migrate:down\nDROP TABLE tasks;\n',
  '0002_note.sql':
    '-- migrate:up\nALTER TABLE tasks ADD COLUMN note TEXT;\n-- migrate:down\nALTER TABLE tasks DROP COLUMN note;\n',
  '0003_pages.sql': PAGES,
};
const LEGACY = `CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO tasks VALUES (1, 'a');`;

/** Four targets at 0001, of which the second meets a row. */
async function fleet(files: Readonly<Record<string, string>>, at = '0001') {
  const migrations = writeMigrations(files);
  const dataDir = makeProjects(4, LEGACY);
  await run(dataDir, migrations, ['stamp', '0001']);
  if (at !== '0001') expect((await run(dataDir, migrations, ['upgrade', at])).code).toBe(0);
  const db = new Database(join(dataDir, 'project_2.db'));
  db.exec(`UPDATE tasks SET title = 'bad'`);
  db.close();
  return { dataDir, migrations };
}

const recorded = (dataDir: string, id = 'project_2') =>
  query<{ revision: string }>(join(dataDir, `${id}.db`), 'SELECT revision FROM flotilla_history').map(
    ({ revision }) => revision,
  );

const second = ({ report }: Ran): Outcome | undefined => report.targets.find(({ id }) => id === 'project_2');

describe('the way up', () => {
  test.each([
    ['fails', FAIL, { code: 'migrationFailed', revision: '0004' }],
    ['kills its worker', DIE, { code: 'workerDied' }],
  ])('ends as partial where a later part %s, with where it stands', async (_, then, failure) => {
    const files = { ...CHAIN, '0004_end.mjs': unless('bad', then, 'up') };
    const { dataDir, migrations } = await fleet(files);
    const ran = await run(dataDir, migrations, ['upgrade', '--jobs', '1']);
    expect(ran.code).toBe(2);
    expect(ran.report.summary).toEqual({ planned: 4, upgraded: 3, partial: 1 });
    expect(second(ran)).toMatchObject({
      outcome: 'partial',
      from: '0001',
      to: '0003',
      applied: ['0002', '0003'],
      failure,
    });
    expect(second(ran)?.backup).not.toBeNull();
    expect(recorded(dataDir)).toEqual(['0001', '0002', '0003']);
    expect(ran.report.failures).toMatchObject([{ outcome: 'partial', count: 1, example: 'project_2' }]);
    const status = (await look(dataDir, migrations, ['status', '--verbose'])).json() as StatusReport;
    expect(status.targets[1]?.lastFailure).toMatchObject({ outcome: 'partial', failure });
  });

  test('tells the truth about a relative revision after the death of a worker', async () => {
    const files = { ...CHAIN, '0004_end.mjs': unless('bad', DIE, 'up') };
    const { dataDir, migrations } = await fleet(files);
    const whole = await run(dataDir, migrations, ['upgrade', '+2', '--only', 'project_2']);
    expect(whole.code).toBe(0);
    const other = await fleet(files);
    const ran = await run(other.dataDir, other.migrations, ['upgrade', '+3', '--only', 'project_2']);
    expect(ran.code).toBe(2);
    expect(second(ran)).toMatchObject({ outcome: 'partial', from: '0001', to: '0003' });
  });

  test('is rehearsed with the outcome that it then has, and its texts never call it unchanged', async () => {
    const files = { ...CHAIN, '0004_end.mjs': unless('bad', FAIL, 'up') };
    const { dataDir, migrations } = await fleet(files);
    const rehearsal = await run(dataDir, migrations, ['upgrade', '--dry-run']);
    expect(rehearsal.code).toBe(2);
    expect(second(rehearsal)).toMatchObject({ outcome: 'partial', from: '0001', to: '0003' });
    expect(recorded(dataDir)).toEqual(['0001']);
    const { code, stdout } = await runCli(['upgrade', '--data-dir', dataDir, '--migrations', migrations]);
    expect(code).toBe(2);
    expect(stdout).toContain('1 partial');
    expect(stdout).toContain('Partial: these stand between two revisions, as the table says');
    expect(stdout.replaceAll(/ +/g, ' ')).toContain('partial 0001 -> 0003 1 project_2');
    expect(stdout).not.toContain('as it was before');
    const quiet = await runCli(['upgrade', '--quiet', '--data-dir', dataDir, '--migrations', migrations]);
    expect(quiet).toMatchObject({ code: 2, stdout: '' });
  });

  test('is one outcome of all parts where an application locked the target between them for a while', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => String(n + 3).padStart(4, '0'));
    const files = { ...CHAIN, ...Object.fromEntries(ids.map((id) => [`${id}_pages.sql`, PAGES])) };
    const { dataDir, migrations } = await fleet(files);
    const application = new Database(join(dataDir, 'project_2.db'), { timeout: 0 });
    try {
      const running = run(dataDir, migrations, ['upgrade', '--jobs', '1', '--verbose']);
      await lockOnce(application, 'SELECT count(*) > 2 FROM flotilla_history');
      await new Promise((done) => setTimeout(done, 1200));
      application.exec('ROLLBACK');
      const ran = await running;
      expect(ran.stderr).toContain('project_2: again later');
      expect(ran.code).toBe(0);
      const all = ['0002', ...ids];
      expect(second(ran)).toMatchObject({ outcome: 'upgraded', from: '0001', to: ids.at(-1), applied: all });
      expect(second(ran)).not.toHaveProperty('resumed');
    } finally {
      application.close();
    }
  });
});

/** Takes the write lock of a database in the first moment in which a query gives 1. */
async function lockOnce(db: Database.Database, query: string): Promise<void> {
  const isThere = db.prepare<[], number>(query).pluck();
  for (const until = Date.now() + 30_000; Date.now() < until;) {
    try {
      db.exec('BEGIN IMMEDIATE');
      if (isThere.get() === 1) return;
      db.exec('ROLLBACK');
    } catch {
      if (db.inTransaction) db.exec('ROLLBACK');
    }
    await new Promise((done) => setImmediate(done));
  }
  throw new Error('the moment never came');
}

describe('the way down', () => {
  test.each([
    ['fails', FAIL, { code: 'migrationFailed', revision: '0002' }],
    ['kills its worker', DIE, { code: 'workerDied' }],
  ])('ends as partial where a later part %s, with where it stands', async (_, then, failure) => {
    const files = {
      '0001_tasks.sql': CHAIN['0001_tasks.sql'],
      '0002_odd.mjs': unless('bad', then, 'down'),
      '0003_pages.sql': PAGES,
      '0004_note.sql': CHAIN['0002_note.sql'],
    };
    const { dataDir, migrations } = await fleet(files, '0004');
    const ran = await run(dataDir, migrations, ['downgrade', '0001', '--jobs', '1']);
    expect(ran.code).toBe(2);
    expect(ran.report.summary).toEqual({ planned: 4, downgraded: 3, partial: 1 });
    expect(second(ran)).toMatchObject({
      outcome: 'partial',
      from: '0004',
      to: '0002',
      applied: ['0004', '0003'],
      failure,
    });
    expect(recorded(dataDir)).toEqual(['0001', '0002']);
  });

  test('is told whole after the death of a worker that had done all of it', async () => {
    const files = { ...CHAIN, '0002_note.sql': CHAIN['0002_note.sql'] };
    const { dataDir, migrations } = await fleet(files, '0003');
    const ran = await run(dataDir, migrations, ['downgrade', '-2']);
    expect(ran.code).toBe(0);
    expect(second(ran)).toMatchObject({ outcome: 'downgraded', from: '0003', applied: ['0003', '0002'] });
  });
});

describe('a revision outside a transaction that stops half-way', () => {
  const half = (up: string) =>
    `-- transaction: false\n-- migrate:up\nPRAGMA page_size = 8192;\nVACUUM;\n${up};\n-- migrate:down\nVACUUM;\n`;

  test('is partial, with the count of its statements, also where parts before it stand', async () => {
    const files = { ...CHAIN, '0003_pages.sql': half('CREATE UNIQUE INDEX ix ON tasks (title)') };
    const { dataDir, migrations } = await fleet(files);
    const db = new Database(join(dataDir, 'project_2.db'));
    db.exec(`INSERT INTO tasks VALUES (2, 'bad')`);
    db.close();
    const ran = await run(dataDir, migrations, ['upgrade']);
    expect(ran.code).toBe(2);
    const outcome = second(ran);
    expect(outcome).toMatchObject({ outcome: 'partial', from: '0001', to: '0002', applied: ['0002'] });
    expect(outcome?.failure).toMatchObject({ code: 'migrationFailed', revision: '0003', line: 5 });
    expect(outcome?.failure?.message).toContain('stopped after 2 statements');
    const again = await run(dataDir, migrations, ['upgrade']);
    expect(again.code).toBe(2);
    expect(second(again)).toMatchObject({ outcome: 'partial', from: '0002', to: '0002', applied: [] });
  });
});
