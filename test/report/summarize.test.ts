import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome, OutcomeKind } from '../../src/model/outcome.js';
import type { TargetState } from '../../src/model/observation.js';
import {
  groupFailures,
  listExitCode,
  runExitCode,
  runReport,
  statusExitCode,
  statusSummary,
  summarize,
} from '../../src/report/summarize.js';
import { failed, outcome, status } from './samples.js';

const kinds: OutcomeKind[] = [
  'upgraded',
  'downgraded',
  'stamped',
  'repaired',
  'restored',
  'current',
  'skipped',
  'failed',
  'partial',
  'inDoubt',
];
const outcomes = fc.array(
  fc.tuple(fc.nat(99), fc.constantFrom(...kinds)).map(([n, kind]) => outcome(`project_${n}`, kind)),
);
const running = { interrupted: false };

describe('summarize', () => {
  test('counts every target once and leaves out the outcomes that none had', () => {
    fc.assert(
      fc.property(outcomes, (all) => {
        const { planned, ...counts } = summarize(all);
        expect(planned).toBe(all.length);
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(all.length);
        expect(Object.values(counts)).not.toContain(0);
      }),
    );
  });
});

describe('groupFailures', () => {
  test('shows 3,000 failures as their two causes, the more frequent first', () => {
    const all: Outcome[] = [];
    for (let n = 0; n < 3000; n += 1) {
      const id = `project_${n}`;
      const message =
        n % 3 === 0
          ? `data/${id}.db is held locked by another process`
          : `task ${n} has the title bad${n}`;
      all.push(failed(id, n % 3 === 0 ? 'busy' : 'migrationFailed', message));
    }
    expect(groupFailures(all)).toEqual([
      expect.objectContaining({
        code: 'migrationFailed',
        outcome: 'failed',
        count: 2000,
        example: 'project_1',
        message: 'task 1 has the title bad1',
        wordings: 2000,
      }),
      expect.objectContaining({ code: 'busy', count: 1000, example: 'project_0', wordings: 1 }),
    ]);
  });

  test('is by code, revision, statement and outcome, and by nothing that a message says', () => {
    const where = (revision: string, statement?: string) =>
      statement === undefined ? { revision } : { revision, statement };
    const all = [
      failed('a', 'migrationFailed', 'task 7 has the title x', where('0002', 'INSERT')),
      failed('b', 'migrationFailed', 'task 8 has the title y', where('0002', 'INSERT')),
      failed('c', 'migrationFailed', 'task 7 has the title x', where('0002', 'UPDATE')),
      failed('d', 'migrationFailed', 'task 7 has the title x', where('0003', 'INSERT')),
      { ...failed('e', 'migrationFailed', 'no', where('0003', 'INSERT')), outcome: 'inDoubt' as const },
      failed('f', 'rowsLost', 'task 7 has the title x', where('0003', 'INSERT')),
    ];
    expect(groupFailures(all).map(({ count, example, wordings }) => [example, count, wordings])).toEqual([
      ['a', 2, 2],
      ['c', 1, 1],
      ['d', 1, 1],
      ['e', 1, 1],
      ['f', 1, 1],
    ]);
  });

  test('keeps revision, statement and line of the first case', () => {
    const where = {
      revision: '0003',
      statement: 'UPDATE tasks SET owner = NULL',
      line: 12,
      file: 'migrations/0003_owner.sql',
      tables: ['tasks'],
    };
    expect(groupFailures([failed('a', 'migrationFailed', 'no', where)])).toEqual([
      expect.objectContaining(where),
    ]);
  });

  test('accounts for every failure exactly once', () => {
    const cases = fc.array(fc.tuple(fc.constantFrom('busy', 'io', 'timeout'), fc.nat(3), fc.nat(5)));
    fc.assert(
      fc.property(cases, (drawn) => {
        const all = drawn.map(([code, revision, n], at) =>
          failed(`project_${at}`, code, `${n} rows`, { revision: `000${revision}` }),
        );
        const groups = groupFailures(all);
        expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
        expect(groups.map(({ count }) => count)).toEqual(
          groups.map(({ count }) => count).sort((a, b) => b - a),
        );
      }),
    );
  });
});

describe('exit codes', () => {
  test.each<[number, OutcomeKind[]]>([
    [0, ['upgraded', 'current', 'stamped', 'downgraded', 'repaired', 'restored']],
    [1, ['upgraded', 'skipped']],
    [2, ['skipped', 'failed', 'upgraded']],
    [2, ['partial', 'upgraded', 'skipped']],
    [3, ['failed', 'partial', 'inDoubt', 'skipped']],
    [1, []],
  ])('a run exits %i after %j', (code, had) => {
    expect(
      runExitCode(
        had.map((kind, n) => outcome(`project_${n}`, kind)),
        running,
      ),
    ).toBe(code);
  });

  test('an interrupted run exits 130 whatever its outcomes', () => {
    expect(runExitCode([outcome('a', 'inDoubt')], { interrupted: true })).toBe(130);
  });

  test.each<[number, 'status' | 'check', TargetState[]]>([
    [0, 'status', ['current', 'pending', 'unreadable']],
    [0, 'check', ['current', 'current']],
    [1, 'check', ['current', 'pending']],
    [1, 'check', ['current', 'unreadable']],
    [1, 'check', ['empty']],
    [1, 'status', []],
    [1, 'check', []],
  ])('it is %i for %s of targets in the states %j', (code, command, states) => {
    const targets = states.map((state, n) => status(`project_${n}`, state));
    expect(statusExitCode(command, targets)).toBe(code);
  });

  test('a list of nothing exits 1', () => {
    expect([listExitCode([]), listExitCode(['a'])]).toEqual([1, 0]);
  });
});

test('statusSummary counts states and recorded revisions, and calls nothing recorded base', () => {
  const targets = [
    status('a', 'current', '0002'),
    status('b', 'legacy', null),
    status('c', 'current', '0002'),
  ];
  expect(statusSummary(targets)).toEqual({
    targets: 3,
    states: { current: 2, legacy: 1 },
    revisions: { '0002': 2, base: 1 },
  });
});

test('runReport puts its keys in their order and takes the duration from the two times', () => {
  const report = runReport({
    command: 'upgrade',
    runId: '20261120T101500Z-3f9a1c',
    dryRun: false,
    head: ['0004'],
    startedAt: '2026-11-20T10:15:00.000Z',
    finishedAt: '2026-11-20T10:15:01.234Z',
    targets: [outcome('a', 'upgraded'), failed('b', 'busy', 'locked')],
    report: 'data/.flotilla/reports/20261120T101500Z-3f9a1c.json',
    interrupted: false,
  });
  expect(Object.keys(report)).toEqual([
    'contract',
    'command',
    'runId',
    'dryRun',
    'head',
    'startedAt',
    'finishedAt',
    'durationMs',
    'summary',
    'failures',
    'targets',
    'unexamined',
    'report',
    'exitCode',
  ]);
  expect(report).toMatchObject({
    contract: 1,
    durationMs: 1234,
    summary: { planned: 2, upgraded: 1, failed: 1 },
    exitCode: 2,
  });
});
