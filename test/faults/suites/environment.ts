// Suite M: small file systems, few descriptors, files that may not grow, mounts that are read-only, files that nobody
// may change, other file systems, clocks that jump. Whatever is missing, the target is old or new as it was told, and
// once it is not missing any more, running it again brings it to the end.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { ENVIRONMENT_CASES, type EnvironmentCase } from '../environment/cases.js';
import { makeBase, type Base } from '../harness/bases.js';
import { writeMigrations, type JournalMode } from '../harness/fixture.js';
import { openFleetInside } from '../harness/fleet-inside.js';
import { openInside } from '../harness/inside.js';
import { compile, compilerProblem } from '../harness/native.js';
import { run, type Ran } from '../harness/program.js';
import { askAfter, askTold, converge, type Scene } from '../harness/scene.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';

/** What a script ends with that cannot make its surroundings. */
const IMPOSSIBLE = 99;

export const environment: Suite = {
  name: 'environment',
  unit: 'bad surroundings',
  standard: ENVIRONMENT_CASES.length,
  full: ENVIRONMENT_CASES.length,
  disk: true,
  open,
};

async function open({ program, directory }: Bench): Promise<OpenSuite> {
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  const fleet = await openFleetInside(program, migrations);
  const bases = new Map<JournalMode, Base>();
  const rights = rightsProblem();
  let last = 0;
  // Cases without the rights of root have to reach their files and the program.
  for (const path of [directory, dirname(directory), program.root, migrations]) chmodSync(path, 0o755);

  async function baseOf(mode: JournalMode): Promise<Base> {
    const base =
      bases.get(mode) ?? (await makeBase(join(directory, `base-${mode}`), 'upgrade', { mode }, inside));
    bases.set(mode, base);
    return base;
  }

  return {
    async points() {
      return ENVIRONMENT_CASES.map(({ name }) => name);
    },
    async run(point): Promise<Finding> {
      const one = ENVIRONMENT_CASES.find(({ name }) => name === point);
      if (one === undefined) throw new Error(`there is no case ${point}`);
      if (one.root === true && rights !== null) return { bad: [], skipped: rights };
      if (one.env?.['FAULT_CLOCK'] !== undefined && compilerProblem() !== null)
        return { bad: [], skipped: compilerProblem() ?? '' };
      const base = await baseOf(one.mode);
      const own = join(directory, `case-${++last}`);
      const [data, out, scratch] = [join(own, 'data'), join(own, 'out'), join(own, 'scratch')];
      for (const path of [own, data, out, scratch]) mkdirSync(path);
      const script = join(own, 'case.sh');
      writeFileSync(script, `set -u\n${one.script}\n`);
      const clock = one.env?.['FAULT_CLOCK'] === undefined ? {} : { LD_PRELOAD: compile('shim') };
      const env = { DATA: data, OUT: out, BASE: dirname(base.path), ...clock, ...one.env };
      const words = (one.words ?? []).map((word) => word.replace('$OUT', out).replace('$DATA', data));
      const places = ['--data-dir', data, '--migrations', migrations, '--jobs', '1', '--ndjson'];
      const before = [
        ...(one.root === true ? ['unshare', '-m', '--propagation', 'private'] : []),
        'bash',
        script,
      ];
      const ran = await run(program, ['upgrade', ...places, ...words], { directory: own, env, before });
      if (ran.code === IMPOSSIBLE) {
        return {
          bad: [],
          skipped: `${one.name} cannot be made here: ${ran.stderr.trim() || 'a tool is missing'}`,
        };
      }
      const scene = {
        directory: scratch,
        data: out,
        target: join(out, 'project_1.db'),
        stateDir: join(out, '.flotilla'),
        base,
      };
      const bad = [...askRun(one, scene, ran), ...(await askAgain(scene))];
      if (bad.length === 0) rmSync(own, { recursive: true, force: true });
      return { bad };
    },
    async close() {
      inside.close();
    },
  };

  /** Under `umask 777` the program makes files that even it may not read, unless it is root. */
  async function askAgain(scene: Scene): Promise<readonly string[]> {
    // What nobody's program made is taken over with the data, as whoever moves a fleet to another user does.
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', '0:0', scene.data]);
    execFileSync('chmod', ['-R', 'u+rwX,go-w', scene.data]);
    return converge(scene, fleet);
  }
}

function askRun({ ends, starves, words }: EnvironmentCase, scene: Scene, ran: Ran): readonly string[] {
  if (ran.hung) return ['it did not end'];
  if (!existsSync(scene.target)) return ['the target is gone'];
  const { state, bad } = askAfter(scene, ran.stdout);
  const isState = words?.includes('--state-dir') === true;
  const said = ran.stdout + ran.stderr;
  const told = askTold(ran.code ?? -1, ran.stdout, state, said);
  const found = [
    ...bad,
    ...(starves === true ? told.filter((line) => line.includes('nothing is done')) : told),
  ];
  if (ends === 'done' && (ran.code !== 0 || state !== 'new')) {
    found.push(
      `exit code ${ran.code ?? '?'}, the target is ${typeof state === 'object' ? state.bad : state}: ${said}`,
    );
  }
  if (ends === 'failed' && (ran.code === 0 || state !== 'old')) {
    found.push(
      `exit code ${ran.code ?? '?'}, the target is ${typeof state === 'object' ? state.bad : state}: ${said}`,
    );
  }
  return isState ? found.filter((line) => !line.includes('there is no backup')) : found;
}

function rightsProblem(): string | null {
  if (process.platform !== 'linux') return 'mounts and limits are made by the means of Linux';
  if (process.geteuid?.() !== 0) return 'needs the rights of root (mounts, immutable files, other users)';
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'pipe' });
    return null;
  } catch {
    return 'no mount namespace of its own can be had here (unshare -m)';
  }
}
