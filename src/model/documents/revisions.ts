// The documents about revisions: their order, one of them, a new one, and how far the fleet is.

import * as z from 'zod';
import {
  contract,
  count,
  exitCode,
  failure,
  head,
  programs,
  scoped,
  text,
  texts,
  time,
  hint,
} from './parts.js';

const revisionKeys = {
  id: text,
  name: text,
  file: text,
  parents: texts,
  dependsOn: texts,
  transactional: z.boolean(),
  isHead: z.boolean(),
  replaces: z.exactOptional(texts).describe('The revisions that it stands for'),
};
const revisionSummary = z
  .strictObject(revisionKeys)
  .meta({ id: 'RevisionSummary', description: 'A revision and what it stands on' });

export const historyReport = z
  .strictObject({
    contract,
    ...programs,
    command: z.literal('history'),
    head,
    revisions: z.array(revisionSummary),
    exitCode,
  })
  .meta({ id: 'HistoryReport', description: 'history' });

export const fleetHistoryReport = z
  .strictObject({
    contract,
    ...programs,
    command: z.literal('history'),
    ...scoped,
    head,
    summary: z.strictObject({ targets: count, recorded: count, unrecorded: count, unread: count }),
    revisions: z.array(
      z.strictObject({
        id: text,
        name: text,
        file: text.nullable().describe('Null: targets record it, and no file has it'),
        targets: count,
        stamped: count,
        firstAppliedAt: time.nullable(),
        lastAppliedAt: time.nullable(),
        example: text.nullable(),
      }),
    ),
    unread: z.array(z.strictObject({ id: text, path: text, problem: failure })),
    problem: z.strictObject({ message: text, ...hint }).nullable(),
    exitCode,
  })
  .meta({ id: 'FleetHistoryReport', description: 'history --fleet' });

export const headsReport = z
  .strictObject({
    contract,
    ...programs,
    command: z.literal('heads'),
    head,
    revisions: z.array(revisionSummary),
    exitCode,
  })
  .meta({ id: 'HeadsReport', description: 'heads' });

/** A thing in the structure, and the revision that makes it. */
const use = z.strictObject({ object: text, revision: text.nullable() });

const revisionNeeds = z.strictObject({
  revision: text,
  creates: texts,
  alters: texts,
  drops: texts,
  reads: texts,
  writes: texts,
  from: z.array(use),
  unknown: z.array(count).describe('Lines of statements that are not understood'),
});

export const showReport = z
  .strictObject({
    contract,
    ...programs,
    command: z.literal('show'),
    head,
    revision: z.strictObject({
      ...revisionKeys,
      children: texts,
      losesRows: texts.describe('Tables that it may take rows from'),
      changes: texts.describe('Columns, table.column, whose values it may change while it copies them'),
      drops: texts.describe('Columns, table.column, whose values it may leave behind'),
      moves: texts.describe('Tables whose rows live on in another, "old -> new"'),
      checksum: text,
      up: text,
      down: text.nullable(),
      needs: revisionNeeds.nullable(),
    }),
    exitCode,
  })
  .meta({ id: 'ShowReport', description: 'show' });

export const newReport = z
  .strictObject({ contract, command: z.literal('new'), revision: text, file: text, exitCode })
  .meta({ id: 'NewReport', description: 'new' });

export const baselineReport = z
  .strictObject({
    contract,
    command: z.literal('baseline'),
    target: z.strictObject({ id: text, path: text }),
    fingerprint: text.nullable(),
    counts: z.strictObject({ tables: count, indexes: count, views: count, triggers: count }).nullable(),
    alike: count.describe('How many other targets have exactly this structure'),
    others: count.describe('How many were looked at'),
    file: text.nullable(),
    sql: text.nullable(),
    problem: failure.nullable(),
    exitCode,
  })
  .meta({ id: 'BaselineReport', description: 'baseline' });

const lintFinding = z
  .strictObject({
    rule: text,
    severity: z.enum(['error', 'warning', 'notice']),
    revision: text,
    file: text,
    line: count,
    message: text.describe('What is wrong'),
    why: text.describe('Why it matters'),
    mend: text.describe('What to do about it, commands included'),
    commands: hint.commands,
  })
  .meta({ id: 'LintFinding', description: 'A mistake in a revision' });

const lintGraph = z.strictObject({
  order: z.array(z.strictObject({ id: text, name: text, parents: texts, dependsOn: texts })),
  heads: texts,
  uses: z.record(text, z.array(use)),
});

export const lintReport = z
  .strictObject({
    contract,
    ...programs,
    command: z.literal('lint'),
    summary: z.strictObject({
      revisions: count,
      errors: count,
      warnings: count,
      notices: count,
      allowed: count.describe('Findings that comments in the revisions let pass'),
    }),
    since: z.exactOptional(text.describe('Findings are those of later revisions alone')),
    findings: z.array(lintFinding),
    notes: texts.describe('What could not be looked at'),
    graph: z.exactOptional(lintGraph),
    exitCode,
  })
  .meta({ id: 'LintReport', description: 'lint' });
