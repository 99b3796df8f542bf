// The way back: each `down` that could be read was run after its `up`, and the structure compared with the one before.

import { clause } from '../../../model/sentence.js';
import type { LintContext, Mistake, Rule } from '../rule.js';

export const downMissing: Rule = {
  id: 'down-missing',
  severity: 'warning',
  why: 'A downgrade across this revision is refused.',
  check: ({ trace }: LintContext) => {
    const missing = trace.revisions.filter(
      ({ down, changesNothing }) => down.kind === 'missing' && !changesNothing,
    );
    const [first] = missing;
    // Who never writes a way back means it so: once is enough.
    const isNever = missing.length > 1 && !trace.revisions.some(({ revision }) => revision.down !== null);
    if (first !== undefined && isNever) {
      return [
        {
          revision: first.revision,
          line: 1,
          message: `No revision has a way back, this one and ${missing.length - 1} after it`,
          mend: 'add a section `-- migrate:down` to those that are to be taken back; or allow it in the header of this one: "-- lint: allow down-missing, reason"',
        },
      ];
    }
    return missing.flatMap(({ revision }): Mistake[] => {
      return [
        {
          revision,
          line: 1,
          message: 'There is no way back',
          mend: `${revision.up.kind === 'module' ? 'export a function down(db)' : 'add a section `-- migrate:down`'} that undoes the revision; leave it empty where nothing is to be undone`,
        },
      ];
    });
  },
};

export const downBroken: Rule = {
  id: 'down-broken',
  severity: 'error',
  why: 'A downgrade across this revision is refused; everything else goes on.',
  check: ({ graph }: LintContext) =>
    graph.order.flatMap((revision): Mistake[] =>
      revision.down?.kind !== 'broken'
        ? []
        : revision.down.problems.map(({ message, hint, line = 1 }) => ({
            revision,
            line,
            message: `The way back has a mistake: ${clause(message)}`,
            mend: hint,
          })),
    ),
};

export const downFails: Rule = {
  id: 'down-fails',
  severity: 'error',
  why: 'A downgrade across this revision fails on every target.',
  check: ({ trace }: LintContext) =>
    trace.revisions.flatMap(({ revision, down }): Mistake[] => {
      if (down.kind !== 'fails') return [];
      const where = down.seeded ? 'fails where tables have rows' : 'fails';
      const message = `The way back ${where}: ${down.error}`;
      return [
        {
          revision,
          line: down.line,
          message,
          mend: `correct ${revision.down?.kind === 'module' ? 'its function down' : 'the section `-- migrate:down`'}`,
        },
      ];
    }),
};

/** Differences that a message repeats at most. */
const SHOWN_MAX = 5;

export const downDiffers: Rule = {
  id: 'down-differs',
  severity: 'error',
  why: 'A downgrade compares the structure with the older revision and is rolled back.',
  check: ({ trace }: LintContext) =>
    trace.revisions.flatMap(({ revision, down }): Mistake[] => {
      if (down.kind !== 'differs' || revision.down === null) return [];
      const { differences } = down;
      const shown = differences.slice(0, SHOWN_MAX).join('; ');
      const more = differences.length > SHOWN_MAX ? `; and ${differences.length - SHOWN_MAX} more` : '';
      const first = revision.down.kind === 'sql' ? revision.down.statements[0]?.line : undefined;
      return [
        {
          revision,
          line: first ?? 1,
          message: `The way back does not give back the structure before: ${shown}${more}`,
          mend: 'undo in the section `-- migrate:down` all that the way up does, in reverse order',
        },
      ];
    }),
};
