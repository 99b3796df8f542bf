// Writes a copy of a target to a file of its own, proved before it is written; the target may be gone, and is not looked
// at. Nothing is ever written over.

import { join } from 'node:path';
import { copyAt, type Copy } from '../backup/copies.js';
import { assertSafeBackups } from '../backup/publish.js';
import { writeCopy } from '../backup/source.js';
import { select } from '../discovery/select.js';
import type { RestoreToOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import { EXIT } from '../model/exit-code.js';
import { hint, onTarget, tell } from '../model/hint.js';
import type { RestoreToReport } from '../model/backup-report.js';
import { CONTRACT } from '../model/report.js';
import { aboutOf } from './about.js';
import { chooseCopies, fileAt } from './copies.js';
import type { Context } from './context.js';
import { assertOneChoice } from './restore.js';
import { proveCopies } from './prove-copies.js';

/**
 * @throws FleetError `usage` where something is there already, or the choice names nothing; `unknownTarget` where there is
 *   neither a target nor a copy of this id; `stateDirectory` where others could have exchanged the copies
 */
export async function restoreTo(context: Context, options: RestoreToOptions): Promise<RestoreToReport> {
  const { to, dryRun = false, force = false } = options;
  const target = targetOf(options);
  assertOneChoice(options);
  const { stateDir } = context;
  const { from, backupDir = join(stateDir, 'backups') } = options;
  if (from === undefined) assertSafeBackups({ stateDir, backupDir });
  const base = { contract: CONTRACT, command: 'restoreTo', dryRun, target } as const;
  const about = { ...aboutOf(context, options), target };
  const copy = await copyOf(context, target, options);
  if (copy === null) {
    const said = hint`see which there are: ${onTarget('backup', {}, 'list')}`;
    const problem = { message: `there is no such copy of ${target}`, ...tell(said, about) };
    return { ...base, copy: null, file: null, problem, exitCode: EXIT.findings };
  }
  await assertFree(context, to);
  const [verdict] = await proveCopies(context, [copy], options);
  const { path, runId, takenAt, sizeBytes } = copy;
  const told = { path, runId, takenAt, revision: verdict?.revision ?? null, sizeBytes };
  if (verdict?.problem !== null && !(force && verdict?.mayForce === true)) {
    const said = hint`take another one that is good: ${onTarget('backup', {}, 'verify')}`;
    const problem = { message: verdict?.problem ?? 'it was not looked at', ...tell(said, about) };
    return { ...base, copy: told, file: null, problem, exitCode: EXIT.failed };
  }
  if (!dryRun) writeOrExplain(copy, to);
  return { ...base, copy: told, file: dryRun ? null : to, problem: null, exitCode: EXIT.ok };
}

/** @throws FleetError `usage` */
function targetOf({ only }: RestoreToOptions): string {
  const [target, ...others] = only;
  if (target !== undefined && others.length === 0) return target;
  throw new FleetError('usage', `--to writes one file, and ${only.length} targets are named`, {
    hint: 'name one target',
  });
}

async function copyOf(context: Context, target: string, options: RestoreToOptions): Promise<Copy | null> {
  const { from } = options;
  if (from !== undefined) return copyAt((await fileAt(context, from)).path);
  const copy = chooseCopies(context, [target], options, options).get(target);
  if (copy !== undefined) return copy;
  if (!chooseCopies(context, [target], {}, options).has(target))
    select(await context.dialect.discover(), { only: [target] });
  return null;
}

/** @throws FleetError `usage` */
async function assertFree({ dialect }: Context, to: string): Promise<void> {
  const inTheWay = await dialect.inTheWay(to);
  if (inTheWay === null) return;
  throw new FleetError('usage', `${inTheWay} is there already, and nothing is written over`, {
    hint: 'name another file with --to, or move that one away while nobody uses it',
  });
}

/** @throws FleetError `usage` */
function writeOrExplain(copy: Copy, to: string): void {
  try {
    writeCopy(copy, to);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new FleetError('usage', `The copy cannot be written to ${to}: ${said}`, {
      hint: 'name a file that can be written with --to',
      cause,
    });
  }
}
