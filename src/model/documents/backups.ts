// The documents about copies: which there are, whether they are good, and one that was written beside the targets.

import * as z from 'zod';
import { contract, count, exitCode, hint, text, time } from './parts.js';
import { copy } from './run.js';

const backupCopy = z
  .strictObject({
    id: text.describe('Of the target; where nothing knows it, as much of it as the name of the copy has'),
    path: text,
    runId: text.nullable().describe('The run that made it'),
    takenAt: time.describe('When that run began, else when the file was written'),
    revision: text.nullable().describe('As the name of the copy has it; null is base'),
    sizeBytes: count,
    sha256: text,
    problem: z.exactOptional(z.strictObject({ message: text, ...hint }).nullable()),
  })
  .meta({ id: 'BackupCopy', description: 'A copy; `problem` is there where it was looked at' });

export const backupsReport = z
  .strictObject({
    contract,
    command: z.enum(['backupList', 'backupVerify']),
    summary: z.strictObject({
      copies: count,
      targets: count,
      sizeBytes: count,
      damaged: z.exactOptional(count),
    }),
    copies: z.array(backupCopy).describe('By target, the newest first'),
    exitCode,
  })
  .meta({ id: 'BackupsReport', description: 'backup list, backup verify' });

export const restoreToReport = z
  .strictObject({
    contract,
    command: z.literal('restoreTo'),
    dryRun: z.boolean(),
    target: text,
    copy: copy.nullable(),
    file: text.nullable().describe('Null where none was written'),
    problem: z.strictObject({ message: text, ...hint }).nullable(),
    exitCode,
  })
  .meta({ id: 'RestoreToReport', description: 'restore --to' });
