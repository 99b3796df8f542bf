// COMMIT, as long as somebody waits for it and the deadline has not passed. Readers may keep it waiting: a COMMIT that
// was busy leaves the transaction open and may be tried again (sqlite.org/lang_transaction.html).

import { DatabaseError, type Session } from '../dialects/port.js';
import type { Progress } from './progress.js';
import type { Tools, Work } from './work.js';

/** @throws DatabaseError `interrupted`, `timeout`: nobody waits for it any more */
export function assertMayCommit(
  { workingSince }: Pick<Progress, 'workingSince'>,
  { timeoutMs }: Pick<Work, 'timeoutMs'>,
  { now, mayCommit }: Pick<Tools, 'now' | 'mayCommit'>,
): void {
  if (!mayCommit()) throw new DatabaseError('interrupted', 'the run ended before the commit');
  if (now() - workingSince > timeoutMs)
    throw new DatabaseError('timeout', `the deadline of ${timeoutMs} ms passed before the commit`);
}

/**
 * @throws DatabaseError `busy`, `timeout`, `interrupted`: nothing was committed; `commitUncertain`: only the target can
 *   tell
 */
export async function commit(
  session: Session,
  progress: Pick<Progress, 'workingSince'>,
  work: Work,
  { now, mayCommit }: Tools,
): Promise<void> {
  const firstTryAt = now();
  for (;;) {
    assertMayCommit(progress, work, { now, mayCommit });
    try {
      await session.commit();
      return;
    } catch (error) {
      const isBusy = error instanceof DatabaseError && error.code === 'busy';
      if (!isBusy || now() - firstTryAt > work.busyTimeoutMs) throw error;
    }
  }
}
