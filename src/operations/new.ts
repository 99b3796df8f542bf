// Writes the file of a new revision; no target is looked at.

import { join } from 'node:path';
import { FleetError } from '../model/errors.js';
import { command, hint } from '../model/hint.js';
import { CONTRACT, type NewReport } from '../model/report.js';
import { hasRevisions, writeRevision } from '../revisions/directory.js';
import { newRevision } from '../revisions/new-revision.js';
import type { Context } from './context.js';

/** @throws FleetError `migrations`, `usage` */
export async function createRevision(context: Context, message: string): Promise<NewReport> {
  const directory = context.migrations;
  const graph = hasRevisions(directory) ? await context.loadGraph() : null;
  const revision = newRevision(graph, message, context.randomId());
  if (revision === null) {
    throw new FleetError('usage', 'The message has no letter or digit to name a file after', {
      hint: hint`say what the revision does: ${command('new', 'add an index on tasks')}`,
    });
  }
  const file = join(directory, revision.name);
  writeRevision(file, revision.text, 'another directory with --migrations DIR');
  return { contract: CONTRACT, command: 'new', revision: revision.id, file, exitCode: 0 };
}
