// The work on a batch of targets, one after the other, or a rehearsal of it. A batch may end early: the targets that
// were not begun go back into the queue.

import type { Target } from '../../model/target.js';
import { enter, outcomeOf, startProgress, type OutcomeDraft } from '../../target/progress.js';
import { upgradeTarget } from '../../target/upgrade.js';
import type { Tools, Work } from '../../target/work.js';
import type { Task } from '../messages.js';

/** No other target is begun for the same message after so many milliseconds: another process may be idle. */
const BATCH_MS_MAX = 50;

/** A failure ends the batch, because it may be one that ends the run; so does a target that took long. */
export async function applyAll(
  { targets, work, rehearse }: Extract<Task, { kind: 'apply' }>,
  tools: Tools,
): Promise<readonly OutcomeDraft[]> {
  const startedAt = tools.now();
  const apply = rehearse ? rehearseTarget : upgradeTarget;
  const outcomes: OutcomeDraft[] = [];
  for (const target of targets) {
    const outcome = await apply(target, work, tools);
    outcomes.push(outcome);
    if (outcome.failure !== null || tools.now() - startedAt > BATCH_MS_MAX) break;
  }
  return outcomes;
}

/** The same steps in a rehearsal; the target itself is only read. */
async function rehearseTarget(target: Target, work: Work, tools: Tools): Promise<OutcomeDraft> {
  const progress = startProgress(target, tools);
  enter(progress, 'copy', tools);
  try {
    await tools.driver.assertSame(target, 'closed');
    const outcome = await tools.driver.rehearse(target, (rehearsed) =>
      upgradeTarget(rehearsed, { ...work, backupDir: null }, tools),
    );
    return { ...outcome, durationMs: tools.now() - progress.startedAt };
  } catch (error) {
    progress.error = error;
    return outcomeOf(progress, tools.now());
  }
}
