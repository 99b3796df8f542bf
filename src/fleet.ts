// The composition root: options -> directories, database driver, clock, processes. The only file, beside the worker's
// entry, that names a concrete driver, and the one where clock and chance come in.

import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createSqliteDialect } from './dialects/sqlite/dialect.js';
import { loadNative } from './dialects/sqlite/driver/native.js';
import type { Fleet, FleetOptions } from './model/api.js';
import { FleetError } from './model/errors.js';
import { checkCall } from './model/check-call.js';
import { checkedFleet } from './model/checked-fleet.js';
import { allRead, CHOICE_SETTINGS, grouped, namesOf, PLACE_SETTINGS } from './model/settings.js';
import type { Graph } from './revisions/graph.js';
import { loadRevisions } from './revisions/load.js';
import { aboutOf, given } from './operations/about.js';
import { listBackups, verifyBackups } from './operations/backups.js';
import { baselineOf } from './operations/baseline.js';
import type { Context } from './operations/context.js';
import { currentFleet } from './operations/current.js';
import { discoverFleet } from './operations/discover.js';
import { examineFleet } from './operations/doctor/doctor.js';
import { downgradeFleet } from './operations/downgrade.js';
import { driftFleet } from './operations/drift.js';
import { historyOfFleet } from './operations/fleet-history.js';
import { headsOfGraph, historyOf } from './operations/history.js';
import { lintFleet } from './operations/lint.js';
import { createRevision } from './operations/new.js';
import { tellNotRun, withPrograms } from './operations/not-run.js';
import { planFleet } from './operations/plan.js';
import { repairPlanFleet } from './operations/repair-plan.js';
import { repairFleet } from './operations/repair.js';
import { resumeFleet } from './operations/resume.js';
import { restoreTo } from './operations/restore-to.js';
import { restoreFleet } from './operations/restore.js';
import { showRevision } from './operations/show.js';
import { stampFleet } from './operations/stamp.js';
import { statusFleet } from './operations/status.js';
import { undoFleet } from './operations/undo.js';
import { upgradeFleet } from './operations/upgrade.js';
import { userVersionsOf } from './operations/user-versions.js';
import { createPool } from './workers/pool.js';

/**
 * Opens the fleet of one configuration. Nothing is read or written before a method is called.
 * @throws FleetError `usage` for an option that there is not, or of a wrong type, as every method does; `installation`
 *   where SQLite does not load; from every method for faults of a whole run; faults of a target are outcomes
 */
export async function openFleet(options?: FleetOptions): Promise<Fleet>;
export async function openFleet(...args: readonly unknown[]): Promise<Fleet> {
  const options = checkCall('openFleet', args);
  assertSystem(platform());
  // Before there are workers, each of which would say the same.
  loadNative();
  const {
    dataDir = PLACE_SETTINGS.dataDir.default,
    pattern = PLACE_SETTINGS.pattern.default,
    stateDir = join(dataDir, '.flotilla'),
    stateMode = PLACE_SETTINGS.stateMode.default,
    migrations = PLACE_SETTINGS.migrations.default,
    userVersion = [],
    trust = [],
    programs = true,
    sqlite = {},
    waves = [],
    commandOptions: typed = given({ ...options, ...grouped('sqlite', sqlite) }, namesOf(PLACE_SETTINGS)),
    ...remaining
  } = options;
  allRead(remaining);
  const { extensions = [], functions = null, oldest = null, ...others } = sqlite;
  allRead(others);
  const settings = { extensions, functions, oldest, trust, programs };
  const carried = Object.entries(typed).filter(([name]) => name !== 'programs');
  const isChoice = ([name]: readonly [string, unknown]) => Object.hasOwn(CHOICE_SETTINGS, name);
  let graph: Promise<Graph> | null = null;
  const dialect = createSqliteDialect({ dataDir, pattern, stateDir, trust });
  const context: Context = {
    dataDir,
    pattern,
    stateDir,
    stateMode: Number.parseInt(stateMode, 8),
    migrations,
    dialect,
    waves,
    environment: process.env,
    host: hostname(),
    place: Object.fromEntries(carried.filter((entry) => !isChoice(entry))),
    scope: Object.fromEntries(carried.filter(isChoice)),
    jobs: availableParallelism(),
    now: Date.now,
    newRunId,
    randomId: () => randomBytes(6).toString('hex'),
    loadGraph: () => {
      const { name, syntax, readModule } = dialect;
      const read = programs ? readModule : 'unread';
      graph ??= loadRevisions({ directory: migrations, trust, dialect: name, syntax, readModule: read }).then(
        (loaded) => {
          userVersionsOf(userVersion, loaded);
          return loaded;
        },
      );
      return graph;
    },
    userVersionsIn: (loaded) => userVersionsOf(userVersion, loaded),
    startPool: (start) =>
      createPool(
        new URL('./worker.js', import.meta.url),
        start.then((message) => ({ ...message, settings })),
      ),
    fallbackDir: tmpdir(),
  };
  return checkedFleet(
    {
      discover: (select = {}) => discoverFleet(context, select),
      status: (select = {}) => tellNotRun(context, statusFleet(context, select)),
      current: (select = {}) => tellNotRun(context, currentFleet(context, select)),
      drift: (select = {}) => tellNotRun(context, driftFleet(context, select)),
      plan: (select = {}) => tellNotRun(context, planFleet(context, select)),
      upgrade: (run = {}) => withPrograms(context, () => upgradeFleet(context, run)),
      stamp: (run = {}) => withPrograms(context, () => stampFleet(context, run)),
      repair: (run = {}) => withPrograms(context, () => repairFleet(context, run)),
      restore: (how) => restoreFleet(context, how),
      undo: (how) => withPrograms(context, () => undoFleet(context, how)),
      resume: (how = {}) => resumeFleet(context, how),
      restoreTo: (how) => restoreTo(context, how),
      backups: (select = {}) => listBackups(context, select),
      verifyBackups: (select = {}) => verifyBackups(context, select),
      repairPlan: (select = {}) => tellNotRun(context, repairPlanFleet(context, select)),
      downgrade: (run) => withPrograms(context, () => downgradeFleet(context, run)),
      history: ({ range = 'base:heads' } = {}) => tellNotRun(context, historyOf(context, range)),
      fleetHistory: (select = {}) => tellNotRun(context, historyOfFleet(context, select)),
      baseline: (how) => baselineOf(context, how),
      doctor: (how = {}) => tellNotRun(context, examineFleet(context, how)),
      heads: () => tellNotRun(context, headsOfGraph(context)),
      lint: (how = {}) => tellNotRun(context, lintFleet(context, how)),
      show: ({ revision }) => tellNotRun(context, showRevision(context, revision)),
      newRevision: ({ message }) => createRevision(context, message),
      close: () => Promise.resolve(),
    },
    (asked, name) => aboutOf(context, asked, name),
  );
}

/**
 * A backup counts once its directory is on the disk, and Windows has no way to see to that.
 * @throws FleetError `installation`
 */
export function assertSystem(system: string): void {
  if (system !== 'win32') return;
  throw new FleetError(
    'installation',
    'Flotilla does not run on Windows: directories cannot be synced there, so a backup could be lost at a power cut',
    { hint: 'run it in WSL, or in a container, with the databases on a disk of that system' },
  );
}

/** Sorts by time, and differs between runs of one second: `20261120T101500Z-3f9a1c`. */
function newRunId(): string {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
