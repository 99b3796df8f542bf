// The composition root: options -> places, database driver, clock, processes. The only file, beside the worker's
// entry, that names a concrete driver, and the one where clock and chance come in.

import { randomBytes } from 'node:crypto';
import { closest } from 'fastest-levenshtein';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyScript } from './database/sqlite/history.js';
import { loadModule } from './database/sqlite/module.js';
import { syntaxError } from './database/sqlite/syntax.js';
import { sqliteVersion } from './database/sqlite/version.js';
import type { Fleet, FleetOptions } from './model/api.js';
import { checkCall } from './model/check-call.js';
import { checkedFleet } from './model/checked-fleet.js';
import { FleetError } from './model/errors.js';
import { CONTRACT } from './model/report.js';
import { FLEET_SETTINGS } from './model/settings.js';
import { listExitCode } from './report/summarize.js';
import type { Graph } from './revisions/graph.js';
import { loadRevisions } from './revisions/load.js';
import { FINDING_KINDS } from './schema/finding-kinds.js';
import { selectTargets, type Context } from './runner/context.js';
import { baselineOf } from './runner/baseline.js';
import { examineFleet } from './runner/doctor.js';
import { historyOfFleet } from './runner/fleet-history.js';
import { lintFleet } from './runner/fleet-lint.js';
import { repairPlanFleet } from './runner/fleet-repair.js';
import { createRevision, headsOfGraph, historyOf, showRevision } from './runner/fleet-revisions.js';
import { runFleet } from './runner/fleet-run.js';
import { currentFleet, driftFleet, planFleet, statusFleet } from './runner/fleet-status.js';
import { createPool } from './runner/pool.js';
import { stampIntent } from './runner/stamp-intent.js';

/**
 * Opens the fleet of one configuration. Nothing is read or written before a method is called.
 * @throws FleetError `usage` for an option that there is not, or of a wrong type, as every method does; from every
 *   method for faults of a whole run; faults of a target are outcomes
 */
export async function openFleet(options?: FleetOptions): Promise<Fleet>;
export async function openFleet(...given: readonly unknown[]): Promise<Fleet> {
  const options = checkCall('openFleet', given);
  const dataDir = options.dataDir ?? FLEET_SETTINGS.dataDir.default;
  const directory = options.migrations ?? FLEET_SETTINGS.migrations.default;
  let graph: Promise<Graph> | null = null;
  const context: Context = {
    dataDir,
    pattern: options.pattern ?? FLEET_SETTINGS.pattern.default,
    stateDir: options.stateDir ?? join(dataDir, '.flotilla'),
    migrations: directory,
    jobs: availableParallelism(),
    now: Date.now,
    newRunId,
    randomId: () => randomBytes(6).toString('hex'),
    loadGraph: () => (graph ??= loadRevisions({ directory, dialect: 'sqlite', syntaxError, readModule })),
    historyScript,
    startPool: (start) => createPool(new URL('./worker.js', import.meta.url), start),
    fallbackDir: tmpdir(),
  };
  return checkedFleet({
    async discover(select = {}) {
      const { targets, refused } = await selectTargets(context, select);
      return {
        contract: CONTRACT,
        command: 'discover',
        dataDir,
        targets: targets.map(({ id, path, sizeBytes }) => ({ id, path, sizeBytes })),
        refused,
        exitCode: listExitCode(targets),
      };
    },
    status: (select = {}) => statusFleet(context, select),
    current: (select = {}) => currentFleet(context, select),
    drift: (select = {}) => driftFleet(context, select),
    plan: (select = {}) => planFleet(context, select),
    upgrade: async (run = {}) => {
      const { to = 'head', stamp = false, allowDrift = [], allowExtra = false } = run;
      assertKinds(allowDrift);
      return runFleet(context, 'upgrade', { kind: 'upgrade', to, stamp, allowDrift, allowExtra }, run);
    },
    stamp: async (run = {}) => runFleet(context, 'stamp', await stampIntent(context, run), run),
    repair: (run = {}) =>
      runFleet(context, 'repair', { kind: 'repair', dropExtra: run.dropExtra ?? [] }, run),
    repairPlan: (select = {}) => repairPlanFleet(context, select),
    downgrade: (run) => runFleet(context, 'downgrade', { kind: 'downgrade', to: run.to }, run),
    history: ({ range = 'base:heads' } = {}) => historyOf(context, range),
    fleetHistory: (select = {}) => historyOfFleet(context, select),
    baseline: (options) => baselineOf(context, options),
    doctor: (options = {}) => examineFleet(context, sqliteVersion(), options),
    heads: () => headsOfGraph(context),
    lint: (options = {}) => lintFleet(context, options),
    show: ({ revision }) => showRevision(context, revision),
    newRevision: ({ message }) => createRevision(context, message),
    close: () => Promise.resolve(),
  });
}

/** Sorts by time, and differs between runs of one second: `20261120T101500Z-3f9a1c`. */
function newRunId(): string {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

async function readModule(file: string) {
  const { up, down, meta } = await loadModule(file);
  return { up: up !== null, down: down !== null, meta };
}

function assertKinds(kinds: readonly string[]): void {
  const unknown = kinds.find((kind) => !FINDING_KINDS.includes(kind));
  if (unknown === undefined) return;
  const near = closest(unknown, FINDING_KINDS);
  throw new FleetError('usage', `there is no kind of difference "${unknown}"; the nearest is ${near}`, {
    hint: `flotilla drift --json tells the kind of each difference; there are ${FINDING_KINDS.join(', ')}`,
  });
}
