// What every command over the fleet starts from: directories, revisions, targets. Filled in by the composition root, so
// that nothing here names a driver, a clock or chance.

import { join } from 'node:path';
import type { Dialect } from '../dialects/port.js';
import { select } from '../discovery/select.js';
import type { SelectOptions } from '../model/api.js';
import type { CommandOptions } from '../model/command.js';
import { FleetError } from '../model/errors.js';
import type { Refusal, Target } from '../model/target.js';
import type { Graph } from '../revisions/graph.js';
import type { UserVersions } from '../stamping/claims.js';
import type { Pool } from '../workers/pool.js';
import type { StartMessage } from '../workers/messages.js';

export interface Context {
  readonly dataDir: string;
  readonly pattern: string;
  readonly stateDir: string;
  readonly migrations: string;
  /** Worker processes unless a call says otherwise. */
  readonly jobs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newRunId: () => string;
  /** Twelve hexadecimal digits. */
  readonly randomId: () => string;
  /** Reads the revisions, once. @throws FleetError `migrations`, `configuration` where a setting names none of them */
  readonly loadGraph: () => Promise<Graph>;
  /** What numbers in `user_version` mean, by the settings. @throws FleetError `configuration` */
  readonly userVersionsIn: (graph: Graph) => UserVersions;
  readonly dialect: Dialect;
  /** Options that say which fleet it is, for commands to type. */
  readonly place: CommandOptions;
  readonly startPool: (start: Promise<StartMessage>) => Pool;
  /** For private copies where the state directory cannot be written. */
  readonly fallbackDir: string;
}

export interface Selected {
  readonly targets: readonly Target[];
  readonly refused: readonly Refusal[];
}

/** The targets that a call is about. */
export async function selectTargets(context: Context, options: SelectOptions): Promise<Selected> {
  return select(await context.dialect.discover(), options);
}

/** The private copies of one call. */
export function scratchOf(context: Context, id: string): string {
  return join(context.stateDir, 'scratch', id);
}

/** The fault of a call that was interrupted before any target was changed. */
export function interrupted(cause: unknown): FleetError {
  const hint = 'nothing was changed; run the command again';
  return new FleetError('interrupted', 'Interrupted', { hint, cause });
}
