// Reads a copy through the dialect: it is what its name says, opens, and is sound.

import { DatabaseError } from '../../dialects/port.js';
import { ifSound, revisionOf } from '../../target/plans/restore.js';
import { faultOf, openCopy } from '../../target/restore.js';
import type { Tools } from '../../target/work.js';
import type { CopyVerdict, Task } from '../messages.js';

export async function proveCopy(
  { copy }: Extract<Task, { kind: 'proveCopy' }>,
  { driver, graph }: Pick<Tools, 'driver' | 'graph'>,
): Promise<CopyVerdict> {
  const opened = await openCopy(copy, driver);
  if ('problem' in opened) return { ...opened, revision: null };
  const { backup } = opened;
  try {
    const fault = await faultOf(copy, backup);
    const revision = revisionOf(await ifSound(() => backup.readHistory()), graph);
    return { ...(fault ?? { problem: null, mayForce: false }), revision };
  } catch (error) {
    if (error instanceof DatabaseError)
      return { problem: `${copy.path}: ${error.message}`, mayForce: false, revision: null };
    throw error;
  } finally {
    await backup.close();
  }
}
