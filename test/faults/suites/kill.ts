// Suite A: the whole program dies (SIGKILL of supervisor and workers, of one of them, or of the supervisor while its
// worker goes on) before any one of its writes, in an upgrade, in a stamp, and in a run that has to recover what a killed one left, for every kind of journal.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeBase, putBase, type Base, type Command } from '../harness/bases.js';
import { createCrashes } from '../harness/crash.js';
import { JOURNAL_MODES, writeMigrations, type JournalMode } from '../harness/fixture.js';
import { openFleetInside } from '../harness/fleet-inside.js';
import { run } from '../harness/program.js';
import { openInside } from '../harness/inside.js';
import { compilerProblem } from '../harness/native.js';
import { createRandom, spread } from '../harness/random.js';
import {
  askAfter,
  askTold,
  askConverged,
  converge,
  leftovers,
  makeScene,
  runScene,
  type Scene,
} from '../harness/scene.js';
import { createShim, type Victim } from '../harness/shim.js';
import { isWanted, type Bench, type Finding, type OpenSuite, type Suite } from '../harness/suite.js';

/** `rerun`: of an upgrade that was killed in its commit. */
type Kind = 'upgrade' | 'stamp' | 'upgradeStamp' | 'rerun';
/** Each change of the files gets as many points as the others, however many writes it has. */
const CHANGES: readonly (readonly Kind[])[] = [['upgrade', 'upgradeStamp'], ['stamp'], ['rerun']];
/** Who dies, point by point: most die all together, as when the machine goes down. */
const VICTIMS: readonly Victim[] = ['one', 'all', 'leader', 'all'];
/** Every so many points, running it again is done by the command line too, and not in this process. */
const WHOLE_EVERY = 16;
/** Every so many points, the target is put back afterwards as it was, and run again. */
const PUT_BACK_EVERY = 3;

export const kill: Suite = {
  name: 'kill',
  unit: 'kill points',
  standard: 400,
  full: 4000,
  abreast: 3,
  lacks: compilerProblem,
  open,
};

async function open(bench: Bench): Promise<OpenSuite> {
  const { program, directory, seed, size } = bench;
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  const fleet = await openFleetInside(program, migrations);
  const crashes = createCrashes(join(directory, 'crashes'), program, migrations);
  const bases = new Map<string, Promise<Base>>();
  let last = 0;

  function baseOf(mode: JournalMode, command: Command): Promise<Base> {
    const name = `${mode}-${command}`;
    const base = bases.get(name) ?? makeBase(join(directory, 'bases', name), command, { mode }, inside);
    bases.set(name, base);
    return base;
  }

  async function sceneOf(mode: JournalMode, kind: Kind): Promise<Scene> {
    const place = join(directory, `scene-${++last}`);
    if (kind === 'rerun') return crashes.scene(mode, await baseOf(mode, 'upgrade'), 0.5, place);
    return makeScene(place, await baseOf(mode, kind));
  }

  async function countWrites(mode: JournalMode, kind: Kind): Promise<number> {
    const scene = await sceneOf(mode, kind);
    const shim = createShim(scene.directory, scene.data);
    shim.disarm();
    await runScene(scene, program, migrations, { env: shim.env });
    const total = shim.count();
    remove(scene);
    return total;
  }

  /** What the command line says of the fleet afterwards, out of its cache or not. */
  async function askStatus({ directory: own, data, base }: Scene): Promise<readonly string[]> {
    const words = ['status', '--data-dir', data, '--migrations', migrations, '--json'];
    const { code, stdout, stderr } = await run(program, words, { directory: own });
    const expected = base.command === 'stamp' ? '"state":"pending"' : '"state":"current"';
    return code === 0 && stdout.replaceAll(/\s/g, '').includes(expected)
      ? []
      : [`\`status\` ends with ${code ?? 'a signal'}: ${stdout}${stderr}`];
  }

  /** Whoever puts a backup back by hand finds it upgraded again: the file says what it is, and not the ledger. */
  async function askPutBack(scene: Scene): Promise<readonly string[]> {
    for (const part of ['', '-journal', '-wal', '-shm']) rmSync(scene.target + part, { force: true });
    putBase(scene.base, scene.target);
    return (await converge(scene, fleet)).map((one) => `after it was put back: ${one}`);
  }

  return {
    async points() {
      const names: string[] = [];
      for (const kinds of CHANGES) {
        const places: { mode: JournalMode; kind: Kind; total: number }[] = [];
        for (const mode of JOURNAL_MODES) {
          for (const kind of kinds.filter((one) => isWanted(bench, `${mode}/${one}/`)))
            places.push({ mode, kind, total: await countWrites(mode, kind) });
        }
        const all = places.reduce((sum, { total }) => sum + total, 0);
        for (const { mode, kind, total } of places) {
          const share = Math.ceil((size * total) / (all * CHANGES.length));
          const random = createRandom(seed, mode, kind);
          for (const [index, at] of spread(total, share, random).entries())
            names.push(`${mode}/${kind}/${(share < total ? VICTIMS[index % VICTIMS.length] : null) ?? 'all'}/${at}`);
          for (const [index, at] of spread(total, Math.max(0, share - total), random).entries())
            names.push(`${mode}/${kind}/${index % 2 === 0 ? 'one' : 'leader'}/${at}`);
        }
      }
      return names;
    },
    async run(point): Promise<Finding> {
      const [mode, kind, who, at] = point.split('/') as [JournalMode, Kind, Victim, string];
      const scene = await sceneOf(mode, kind);
      const shim = createShim(scene.directory, scene.data);
      shim.arm({ kind: 'kill', who }, Number(at));
      const ran = await runScene(scene, program, migrations, { env: shim.env });
      const bad: string[] = [];
      if (ran.hung) bad.push('it did not end');
      if (shim.hits() === 0 && ran.code !== 0)
        bad.push(`it ended with ${ran.code ?? 'a signal'} without a fault`);
      const { state, bad: after } = askAfter(scene, ran.stdout);
      bad.push(...after);
      if (who === 'leader' && shim.what().includes('/backups/') && state === 'new')
        bad.push('its worker committed after the supervisor had died');
      if (ran.code !== null) bad.push(...askTold(ran.code, ran.stdout, state, ran.stdout + ran.stderr));
      if (Number(at) % WHOLE_EVERY === 0) {
        const again = await runScene(scene, program, migrations);
        bad.push(...askConverged(scene, { exitCode: again.code ?? -1 }, again.stdout + again.stderr));
        bad.push(...(await askStatus(scene)));
      } else {
        bad.push(...(await converge(scene, fleet)));
      }
      bad.push(...leftovers(scene));
      if (Number(at) % PUT_BACK_EVERY === 0) bad.push(...(await askPutBack(scene)));
      const what = shim.what().replace(scene.directory, '');
      if (bad.length === 0) remove(scene);
      return { bad: bad.map((one) => `${one} [killed before: ${what}]`) };
    },
    async close() {
      inside.close();
    },
  };
}

function remove(scene: Scene): void {
  rmSync(scene.directory, { recursive: true, force: true });
}
