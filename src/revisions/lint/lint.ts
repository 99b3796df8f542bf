// Rules over one trace -> the report of `lint`. Which rules there are, and the trace, come from the dialect.

import { CONTRACT, type RevisionNeeds } from '../../model/report.js';
import { EXIT } from '../../model/exit-code.js';
import { FleetError } from '../../model/errors.js';
import type { CommandOptions } from '../../model/command.js';
import { tell, type About } from '../../model/hint.js';
import type { LintFinding, LintReport, Severity } from '../../model/lint.js';
import type { LintContext, Mistake, Rule, RuleDescription } from './rule.js';
import type { Trace } from './trace.js';
import { allowance, judgeAllowances } from './allowances.js';
import { ancestors } from '../graph.js';
import { nearest } from '../../model/nearest.js';
import { resolveArgument } from '../argument.js';

export interface LintOptions {
  /** Ids of the rules to apply; default: all. */
  readonly rules?: readonly string[];
  /** Warnings count as errors; notices do not. */
  readonly strict?: boolean;
  /** Findings of revisions that come after this one alone. */
  readonly since?: string;
  /** Revisions that databases have applied already, in the order of application. */
  readonly released?: readonly string[];
  /** Options that say which fleet it is, for commands to type. */
  readonly place?: CommandOptions;
}

/** What reading the revisions found, and what each of them needs. Plain data. */
export interface LintReply {
  readonly report: LintReport;
  /** In the order of the graph. */
  readonly needs: readonly RevisionNeeds[];
}

/**
 * Applies rules.
 * @param all the rules there are; their order decides between findings of one line
 * @throws FleetError `usage` for a rule that there is not
 */
export function lint<T extends Trace>(
  all: readonly Rule<T>[],
  { graph, trace, needs }: Omit<LintContext<T>, 'released'>,
  options: LintOptions = {},
): LintReport {
  const { rules, strict = false, since, released = null, place = {} } = options;
  const about = { place, scope: {} };
  const context = { graph, trace, needs, released };
  const rank = new Map(graph.order.map((revision, index) => [revision.id, index]));
  const applied = chooseRules(all, rules);
  const told = (rule: RuleDescription, mistakes: readonly Mistake[]): LintFinding[] =>
    mistakes.map((mistake) => findingOf(rule, mistake, strict, about));
  const found = applied.flatMap((rule) => told(rule, rule.check(context)));
  const judged = judgeAllowances(graph.order, found, all, applied);
  const ofComments = applied.some(({ id }) => id === allowance.id) ? told(allowance, judged.mistakes) : [];
  const before =
    since === undefined ? new Set() : ancestors(graph, resolveArgument(graph, since, new Set(rank.keys())));
  const isLater = ({ revision }: LintFinding): boolean => !before.has(revision);
  const findings = [...judged.told, ...ofComments]
    .filter(isLater)
    .sort((a, b) => (rank.get(a.revision) ?? 0) - (rank.get(b.revision) ?? 0) || a.line - b.line);
  const number = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const errors = number('error');
  return {
    contract: CONTRACT,
    command: 'lint',
    summary: {
      revisions: graph.order.length,
      errors,
      warnings: number('warning'),
      notices: number('notice'),
      allowed: found.filter(isLater).length - judged.told.filter(isLater).length,
    },
    ...(since === undefined ? {} : { since }),
    findings,
    notes: trace.unseeded.map(({ table, reason }) => `No row could be tried in ${table}: ${reason}.`),
    exitCode: errors > 0 ? EXIT.findings : EXIT.ok,
  };
}

function findingOf(rule: RuleDescription, mistake: Mistake, strict: boolean, about: About): LintFinding {
  const { revision, line, message, mend } = mistake;
  const own = mistake.severity ?? rule.severity;
  const severity = strict && own === 'warning' ? 'error' : own;
  return {
    rule: rule.id,
    severity,
    revision: revision.id,
    file: revision.file,
    line,
    message,
    why: rule.why,
    mend: tell(mend, about).hint,
  };
}

/**
 * The rules of these ids, in the order of the ids; all where none is asked for.
 * @throws FleetError `usage` for a rule that there is not
 */
export function chooseRules<R extends RuleDescription>(
  all: readonly R[],
  ids: readonly string[] | undefined,
): readonly R[] {
  if (ids === undefined) return all;
  return ids.map((id) => {
    const rule = all.find((each) => each.id === id);
    if (rule !== undefined) return rule;
    const known = all.map((each) => each.id);
    const near = nearest(id, known);
    throw new FleetError('usage', `There is no rule "${id}"`, {
      hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the rules are: ${known.join(', ')}`,
    });
  });
}
