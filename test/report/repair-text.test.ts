import { describe, expect, test } from 'vitest';
import type { RepairCohort } from '../../src/model/report.js';
import { groupFailures, runExitCode } from '../../src/report/summarize.js';
import { mendedSections, repairPlanText } from '../../src/report/repair-text.js';
import { failure, outcome } from './samples.js';

const options = {
  colour: false,
  width: 80,
  verbose: false,
  typed: { verb: 'repair', options: { plan: true, dataDir: 'fleet' } },
  about: { place: { dataDir: 'fleet' }, scope: {} },
  dataDir: 'fleet',
  pattern: '**/project_*.db',
};

const cohort: RepairCohort = {
  state: 'drifted',
  revision: '0003',
  fingerprint: 'abc',
  count: 2,
  example: 'project_1',
  pending: [],
  statements: [
    { sql: 'CREATE TABLE t (a TEXT)', mends: 'table t is missing' },
    { sql: 'DROP TABLE u', mends: 'u: column a is missing; u: CHECK (a > 0) is missing' },
    { sql: 'ALTER TABLE v RENAME TO u', mends: 'u: column a is missing; u: CHECK (a > 0) is missing' },
  ],
  checks: [{ table: 'u', words: 'with NULL in a', sql: 'SELECT rowid FROM u WHERE a IS NULL' }],
  left: ['u: column x is not expected'],
  dropped: ['old'],
  problem: null,
};
const nothing = { statements: [], checks: [], left: [], dropped: [] };

describe('the plan of a repair', () => {
  test('is a script for each cohort, whose comments say what each statement mends', () => {
    const cohorts = [
      cohort,
      { ...cohort, ...nothing, state: 'current', count: 3 } as const,
      {
        ...cohort,
        ...nothing,
        state: 'legacy',
        count: 1,
        problem: failure('noBaseline', 'no history'),
      } as const,
    ];
    const report = { contract: 1, command: 'repairPlan', head: ['0003'], cohorts, exitCode: 0 } as const;
    expect(repairPlanText(report, options)).toMatchInlineSnapshot(`
      "To mend: 2 targets in 1 cohort.

      2 targets like project_1 (drifted at 0003)
      -- Where one of these finds a row, nothing is changed:
      -- u: rows with NULL in a
      SELECT rowid FROM u WHERE a IS NULL;

      -- table t is missing
      CREATE TABLE t (a TEXT);

      -- u: column a is missing
      -- u: CHECK (a > 0) is missing
      DROP TABLE u;
      ALTER TABLE v RENAME TO u;

      -- Goes with its rows, because it was named: table old

      -- Stays as it is, unless --drop-extra names it:
      --   u: column x is not expected

      Nothing to mend: 3 targets.

      Left alone
        1 target: noBaseline
          no history
          target: project_1
          hint: Mend it and run the command again.

      Next
        flotilla repair --data-dir fleet --dry-run
            rehearses it on private copies, and names the rows in the way
      "
    `);
  });

  test('of a fleet without targets says so', () => {
    const report = { contract: 1, command: 'repairPlan', head: [], cohorts: [], exitCode: 1 } as const;
    expect(repairPlanText(report, options)).toBe(
      'No target: nothing usable under fleet matches **/project_*.db.\n',
    );
  });
});

describe('what a repair did', () => {
  const words = Array.from({ length: 25 }, (_, i) => `index ix_${i} is missing`);
  const targets = [
    outcome('project_1', 'repaired', { mended: words, left: ['table audit is not expected'] }),
    outcome('project_2', 'repaired', { mended: ['index ix_7 is missing'], left: [] }),
    outcome('project_3', 'current'),
  ];

  test('is told by difference, the most frequent first, and what was left beside it', () => {
    const [mended, left] = mendedSections(targets, options);
    const lines = mended?.split('\n') ?? [];
    expect(lines.slice(0, 3)).toEqual([
      'Mended',
      '  index ix_7 is missing (2 targets)',
      '  index ix_0 is missing (1 target)',
    ]);
    expect(lines.at(-1)).toBe('  5 more: --verbose lists all');
    expect(mendedSections(targets, { ...options, verbose: true })[0]?.split('\n')).toHaveLength(26);
    expect(left).toBe(
      'Left as it is, unless --drop-extra names it\n  table audit is not expected (1 target)',
    );
  });

  test('is not told of commands that mend nothing', () => {
    expect(mendedSections([outcome('project_1', 'upgraded')], options)).toEqual([null, null]);
  });

  test('exits 1 while something is left', () => {
    expect(runExitCode(targets, { interrupted: false })).toBe(1);
    expect(runExitCode(targets.slice(1), { interrupted: false })).toBe(0);
  });

  test('is one cause for all targets that have rows of one kind in the way, whatever their numbers', () => {
    const cases = ['1 (rowid 7)', '2 (rowid 3, 12)', '9 (rowid 1, 2, 3, 4, 5, ...)'].map((rows, i) =>
      outcome(`project_${i}`, 'skipped', { failure: failure('drifted', `t: rows with NULL in a: ${rows}`) }),
    );
    expect(groupFailures(cases).map(({ count }) => count)).toEqual([3]);
  });
});
