import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepReport } from '../../src/ledger/keep-report.js';
import type { RunReport } from '../../src/model/report.js';
import { temporaryDirectory } from '../support/fleet.js';
import { withoutPrivilege } from '../support/unprivileged.js';
import { outcomeOf, RUN, targets } from './samples.js';

function reportOf(count: number): RunReport {
  return {
    contract: 1,
    command: 'upgrade',
    runId: RUN.runId,
    dryRun: false,
    head: ['0004'],
    startedAt: RUN.startedAt,
    finishedAt: '2026-11-20T10:16:00.000Z',
    durationMs: 60_000,
    summary: { planned: count, upgraded: count },
    failures: [],
    targets: targets(count).map((target) => outcomeOf(target, 'failed')),
    report: null,
    exitCode: 0,
  };
}

test.each([0, 1, 3_000])(
  'The kept document of %i targets is the report, and nothing else is left.',
  (count) => {
    const stateDir = temporaryDirectory();
    const report = reportOf(count);
    expect(keepReport(stateDir, report)).toBeNull();
    const path = join(stateDir, 'reports', `${RUN.runId}.json`);
    const text = readFileSync(path, 'utf8');
    expect(JSON.parse(text)).toEqual(report);
    expect(text.split('\n').filter((line) => line.startsWith('{"id"'))).toHaveLength(count);
    expect(readdirSync(join(stateDir, 'reports'))).toEqual([`${RUN.runId}.json`]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  },
);

test('A report that cannot be written is a sentence, and no fault.', async () => {
  const blocked = temporaryDirectory();
  writeFileSync(join(blocked, 'reports'), '');
  expect(keepReport(blocked, reportOf(1))).toMatch(
    /^The report could not be kept in .*\.json: E(?:EXIST|NOTDIR)/,
  );

  const taken = temporaryDirectory();
  mkdirSync(join(taken, 'reports', `${RUN.runId}.json`), { recursive: true });
  expect(keepReport(taken, reportOf(1))).toMatch(/EISDIR/);
  expect(readdirSync(join(taken, 'reports'))).toEqual([`${RUN.runId}.json`]);

  const readOnly = temporaryDirectory();
  chmodSync(readOnly, 0o555);
  expect(await withoutPrivilege(() => keepReport(readOnly, reportOf(1)))).toMatch(/EACCES/);
});
