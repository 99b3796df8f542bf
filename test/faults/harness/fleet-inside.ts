// A whole run in this process: lock, ledger, discovery, queue and report as built, with the worker's side called
// directly instead of in a process of its own. For the many points that need a run, and no process to die.

import type * as DialectModule from '../../../src/dialects/sqlite/dialect.js';
import type * as DriverModule from '../../../src/dialects/sqlite/driver/driver.js';
import type * as ExitModule from '../../../src/model/exit-code.js';
import type * as LoadModule from '../../../src/revisions/load.js';
import type * as RunModule from '../../../src/operations/run.js';
import type * as ServeModule from '../../../src/workers/server.js';
import type { Pool } from '../../../src/workers/pool.js';
import type { RunCommand, RunReport } from '../../../src/model/report.js';
import type { Replies, Task } from '../../../src/workers/messages.js';
import type { Intent } from '../../../src/target/intent.js';
import type { FleetErrorCode } from '../../../src/model/errors.js';
import { load, type Program } from './program.js';
import type { Command } from './bases.js';

/** What a run over a data directory came to: its report, or the fault of the whole run. */
export type RunEnd =
  | { readonly exitCode: number; readonly report: RunReport; readonly error: null }
  | { readonly exitCode: number; readonly report: null; readonly error: Error };

export interface FleetInside {
  run(command: Command, dataDir: string): Promise<RunEnd>;
}

/** @param migrations directory of the revisions */
export async function openFleetInside(program: Program, migrations: string): Promise<FleetInside> {
  const [sqlite, { createSqliteDialect }, { loadRevisions }, { runFleet }, { createServer }, { exitCodeOf }] =
    await Promise.all([
      load<typeof DriverModule>(program, 'dialects/sqlite/driver/driver.js'),
      load<typeof DialectModule>(program, 'dialects/sqlite/dialect.js'),
      load<typeof LoadModule>(program, 'revisions/load.js'),
      load<typeof RunModule>(program, 'operations/run.js'),
      load<typeof ServeModule>(program, 'workers/server.js'),
      load<typeof ExitModule>(program, 'model/exit-code.js'),
    ]);
  const driver = sqlite.createSqliteDriver({
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
  let lastRun = 0;

  function startPool(start: Promise<Parameters<typeof createServer>[0]>): Pool {
    const server = start.then((message) =>
      createServer(message, driver, { now: Date.now, mayCommit: () => true }),
    );
    return {
      run: async <K extends Task['kind']>(task: Extract<Task, { kind: K }>) =>
        (await (await server).perform(task)) as Replies[K],
      warm: () => undefined,
      kill: () => undefined,
      close: () => Promise.resolve(),
    };
  }

  return {
    async run(command, dataDir) {
      const places = { dataDir, pattern: '**/project_*.db', stateDir: `${dataDir}/.flotilla` };
      const context = {
        ...places,
        migrations,
        jobs: 1,
        now: Date.now,
        newRunId: () => `inside-${++lastRun}`,
        randomId: () => '000000000000',
        loadGraph: () => Promise.resolve(graph),
        userVersionsIn: () => ({}),
        dialect: createSqliteDialect(places),
        waves: [],
        environment: {},
        host: 'here',
        place: {},
        stateMode: 0o700,
        scope: {},
        startPool,
        fallbackDir: `${dataDir}/.flotilla`,
      };
      try {
        const report = await runFleet(context, nameOf(command), intentOf(command), {
          jobs: 1,
          busyTimeout: 200,
        });
        return { exitCode: report.exitCode, report, error: null };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const exitCode = isFleetError(error) ? exitCodeOf(error.code) : 70;
        return { exitCode, report: null, error };
      }
    },
  };
}

export function intentOf(command: Command): Intent {
  switch (command) {
    case 'upgrade':
    case 'chain':
      return { kind: 'upgrade', to: 'head', stamp: false, allowDrift: [] };
    case 'upgradeStamp':
      return { kind: 'upgrade', to: 'head', stamp: true, allowDrift: [] };
    case 'stamp':
      return { kind: 'stamp', to: 'auto', force: false };
  }
}

function nameOf(command: Command): RunCommand {
  return command === 'stamp' ? 'stamp' : 'upgrade';
}

function isFleetError(error: Error): error is Error & { readonly code: FleetErrorCode } {
  return error.name === 'FleetError';
}
