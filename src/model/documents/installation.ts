// The documents about the installation as a whole: what doctor finds, and the fault that is printed instead of a
// report.

import * as z from 'zod';
import { contract, count, exitCode, head, programs, states, text, texts, hint, command } from './parts.js';

const doctorFinding = z
  .strictObject({
    id: text.describe('Its name for programs'),
    severity: z.enum(['error', 'warning', 'note']),
    message: text,
    ...hint,
    details: texts,
  })
  .meta({ id: 'DoctorFinding', description: 'One thing that a look at the installation found' });

export const doctorReport = z
  .strictObject({
    contract,
    ...programs,
    command: z.literal('doctor'),
    version: text,
    database: text,
    dataDir: text,
    stateDir: text,
    migrations: text,
    backupDir: text,
    head,
    summary: z.strictObject({
      targets: count,
      sizeBytes: count,
      revisions: count,
      states,
      freeBytes: count.nullable(),
      errors: count,
      warnings: count,
      notes: count,
    }),
    findings: z.array(doctorFinding),
    next: z
      .array(z.strictObject({ words: texts, command, does: text }))
      .describe('What to type next: the words after `flotilla`, and the whole command'),
    exitCode,
  })
  .meta({ id: 'DoctorReport', description: 'doctor' });

const problem = z
  .strictObject({
    message: text,
    ...hint,
    file: z.exactOptional(text),
    line: z.exactOptional(count),
  })
  .meta({ id: 'Problem', description: 'One mistake of several, with file and line' });

export const errorCode = z.enum([
  'usage',
  'unknownTarget',
  'installation',
  'configuration',
  'dataDirectory',
  'stateDirectory',
  'migrations',
  'unknownRevision',
  'locked',
  'interrupted',
  'internal',
]);

export const errorReport = z
  .strictObject({
    contract,
    command: text.nullable().describe('Null where the words did not name a command'),
    error: z.strictObject({ code: errorCode, message: text, ...hint, problems: z.array(problem) }),
    exitCode,
  })
  .meta({
    id: 'ErrorReport',
    description: 'Printed instead of a report where a command could not do its work',
  });
