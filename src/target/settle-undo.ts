// What an undo that was cut off had done. The copy that it made before its first write tells which way it went, because
// that is decided from the content alone; then the target is asked as after that way.

import { copiesIn, copyAt, idHashOf } from '../backup/copies.js';
import { DatabaseError, type Session } from '../dialects/port.js';
import type { Reason } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import type { Intent, UndoIntent } from './intent.js';
import { areAlike, ifSound, revisionOf } from './plans/restore.js';
import { chooseUndo } from './plans/undo.js';
import type { OutcomeDraft } from './progress.js';
import { openCopy } from './restore.js';
import type { Tools, Work } from './work.js';

type Settled = Pick<OutcomeDraft, 'outcome' | 'from' | 'to' | 'applied' | 'failure'>;

interface About {
  readonly intent: UndoIntent;
  readonly cause: Reason;
  readonly work: Work;
  readonly tools: Tools;
}

/**
 * @param session on the target, in which nobody else is at work
 * @returns how it ended or, where other steps are to be asked, the intent that it had come to
 * @throws DatabaseError `commitUncertain` where nothing tells
 */
export async function undoneBy(
  session: Session,
  target: Target,
  { intent, cause, work, tools }: About,
): Promise<Settled | Intent> {
  const to = revisionOf(await ifSound(() => session.readHistory()), tools.graph);
  const copy = intent.deed?.copy ?? null;
  if (copy !== null && (await isContentOf(copy, session, tools)))
    return { outcome: 'restored', from: null, to, applied: [], failure: null };
  const unchanged: Settled = { outcome: 'failed', from: to, to, applied: [], failure: cause };
  if (work.backupDir === null) return byRows(intent, unchanged);
  // A chain in parts made a copy before each: the first says where the undo began.
  const before = copiesIn([work.backupDir], new Set([idHashOf(target.id)])).at(-1);
  if (before === undefined) return unchanged;
  const opened = await openCopy(before, tools.driver);
  if (!('backup' in opened)) throw new DatabaseError('commitUncertain', opened.problem);
  try {
    if (await areAlike(session, opened.backup)) return unchanged;
    return (await chooseUndo(opened.backup, target, intent, tools)).intent;
  } finally {
    await opened.backup.close();
  }
}

/** Without a copy of where it began, rows alone tell, and only of what leaves any. */
function byRows({ deed }: UndoIntent, unchanged: Settled): Settled | Intent {
  if (deed?.what === 'upgraded')
    return { kind: 'downgrade', to: deed.from ?? 'base', revisions: deed.applied };
  if (deed?.what === 'downgraded' && deed.from !== null)
    return { kind: 'upgrade', to: 'head', goal: deed.from.split(','), stamp: false, allowDrift: [] };
  if (deed === undefined) return unchanged;
  throw new DatabaseError('commitUncertain', 'no copy was made of it, and its content is not that of before');
}

async function isContentOf(
  path: string,
  session: Session,
  { driver }: Pick<Tools, 'driver'>,
): Promise<boolean> {
  const copy = copyAt(path);
  const opened = copy === null ? null : await openCopy(copy, driver);
  if (opened === null || !('backup' in opened)) return false;
  try {
    return await areAlike(session, opened.backup);
  } finally {
    await opened.backup.close();
  }
}
