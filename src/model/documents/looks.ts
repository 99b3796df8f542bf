// The documents of looks at the fleet: what state every target is in, and what would be done to each cohort.

import * as z from 'zod';
import {
  contract,
  count,
  exitCode,
  failure,
  head,
  match,
  programs,
  scoped,
  states,
  targetState,
  text,
  texts,
  time,
  unmatched,
} from './parts.js';
import { failedAttempt } from './run.js';

const cohortKeys = {
  state: targetState,
  revision: text.nullable(),
  fingerprint: text.nullable(),
  count,
  example: text.describe('Id of the first of its targets'),
  pending: texts,
  match: z.exactOptional(match),
};
const cohort = z
  .strictObject(cohortKeys)
  .meta({ id: 'Cohort', description: 'The targets that share state, revision and fingerprint' });

const targetKeys = {
  id: text,
  path: text,
  state: targetState,
  revision: text.nullable().describe('The revision recorded; several heads are joined by commas'),
  pending: texts,
  sizeBytes: count,
  problem: failure.nullable(),
  lastFailure: z.exactOptional(failedAttempt),
};
const targetStatus = z
  .strictObject(targetKeys)
  .meta({ id: 'TargetStatus', description: 'The state of a target' });

const difference = z.array(
  z.strictObject({ kind: text.describe('What --allow-drift calls it'), words: text }),
);

export const statusReport = z
  .strictObject({
    contract,
    ...programs,
    ...scoped,
    command: z.enum(['status', 'check']),
    head,
    summary: z.strictObject({ targets: count, states, revisions: z.record(text, count) }),
    cohorts: z.array(cohort),
    targets: z.array(targetStatus),
    exitCode,
  })
  .meta({ id: 'StatusReport', description: 'status, check' });

export const discoverReport = z
  .strictObject({
    contract,
    ...scoped,
    command: z.literal('discover'),
    dataDir: text,
    targets: z.array(z.strictObject({ id: text, path: text, sizeBytes: count })),
    refused: z.array(
      z.strictObject({
        id: text,
        path: text,
        reason: text,
        hint: text,
        blank: z.literal(true).exactOptional(),
      }),
    ),
    exitCode,
  })
  .meta({ id: 'DiscoverReport', description: 'discover' });

const historyRow = z.strictObject({
  revision: text,
  name: text,
  checksum: text,
  sqlChecksum: text,
  status: z.enum(['applied', 'stamped', 'started', 'leaving']),
  statementsDone: count,
  runId: text,
  appliedAt: time,
  durationMs: z.number().min(0),
  toolVersion: text,
});

export const currentReport = z
  .strictObject({
    contract,
    ...programs,
    ...scoped,
    command: z.literal('current'),
    targets: z.array(
      z.strictObject({ ...targetKeys, history: z.exactOptional(z.array(historyRow).nullable()) }),
    ),
    exitCode,
  })
  .meta({ id: 'CurrentReport', description: 'current' });

export const driftReport = z
  .strictObject({
    contract,
    ...programs,
    ...scoped,
    command: z.literal('drift'),
    head,
    summary: z.strictObject({ targets: count, drifted: count, soft: count, states }),
    cohorts: z.array(z.strictObject({ ...cohortKeys, difference })),
    targets: z.array(z.strictObject({ ...targetKeys, difference })),
    soft: z.array(
      z.strictObject({ revision: text.nullable(), count, example: text, difference, targets: texts }),
    ),
    exitCode,
  })
  .meta({ id: 'DriftReport', description: 'drift' });

export const planReport = z
  .strictObject({
    contract,
    ...programs,
    ...scoped,
    command: z.literal('plan'),
    head,
    to: texts,
    cohorts: z.array(
      z.strictObject({
        ...cohortKeys,
        revisions: z.array(z.strictObject({ id: text, name: text, file: text, sql: text })),
        script: text.nullable(),
        problem: failure.nullable(),
      }),
    ),
    exitCode,
  })
  .meta({ id: 'PlanReport', description: 'plan' });

export const repairPlanReport = z
  .strictObject({
    contract,
    ...programs,
    ...scoped,
    command: z.literal('repairPlan'),
    head,
    cohorts: z.array(
      z.strictObject({
        ...cohortKeys,
        statements: z.array(z.strictObject({ sql: text, mends: text })),
        checks: z.array(z.strictObject({ table: text, words: text, sql: text })),
        left: texts,
        dropped: texts,
        accepted: z.exactOptional(texts),
        problem: failure.nullable(),
      }),
    ),
    unmatched: z.exactOptional(unmatched),
    exitCode,
  })
  .meta({ id: 'RepairPlanReport', description: 'repair --plan' });
