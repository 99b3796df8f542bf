// Suite A: the whole program dies (SIGKILL of supervisor and workers, of one of them, or of the supervisor while its
// worker goes on) before any one of its writes, in an upgrade, in one over a revision outside a transaction, in one of
// many small targets, in a stamp, and in a run that has to recover what a killed one left, for every kind of journal.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf, makeBase, putBase, type Base, type Command } from '../harness/bases.js';
import { askBatch, askBatchConverged, convergeBatch, makeBatch } from '../harness/batch.js';
import { createCrashes } from '../harness/crash.js';
import { JOURNAL_MODES, writeMigrations, type JournalMode, type Line } from '../harness/fixture.js';
import { openFleetInside, type FleetInside } from '../harness/fleet-inside.js';
import { run, type Ran } from '../harness/program.js';
import { openInside } from '../harness/inside.js';
import type { State } from '../harness/judge.js';
import { compilerProblem } from '../harness/native.js';
import { createRandom, spread } from '../harness/random.js';
import {
  askAfter,
  askPlace,
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

/** `rerun`: of an upgrade that was killed in its commit; `batch`: an upgrade of several targets. */
type Kind = Command | 'rerun' | 'batch';
/** Each change of the files gets as many points as the others, however many writes it has. */
const CHANGES: readonly (readonly Kind[])[] = [
  ['upgrade', 'upgradeStamp'],
  ['stamp'],
  ['rerun'],
  ['chain'],
  ['batch'],
];
/** Who dies, point by point: most die all together, as when the machine goes down. */
const VICTIMS: readonly Victim[] = ['one', 'all', 'leader', 'all'];
/** Every so many points, running it again is done by the command line too, and not in this process. */
const WHOLE_EVERY = 16;
/** Every so many points, the target is put back afterwards as it was, and run again. */
const PUT_BACK_EVERY = 3;

export const kill: Suite = {
  name: 'kill',
  unit: 'kill points',
  standard: 500,
  full: 5000,
  abreast: 3,
  lacks: compilerProblem,
  open,
};

async function open(bench: Bench): Promise<OpenSuite> {
  const { program, directory, seed, size } = bench;
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  const lines: Record<Line, { readonly migrations: string; readonly fleet: FleetInside }> = {
    plain: { migrations, fleet: await openFleetInside(program, migrations) },
    chain: await openLine('chain'),
  };
  const crashes = createCrashes(join(directory, 'crashes'), program, migrations);
  const bases = new Map<string, Promise<Base>>();
  let last = 0;

  async function openLine(line: Line): Promise<(typeof lines)[Line]> {
    const own = writeMigrations(join(directory, `migrations-${line}`), line);
    return { migrations: own, fleet: await openFleetInside(program, own) };
  }

  function baseOf(mode: JournalMode, command: Command): Promise<Base> {
    const name = `${mode}-${command}`;
    const base = bases.get(name) ?? makeBase(join(directory, 'bases', name), command, { mode }, inside);
    bases.set(name, base);
    return base;
  }

  async function sceneOf(mode: JournalMode, kind: Kind): Promise<Scene> {
    const place = join(directory, `scene-${++last}`);
    if (kind === 'rerun') return crashes.scene(mode, await baseOf(mode, 'upgrade'), 0.5, place);
    if (kind === 'batch') return makeBatch(place, await baseOf(mode, 'upgrade'));
    return makeScene(place, await baseOf(mode, kind));
  }

  function lineFor({ base }: Scene) {
    return lines[lineOf(base.command)];
  }

  async function countWrites(mode: JournalMode, kind: Kind): Promise<number> {
    const scene = await sceneOf(mode, kind);
    const shim = createShim(scene.directory, scene.data);
    shim.disarm();
    await runScene(scene, program, lineFor(scene).migrations, { env: shim.env });
    const total = shim.count();
    remove(scene);
    return total;
  }

  /** What the command line says of the fleet afterwards, out of its cache or not. */
  async function askStatus(scene: Scene): Promise<readonly string[]> {
    const { directory: own, data, base } = scene;
    const words = ['status', '--data-dir', data, '--migrations', lineFor(scene).migrations, '--json'];
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
    return (await converge(scene, lineFor(scene).fleet)).map((one) => `after it was put back: ${one}`);
  }

  function wanted(kinds: readonly Kind[]) {
    return JOURNAL_MODES.flatMap((mode) => kinds.map((kind) => ({ mode, kind }))).filter(({ mode, kind }) =>
      isWanted(bench, `${mode}/${kind}/`),
    );
  }

  /** What is wrong after the run that was killed, or of which a process was. */
  function askKilled(scene: Scene, kind: Kind, { code, stdout, stderr }: Ran, isOrphan: boolean) {
    const bad: string[] = [];
    let states: readonly State[];
    if (kind === 'batch') {
      const asked = askBatch(scene, code, stdout);
      states = asked.states;
      bad.push(...asked.bad);
    } else {
      const { state, bad: after } = askAfter(scene, stdout);
      states = [state];
      bad.push(...after);
      if (code !== null) bad.push(...askTold(code, stdout, state, stdout + stderr));
      if (kind === 'chain') bad.push(...askPlace(scene, stdout));
    }
    if (isOrphan && states.every((state) => state === 'new'))
      bad.push('its worker committed after the supervisor had died');
    return bad;
  }

  /** Runs it again without any fault, by the command line or in this process. */
  async function askAgain(scene: Scene, kind: Kind, isWhole: boolean): Promise<readonly string[]> {
    const { fleet, migrations: own } = lineFor(scene);
    if (!isWhole) return kind === 'batch' ? convergeBatch(scene, fleet) : converge(scene, fleet);
    const { code, stdout, stderr } = await runScene(scene, program, own);
    const ask = kind === 'batch' ? askBatchConverged : askConverged;
    return [...ask(scene, { exitCode: code ?? -1 }, stdout + stderr), ...(await askStatus(scene))];
  }

  return {
    async points() {
      const names: string[] = [];
      const changes = CHANGES.filter((kinds) => wanted(kinds).length > 0);
      for (const kinds of changes) {
        const places: { mode: JournalMode; kind: Kind; total: number }[] = [];
        for (const { mode, kind } of wanted(kinds))
          places.push({ mode, kind, total: await countWrites(mode, kind) });
        const all = places.reduce((sum, { total }) => sum + total, 0);
        for (const { mode, kind, total } of places) {
          const share = Math.ceil((size * total) / (all * changes.length));
          const random = createRandom(seed, mode, kind);
          for (const [index, at] of spread(total, share, random).entries())
            names.push(
              `${mode}/${kind}/${(share < total ? VICTIMS[index % VICTIMS.length] : null) ?? 'all'}/${at}`,
            );
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
      const ran = await runScene(scene, program, lineFor(scene).migrations, { env: shim.env });
      const bad: string[] = [];
      if (ran.hung) bad.push('it did not end');
      if (shim.hits() === 0 && ran.code !== 0)
        bad.push(`it ended with ${ran.code ?? 'a signal'} without a fault`);
      bad.push(...askKilled(scene, kind, ran, who === 'leader' && shim.what().includes('/backups/')));
      bad.push(...(await askAgain(scene, kind, Number(at) % WHOLE_EVERY === 0)));
      bad.push(...leftovers(scene));
      if (kind !== 'batch' && Number(at) % PUT_BACK_EVERY === 0) bad.push(...(await askPutBack(scene)));
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
