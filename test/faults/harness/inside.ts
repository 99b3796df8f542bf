// The protocol in this process: the built steps for one target, without supervisor, ledger and command line. For the
// suites that need thousands of points and hurt what is below the steps.

import { lstatSync, mkdirSync } from 'node:fs';
import type * as DriverModule from '../../../src/dialects/sqlite/driver/driver.js';
import type { Driver } from '../../../src/dialects/port.js';
import type { Outcome } from '../../../src/model/outcome.js';
import type * as ProgressModule from '../../../src/target/progress.js';
import type { Target } from '../../../src/model/target.js';
import type * as LoadModule from '../../../src/revisions/load.js';
import type * as UpgradeModule from '../../../src/target/upgrade.js';
import type { Intent } from '../../../src/target/intent.js';
import { load, type Program } from './program.js';

export interface Inside {
  /** Does to one target what a worker would do. A fault of the program rejects. */
  apply(target: Target, intent: Intent, options: ApplyOptions): Promise<Outcome>;
  readonly driver: Driver;
  close(): void;
}

export interface ApplyOptions {
  /** Null makes no backup. */
  readonly backupDir: string | null;
  /** Default: the program's own. */
  readonly driver?: Driver;
  /** Default `inside`. */
  readonly runId?: string;
  readonly verify?: 'quick' | 'full';
  /** Default 200. */
  readonly busyMs?: number;
}

export const UPGRADE: Intent = { kind: 'upgrade', to: 'head', stamp: false, allowDrift: [] };

/** @param migrations directory of the revisions */
export async function openInside(program: Program, migrations: string): Promise<Inside> {
  const [{ createSqliteDriver }, { loadRevisions }, { toldOutcome }, { upgradeTarget }] = await Promise.all([
    load<typeof DriverModule>(program, 'dialects/sqlite/driver/driver.js'),
    load<typeof LoadModule>(program, 'revisions/load.js'),
    load<typeof ProgressModule>(program, 'target/progress.js'),
    load<typeof UpgradeModule>(program, 'target/upgrade.js'),
  ]);
  const driver = createSqliteDriver({
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    makeScratch: () => {
      throw new Error('nothing is copied here');
    },
  });
  const graph = await loadRevisions({
    directory: migrations,
    dialect: 'sqlite',
    syntax: driver.syntax,
    readModule: () => Promise.reject(new Error('no revision here is a module')),
  });
  const replay = driver.replay();
  /** One after the other, as a worker does it: they share the database of the replay. */
  let turn: Promise<unknown> = Promise.resolve();
  return {
    driver,
    apply(target, intent, options) {
      const mine = turn.then(() => apply(target, intent, options));
      turn = mine.catch(() => undefined);
      return mine;
    },
    close: () => void replay.close(),
  };

  async function apply(target: Target, intent: Intent, options: ApplyOptions): Promise<Outcome> {
    if (options.backupDir !== null) mkdirSync(options.backupDir, { recursive: true });
    const busyMs = options.busyMs ?? 200;
    const work = {
      intent,
      runId: options.runId ?? 'inside',
      verify: options.verify ?? 'quick',
      backupDir: options.backupDir,
      busyWaitMs: busyMs,
      busyTimeoutMs: busyMs,
      timeoutMs: 60_000,
      toolVersion: '0',
    } as const;
    const { structures } = driver;
    const clock = { now: Date.now, mayCommit: () => true };
    const tools = { driver: options.driver ?? driver, graph, replay, structures, ...clock };
    return toldOutcome(await upgradeTarget(target, work, tools), { place: {}, scope: {} });
  }
}

/** A target as discovery would plan it. */
export function targetAt(path: string, id = 'project_1'): Target {
  const { dev, ino, size } = lstatSync(path, { bigint: true });
  const identity = `${dev}:${ino}`;
  return { id, path, sizeBytes: Number(size), identity, version: '', changedAt: 0 };
}
