// All rules over one trace -> the report of `lint`.

import { CONTRACT } from '../../model/report.js';
import { EXIT } from '../../model/exit-code.js';
import { FleetError } from '../../model/errors.js';
import type { Graph } from '../graph.js';
import type { LintFinding, LintReport } from '../../model/lint.js';
import { RULES } from './rules.js';
import type { Rule } from './rule.js';
import { Timeline } from './timeline.js';
import type { Trace } from './trace.js';
import { needsOfAll } from '../needs.js';
import { nearest } from '../../model/nearest.js';

export interface LintOptions {
  /** Ids of the rules to apply; default: all. */
  readonly rules?: readonly string[];
  /** Warnings count as errors. */
  readonly strict?: boolean;
  /** Revisions that databases have applied already, in the order of application. */
  readonly released?: readonly string[];
}

/**
 * Applies the rules.
 * @param trace of the revisions of the graph
 * @throws FleetError `usage` for a rule that there is not
 */
export function lint(graph: Graph, trace: Trace, options: LintOptions = {}): LintReport {
  const rules = chooseRules(options.rules);
  const context = {
    graph,
    trace,
    timeline: new Timeline(trace),
    needs: needsOfAll(trace),
    released: options.released ?? null,
  };
  const place = new Map(graph.order.map((revision, index) => [revision.id, index]));
  const findings = rules
    .flatMap((rule) =>
      rule.check(context).map((mistake) => findingOf(rule, mistake, options.strict ?? false)),
    )
    .sort((a, b) => (place.get(a.revision) ?? 0) - (place.get(b.revision) ?? 0) || a.line - b.line);
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  return {
    contract: CONTRACT,
    command: 'lint',
    summary: { revisions: graph.order.length, errors, warnings: findings.length - errors },
    findings,
    notes: trace.unseeded.map(({ table, reason }) => `No row could be tried in ${table}: ${reason}.`),
    exitCode: errors > 0 ? EXIT.findings : EXIT.ok,
  };
}

function findingOf(rule: Rule, mistake: ReturnType<Rule['check']>[number], strict: boolean): LintFinding {
  const { revision, line, message, mend } = mistake;
  const severity = strict ? 'error' : (mistake.severity ?? rule.severity);
  return {
    rule: rule.id,
    severity,
    revision: revision.id,
    file: revision.file,
    line,
    message,
    why: rule.why,
    mend,
  };
}

/** @throws FleetError `usage` for a rule that there is not */
export function chooseRules(ids: readonly string[] | undefined): readonly Rule[] {
  if (ids === undefined) return RULES;
  return ids.map((id) => {
    const rule = RULES.find((each) => each.id === id);
    if (rule !== undefined) return rule;
    const known = RULES.map((each) => each.id);
    const near = nearest(id, known);
    throw new FleetError('usage', `There is no rule "${id}"`, {
      hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the rules are: ${known.join(', ')}`,
    });
  });
}
