import { describe, expect, it } from 'vitest';
import type { LintReport } from '../../src/model/lint.js';
import type { TextOptions } from '../../src/report/layout.js';
import { lintText } from '../../src/report/lint-text.js';

const OPTIONS: TextOptions = {
  colour: false,
  width: 80,
  verbose: false,
  typed: { verb: 'lint' },
  about: { place: {}, scope: {} },
  dataDir: 'data',
  pattern: '**/project_*.db',
};

const finding = (line: number): LintReport['findings'][number] => ({
  rule: 'missing-reference',
  severity: 'error',
  revision: '0029',
  file: 'migrations/0029_planner.sql',
  line,
  message:
    'agents has no column metadata here: 0020 rebuilt agents without it, and no later revision brings it back',
  why: 'The revision would fail on every target.',
  mend: 'add it again before this statement',
});

const report = (findings: LintReport['findings'], notes: readonly string[] = []): LintReport => ({
  contract: 1,
  command: 'lint',
  summary: { revisions: 4, errors: findings.length, warnings: 0, notices: 0, allowed: 0 },
  findings,
  notes,
  exitCode: findings.length === 0 ? 0 : 1,
});

describe('the report of lint', () => {
  it('tells each finding with place and mend, and the reason of a rule once', () => {
    expect(lintText(report([finding(3), finding(7)], ['No row could be tried in t: why.']), OPTIONS)).toBe(
      `migrations/0029_planner.sql:3 error missing-reference
  agents has no column metadata here: 0020 rebuilt agents without it, and no
  later revision brings it back
  To mend it: add it again before this statement
  The revision would fail on every target.

migrations/0029_planner.sql:7 error missing-reference
  agents has no column metadata here: 0020 rebuilt agents without it, and no
  later revision brings it back
  To mend it: add it again before this statement

No row could be tried in t: why.

4 revisions: 2 errors.
`,
    );
  });

  it('says that nothing was found', () => {
    expect(lintText(report([]), OPTIONS)).toBe('4 revisions: nothing found.\n');
  });
});
