// Suite B: every write, sync, rename and open of a run fails, once or from then on, or the disk keeps other bytes of a
// backup than it was given, and the run must say so: no exit code 0 with something undone, no failure code that leads astray, and the target old or new as it was told.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../../src/model/outcome.js';
import { makeBase, type Base, type Command } from '../harness/bases.js';
import { claimsInOutput } from '../harness/claims.js';
import { JOURNAL_MODES, writeMigrations, type JournalMode } from '../harness/fixture.js';
import { openFleetInside, type RunEnd } from '../harness/fleet-inside.js';
import { openInside } from '../harness/inside.js';
import type { State } from '../harness/judge.js';
import { compilerProblem } from '../harness/native.js';
import { createRandom, spread } from '../harness/random.js';
import { askAfter, askTold, converge, leftovers, makeScene, runScene, type Scene } from '../harness/scene.js';
import { createShim, type ErrorName, type Fault, type OperationClass } from '../harness/shim.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';

const COMMANDS: readonly Command[] = ['upgrade', 'stamp', 'upgradeStamp'];
/** `altered`: of a backup, that reads back otherwise than it was written. */
type Wrong = ErrorName | 'short' | 'altered';
const ERRORS: readonly Wrong[] = ['EIO', 'ENOSPC', 'EROFS', 'EDQUOT', 'EFBIG', 'short', 'EMFILE', 'altered'];
const DURATIONS = ['once', 'forever'] as const;
type Duration = (typeof DURATIONS)[number];

/** Every so many points the whole command line is run, with its processes; the others run in this process. */
const WHOLE_EVERY = 6;
/** One in so many points is an open of anything at all by the command line: modules, libraries, pipes. */
const ANYWHERE_SHARE = 20;

/**
 * What a failure may be called. SQLite tells a full disk by ENOSPC alone, and keeps the number of other errors to
 * itself; where it could not open for writing, it opens for reading, and says so at the first write.
 */
const CODES: Record<Wrong, readonly string[]> = {
  EIO: ['io'],
  ENOSPC: ['diskFull', 'io'],
  EROFS: ['readOnly', 'io'],
  EDQUOT: ['diskFull', 'io'],
  EFBIG: ['diskFull', 'io'],
  short: ['diskFull', 'io', 'backupFailed'],
  EMFILE: ['io', 'readOnly'],
  altered: ['backupFailed'],
};

export const errors: Suite = {
  name: 'errors',
  unit: 'I/O errors',
  standard: 600,
  full: 6000,
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
  const bases = new Map<string, Base>();
  let last = 0;

  async function sceneOf(mode: JournalMode, command: Command): Promise<Scene> {
    const name = `${mode}-${command}`;
    const base =
      bases.get(name) ?? (await makeBase(join(directory, 'bases', name), command, { mode }, inside));
    bases.set(name, base);
    const number = ++last;
    return makeScene(join(directory, `scene-${number}`), base, join(hurt, `data-${number}`));
  }

  async function count(mode: JournalMode, command: Command, operations: OperationClass): Promise<number> {
    const scene = await sceneOf(mode, command);
    own.disarm(operations);
    await fleet.run(command, scene.data);
    const total = own.count();
    remove(scene);
    return total;
  }

  async function countAnywhere(): Promise<number> {
    const scene = await sceneOf('delete', 'upgrade');
    const theirs = createShim(scene.directory, scene.data);
    theirs.disarm('openAnywhere');
    await runScene(scene, program, migrations, { env: theirs.env });
    const total = theirs.count();
    remove(scene);
    return total;
  }

  return {
    async points() {
      const names: string[] = [];
      const kinds = JOURNAL_MODES.length * COMMANDS.length * ERRORS.length * DURATIONS.length;
      for (const mode of JOURNAL_MODES) {
        for (const command of COMMANDS) {
          const totals = {
            write: await count(mode, command, 'write'),
            open: await count(mode, command, 'open'),
            backup: await count(mode, command, 'backup'),
          };
          for (const error of ERRORS) {
            for (const duration of DURATIONS) {
              const random = createRandom(seed, mode, command, error, duration);
              const share = Math.ceil(size / kinds);
              for (const at of spread(totals[classOf(error)], share, random)) {
                const where = names.length % WHOLE_EVERY === 0 ? 'whole' : 'inside';
                names.push([mode, command, error, duration, where, at].join('/'));
              }
            }
          }
        }
      }
      const anywhere = await countAnywhere();
      for (const duration of DURATIONS) {
        const share = Math.ceil(size / ANYWHERE_SHARE / DURATIONS.length);
        for (const at of spread(anywhere, share, createRandom(seed, 'anywhere', duration))) {
          names.push(['delete', 'upgrade', 'EMFILE', duration, 'anywhere', at].join('/'));
        }
      }
      return names;
    },
    async run(point): Promise<Finding> {
      const [mode, command, error, duration, where, at] = point.split('/') as [
        JournalMode,
        Command,
        Wrong,
        Duration,
        'whole' | 'inside' | 'anywhere',
        string,
      ];
      const scene = await sceneOf(mode, command);
      const fault = faultOf(error, duration);
      const bad: string[] = [];
      let end: End;
      let what: string;
      if (where === 'inside') {
        own.arm(fault, Number(at), classOf(error));
        const ran = await fleet.run(command, scene.data);
        what = own.what();
        end = { ...endOf(ran), hits: own.hits() };
        own.disarm();
      } else {
        mkdirSync(join(scene.directory, 'shim'));
        const theirs = createShim(join(scene.directory, 'shim'), scene.data);
        theirs.arm(fault, Number(at), where === 'anywhere' ? 'openAnywhere' : classOf(error));
        const ran = await runScene(scene, program, migrations, { env: theirs.env });
        if (ran.hung) bad.push('it did not end');
        what = theirs.what();
        end = {
          exitCode: ran.code ?? -1,
          output: ran.stdout,
          said: ran.stdout + ran.stderr,
          outcome: outcomeIn(ran.stdout),
          hits: theirs.hits(),
        };
      }
      const { state, bad: after } = askAfter(scene, end.output);
      bad.push(
        ...after,
        ...(where === 'anywhere' ? askStarved(end, state) : askEnd(end, state, error)),
        ...(await converge(scene, fleet)),
        ...leftovers(scene),
      );
      const place = what.replace(scene.data, '').replace(scene.directory, '');
      if (bad.length === 0) remove(scene);
      return { bad: bad.map((one) => `${one} [${error} ${duration}: ${place}]`) };
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

interface End {
  readonly exitCode: number;
  /** NDJSON. */
  readonly output: string;
  /** Everything that was said, for a person. */
  readonly said: string;
  readonly outcome: Pick<Outcome, 'outcome' | 'failure'> | null;
  readonly hits: number;
}

function endOf({ exitCode, report, error }: RunEnd): Omit<End, 'hits'> {
  if (report === null) return { exitCode, output: '', said: error.stack ?? error.message, outcome: null };
  const [outcome] = report.targets;
  const output = report.targets.map((target) => JSON.stringify({ event: 'target', ...target })).join('\n');
  return { exitCode, output, said: JSON.stringify(report.failures), outcome: outcome ?? null };
}

function outcomeIn(output: string): End['outcome'] {
  if (claimsInOutput(output).length === 0) return null;
  const line = output.split('\n').find((one) => one.startsWith('{"event":"target"'));
  return line === undefined ? null : (JSON.parse(line) as Pick<Outcome, 'outcome' | 'failure'>);
}

/** What is wrong with what the run said of itself. */
function askEnd({ exitCode, output, outcome, hits, said }: End, state: State, error: Wrong): string[] {
  const bad = [...askTold(exitCode, output, state, said)];
  if (hits === 0 && exitCode !== 0)
    bad.push(`exit code ${exitCode}, and no fault was met: ${said.slice(0, 400)}`);
  const code = outcome?.failure?.code;
  const expected = outcome?.outcome === 'inDoubt' ? ['commitUncertain'] : CODES[error];
  if (code !== undefined && !expected.includes(code)) {
    bad.push(
      `the failure is called ${code} in step ${outcome?.failure?.step ?? '?'}: ${outcome?.failure?.message ?? ''}`,
    );
  }
  return bad;
}

/**
 * A program that could not open its own modules says what Node says; but never that all is well, or that it is a bug.
 */
function askStarved({ exitCode, said }: End, state: State): readonly string[] {
  if (exitCode === 0 && state === 'old') return ['success, and nothing is done'];
  return exitCode === 70 ? [`a full table of files is called a bug: ${said.slice(0, 600)}`] : [];
}

function faultOf(error: Wrong, duration: Duration): Fault {
  const forever = duration === 'forever';
  return error === 'short' || error === 'altered'
    ? { kind: error, forever }
    : { kind: 'error', error, forever };
}

function classOf(error: Wrong): 'write' | 'open' | 'backup' {
  if (error === 'EMFILE') return 'open';
  return error === 'altered' ? 'backup' : 'write';
}
