import { describe, expect, test } from 'vitest';
import type { PlanReport, RunReport, StatusReport } from '../../src/model/report.js';
import { discoverText } from '../../src/report/discover-text.js';
import type { TextOptions } from '../../src/report/layout.js';
import { planSql, planText } from '../../src/report/plan-text.js';
import { runErrorText, runText } from '../../src/report/run-text.js';
import { currentText, statusText } from '../../src/report/status-text.js';
import { runReport, statusSummary } from '../../src/report/summarize.js';
import { failed, failure, outcome, status } from './samples.js';

const plain: TextOptions = {
  colour: false,
  width: 80,
  verbose: false,
  typed: { verb: 'upgrade' },
  about: { place: {}, scope: {} },
  dataDir: 'data',
  pattern: '**/project_*.db',
};

function run(targets: RunReport['targets'], more: Partial<RunReport> = {}): RunReport {
  const report = runReport({
    command: 'upgrade',
    runId: '20261120T101500Z-3f9a1c',
    dryRun: false,
    head: ['0004'],
    startedAt: '2026-11-20T10:15:00.000Z',
    finishedAt: '2026-11-20T10:15:01.234Z',
    targets,
    report: 'data/.flotilla/reports/20261120T101500Z-3f9a1c.json',
    interrupted: false,
  });
  return { ...report, ...more };
}

const mixed = [
  ...Array.from({ length: 9 }, (_, n) => outcome(`project_${n + 1}`, 'upgraded')),
  outcome('project_10', 'current', { from: '0004', to: '0004' }),
  failed('project_11', 'migrationFailed', 'NOT NULL constraint failed: tasks.owner', {
    revision: '0003',
    statement: 'INSERT INTO tasks_new\nSELECT * FROM tasks',
    line: 12,
    hint: 'Give tasks.owner a value in every row, or mend migrations/0003_owner.sql.',
  }),
  outcome('project_12', 'skipped', {
    from: null,
    to: null,
    failure: failure('noBaseline', 'It has tables and no history, and no revision has its structure.', {
      hint: 'Mend the difference, or stamp it by hand: flotilla stamp REV --force --only project_12',
      commands: [{ verb: 'stamp', argument: 'REV', options: { force: true, only: ['project_12'] } }],
    }),
    match: {
      kind: 'nearest',
      revision: '0002',
      candidates: [],
      difference: ['tasks: column priority is missing'],
    },
  }),
];

describe('the text of a run', () => {
  test('tells what happened, to how many, what failed and why, where the backups are and what to type next', () => {
    expect(runText(run(mixed), plain)).toMatchInlineSnapshot(`
      "9 of 12 targets upgraded, 1 current already, 1 left alone, 1 failed; 1.2 s.

        Outcome     Revision      Targets  Example
        upgraded    0001 -> 0004        9  project_1
        current     0004                1  project_10
        failed      0001                1  project_11
        left alone  -                   1  project_12

      Failed; every one is as it was before the run
        1 target: migrationFailed, revision 0003, line 12
          NOT NULL constraint failed: tasks.owner
            INSERT INTO tasks_new
            SELECT * FROM tasks
          target: project_11
          hint: Give tasks.owner a value in every row, or mend
          migrations/0003_owner.sql.

      Left alone
        1 target: noBaseline
          It has tables and no history, and no revision has its structure.
            - tasks: column priority is missing
          target: project_12
          hint: Mend the difference, or stamp it by hand:
          flotilla stamp REV --force --only project_12

      Backups  data/.flotilla/backups/20261120T101500Z-3f9a1c (9 files)
      Report   data/.flotilla/reports/20261120T101500Z-3f9a1c.json

      Next
        flotilla upgrade --dry-run --only project_11
            rehearses again, once the cause is mended
        flotilla upgrade
            does the rest; what is done stays done
        flotilla undo 20261120T101500Z-3f9a1c
            takes back what this run did
      "
    `);
  });
  test('says of a rehearsal that nothing was changed and gives the command of the real run', () => {
    const typed = { verb: 'upgrade', options: { dataDir: "the fleet's", dryRun: true } };
    expect(runText(run(mixed.slice(0, 10), { dryRun: true }), { ...plain, typed })).toMatchInlineSnapshot(`
      "Rehearsal on private copies: no target was changed.
      9 of 10 targets would be upgraded, 1 current already; 1.2 s.

        Outcome   Revision      Targets  Example
        upgraded  0001 -> 0004        9  project_1
        current   0004                1  project_10

      Backups  data/.flotilla/backups/20261120T101500Z-3f9a1c (9 files)
      Report   data/.flotilla/reports/20261120T101500Z-3f9a1c.json

      Next
        flotilla upgrade --data-dir 'the fleet'\\''s'
            does what was rehearsed
      "
    `);
  });
  test('lists every target where it is asked for, and gives one thing to do next where all is well', () => {
    expect(runText(run(mixed.slice(0, 9)), { ...plain, verbose: true })).toMatchInlineSnapshot(`
      "All 9 targets upgraded; 1.2 s.

        Outcome   Revision      Targets  Example
        upgraded  0001 -> 0004        9  project_1

      Targets
        project_1  upgraded  0001 -> 0004  12 ms
        project_2  upgraded  0001 -> 0004  12 ms
        project_3  upgraded  0001 -> 0004  12 ms
        project_4  upgraded  0001 -> 0004  12 ms
        project_5  upgraded  0001 -> 0004  12 ms
        project_6  upgraded  0001 -> 0004  12 ms
        project_7  upgraded  0001 -> 0004  12 ms
        project_8  upgraded  0001 -> 0004  12 ms
        project_9  upgraded  0001 -> 0004  12 ms

      Backups  data/.flotilla/backups/20261120T101500Z-3f9a1c (9 files)
      Report   data/.flotilla/reports/20261120T101500Z-3f9a1c.json

      Next
        flotilla status
            shows the fleet as it is now
        flotilla undo 20261120T101500Z-3f9a1c
            takes back what this run did
      "
    `);
  });
  test('says where it looked where there is no target', () => {
    expect(runText(run([]), plain)).toMatchInlineSnapshot(`
      "No target: nothing usable under data matches **/project_*.db.

      Report   data/.flotilla/reports/20261120T101500Z-3f9a1c.json

      Next
        flotilla discover
            shows what was found and what was refused
      "
    `);
  });
  test('tells only the failures to those who want errors only', () => {
    expect(runErrorText(run(mixed), plain)).toMatchInlineSnapshot(`
      "9 of 12 targets upgraded, 1 current already, 1 left alone, 1 failed; 1.2 s.
        1 target: migrationFailed, revision 0003, line 12
          NOT NULL constraint failed: tasks.owner
            INSERT INTO tasks_new
            SELECT * FROM tasks
          target: project_11
          hint: Give tasks.owner a value in every row, or mend
          migrations/0003_owner.sql.
      "
    `);
  });
});

const fleet = [
  ...Array.from({ length: 8 }, (_, n) => status(`project_${n + 1}`, 'current', '0004')),
  { ...status('project_9', 'pending', '0001'), pending: ['0002', '0003', '0004'] },
  {
    ...status('project_10', 'legacy'),
    problem: failure('noBaseline', 'it has tables and no history; its structure is that of revision 0002', {
      hint: 'baseline it: flotilla stamp   (or in one pass: flotilla upgrade --stamp)',
    }),
  },
  { ...status('project_11', 'unreadable'), problem: failure('corrupt', 'database disk image is malformed') },
];
const statusReport: StatusReport = {
  contract: 1,
  command: 'status',
  head: ['0004'],
  summary: statusSummary(fleet),
  cohorts: [
    {
      state: 'current',
      revision: '0004',
      fingerprint: 'abcdef0123456789',
      count: 8,
      example: 'project_1',
      pending: [],
    },
    {
      state: 'pending',
      revision: '0001',
      fingerprint: '0123456789abcdef',
      count: 1,
      example: 'project_9',
      pending: ['0002', '0003', '0004'],
    },
    {
      state: 'legacy',
      revision: null,
      fingerprint: '9876543210abcdef',
      count: 1,
      example: 'project_10',
      pending: [],
      match: { kind: 'exact', revision: '0002', candidates: ['0002', '0003'], difference: [] },
    },
    { state: 'unreadable', revision: null, fingerprint: null, count: 1, example: 'project_11', pending: [] },
  ],
  targets: fleet,
  exitCode: 0,
};

test('the text of a run names the tables of their own that targets were matched with', () => {
  const match = (difference: readonly string[]) =>
    ({ kind: 'exact', revision: '0004', candidates: ['0004'], difference }) as const;
  const text = runText(
    run([
      outcome('project_1', 'stamped', { match: match(['table mine is not expected']) }),
      outcome('project_2', 'stamped', { match: match(['table mine is not expected']) }),
      outcome('project_3', 'stamped', { match: match([]) }),
    ]),
    plain,
  );
  expect(text).toContain(
    'Recorded all the same\n  Targets  Example    Difference\n        2  project_1  table mine is not expected\n\n',
  );
});

describe('the text of a look at the fleet', () => {
  test('has a line a cohort', () => {
    expect(statusText(statusReport, plain)).toMatchInlineSnapshot(`
      "11 targets under data: 8 current, 1 pending, 1 legacy, 1 unreadable. Head is
      0004.

        State       Revision   Pending           Shape     Targets  Example
        current     0004       -                 abcdef01        8  project_1
        pending     0001       0002 to 0004 (3)  01234567        1  project_9
        legacy      like 0002  -                 98765432        1  project_10
        unreadable  -          -                 -               1  project_11

      Problems
        1 target: noBaseline
          it has tables and no history; its structure is that of revision 0002
          the same structure: 0002, 0003
          target: project_10
          hint: baseline it: flotilla stamp (or in one pass: flotilla upgrade --stamp)

        1 target: corrupt
          database disk image is malformed
          target: project_11
          hint: Mend it and run the command again.

      Next
        flotilla stamp --dry-run
            rehearses to record what evidence says of the legacy targets
        flotilla upgrade --dry-run
            rehearses the upgrade on private copies
      "
    `);
  });
  test('has a line a target where it is asked for', () => {
    expect(statusText(statusReport, { ...plain, verbose: true })).toMatchInlineSnapshot(`
      "11 targets under data: 8 current, 1 pending, 1 legacy, 1 unreadable. Head is
      0004.

        State       Revision   Pending           Shape     Targets  Example
        current     0004       -                 abcdef01        8  project_1
        pending     0001       0002 to 0004 (3)  01234567        1  project_9
        legacy      like 0002  -                 98765432        1  project_10
        unreadable  -          -                 -               1  project_11

      Problems
        1 target: noBaseline
          it has tables and no history; its structure is that of revision 0002
          the same structure: 0002, 0003
          target: project_10
          hint: baseline it: flotilla stamp (or in one pass: flotilla upgrade --stamp)

        1 target: corrupt
          database disk image is malformed
          target: project_11
          hint: Mend it and run the command again.

      Targets
        project_1   current     0004  -                 140 KiB
        project_2   current     0004  -                 140 KiB
        project_3   current     0004  -                 140 KiB
        project_4   current     0004  -                 140 KiB
        project_5   current     0004  -                 140 KiB
        project_6   current     0004  -                 140 KiB
        project_7   current     0004  -                 140 KiB
        project_8   current     0004  -                 140 KiB
        project_9   pending     0001  0002 to 0004 (3)  140 KiB
        project_10  legacy      -     -                 140 KiB
        project_11  unreadable  -     -                 140 KiB

      Next
        flotilla stamp --dry-run
            rehearses to record what evidence says of the legacy targets
        flotilla upgrade --dry-run
            rehearses the upgrade on private copies
      "
    `);
  });
  test('gives every command with the options that say which fleet it is', () => {
    const about = { place: { dataDir: 'my fleet' }, scope: {} };
    const text = statusText(statusReport, { ...plain, about });
    const commands = text.slice(text.indexOf('Next')).match(/flotilla [a-z].*/g);
    expect(commands).toEqual([
      "flotilla stamp --dry-run --data-dir 'my fleet'",
      "flotilla upgrade --dry-run --data-dir 'my fleet'",
    ]);
  });

  test('names what each target records, one a line', () => {
    expect(currentText({ contract: 1, command: 'current', targets: fleet.slice(6), exitCode: 0 }, plain))
      .toMatchInlineSnapshot(`
        "  project_7   0004  (head)
          project_8   0004  (head)
          project_9   0001  (pending)
          project_10  -     (legacy)
          project_11  -     (unreadable)
        "
      `);
  });
});

test('the text of discover lists targets, and what was refused with the reason; a hostile name is spelled out', () => {
  expect(
    discoverText(
      {
        contract: 1,
        command: 'discover',
        dataDir: 'data',
        targets: fleet.map(({ id, path, sizeBytes }) => ({ id, path, sizeBytes })),
        refused: [
          {
            id: 'project_x',
            path: 'data/project_x\u001b[2J.db',
            reason: 'It is a symbolic link.',
            hint: 'Put the file itself under the data directory.',
          },
        ],
        exitCode: 0,
      },
      plain,
    ),
  ).toMatchInlineSnapshot(`
    "11 targets under data, 1.5 MiB in all.

      project_1   140 KiB  data/project_1.db
      project_2   140 KiB  data/project_2.db
      project_3   140 KiB  data/project_3.db
      project_4   140 KiB  data/project_4.db
      project_5   140 KiB  data/project_5.db
      project_6   140 KiB  data/project_6.db
      project_7   140 KiB  data/project_7.db
      project_8   140 KiB  data/project_8.db
      project_9   140 KiB  data/project_9.db
      project_10  140 KiB  data/project_10.db
      project_11  140 KiB  data/project_11.db

    Refused: 1 path
      data/project_x\\u001b[2J.db
        It is a symbolic link.
        hint: Put the file itself under the data directory.

    Next
      flotilla status
          shows at which revision each of them is
    "
  `);
});

const plan: PlanReport = {
  contract: 1,
  command: 'plan',
  head: ['0004'],
  to: ['0004'],
  exitCode: 0,
  cohorts: statusReport.cohorts.map((cohort) => ({
    ...cohort,
    revisions: cohort.pending.map((id) => ({
      id,
      name: 'add owner',
      file: `migrations/${id}_add_owner.sql`,
      sql: 'ALTER TABLE tasks ADD COLUMN owner TEXT;\n',
    })),
    script: cohort.pending.length === 0 ? null : 'BEGIN IMMEDIATE;\n-- what it runs\nCOMMIT;\n',
    problem: cohort.state === 'unreadable' ? failure('corrupt', 'database disk image is malformed') : null,
  })),
};
test('the text of a plan tells each cohort its revisions, and its SQL on demand', () => {
  expect(planText(plan, { ...plain, typed: { verb: 'plan', options: { stamp: true } } }))
    .toMatchInlineSnapshot(`
    "On the way to 0004: 1 target in 1 cohort.

    1 target like project_9 (pending at 0001): 0002 to 0004 (3)
      0002  add owner  migrations/0002_add_owner.sql
      0003  add owner  migrations/0003_add_owner.sql
      0004  add owner  migrations/0004_add_owner.sql

    Nothing to run: 9 targets.

    Left alone
      1 target: corrupt
        database disk image is malformed
        target: project_11
        hint: Mend it and run the command again.

    Next
      flotilla plan --stamp --sql
          prints the SQL of it
      flotilla upgrade --stamp --dry-run
          rehearses it on private copies
    "
  `);
  expect(planSql(plan, plain)).toMatchInlineSnapshot(`
    "-- 1 target like project_9 (pending at 0001): 0002 to 0004 (3)
    BEGIN IMMEDIATE;
    -- what it runs
    COMMIT;


    -- 1 target like project_11 (unreadable): left alone: database disk image is malformed; Mend it and run the command again.
    "
  `);
});
