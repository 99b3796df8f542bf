// The change step of a restore, in place of statements, record and COMMIT: a copy is proved, what is there now is
// backed up, and the copy's content takes its place in one step that the dialect answers for. What the copy's own
// history says is what the target records afterwards.

import { copyAt, type Copy } from '../backup/copies.js';
import { sourceOf } from '../backup/source.js';
import { DatabaseError, type Driver, type Session } from '../dialects/port.js';
import type { Outcome, OutcomeCopy } from '../model/outcome.js';
import { assertMayCommit } from './commit.js';
import { copyBefore, keepWhatIsLeft } from './left.js';
import {
  badCopy,
  decideRestore,
  ifSound,
  noCopy,
  type CopyFault,
  type RestoreIntent,
} from './plans/restore.js';
import { enter, type Progress } from './progress.js';
import type { Tools, Work } from './work.js';

/**
 * Called with the lock; the transaction has ended where it returns true.
 * @returns whether the content was put back
 */
export async function restore(
  session: Session,
  intent: RestoreIntent,
  { work, tools, progress }: { readonly work: Work; readonly tools: Tools; readonly progress: Progress },
): Promise<boolean> {
  const copy = chosenCopy(intent);
  if (copy === null) {
    progress.decision = noCopy(intent);
    return false;
  }
  const opened = await openCopy(copy, tools.driver);
  if ('problem' in opened) {
    progress.decision = badCopy(opened, intent);
    return false;
  }
  const { backup } = opened;
  try {
    const fault = await faultOf(copy, backup);
    if (fault !== null && !(fault.mayForce && intent.force)) {
      progress.decision = badCopy(fault, intent);
      return false;
    }
    const told = { ...outcomeCopy(copy), revision: null };
    const decision = await decideRestore(session, backup, { intent, copy: told, graph: tools.graph });
    progress.decision = decision;
    if (decision.kind === 'noChange') return false;

    enter(progress, 'check', tools);
    await ifSound(() => session.proveWritable());
    progress.rows = await rowsOf(session, backup);

    enter(progress, 'backUp', tools);
    const since = await copyBefore(session, decision.from, { progress, work });

    enter(progress, 'execute', tools);
    const left = await session.putBack(backup, () => {
      assertMayCommit(progress, work, tools);
    });
    await keepWhatIsLeft(session, since, { progress, work }, left);
    return true;
  } finally {
    await backup.close();
  }
}

/** The copy that an intent names for the target at hand. */
export function chosenCopy({ copy }: RestoreIntent): Copy | null {
  return copy === undefined ? null : copyAt(copy);
}

/** Opens a copy, or says why it cannot be. */
export async function openCopy(
  copy: Copy,
  driver: Pick<Driver, 'openBackup'>,
): Promise<{ readonly backup: Session } | CopyFault> {
  try {
    return { backup: await driver.openBackup(sourceOf(copy)) };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const { code, message } = error;
    if (code === 'backupFailed') return { problem: message, mayForce: false };
    if (code !== 'notADatabase' && code !== 'corrupt') throw error;
    return { problem: `${copy.path} is damaged: ${message}`, mayForce: false };
  }
}

/** What is wrong with the content of a copy; null where it is sound. */
export async function faultOf({ path }: Copy, backup: Session): Promise<CopyFault | null> {
  const fault = await ifSound(() => backup.checkIntegrity('full').then((found) => ({ found })));
  if (fault === null) return { problem: `${path} is damaged: it cannot be read`, mayForce: false };
  if (fault.found === null) return null;
  const { code, problems } = fault.found;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const problem = `${path} is damaged: the integrity check says: ${problems[0] ?? ''}${more}`;
  return { problem, mayForce: code === 'integrity' };
}

function outcomeCopy({ path, runId, takenAt, sizeBytes }: Copy): Omit<OutcomeCopy, 'revision'> {
  return { path, runId, takenAt, sizeBytes };
}

/** Rows of each table before and after; none where a damaged database cannot be counted. */
async function rowsOf(session: Session, backup: Session): Promise<Outcome['rows']> {
  const before = await ifSound(() => session.countRows());
  if (before === null) return {};
  const after = await backup.countRows();
  const tables = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries([...tables].sort().map((name) => [name, [before[name] ?? 0, after[name] ?? 0]]));
}
