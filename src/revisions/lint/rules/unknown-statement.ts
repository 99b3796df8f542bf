// Statements that the parser does not know and the database takes: what they need and do is not known, and never
// assumed safe.

import type { LintContext, Mistake, Rule } from '../rule.js';

export const unknownStatement: Rule = {
  id: 'unknown-statement',
  severity: 'warning',
  why: 'Rules that read the statement cannot see into it; only what it did to the structure is known.',
  check: ({ trace }: LintContext) =>
    trace.revisions.flatMap(({ revision, steps }) =>
      steps
        .filter(({ statement }) => statement.kind === 'unknown')
        .map(({ statement }): Mistake => {
          const message = 'The statement is valid, but what it needs and does is not known';
          return {
            revision,
            line: statement.line,
            message,
            mend: 'write it in a more usual form, or read it with care',
          };
        }),
    ),
};
