// One fleet of one target, to be hurt: the files, the run, and the questions after it. The same questions for every
// suite, so that none is forgotten: is the target old or new, is everything true that was claimed, is there a backup
// that could be put back, and does running it again bring it to the end? Where there are more targets, each is asked.

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { putBase, wordsOf, type Base } from './bases.js';
import { claimsInOutput, claimsInState, toldIn } from './claims.js';
import type { FleetInside, RunEnd } from './fleet-inside.js';
import { historyAt, judge, judgeBackups, type State } from './judge.js';
import { run, type Program, type Ran, type RunOptions } from './program.js';

export interface Scene {
  /** Everything of this scene. */
  readonly directory: string;
  /** The data directory; the state directory is in it. */
  readonly data: string;
  readonly target: string;
  readonly stateDir: string;
  readonly base: Base;
  /** Of the target; default: `project_1`. */
  readonly id?: string;
}

const ID = 'project_1';

/** @param data the data directory; default: in `directory` */
export function makeScene(directory: string, base: Base, data = join(directory, 'data')): Scene {
  mkdirSync(directory, { recursive: true });
  mkdirSync(data, { recursive: true });
  const target = join(data, 'project_1.db');
  putBase(base, target);
  return { directory, data, target, stateDir: join(data, '.flotilla'), base };
}

/** Runs the base's command as a person would type it. */
export async function runScene(
  scene: Scene,
  program: Program,
  migrations: string,
  options: Omit<RunOptions, 'directory'> = {},
): Promise<Ran> {
  const places = ['--data-dir', scene.data, '--migrations', migrations];
  const words = [...wordsOf(scene.base.command), ...places, '--jobs', '1', '--ndjson'];
  return run(program, words, { directory: scene.directory, ...options });
}

/** What is wrong after a run, however it ended. */
export function askAfter(
  scene: Scene,
  output: string,
): { readonly state: State; readonly bad: readonly string[] } {
  const { base, directory, stateDir, target, id = ID } = scene;
  const state = judge(target, base.truth, directory);
  if (typeof state === 'object') return { state, bad: [state.bad] };
  const all = [...claimsInOutput(output), ...claimsInState(stateDir, directory)];
  const claims = all.filter((claim) => claim.id === id);
  const bad = claims.flatMap(({ outcome, from }) => {
    const wrong = isUntrue(outcome, state);
    return wrong ? [`the ${from} says ${outcome}, and the target is ${state}`] : [];
  });
  const backups = judgeBackups(join(stateDir, 'backups'), base.truth, directory, id);
  const broken = backups.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  const unsaved =
    (state === 'new' || state === 'between') && !backups.some(({ problem }) => problem === null)
      ? [`${state}, and there is no backup`]
      : [];
  return { state, bad: [...bad, ...broken, ...unsaved] };
}

/** A claim of an earlier run may be that the target failed, and a later one upgraded it. */
function isUntrue(outcome: string, state: State): boolean {
  switch (outcome) {
    case 'upgraded':
    case 'stamped':
    case 'current':
      return state === 'old' || state === 'between';
    case 'partial':
      return state === 'old';
    default:
      return false;
  }
}

/**
 * What is wrong with the exit code of a run that came to its own end, and with what it said of the target: it must be
 * what the target is now, and not what it was in an earlier run.
 * @param said everything it printed, for a person
 * @param was what the target was before the run
 */
export function askTold(
  exitCode: number,
  output: string,
  state: State,
  said: string,
  was: State = 'old',
): readonly string[] {
  const outcome = claimsInOutput(output)[0]?.outcome ?? null;
  const is = typeof state === 'object' ? state.bad : state;
  const words = `exit code ${exitCode}, ${outcome ?? 'no outcome'}, the target is ${is}`;
  const bad: string[] = [];
  if (exitCode === 0 && (state === 'old' || state === 'between'))
    bad.push(`${words}: success, and nothing is done`);
  if (exitCode === 0 && outcome === null) bad.push(`${words}: success, and nothing was said of the target`);
  if (outcome === 'failed' && state !== was) bad.push(`${words}: it says failed`);
  if (outcome === 'failed' && exitCode !== 2) bad.push(`${words}: not 2`);
  if (outcome === 'partial' && (state !== 'between' || exitCode !== 2)) bad.push(`${words}: it says partial`);
  if (outcome === 'inDoubt' && exitCode !== 3) bad.push(`${words}: not 3`);
  if (![0, 1, 2, 3, 78].includes(exitCode)) bad.push(`${words}: ${said.slice(0, 600)}`);
  return bad;
}

/**
 * What is wrong with where the first run over a target says that it stands: it must be what its history says, to the
 * statement.
 */
export function askPlace({ target, directory, id = ID }: Scene, output: string): readonly string[] {
  const told = toldIn(output).find((one) => one.id === id);
  if (told === undefined || told.outcome === 'inDoubt') return [];
  const history = historyAt(target, directory);
  const whole = history.filter((row) => / (?:applied|stamped)$/.test(row));
  const applied = history.filter((row) => row.endsWith(' applied')).map(revisionOf);
  const done = history.map((row) => / started (\d+)$/.exec(row)?.[1]).find((count) => count !== undefined);
  const to = whole.map(revisionOf).at(-1) ?? null;
  const { outcome, failure } = told;
  const isPlace =
    (outcome === 'failed' || (told.to === to && JSON.stringify(told.applied) === JSON.stringify(applied))) &&
    (done === undefined ? true : failure?.message.includes(`stopped after ${done} statement`) === true);
  const words = `${outcome}, at ${told.to ?? 'base'}, applied ${told.applied.join()}: ${failure?.message ?? ''}`;
  return isPlace ? [] : [`it says: ${words}; and the history says: ${history.join(', ')}`];
}

function revisionOf(row: string): string {
  return row.replace(/ .*$/, '');
}

/** What is wrong with a run that could not have met any fault: it must bring the target to the end. */
export function askConverged(scene: Scene, end: Pick<RunEnd, 'exitCode'>, output: string): readonly string[] {
  const { state, bad } = askAfter(scene, output);
  return [
    ...bad,
    ...(end.exitCode === 0 ? [] : [`running it again ends with ${end.exitCode}: ${output.slice(-400)}`]),
    ...(state === 'new' || typeof state === 'object' ? [] : [`running it again leaves it ${state}`]),
  ];
}

export async function converge(scene: Scene, fleet: FleetInside): Promise<readonly string[]> {
  const end = await fleet.run(scene.base.command, scene.data);
  const said = end.report === null ? end.error.message : JSON.stringify(end.report.failures);
  return askConverged(scene, end, said);
}

/** What only a run that is at work may have: half backups and reports, and private copies. */
export function leftovers({ stateDir }: Scene): readonly string[] {
  const found: string[] = [];
  for (const folder of ['backups', 'scratch', 'reports']) {
    const path = join(stateDir, folder);
    if (!existsSync(path)) continue;
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }))
      if (folder === 'scratch' || name.endsWith('.tmp')) found.push(`${folder}/${name}`);
  }
  return found.length === 0 ? [] : [`left behind: ${found.join(', ')}`];
}
