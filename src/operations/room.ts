// Room for the copies of a run, before it begins: one that cannot have them would fail target after target, and leave the
// disk full for whoever shares it. Invariant: only what is sure not to fit is refused; what is near is told, and goes on.

import { spaceAt } from '../backup/room.js';
import type { Target } from '../model/target.js';
import { FleetError } from '../model/errors.js';
import type { RunEvent } from '../model/events.js';
import { command, hint } from '../model/hint.js';
import { count, size } from '../report/layout.js';
import type { Judged } from './inspect.js';

export interface RoomNeeded {
  /** Where backups go. */
  readonly backupDir: string;
  /** What would be done to targets, in order; null where something is done to all. */
  readonly examine: (() => Promise<readonly Judged[]>) | null;
  readonly emit: (event: RunEvent) => void;
}

/** Part of the free space above which the copies are told to come near it: journals and others want some, too. */
const NEAR = 0.9;

/**
 * A rehearsal makes no copies that stay, and is refused as the run would be.
 * Whoever has room for a copy of every target is asked nothing; only where that is short, it is looked which are changed.
 * @throws FleetError `stateDirectory` where the copies cannot fit
 */
export async function assertRoom(targets: readonly Target[], needed: RoomNeeded): Promise<void> {
  const { backupDir, examine, emit } = needed;
  const space = spaceAt(backupDir);
  if (space === null || sizeOf(targets) <= space.usableBytes * NEAR) return;
  const judged = (await examine?.()) ?? null;
  const changed =
    judged === null ? targets : targets.filter((_, at) => judged[at]?.decision?.kind === 'plan');
  const bytes = sizeOf(changed);
  if (bytes <= space.usableBytes * NEAR) return;
  const what = `${count(changed.length, 'backup')} of ${size(bytes)}`;
  const there = `${space.directory} has ${size(space.usableBytes)} free`;
  if (bytes <= space.freeBytes) {
    const near = 'a run stops where there is no room, with every target as it was';
    emit({ event: 'problem', message: `There is hardly room for ${what}: ${there}`, hint: near });
    return;
  }
  const message = `There is no room for ${what}: ${there}`;
  throw new FleetError('stateDirectory', `${message}; no target was touched`, {
    hint: hint`choose another place with --backup-dir, remove copies that nobody needs (${command('backup', 'list')}), take fewer targets with --limit, or leave backups out with --no-backup`,
  });
}

function sizeOf(targets: readonly Target[]): number {
  return targets.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
