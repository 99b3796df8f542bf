// What every command over the fleet starts from: directories, revisions, targets. Filled in by the composition root, so
// that nothing here names a driver, a clock or chance.

import { join } from 'node:path';
import type { Dialect } from '../dialects/port.js';
import { select, type Selected } from '../discovery/select.js';
import type { Scoped } from '../model/discovery.js';
import type { SelectOptions } from '../model/api.js';
import type { CommandOptions } from '../model/command.js';
import { FleetError } from '../model/errors.js';
import type { WaveDefinition } from '../model/wave.js';
import type { Graph } from '../revisions/graph.js';
import type { UserVersions } from '../stamping/claims.js';
import type { Pool } from '../workers/pool.js';
import type { StartMessage } from '../workers/messages.js';

export type { Selected };

export interface Context {
  readonly dataDir: string;
  readonly pattern: string;
  readonly stateDir: string;
  /** Of the state directory and what is made in it: what a group may do there. */
  readonly stateMode: number;
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
  /** The waves that runs may name. */
  readonly waves: readonly WaveDefinition[];
  /** What a program that a run starts finds in its environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The name of this machine. */
  readonly host: string;
  /** Options that say which fleet it is, for commands to type. */
  readonly place: CommandOptions;
  /** Options that say which of its targets, as they were typed, where that is not what they stand for: `@FILE`. */
  readonly scope: CommandOptions;
  readonly startPool: (start: Promise<Omit<StartMessage, 'settings'>>) => Pool;
  /** For private copies where the state directory cannot be written. */
  readonly fallbackDir: string;
}

/** The targets that a call is about. */
export async function selectTargets(context: Context, options: SelectOptions): Promise<Selected> {
  // What is to be left out must be there, and only a search can tell.
  const ids = options.exclude === undefined ? options.only : undefined;
  return select(await context.dialect.discover(ids), options);
}

/** What a document says of the targets that it is not about. */
export function scopedOf({ unexamined, present }: Selected): Scoped {
  return { unexamined, ...(present === undefined ? {} : { present }) };
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
