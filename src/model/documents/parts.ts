// What several documents have in common, as checks. The documents' checks are for those who publish and test the
// documents: the program never loads them. A test holds the interfaces to them, and real documents as well.

import * as z from 'zod';

export const contract = z
  .literal(1)
  .describe('Version of the shapes; keys are never renamed, new ones may be added');
export const exitCode = z.int().min(0).max(255).describe('What the program exits with');
export const count = z.int().min(0);
export const text = z.string();
export const texts = z.array(z.string());
/** ISO 8601, UTC. */
export const time = z.iso.datetime();
export const head = texts.describe('The heads of the revisions; one, unless a merge is missing');

export const runCommand = z.enum(['upgrade', 'downgrade', 'stamp', 'repair', 'restore', 'undo']);

export const targetState = z.enum([
  'current',
  'pending',
  'empty',
  'legacy',
  'drifted',
  'unknown',
  'dirty',
  'unreadable',
]);

/** Targets by state; a state that none has is left out. */
export const states = z.partialRecord(targetState, count);

export const failureCode = z.enum([
  'notADatabase',
  'corrupt',
  'busy',
  'readOnly',
  'permission',
  'diskFull',
  'io',
  'refusedPath',
  'replaced',
  'gone',
  'unknownRevision',
  'drifted',
  'noBaseline',
  'ambiguousBaseline',
  'claimMismatch',
  'checksumMismatch',
  'migrationFailed',
  'foreignKeyViolation',
  'integrity',
  'rowsLost',
  'valuesChanged',
  'columnOrder',
  'schemaMismatch',
  'backupFailed',
  'commitUncertain',
  'timeout',
  'workerDied',
  'interrupted',
  'stopped',
  'changedSince',
  'internal',
]);

export const step = z.enum([
  'discover',
  'copy',
  'open',
  'lock',
  'read',
  'check',
  'backUp',
  'execute',
  'record',
  'verify',
  'commit',
  'confirm',
]);

const commandOptions = z.record(text, z.union([z.boolean(), z.number(), text, texts.readonly()]));

export const command = z
  .union([
    z.strictObject({
      verb: text,
      argument: z.exactOptional(text),
      options: z.exactOptional(commandOptions),
    }),
    z.strictObject({ program: text, args: texts }),
  ])
  .meta({ id: 'Command', description: 'A command to type; options by their names in the library' });

/** What every document about targets says of those that it is not about. */
export const scoped = {
  unexamined: z.exactOptional(count).describe('Targets that were not looked at, because of --limit'),
  present: z
    .exactOptional(z.strictObject({ count, examples: texts }))
    .describe('What is there, where nothing is a target'),
};

/** What looks say of programs. */
export const programs = {
  notRun: z
    .exactOptional(texts)
    .describe(
      'Revisions that are programs and were not run (--no-programs): what depends on one is not known',
    ),
};

/** What every hint consists of. */
export const hint = {
  hint: text.describe('What to do next, commands included'),
  commands: z.exactOptional(z.array(command)).describe('The commands in it, in order'),
};

export const failure = z
  .strictObject({
    code: failureCode,
    step,
    message: text.describe('What was found, in one sentence'),
    ...hint,
    revision: z.exactOptional(text),
    statement: z.exactOptional(text).describe('The SQL that failed'),
    line: z.exactOptional(count).describe("Its line in the revision's file"),
    file: z.exactOptional(text).describe("The revision's file"),
    tables: z
      .exactOptional(texts)
      .describe('Tables whose rows or values are not what they were, or that the statement at fault names'),
    rows: z.exactOptional(count).describe('How many rows are not what they were'),
  })
  .meta({ id: 'Failure', description: 'Why a target failed or was left alone' });

export const match = z
  .strictObject({
    kind: z.enum(['exact', 'ambiguous', 'nearest', 'none']),
    revision: text.nullable(),
    candidates: texts,
    difference: texts,
    again: z.exactOptional(texts).describe('What would run again from the earliest, and may change rows'),
    claims: z
      .exactOptional(
        z.array(
          z.strictObject({
            tool: text,
            table: text,
            says: texts.describe('The last that it records, in its own spelling'),
            revisions: texts.describe('The heads of the revisions that are meant'),
            stuck: z.exactOptional(texts).describe('Marks of a run that failed, or that holds a lock'),
          }),
        ),
      )
      .describe('What other tools record in it'),
  })
  .meta({ id: 'Match', description: 'How a legacy structure compares with the structure of every revision' });

export const unmatched = z
  .array(z.strictObject({ name: text, nearest: text.nullable() }))
  .describe("Names given to --drop-extra that are no target's");
