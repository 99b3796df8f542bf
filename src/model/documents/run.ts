// The document of a run over targets, and how each of them ended.

import * as z from 'zod';
import {
  contract,
  count,
  exitCode,
  failure,
  head,
  hint,
  match,
  runCommand,
  scoped,
  text,
  texts,
  time,
  unmatched,
} from './parts.js';

const outcomeKind = z.enum([
  'upgraded',
  'downgraded',
  'stamped',
  'repaired',
  'restored',
  'current',
  'skipped',
  'failed',
  'partial',
  'inDoubt',
]);

const skippedStatement = z.strictObject({
  revision: text,
  line: count,
  when: z.enum(['missing', 'exists']),
  object: text,
});

export const copy = z
  .strictObject({
    path: text,
    runId: text.nullable().describe('The run that made it'),
    takenAt: time.describe('When that run began, else when the file was written'),
    revision: text.nullable().describe('What it records; null is base'),
    sizeBytes: count,
  })
  .meta({ id: 'OutcomeCopy', description: 'The copy that a target was restored from, or would be' });

export const outcome = z
  .strictObject({
    id: text,
    path: text,
    outcome: outcomeKind.describe(
      'partial: revisions outside transactions cut the way in parts, and a later part failed: it stands in between',
    ),
    from: text.nullable().describe('The revision before; null is base'),
    to: text.nullable().describe('The revision that is recorded afterwards, whatever was asked for'),
    applied: texts.describe('Revisions run or recorded, in order'),
    backup: text.nullable(),
    durationMs: z.number().min(0),
    rows: z.record(text, z.tuple([count, count])).describe('Rows of each table before and after'),
    failure: failure.nullable(),
    skippedStatements: z.exactOptional(z.array(skippedStatement)),
    resumed: z.exactOptional(z.strictObject({ revision: text, statementsDone: count })),
    match: z.exactOptional(match),
    mended: z.exactOptional(texts),
    left: z.exactOptional(texts),
    extra: z.exactOptional(texts),
    copy: z.exactOptional(copy),
    lost: z
      .exactOptional(z.record(text, count))
      .describe('With a copy that is put back, by table: rows that went because it does not have them'),
    wave: z.exactOptional(text).describe('The name of its wave'),
  })
  .meta({ id: 'Outcome', description: 'How a target ended in a run' });

export const runSummary = z
  .strictObject({
    planned: count,
    upgraded: z.exactOptional(count),
    downgraded: z.exactOptional(count),
    stamped: z.exactOptional(count),
    repaired: z.exactOptional(count),
    restored: z.exactOptional(count),
    current: z.exactOptional(count),
    skipped: z.exactOptional(count),
    failed: z.exactOptional(count),
    partial: z.exactOptional(count),
    inDoubt: z.exactOptional(count),
  })
  .meta({ id: 'RunSummary', description: 'Targets by outcome; an outcome that none had is left out' });

export const wave = z
  .strictObject({
    ...runSummary.shape,
    name: text,
    upgraded: count,
    failed: count,
    maxFailures: count.nullable().describe('How many may fail, partial and inDoubt included; null: all'),
    startedAt: time.nullable(),
    finishedAt: time.nullable().describe('When its last target ended'),
    verdict: z
      .enum(['passed', 'exceeded', 'refused', 'paused', 'interrupted', 'notStarted', 'empty'])
      .describe(
        'passed: the next may begin; exceeded: more failed than may; refused: the gate after it said no; paused: the run ended after it; interrupted: the run was stopped while it went on; notStarted: the run had stopped before; empty: no target is in it',
      ),
  })
  .meta({ id: 'WaveReport', description: 'What became of a wave: its targets by outcome' });

const leg = z.strictObject({
  startedAt: time,
  finishedAt: time.nullable().describe('null: it died'),
  host: text.nullable(),
  exitCode: exitCode.nullable(),
});

export const resumeReport = z
  .strictObject({
    contract,
    command: z.literal('resume'),
    run: text.nullable().describe('The run that was looked at'),
    message: text,
    ...hint,
    exitCode,
  })
  .meta({ id: 'ResumeReport', description: 'resume, where there is nothing to go on with' });

const failureGroup = z
  .strictObject({
    ...failure.omit({ step: true }).shape,
    outcome: outcomeKind,
    count,
    wordings: count.describe('How many different messages they have, their own names aside'),
    example: text.describe('Id of the first such target'),
  })
  .meta({
    id: 'FailureGroup',
    description: 'Targets that failed, or were left alone, for one cause: a code, a revision and a statement',
  });

export const failedAttempt = z
  .strictObject({
    runId: text,
    command: runCommand,
    startedAt: time,
    outcome: z.enum(['failed', 'partial', 'inDoubt']),
    failure,
  })
  .meta({ id: 'FailedAttempt', description: 'A run that failed on a target, as the ledger has it' });

export const runReport = z
  .strictObject({
    contract,
    ...scoped,
    command: runCommand,
    runId: text,
    dryRun: z.boolean(),
    undoes: z.exactOptional(text).describe('The id of the run that an undo took back'),
    head,
    startedAt: time,
    finishedAt: time,
    durationMs: z.number().min(0),
    summary: runSummary,
    failures: z.array(failureGroup),
    targets: z.array(outcome),
    waves: z.exactOptional(z.array(wave)).describe('Where waves were asked for, or a budget'),
    unmatched: z.exactOptional(unmatched),
    report: text.nullable().describe('Path of the copy of this document under the state directory'),
    resumedFrom: z
      .exactOptional(text)
      .describe('The run that was gone on with; this document is that of the whole'),
    legs: z.exactOptional(z.array(leg)).describe('Where several processes worked on it, one after the other'),
    exitCode,
  })
  .meta({ id: 'RunReport', description: 'upgrade, downgrade, stamp, repair, restore, undo' });
