// The change step of a restore, in place of statements, record and COMMIT: a copy is proved, what is there now is backed
// up, and the copy's content takes its place in one step that the dialect answers for. What the copy's own history says
// is what the target records afterwards.

import { backUp } from '../backup/publish.js';
import { copyAt, type Copy } from '../backup/copies.js';
import { sourceOf } from '../backup/source.js';
import { DatabaseError, type Driver, type Session } from '../dialects/port.js';
import type { Outcome, OutcomeCopy } from '../model/outcome.js';
import { assertMayCommit } from './commit.js';
import { decideRestore, ifSound, noCopy, type RestoreIntent } from './plans/restore.js';
import type { Progress } from './progress.js';
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
  const backup = await openSound(copy, intent, tools.driver);
  try {
    const told = { ...outcomeCopy(copy), revision: null };
    const decision = await decideRestore(session, backup, { intent, copy: told, graph: tools.graph });
    progress.decision = decision;
    if (decision.kind === 'noChange') return false;

    progress.step = 'check';
    await session.proveWritable();
    progress.rows = await rowsOf(session, backup);

    progress.step = 'backUp';
    if (work.backupDir !== null) {
      const key = { directory: work.backupDir, targetId: progress.target.id, revision: decision.from };
      progress.backup = (await backUp(session, key)).path;
    }

    progress.step = 'execute';
    await session.putBack(backup, () => {
      assertMayCommit(progress, work, tools);
    });
    return true;
  } finally {
    await backup.close();
  }
}

/** The copy that an intent names for the target at hand. */
export function chosenCopy({ copy }: RestoreIntent): Copy | null {
  return copy === undefined ? null : copyAt(copy);
}

/** @throws DatabaseError `backupFailed` where the copy is no database, or damaged */
export async function openBackup(copy: Copy, driver: Driver): Promise<Session> {
  try {
    return await driver.openBackup(sourceOf(copy));
  } catch (error) {
    throw aboutCopy(copy, error);
  }
}

/** @throws DatabaseError `backupFailed` where the copy must not be put back */
async function openSound(copy: Copy, { force }: RestoreIntent, driver: Driver): Promise<Session> {
  const backup = await openBackup(copy, driver);
  try {
    const problem = await problemOf(backup);
    if (problem === null || (force && problem.code === 'integrity')) return backup;
    throw new DatabaseError('backupFailed', `${copy.path} cannot be put back: ${problem.message}`);
  } catch (error) {
    await backup.close();
    throw aboutCopy(copy, error);
  }
}

/** What is wrong with the content of a copy; null where it is sound. */
export async function problemOf(
  backup: Session,
): Promise<{ readonly code: 'integrity' | 'corrupt'; readonly message: string } | null> {
  const fault = await backup.checkIntegrity('full');
  if (fault === null) return null;
  const { code, problems } = fault;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return { code, message: `the integrity check says: ${problems[0] ?? ''}${more}` };
}

/** Faults of a copy must not be taken for faults of the target. */
function aboutCopy({ path }: Copy, error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (error.code !== 'notADatabase' && error.code !== 'corrupt') return error;
  return new DatabaseError('backupFailed', `${path} cannot be put back: ${error.message}`, { cause: error });
}

function outcomeCopy({ path, runId, takenAt, sizeBytes }: Copy): Omit<OutcomeCopy, 'revision'> {
  return { path, runId, takenAt, sizeBytes };
}

/** Rows of each table before and after; none where a damaged database cannot be counted. */
async function rowsOf(session: Session, backup: Session): Promise<Outcome['rows']> {
  const [before, after] = [(await ifSound(() => session.countRows())) ?? {}, await backup.countRows()];
  const tables = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries([...tables].sort().map((name) => [name, [before[name] ?? 0, after[name] ?? 0]]));
}
