// Reads a copy through the dialect: it is what its name says, opens, and is sound.

import { DatabaseError } from '../../dialects/port.js';
import { revisionOf } from '../../target/plans/restore.js';
import { faultOf, openCopy } from '../../target/restore.js';
import type { Tools } from '../../target/work.js';
import type { CopyVerdict, Task } from '../messages.js';

export async function proveCopy(
  { copy }: Extract<Task, { kind: 'proveCopy' }>,
  { driver, graph }: Pick<Tools, 'driver' | 'graph'>,
): Promise<CopyVerdict> {
  const opened = await openCopy(copy, driver);
  if ('problem' in opened) return { problem: opened.problem, revision: null };
  const { backup } = opened;
  try {
    const fault = await faultOf(copy, backup);
    if (fault !== null) return { problem: fault.problem, revision: null };
    return { problem: null, revision: revisionOf(await backup.readHistory(), graph) };
  } catch (error) {
    if (error instanceof DatabaseError) return { problem: `${copy.path}: ${error.message}`, revision: null };
    throw error;
  } finally {
    await backup.close();
  }
}
