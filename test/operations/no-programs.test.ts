// Looks with --no-programs: no revision that is a program runs, whatever is asked; what depends on one is unknown.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type {
  DriftReport,
  HeadsReport,
  LintReport,
  PlanReport,
  ShowReport,
  StatusReport,
} from '../../src/index.js';
import { readUnread } from '../../src/revisions/unread-module.js';
import { runCli, type CliResult } from '../support/cli.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { writeMigrations } from '../support/revisions.js';

const MARKED = (body: string): string =>
  `import { writeFileSync } from 'node:fs';\nwriteFileSync(process.env.MARK, 'ran');\n${body}`;

const FILES = {
  '0001_a.sql': '-- migrate:up\nCREATE TABLE a (x);\n-- migrate:down\nDROP TABLE a;\n',
  '0002_b.sql': '-- migrate:up\nCREATE TABLE b (x);\n-- migrate:down\nDROP TABLE b;\n',
  '0003_c.ts': MARKED(
    `export const meta = { /* which */ loses_rows: ['a', "b"], transaction: true };\nexport function up(db) { db.exec('CREATE TABLE c (x)'); }\nexport function down(db) { db.exec('DROP TABLE c'); }\n`,
  ),
  '0004_d.sql': '-- migrate:up\nCREATE TABLE d AS SELECT * FROM c;\n-- migrate:down\nDROP TABLE d;\n',
};

let dataDir: string;
let migrations: string;
let mark: string;

async function ask(...words: readonly string[]): Promise<CliResult> {
  return runCli([...words, '--data-dir', dataDir, '--migrations', migrations], { env: { MARK: mark } });
}

beforeEach(() => {
  migrations = writeMigrations(FILES);
  mark = join(temporaryDirectory(), 'mark');
  dataDir = makeProjects(4, 'CREATE TABLE z (x); DROP TABLE z;');
});

const LOOKS = [
  'heads',
  'history',
  'history --fleet',
  'show 0002',
  'show 0003',
  'show 0004',
  'lint',
  'lint --fleet',
  'lint --graph',
  'status',
  'status --verbose',
  'check',
  'current',
  'plan',
  'plan --sql',
  'plan 0002',
  'drift',
  'doctor',
  'repair --plan',
];

describe('With --no-programs', () => {
  test('no look runs a program, each says which was not run, and exits 1.', async () => {
    const before = treeOf(dataDir, ['.flotilla']);
    for (const form of ['--json', '--ndjson', '--verbose'])
      for (const line of LOOKS) {
        const result = await ask(...line.split(' '), '--no-programs', form);
        expect([line, result.code, result.stderr]).toEqual([
          line,
          1,
          expect.stringContaining(
            'note: 0003 is a program and was not run, so what depends on it is not known',
          ),
        ]);
        expect(existsSync(mark)).toBe(false);
        if (form === '--json') expect(result.json()).toMatchObject({ notRun: ['0003'] });
      }
    expect(treeOf(dataDir, ['.flotilla'])).toEqual(before);
    expect((await ask('heads')).code).toBe(0);
    expect(existsSync(mark)).toBe(true);
  });

  test('what does not depend on a program is judged as ever.', async () => {
    expect((await ask('upgrade', '0002', '--only', 'project_1,project_2')).code).toBe(0);
    expect((await ask('upgrade', 'head', '--only', 'project_2')).code).toBe(0);
    const status = (await ask('status', '--no-programs', '--json')).json() as StatusReport;
    expect(status.targets.map(({ state, revision, pending }) => [state, revision, pending])).toEqual([
      ['pending', '0002', ['0003', '0004']],
      ['unknown', '0004', []],
      ['empty', null, ['0001', '0002', '0003', '0004']],
      ['empty', null, ['0001', '0002', '0003', '0004']],
    ]);
    expect(status.targets[1]?.problem).toMatchObject({
      code: 'unknownRevision',
      message: expect.stringMatching(
        /revision 0003 \(.*0003_c\.ts\) is a program that was not run/,
      ) as string,
    });
    const drift = (await ask('drift', '--no-programs', '--json')).json() as DriftReport;
    expect(drift.summary.states).toEqual({ pending: 1, unknown: 1, empty: 2 });
    const plan = (await ask('plan', '0002', '--no-programs', '--json')).json() as PlanReport;
    expect(plan.cohorts.map(({ revisions }) => revisions.map(({ id }) => id))).toContainEqual([
      '0001',
      '0002',
    ]);
    const whole = (await ask('plan', '--no-programs', '--json')).json() as PlanReport;
    for (const { problem, script } of whole.cohorts)
      expect([problem?.code, script]).toEqual(['unknownRevision', null]);
    const lint = (await ask('lint', '--no-programs', '--json')).json() as LintReport;
    expect(lint.summary.revisions).toBe(2);
    const show = (await ask('show', '0003', '--no-programs', '--json')).json() as ShowReport;
    expect(show.revision.losesRows).toEqual(['a', 'b']);
  });

  test('a legacy target may be at any revision.', async () => {
    dataDir = makeProjects(1, 'CREATE TABLE a (x);');
    const status = (await ask('status', '--no-programs', '--json')).json() as StatusReport;
    expect(status.targets[0]?.state).toBe('unknown');
    expect((await ask('check', '--no-programs')).code).toBe(1);
  });

  test('nothing is changed, and the words say why.', async () => {
    const before = treeOf(dataDir);
    for (const line of [
      'upgrade',
      'upgrade 0002',
      'upgrade --dry-run',
      'stamp',
      'stamp head',
      'downgrade base',
      'repair',
    ]) {
      const result = await ask(...line.split(' '), '--no-programs');
      expect([line, result.code, result.stderr]).toEqual([
        line,
        64,
        expect.stringMatching(/Revision 0003 \(.*\) is a program, and nothing is changed without running it/),
      ]);
    }
    expect(existsSync(mark)).toBe(false);
    expect(treeOf(dataDir)).toEqual(before);
  });

  test('revisions without a program are looked at and changed as ever.', async () => {
    migrations = writeMigrations({ '0001_a.sql': FILES['0001_a.sql'] });
    expect((await ask('upgrade', '--no-programs')).code).toBe(0);
    const result = await ask('check', '--no-programs', '--json');
    expect(result.code).toBe(0);
    expect(result.json()).not.toHaveProperty('notRun');
  });

  test('the environment and the configuration say it too.', async () => {
    const heads = await runCli(['heads', '--migrations', migrations], {
      env: { MARK: mark, FLOTILLA_PROGRAMS: 'false' },
    });
    expect(heads.code).toBe(1);
    const config = join(temporaryDirectory(), 'own.json');
    writeFileSync(config, JSON.stringify({ migrations, programs: false }));
    expect((await runCli(['lint', '--config', config], { env: { MARK: mark } })).code).toBe(1);
    expect(existsSync(mark)).toBe(false);
  });

  test('a program that names its own revision is found by it, where its text says so plainly.', async () => {
    migrations = writeMigrations({
      'e6e5369fb4d1_a.ts': MARKED(
        `export const meta: object = { revision: 'e6e5369fb4d1', 'down_revision': "base" } as const;\nexport const up = (db) => db.exec('CREATE TABLE t (a)');\n`,
      ),
      '4f0c2a9d7b13_b.sql': '-- down_revision: e6e5369fb4d1\n-- migrate:up\nCREATE TABLE u (a);\n',
    });
    const heads = (await ask('heads', '--no-programs', '--json')).json() as HeadsReport;
    expect(heads).toMatchObject({ head: ['4f0c2a9d7b13'], notRun: ['e6e5369fb4d1'] });
    expect(existsSync(mark)).toBe(false);
  });
});

test('What a program says of itself is read up to what is no plain literal.', () => {
  const metaOf = (text: string) => readUnread(`export const meta = ${text};`).meta;
  expect(metaOf(`{ revision: 'a', depends_on: ['b', "c"], transaction: false, }`)).toEqual({
    revision: 'a',
    depends_on: ['b', 'c'],
    transaction: false,
  });
  expect(metaOf(`{ revision: 'a', changes: [name], loses_rows: 'x' }`)).toEqual({ revision: 'a' });
  expect(metaOf('{ revision: `a${1}` }')).toEqual({});
  expect(metaOf(`{\n  // one\n  revision: 'it\\'s', /* two */\n}`)).toEqual({ revision: "it's" });
  expect(readUnread('export function up(db) {}').down).toBe(false);
  expect(readUnread('export async function down(db) {}').down).toBe(true);
  expect(readUnread('function down() {}\nexport { up, down };').down).toBe(true);
});
