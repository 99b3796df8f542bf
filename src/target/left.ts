// Around a change of one target: the copy of what is there before, and what is there after it, as an undo needs both.
// Invariant: what is kept as left by a run was proved to be what the run alone made of its copy. That it cannot be kept
// is no failure of the target: then an undo goes by the revisions.

import { basename } from 'node:path';
import { keepLeft, readLeft } from '../backup/left.js';
import { backUp } from '../backup/publish.js';
import type { Session } from '../dialects/port.js';
import type { Progress } from './progress.js';
import type { Work } from './work.js';

interface Doing {
  readonly progress: Progress;
  readonly work: Pick<Work, 'backupDir' | 'stateMode' | 'runId'>;
}

/**
 * Makes the copy that the run can be taken back by. Called with the lock, before the first write.
 * @returns the name of the run's copy that the change begins from: an earlier one, where this target is as an earlier
 *   part
 *   of the same run left it; null where no copies are made
 */
export async function copyBefore(
  session: Session,
  revision: string | null,
  { progress, work: { backupDir, stateMode: mode, runId } }: Doing,
): Promise<string | null> {
  if (backupDir === null) return null;
  const targetId = progress.target.id;
  const before = readLeft(backupDir, { runId, targetId });
  const isAsLeft = before !== null && (await session.content()) === before.content;
  progress.backup = (await backUp(session, { directory: backupDir, mode, targetId, revision })).path;
  return isAsLeft ? before.backup : basename(progress.backup);
}

/**
 * Called after the last commit.
 * @param since the name of the copy that the change began from
 * @param content what is left; default: as the session proves it
 */
export async function keepWhatIsLeft(
  session: Session,
  since: string | null,
  { progress, work: { backupDir, runId } }: Doing,
  content?: string | null,
): Promise<void> {
  if (backupDir === null || since === null) return;
  try {
    const left = content === undefined ? await session.left() : content;
    if (left === null) return;
    keepLeft(backupDir, { runId, targetId: progress.target.id, backup: since, content: left });
  } catch {
    // What is done stands; a torn file says nothing.
  }
}
