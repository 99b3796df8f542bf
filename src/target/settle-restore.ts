// Whether a restore that was cut off has happened: told by the content, because it leaves no row of its own in any
// history. The content is the copy's, or that of the backup that was made first; where an application has written
// since, the histories and structures tell, as far as they differ.

import { copiesIn, idHashOf, type Copy } from '../backup/copies.js';
import { DatabaseError, type Driver, type Session } from '../dialects/port.js';
import type { Reason } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import { areAlike, ifSound, revisionOf, type RestoreIntent } from './plans/restore.js';
import type { OutcomeDraft } from './progress.js';
import { chosenCopy, openCopy } from './restore.js';
import type { Tools, Work } from './work.js';

/** What a restore had done to a target when its worker died. */
export async function restoredBy(
  session: Session,
  target: Target,
  { cause, ...about }: About & { readonly cause: Reason },
): Promise<Pick<OutcomeDraft, 'outcome' | 'from' | 'to' | 'applied' | 'failure'>> {
  const isDone = await isRestored(session, target, about);
  const to = revisionOf(await ifSound(() => session.readHistory()), about.tools.graph);
  return isDone
    ? { outcome: 'restored', from: null, to, applied: [], failure: null }
    : { outcome: 'failed', from: to, to, applied: [], failure: cause };
}

interface About {
  readonly intent: RestoreIntent;
  readonly work: Work;
  readonly tools: Tools;
}

/**
 * @param session on the target, in which nobody else is at work on a restore
 * @throws DatabaseError `commitUncertain` where the target cannot tell
 */
export async function isRestored(
  session: Session,
  target: Target,
  { intent, work, tools: { driver } }: About,
): Promise<boolean> {
  const copy = chosenCopy(intent);
  if (copy === null) return false;
  const backup = await opened(copy, driver);
  try {
    if (await areAlike(session, backup)) return true;
    const found = JSON.stringify(await session.observe());
    const isLikeCopy = found === JSON.stringify(await backup.observe());
    for (const before of copiesIn([work.backupDir ?? ''], new Set([idHashOf(target.id)]))) {
      const former = await opened(before, driver);
      try {
        if (await areAlike(session, former)) return false;
        if ((found === JSON.stringify(await former.observe())) !== isLikeCopy) return isLikeCopy;
      } finally {
        await former.close();
      }
    }
    if (!isLikeCopy) return false;
    throw new DatabaseError(
      'commitUncertain',
      `its content is neither that of ${copy.path} nor the one of before: somebody has written to it since`,
    );
  } finally {
    await backup.close();
  }
}

async function opened(copy: Copy, driver: Driver): Promise<Session> {
  const found = await openCopy(copy, driver);
  if ('backup' in found) return found.backup;
  throw new DatabaseError('commitUncertain', found.problem);
}
