// Reads a copy through the dialect: it is what its name says, opens, and is sound.

import { DatabaseError } from '../../dialects/port.js';
import { revisionOf } from '../../target/plans/restore.js';
import { openBackup, problemOf } from '../../target/restore.js';
import type { Tools } from '../../target/work.js';
import type { CopyVerdict, Task } from '../messages.js';

export async function proveCopy(
  { copy }: Extract<Task, { kind: 'proveCopy' }>,
  { driver, graph }: Pick<Tools, 'driver' | 'graph'>,
): Promise<CopyVerdict> {
  try {
    const backup = await openBackup(copy, driver);
    try {
      const problem = await problemOf(backup);
      if (problem !== null) return { problem: `${copy.path}: ${problem.message}`, revision: null };
      return { problem: null, revision: revisionOf(await backup.readHistory(), graph) };
    } finally {
      await backup.close();
    }
  } catch (error) {
    if (error instanceof DatabaseError) return { problem: error.message, revision: null };
    throw error;
  }
}
