// The engine of lint, and the rules that any dialect has, on traces that no database made.

import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/model/exit-code.js';
import type { Revision } from '../../../src/model/revision.js';
import { buildGraph, type Graph } from '../../../src/revisions/graph.js';
import { chooseRules, lint, type LintOptions } from '../../../src/revisions/lint/lint.js';
import type { Rule } from '../../../src/revisions/lint/rule.js';
import { downDiffers, downFails, downMissing } from '../../../src/revisions/lint/rules/down.js';
import { unknownStatement } from '../../../src/revisions/lint/rules/unknown-statement.js';
import type { RevisionTrace, Trace } from '../../../src/revisions/lint/trace.js';
import { bare } from '../drafts.js';

const [first, second] = [bare('0001', []), { ...bare('0002', ['0001']), down: bare('0002', []).up }];

function graphOf(revisions: readonly Revision[]): Graph {
  const built = buildGraph(revisions);
  if ('problems' in built) throw new Error('no graph');
  return built.graph;
}

const quiet = (revision: Revision): RevisionTrace => ({
  revision,
  steps: [],
  changesNothing: false,
  rowsLost: [],
  orphans: [],
  down: { kind: 'same' },
});

const traceOf = (...revisions: readonly RevisionTrace[]): Trace => ({ revisions, unseeded: [] });

function told(rules: readonly Rule[], trace: Trace, options?: LintOptions): readonly string[] {
  const graph = graphOf(trace.revisions.map(({ revision }) => revision));
  const { findings } = lint(rules, { graph, trace, needs: new Map() }, options);
  return findings.map(
    ({ severity, rule, revision, line, message }) => `${severity} ${rule} ${revision}:${line} ${message}`,
  );
}

/** Blames every revision, the last first. */
const blame = (id: string, severity: 'error' | 'warning', line: number): Rule => ({
  id,
  severity,
  why: 'Because.',
  check: ({ trace }) =>
    trace.revisions
      .map(({ revision }) => ({ revision, line, message: `by ${id}`, mend: 'mend it' }))
      .reverse(),
});

describe('The report', () => {
  const rules = [blame('late', 'warning', 7), blame('early', 'error', 1), blame('again', 'warning', 7)];
  const trace = traceOf(quiet(first), quiet(second));

  it('has its findings by revision, then by line, then in the order of the rules.', () => {
    expect(told(rules, trace)).toEqual([
      'error early 0001:1 by early',
      'warning late 0001:7 by late',
      'warning again 0001:7 by again',
      'error early 0002:1 by early',
      'warning late 0002:7 by late',
      'warning again 0002:7 by again',
    ]);
  });

  it('counts warnings as errors where that is asked for, and exits by errors alone.', () => {
    const graph = graphOf([first, second]);
    const report = (options: LintOptions) => lint(rules, { graph, trace, needs: new Map() }, options);
    expect(report({ rules: ['late'] })).toMatchObject({
      summary: { errors: 0, warnings: 2 },
      exitCode: EXIT.ok,
    });
    expect(report({ rules: ['late'], strict: true })).toMatchObject({
      summary: { errors: 2, warnings: 0 },
      exitCode: EXIT.findings,
    });
  });

  it('notes the tables that no row could be tried in.', () => {
    const unseeded = [{ table: 't', reason: 'it is full' }];
    const report = lint(
      rules,
      { graph: graphOf([first]), trace: { ...traceOf(quiet(first)), unseeded }, needs: new Map() },
      {},
    );
    expect(report.notes).toEqual(['No row could be tried in t: it is full.']);
  });
});

describe('Rules are chosen by id', () => {
  const rules = [blame('alpha', 'error', 1), blame('omega', 'error', 1)];

  it('in the order of the ids; all where none is asked for.', () => {
    expect(chooseRules(rules, ['omega', 'alpha']).map(({ id }) => id)).toEqual(['omega', 'alpha']);
    expect(chooseRules(rules, undefined)).toBe(rules);
  });

  it('and one that there is not is refused, with the nearest or with all.', () => {
    expect(() => chooseRules(rules, ['alhpa'])).toThrow(
      expect.objectContaining({ code: 'usage', hint: 'did you mean alpha?' }),
    );
    expect(() => chooseRules(rules, ['entirely-different'])).toThrow(
      expect.objectContaining({ hint: 'the rules are: alpha, omega' }),
    );
  });
});

describe('The way back', () => {
  const rules = [downMissing, downFails, downDiffers];

  it('is missed, but not where the revision changes nothing.', () => {
    const missing = { ...quiet(first), down: { kind: 'missing' } } as const;
    expect(told(rules, traceOf(missing))).toEqual(['warning down-missing 0001:1 There is no way back']);
    expect(told(rules, traceOf({ ...missing, changesNothing: true }))).toEqual([]);
  });

  it('is told with what it leaves otherwise, at most five differences.', () => {
    const differs = (count: number): Trace => {
      const differences = Array.from({ length: count }, (_, n) => `difference ${n + 1}`);
      return traceOf(quiet(first), { ...quiet(second), down: { kind: 'differs', differences } });
    };
    expect(told(rules, differs(1))).toEqual([
      'error down-differs 0002:1 The way back does not give back the structure before: difference 1',
    ]);
    expect(told(rules, differs(7))[0]).toMatch(/: difference 1; .*difference 5; and 2 more$/);
  });

  it('is told where it fails.', () => {
    const down = { kind: 'fails', error: 'no such thing', line: 9, seeded: true } as const;
    expect(told(rules, traceOf(quiet(first), { ...quiet(second), down }))).toEqual([
      'error down-fails 0002:9 The way back fails where tables have rows: no such thing',
    ]);
  });
});

it('A statement that the dialect cannot read is told.', () => {
  const step = { skipped: false, error: null, seededError: null, rowsLost: [] };
  const steps = ['CreateTableStmt', 'unknown'].map((kind, n) => ({
    ...step,
    statement: { sql: 'x', line: n + 1, kind },
  }));
  expect(told([unknownStatement], traceOf({ ...quiet(first), steps }))).toEqual([
    'warning unknown-statement 0001:2 The statement is valid, but what it needs and does is not known',
  ]);
});

it('A way back that no revision has is missed once.', () => {
  const missing = (revision: Revision): RevisionTrace => ({ ...quiet(revision), down: { kind: 'missing' } });
  const third = bare('0003', ['0002']);
  const none = traceOf(missing(first), missing({ ...second, down: null }), missing(third));
  expect(told([downMissing], none)).toEqual([
    'warning down-missing 0001:1 No revision has a way back, this one and 2 after it',
  ]);
  expect(told([downMissing], traceOf(missing(first), quiet(second), missing(third)))).toEqual([
    'warning down-missing 0001:1 There is no way back',
    'warning down-missing 0003:1 There is no way back',
  ]);
});
