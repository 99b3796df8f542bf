// A fleet of small targets, which workers get several by one message: the questions of a scene, asked of each of them,
// and whether each was told once.

import { join } from 'node:path';
import { putBase, type Base } from './bases.js';
import { claimsInOutput } from './claims.js';
import type { FleetInside } from './fleet-inside.js';
import type { State } from './judge.js';
import { askAfter, askConverged, makeScene, type Scene } from './scene.js';

/** Makes batches of four, two and one. */
const TARGETS = 8;
const IDS = Array.from({ length: TARGETS }, (_, index) => `project_${index + 1}`);

/** A scene with more targets like its own beside it. */
export function makeBatch(directory: string, base: Base): Scene {
  const scene = makeScene(directory, base);
  for (const each of targetsOf(scene).slice(1)) putBase(base, each.target);
  return scene;
}

/** The targets of a batch, each as a scene of its own. */
export function targetsOf(scene: Scene): readonly (Scene & { readonly id: string })[] {
  return IDS.map((id) => ({ ...scene, id, target: join(scene.data, `${id}.db`) }));
}

/**
 * What is wrong after a run, however it ended.
 * @param code of a run that came to its own end; null where it was killed
 */
export function askBatch(
  scene: Scene,
  code: number | null,
  output: string,
): { readonly states: readonly State[]; readonly bad: readonly string[] } {
  const ends = targetsOf(scene).map((each) => ({ id: each.id, ...askAfter(each, output) }));
  const bad = ends.flatMap(({ id, bad: own }) => own.map((one) => `${id}: ${one}`));
  const told = claimsInOutput(output);
  for (const { id, state } of ends) {
    const own = told.filter((claim) => claim.id === id).map(({ outcome }) => outcome);
    const is = typeof state === 'object' ? state.bad : state;
    if (own.length > 1) bad.push(`${id} was told ${own.length} times: ${own.join()}`);
    if (own[0] === 'failed' && state !== 'old') bad.push(`${id} is called failed, and is ${is}`);
    if (code === 0 && state !== 'new') bad.push(`exit code 0, and ${id} is ${is}`);
    if (code === 2 && own.length === 0) bad.push(`exit code 2, and nothing was said of ${id}`);
  }
  if (code === 2 && !told.some(({ outcome }) => outcome === 'failed'))
    bad.push('exit code 2, and none failed');
  if (code !== null && ![0, 1, 2, 3, 78].includes(code)) bad.push(`exit code ${code}`);
  return { states: ends.map(({ state }) => state), bad };
}

/** Runs it again, which must bring each target to the end. */
export async function convergeBatch(scene: Scene, fleet: FleetInside): Promise<readonly string[]> {
  const end = await fleet.run(scene.base.command, scene.data);
  const said = end.report === null ? end.error.message : JSON.stringify(end.report.failures);
  return askBatchConverged(scene, end, said);
}

export function askBatchConverged(
  scene: Scene,
  end: { readonly exitCode: number },
  output: string,
): readonly string[] {
  return targetsOf(scene).flatMap((each) =>
    askConverged(each, end, output).map((one) => `${each.id}: ${one}`),
  );
}
