import { describe, expect, test } from 'vitest';
import { FleetError } from '../../src/model/errors.js';
import type { FleetEvent } from '../../src/model/events.js';
import type { DiscoverReport, StatusReport } from '../../src/model/report.js';
import { errorLine, errorReport, errorText } from '../../src/report/error-text.js';
import { eventText } from '../../src/report/event-text.js';
import { eventLine, jsonText, reportLines, runSummaryLine } from '../../src/report/json.js';
import { runReport, statusSummary } from '../../src/report/summarize.js';
import { failed, outcome, status } from './samples.js';

const run = runReport({
  command: 'upgrade',
  runId: '20261120T101500Z-3f9a1c',
  dryRun: true,
  head: ['0004'],
  startedAt: '2026-11-20T10:15:00.000Z',
  finishedAt: '2026-11-20T10:15:01.234Z',
  targets: [outcome('a', 'upgraded'), failed('b', 'busy', 'locked')],
  report: null,
  interrupted: false,
});

const ofRun = { runId: run.runId, at: '2026-11-20T10:15:00.567Z' };
const parse = (line: string) => JSON.parse(line) as Record<string, unknown>;

describe('the documents for programs', () => {
  test('a document is one line of JSON that is the report', () => {
    const text = jsonText(run);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(JSON.parse(text)).toEqual(run);
  });

  test('a run ends with its document without the targets, which were told as they ended', () => {
    expect(parse(runSummaryLine(run))).toEqual({
      event: 'summary',
      at: run.finishedAt,
      ...run,
      targets: undefined,
    });
  });

  test('events of a run and its targets become lines; those for a progress bar do not', () => {
    const target: FleetEvent = { ...ofRun, event: 'target', ...outcome('a', 'upgraded') };
    expect(parse(eventLine(target) ?? '')).toEqual(target);
    const stage: FleetEvent = { ...ofRun, event: 'stage', id: 'a', step: 'execute', revision: '0003' };
    expect(parse(eventLine(stage) ?? '')).toEqual(stage);
    expect(eventLine({ event: 'inspected', done: 1, planned: 2 })).toBeNull();
    expect(eventLine({ ...ofRun, event: 'retry', id: 'a', message: 'busy' })).toBeNull();
  });

  test('a look at the fleet is a line a target, then the summary with what is left of the document', () => {
    const targets = [status('a', 'current', '0004'), status('b', 'legacy')];
    const report: StatusReport = {
      contract: 1,
      command: 'status',
      head: ['0004'],
      summary: statusSummary(targets),
      cohorts: [],
      targets,
      exitCode: 0,
    };
    expect([...reportLines(report)].map(parse)).toEqual([
      { event: 'target', ...targets[0] },
      { event: 'target', ...targets[1] },
      { event: 'summary', ...report, targets: undefined },
    ]);
  });

  test('what discover refused has lines of its own, and the summary counts both', () => {
    const report: DiscoverReport = {
      contract: 1,
      command: 'discover',
      dataDir: 'data',
      targets: [{ id: 'a', path: 'data/a.db', sizeBytes: 512 }],
      refused: [{ id: 'b', path: 'data/b.db', reason: 'a symbolic link', hint: 'move the file there' }],
      exitCode: 0,
    };
    expect([...reportLines(report)].map(parse)).toEqual([
      { event: 'target', ...report.targets[0] },
      { event: 'refused', ...report.refused[0] },
      {
        event: 'summary',
        contract: 1,
        command: 'discover',
        dataDir: 'data',
        exitCode: 0,
        summary: { targets: 1, refused: 1 },
      },
    ]);
  });
});

describe('the fault of a whole run', () => {
  const fault = new FleetError('migrations', 'The migrations are not valid.', {
    hint: 'Mend both files.',
    problems: [
      {
        message: 'two revisions have the version 0002',
        hint: 'Rename one of them.',
        file: 'migrations/0002_a.sql',
        line: 3,
      },
      { message: 'no head', hint: '' },
    ],
  });

  test('names every problem with file and line, and what to do', () => {
    expect(errorText(fault, { colour: false, width: 80 })).toBe(
      [
        'error: The migrations are not valid.',
        '  migrations/0002_a.sql:3: two revisions have the version 0002',
        '    Rename one of them.',
        '  no head',
        'hint: Mend both files.',
        '',
      ].join('\n'),
    );
  });

  test('is a document with the exit code of its kind', () => {
    const document = errorReport(fault, 'upgrade');
    expect(document).toEqual({
      contract: 1,
      command: 'upgrade',
      error: {
        code: 'migrations',
        message: 'The migrations are not valid.',
        hint: 'Mend both files.',
        problems: fault.problems,
      },
      exitCode: 78,
    });
    expect(parse(errorLine(fault, 'upgrade'))).toEqual({ event: 'error', ...document });
  });
});

test('an event in words says how the target ended, where it went wrong and why', () => {
  expect(eventText({ ...ofRun, event: 'target', ...outcome('a', 'upgraded') })).toBe(
    'a: upgraded 0001 -> 0004, 12 ms',
  );
  expect(eventText({ ...ofRun, event: 'target', ...failed('b', 'busy', 'it is held locked') })).toBe(
    'b: failed, 12 ms: busy (execute): it is held locked',
  );
  expect(eventText({ ...ofRun, event: 'stage', id: 'b', step: 'backUp' })).toBe('backing up b');
  expect(eventText({ ...ofRun, event: 'retry', id: 'b', message: 'it is held locked' })).toBe(
    'b: again later: it is held locked',
  );
});
