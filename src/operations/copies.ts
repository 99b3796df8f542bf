// Which copies there are of which targets, and which of them is meant: by a run, a time, a file, or the newest. Copies
// are found by their names in the directory for backups and in those that the ledger knows; nothing is read of them.

import { basename, dirname, join, resolve } from 'node:path';
import { copiesIn, copyAt, idHashOf, runDirectoriesIn, type Copy } from '../backup/copies.js';
import type { Ledger } from '../ledger/ledger.js';
import { isStateDirectory } from '../ledger/state-directory.js';
import type { CopyChoice, SelectOptions } from '../model/api.js';
import { FleetError } from '../model/errors.js';
import { command, foreign, hint } from '../model/hint.js';
import { nearest } from '../model/nearest.js';
import type { Target } from '../model/target.js';
import type { Way } from '../target/intent.js';
import type { Context } from './context.js';
import { tryLedger } from './look.js';

interface Place extends Pick<SelectOptions, 'onEvent'> {
  readonly backupDir?: string | undefined;
}

/** The directories of all runs whose copies can be found. */
export function directoriesOf(
  { stateDir }: Pick<Context, 'stateDir'>,
  ledger: Ledger | null,
  { backupDir = join(stateDir, 'backups') }: Place,
): readonly string[] {
  const recorded = (ledger?.backupOfEach() ?? []).map((path) => dirname(path));
  const byPath = new Map([...runDirectoriesIn(backupDir), ...recorded].map((path) => [resolve(path), path]));
  return [...byPath.values()];
}

/** Works with the ledger where there is one that can be used; where not, that is told. */
export function withLedger<T>(
  context: Pick<Context, 'stateDir' | 'stateMode'>,
  options: Pick<SelectOptions, 'onEvent'>,
  work: (ledger: Ledger | null) => T,
): T {
  const ledger = isStateDirectory(context.stateDir) ? tryLedger(context, options) : null;
  try {
    return work(ledger);
  } finally {
    ledger?.close();
  }
}

/**
 * The copy that is meant for each target, as ways of a run: its path. A target without one is left out.
 * @throws FleetError `usage` where the choice names nothing, or one file for several targets
 */
export async function copiesFor(
  context: Context,
  targets: readonly Target[],
  choice: CopyChoice,
  { backupDir }: Place,
): Promise<ReadonlyMap<string, Way>> {
  if (choice.from !== undefined) return fileFor(context, targets, choice.from);
  const found = chooseCopies(
    context,
    targets.map(({ id }) => id),
    choice,
    // A run refuses what a look goes on without.
    { backupDir },
  );
  return new Map([...found].map(([id, { path }]) => [id, { goal: [path] }]));
}

/**
 * The copy that is meant of each id; one without is left out.
 * @throws FleetError `usage` where the choice names no run, or no time
 */
export function chooseCopies(
  context: Context,
  ids: readonly string[],
  { run, before }: CopyChoice,
  place: Place,
): ReadonlyMap<string, Copy> {
  const until = before === undefined ? null : timeOf(before);
  return withLedger(context, place, (ledger) => {
    const directories = directoriesOf(context, ledger, place);
    if (run !== undefined) assertRun(run, directories, ledger);
    const hashes = new Map(ids.map((id) => [idHashOf(id), id]));
    const copies = copiesIn(directories, new Set(hashes.keys()));
    const chosen = new Map<string, Copy>();
    for (const { runId, id, path } of run === undefined ? [] : (ledger?.backupsOf(ids) ?? [])) {
      const copy = runId === run ? copyAt(path) : null;
      if (copy !== null) chosen.set(id, copy);
    }
    for (const copy of copies) {
      const id = hashes.get(copy.named?.idHash ?? '');
      const isMeant = (run === undefined || copy.runId === run) && (until === null || copy.takenAt < until);
      if (id !== undefined && isMeant && !chosen.has(id)) chosen.set(id, copy);
    }
    return chosen;
  });
}

/** @throws FleetError `usage` */
async function fileFor(
  context: Context,
  targets: readonly Target[],
  from: string,
): Promise<ReadonlyMap<string, Way>> {
  const { identity } = await fileAt(context, from);
  const [target, ...others] = targets;
  if (others.length > 0) {
    throw new FleetError('usage', `--from ${from} is one file, and ${targets.length} targets were named`, {
      hint: 'name the target that it is a copy of',
    });
  }
  if (target?.identity === identity) {
    throw new FleetError('usage', `${from} is the target ${target.id} itself`, {
      hint: hint`name a copy of it; see which there are: ${command('backup', 'list', { only: [target.id] })}`,
    });
  }
  return new Map(target === undefined ? [] : [[target.id, { goal: [from] }]]);
}

/**
 * A file that a person names as a copy, and that nobody uses.
 * @throws FleetError `usage`
 */
export async function fileAt({ dialect }: Pick<Context, 'dialect'>, path: string): Promise<Target> {
  const found = await dialect.find(path);
  if (found === null) {
    throw new FleetError('usage', `There is no file ${path}`, {
      hint: hint`name a copy; those of all targets: ${command('backup', 'list')}`,
    });
  }
  if ('reason' in found) {
    throw new FleetError('usage', `${path} ${found.reason}`, { hint: found.hint });
  }
  if (found.isAtRest !== true) {
    throw new FleetError(
      'usage',
      `${path} is in use: what was last written to it is in another file beside it`,
      {
        hint: hint`make a copy of it, and name that: ${foreign('sqlite3', path, '.backup copy.db')}`,
      },
    );
  }
  return found;
}

/** @throws FleetError `usage` */
export function assertRun(run: string, directories: readonly string[], ledger: Ledger | null): void {
  const known = directories.map((path) => basename(path));
  if (known.includes(run) || ledger?.hasRun(run) === true) return;
  const [near] = nearest(run, known);
  const meant = near === undefined ? '' : `; the nearest that made copies is ${near}`;
  throw new FleetError('usage', `There is no run ${JSON.stringify(run)}${meant}`, {
    hint: hint`see the runs that made copies: ${command('backup', 'list')}`,
  });
}

/**
 * A time as a person writes it: a day, from its first moment in UTC, or a moment, in UTC where it says so, else here.
 * @returns ISO 8601, UTC
 * @throws FleetError `usage`
 */
function timeOf(text: string): string {
  const isTime = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i.test(text);
  const time = isTime ? Date.parse(text.replace(' ', 'T')) : NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new FleetError('usage', `--before takes a day or a time, and got ${JSON.stringify(text)}`, {
    hint: 'write it as 2026-11-20, 2026-11-20T12:00 or 2026-11-20T12:00:00Z',
  });
}
