// What comments in the revisions let pass. Judged after all rules, because an allowance that lets nothing pass is a
// mistake itself: it hides nothing today, and the wrong thing tomorrow.

import type { LintFinding } from '../../model/lint.js';
import type { Allowance, Revision } from '../../model/revision.js';
import { nearest } from '../../model/nearest.js';
import type { Mistake, Rule, RuleDescription } from './rule.js';

/** Found by `judgeAllowances`, which needs what all rules found. */
export const allowance: Rule = {
  id: 'allowance',
  severity: 'error',
  why: 'What is let pass must be there, and who reads it later must learn why.',
  check: () => [],
};

export interface Judged {
  /** Findings that no comment lets pass. */
  readonly told: readonly LintFinding[];
  /** What is wrong with the comments themselves. */
  readonly mistakes: readonly Mistake[];
}

/** @param applied the rules that were applied; of all, others may yet have something to let pass */
export function judgeAllowances(
  revisions: readonly Revision[],
  findings: readonly LintFinding[],
  all: readonly RuleDescription[],
  applied: readonly RuleDescription[],
): Judged {
  const used = new Set<Allowance>();
  const byRevision = new Map(revisions.map((revision) => [revision.id, revision.allows ?? []]));
  const told = findings.filter((finding) => {
    const fitting = (byRevision.get(finding.revision) ?? []).filter((each) => lets(each, finding));
    for (const each of fitting) used.add(each);
    return fitting.length === 0;
  });
  const ids = all.map(({ id }) => id);
  const mistakes = revisions.flatMap((revision) =>
    (revision.allows ?? []).flatMap((each): Mistake[] => {
      const fault = faultOf(each, ids);
      if (fault !== null) return [{ revision, line: each.line, ...fault }];
      if (used.has(each) || !applied.some(({ id }) => id === each.rule)) return [];
      const where = each.covers === 'file' ? 'in this file' : 'in the statement below';
      return [
        {
          revision,
          line: each.line,
          message: `It lets nothing pass: ${each.rule} finds nothing ${where}`,
          mend: 'take the comment away, or put it directly above the statement that is meant',
          severity: 'warning',
        },
      ];
    }),
  );
  return { told, mistakes };
}

function lets({ rule, reason, covers }: Allowance, finding: LintFinding): boolean {
  const isWithin = covers === 'file' || (finding.line >= covers[0] && finding.line <= covers[1]);
  return rule === finding.rule && reason !== '' && isWithin;
}

function faultOf(
  { rule, reason }: Allowance,
  ids: readonly string[],
): Pick<Mistake, 'message' | 'mend'> | null {
  if (rule === '') {
    return {
      message: 'The comment speaks to lint and is not understood',
      mend: 'write "-- lint: allow RULE, reason", or reword the comment',
    };
  }
  if (!ids.includes(rule)) {
    const near = nearest(rule, ids);
    return {
      message: `There is no rule "${rule}" to allow`,
      mend: near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the rules are: ${ids.join(', ')}`,
    };
  }
  if (reason !== '') return null;
  return {
    message: `It does not say why ${rule} may pass, and so nothing passes`,
    mend: `write the reason behind a comma: "-- lint: allow ${rule}, reason"`,
  };
}
