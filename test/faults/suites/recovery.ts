// Suite F: faults while a run recovers what a killed one left, up to three in a row: the run that finds a hot journal
// is killed itself, or meets a disk that fails, and so is the next. Whatever came before, a run without faults brings
// the target to the end.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeBase, type Base } from '../harness/bases.js';
import { createCrashes } from '../harness/crash.js';
import { JOURNAL_MODES, writeMigrations, type JournalMode } from '../harness/fixture.js';
import { openFleetInside } from '../harness/fleet-inside.js';
import { openInside } from '../harness/inside.js';
import { judge } from '../harness/judge.js';
import { compilerProblem } from '../harness/native.js';
import { createRandom, spread } from '../harness/random.js';
import { askAfter, askTold, converge, leftovers, runScene, type Scene } from '../harness/scene.js';
import { createShim, type ErrorName, type Fault } from '../harness/shim.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';

/** Where in its commit the first run was killed. */
const PLACES = [0, 0.4, 0.8] as const;
const ERRORS: readonly ErrorName[] = ['EIO', 'ENOSPC', 'EROFS'];

/** What the runs after the crash meet, in order. */
const SEQUENCES = ['kill', 'error', 'error-error', 'error-kill', 'kill-error', 'errors'] as const;
type Sequence = (typeof SEQUENCES)[number];
/** On average. */
const FAULTS_A_POINT = 1.8;

export const recovery: Suite = {
  name: 'recovery',
  unit: 'faults in recovery',
  standard: 200,
  full: 2000,
  jobs: 3,
  preload: true,
  lacks: compilerProblem,
  open,
};

async function open({ program, directory, seed, size, shim, hurt }: Bench): Promise<OpenSuite> {
  if (shim === null) throw new Error('this suite needs the shim');
  const own = shim;
  own.disarm();
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  const fleet = await openFleetInside(program, migrations);
  const crashes = createCrashes(join(directory, 'crashes'), program, migrations);
  const bases = new Map<JournalMode, Base>();
  let last = 0;

  async function sceneOf(mode: JournalMode, place: number): Promise<Scene> {
    const base =
      bases.get(mode) ?? (await makeBase(join(directory, 'bases', mode), 'upgrade', { mode }, inside));
    bases.set(mode, base);
    const number = ++last;
    return crashes.scene(mode, base, place, join(directory, `scene-${number}`), join(hurt, `data-${number}`));
  }

  /** One run that meets a fault. @returns what is wrong after it */
  async function meet(scene: Scene, fault: Fault, at: number, name: string): Promise<readonly string[]> {
    const was = judge(scene.target, scene.base.truth, scene.directory);
    if (fault.kind === 'kill') {
      const place = join(scene.directory, name);
      mkdirSync(place);
      const theirs = createShim(place, scene.data);
      theirs.arm(fault, at);
      const ran = await runScene(scene, program, migrations, { env: theirs.env });
      const { state, bad } = askAfter(scene, ran.stdout);
      const told =
        ran.code === null ? [] : askTold(ran.code, ran.stdout, state, ran.stdout + ran.stderr, was);
      return [...(ran.hung ? ['it did not end'] : []), ...bad, ...told];
    }
    own.arm(fault, at);
    const { exitCode, report, error } = await fleet.run('upgrade', scene.data);
    own.disarm();
    const events = (report?.targets ?? []).map((target) => JSON.stringify({ event: 'target', ...target }));
    const output = events.join('\n');
    const { state, bad } = askAfter(scene, output);
    return [...bad, ...askTold(exitCode, output, state, error === null ? output : String(error.stack), was)];
  }

  return {
    async points() {
      const names: string[] = [];
      const settings = JOURNAL_MODES.length * PLACES.length * SEQUENCES.length;
      for (const mode of JOURNAL_MODES) {
        for (const place of PLACES) {
          const scene = await sceneOf(mode, place);
          own.disarm();
          await fleet.run('upgrade', scene.data);
          const total = own.count();
          remove(scene);
          for (const sequence of SEQUENCES) {
            const random = createRandom(seed, mode, place, sequence);
            for (const at of spread(total, Math.ceil(size / (settings * FAULTS_A_POINT)), random)) {
              names.push([mode, place, sequence, at].join('/'));
            }
          }
        }
      }
      return names;
    },
    async run(point): Promise<Finding> {
      const [mode, place, sequence, at] = point.split('/') as [JournalMode, string, Sequence, string];
      const random = createRandom(seed, point);
      const scene = await sceneOf(mode, Number(place));
      const bad: string[] = [];
      let faults = 0;
      for (const [index, fault] of faultsOf(sequence, random.pick(ERRORS)).entries()) {
        // The first is where the point says; those behind it come early, in what the one before has left.
        const where = index === 0 ? Number(at) : 1 + random.below(Number(at) + 10);
        bad.push(...(await meet(scene, fault, where, `run-${index}`)));
        faults++;
      }
      bad.push(...(await converge(scene, fleet)), ...leftovers(scene));
      if (bad.length === 0) remove(scene);
      return { bad, count: faults };
    },
    async close() {
      inside.close();
    },
  };

  function remove(scene: Scene): void {
    rmSync(scene.directory, { recursive: true, force: true });
    rmSync(scene.data, { recursive: true, force: true });
  }
}

function faultsOf(sequence: Sequence, error: ErrorName): readonly Fault[] {
  const kill: Fault = { kind: 'kill', who: 'all' };
  const once: Fault = { kind: 'error', error, forever: false };
  const forever: Fault = { kind: 'error', error, forever: true };
  switch (sequence) {
    case 'kill':
      return [kill];
    case 'error':
      return [once];
    case 'error-error':
      return [once, forever];
    case 'error-kill':
      return [forever, kill];
    case 'kill-error':
      return [kill, once];
    case 'errors':
      return [once, forever, { kind: 'short', forever: true }];
  }
}
