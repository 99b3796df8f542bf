// What a run is, before any target is opened: the work on every target of it, its places, and its record once no other
// run is in the way.

import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import type { RunEvent } from '../model/events.js';
import type { RunCommand } from '../model/report.js';
import { allRead, CHANGE_SETTINGS, type SettingsOf } from '../model/settings.js';
import { VERSION } from '../model/version.js';
import type { Intent } from '../target/intent.js';
import type { Work } from '../target/work.js';
import { interrupted, scratchOf, type Context } from './context.js';
import { RunRecord, type RunFacts } from './run-record.js';
import type { RolloutOptions } from './wave-options.js';

/**
 * Longest single wait for a lock, in milliseconds: it is better to try a busy target again later than to wait for it.
 */
export const BUSY_WAIT_MS_MAX = 500;

type ChangeOptions = SettingsOf<typeof CHANGE_SETTINGS>;

export function workOf(
  { stateDir, stateMode }: Context,
  intent: Intent,
  runId: string,
  options: Omit<ChangeOptions, 'dryRun' | 'wait' | keyof RolloutOptions>,
): Work {
  const {
    verify = CHANGE_SETTINGS.verify.default,
    backup = CHANGE_SETTINGS.backup.default,
    backupDir = join(stateDir, 'backups'),
    busyTimeout = CHANGE_SETTINGS.busyTimeout.default,
    timeout = CHANGE_SETTINGS.timeout.default,
    ...remaining
  } = options;
  allRead(remaining);
  return {
    intent,
    runId,
    verify,
    backupDir: backup ? join(backupDir, runId) : null,
    stateMode,
    busyWaitMs: Math.min(busyTimeout, BUSY_WAIT_MS_MAX),
    busyTimeoutMs: busyTimeout,
    timeoutMs: timeout,
    toolVersion: VERSION,
  };
}

export function factsOf(
  context: Context,
  command: RunCommand,
  { runId, intent, backupDir }: Work,
  { dryRun = CHANGE_SETTINGS.dryRun.default, onEvent }: RunOptions,
): RunFacts {
  const { stateDir, stateMode, now, host } = context;
  return {
    host,
    runId,
    command,
    intent,
    dryRun,
    stateMode,
    directories: { stateDir, backupDir: backupDir === null ? join(stateDir, 'backups') : dirname(backupDir) },
    scratchDir: scratchOf(context, runId),
    emit: (event: RunEvent) => onEvent?.({ ...event, runId, at: iso(now()) }),
  };
}

export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Longest sleep between two looks at the lock of another run, in milliseconds. */
const LOCK_WAIT_MS = 500;

/**
 * Takes the run lock, and waits for another run as long as was asked for.
 * @throws FleetError `locked`, `stateDirectory`, `interrupted`
 */
export async function recordWhenFree(
  facts: RunFacts,
  { now }: Context,
  { wait = CHANGE_SETTINGS.wait.default, signal }: RunOptions,
): Promise<{ readonly record: RunRecord; readonly hasWaited: boolean }> {
  const until = now() + wait;
  for (let hasWaited = false; ; hasWaited = true) {
    try {
      return { record: new RunRecord(facts, iso(now())), hasWaited };
    } catch (error) {
      const left = until - now();
      if (!(error instanceof FleetError) || error.code !== 'locked' || left <= 0) throw error;
      if (!hasWaited) {
        facts.emit({
          event: 'problem',
          message: error.message,
          hint: `it is waited for, ${wait} ms at most`,
        });
      }
      try {
        await sleep(Math.min(left, LOCK_WAIT_MS), undefined, { signal });
      } catch (cause) {
        throw interrupted(cause);
      }
    }
  }
}
