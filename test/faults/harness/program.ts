// The program under test: a private copy of what was built, so that a build that goes on meanwhile changes nothing, and
// so that a mutant of the protocol is just another copy. It is run as users run it, in a process group of its own.

import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  symlinkSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { env, execPath, kill } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** How long a worker may outlive its supervisor, in milliseconds: a generous time on a machine that is busy. */
const ORPHAN_MS = 60_000;

const ROOT = resolve(import.meta.dirname, '../../..');

export interface Program {
  /** Folder with `dist`, which is what users get, and `build`, the modules that it was made of. */
  readonly root: string;
}

export interface Ran {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it, or a worker that had lost it, had to be killed because it did not end. */
  readonly hung: boolean;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** An existing directory for what it prints. */
  readonly directory: string;
  /** After so many milliseconds a program that has not ended counts as hung; default 120000. */
  readonly patienceMs?: number;
  /** Put before the program: `['prlimit', '--nofile=20']`. */
  readonly before?: readonly string[];
  readonly cwd?: string;
}

/**
 * Copies what was built into `directory`, which is made.
 * @param from root of the program; default: the repository
 * @throws where nothing was built
 */
export function installProgram(directory: string, from: string = ROOT): Program {
  if (!existsSync(join(from, 'dist/worker.js')))
    throw new Error(`${from} has no program: run \`npm run build\` first`);
  mkdirSync(directory, { recursive: true });
  const wanted = (path: string) => !/\.(map|d\.ts|tsbuildinfo)$/.test(path);
  for (const part of ['dist', 'build', 'rolldown.config.mjs', 'package.json'])
    cpSync(join(from, part), join(directory, part), { recursive: true, filter: wanted });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return { root: directory };
}

/** Loads a module of the program into this process: `load<typeof import('../../../src/x.js')>(program, 'x.js')`. */
export async function load<T>(program: Program, module: string): Promise<T> {
  return (await import(pathToFileURL(join(program.root, 'build', module)).href)) as T;
}

/** Makes `dist` again of modules in `build` that were changed. */
export function bundle(program: Program): void {
  const bundler = join(ROOT, 'node_modules/.bin/rolldown');
  execFileSync(bundler, ['--config'], { cwd: program.root, stdio: 'pipe' });
}

/** Runs the command line to its end. Both streams go to files, so that a kill loses nothing that was printed. */
export async function run(program: Program, args: readonly string[], options: RunOptions): Promise<Ran> {
  return start(program, args, options).ended;
}

export interface Started {
  /** Also the id of its process group. */
  readonly pid: number;
  readonly ended: Promise<Ran>;
}

export function start(program: Program, args: readonly string[], options: RunOptions): Started {
  const names = [join(options.directory, 'stdout'), join(options.directory, 'stderr')] as const;
  const files = names.map((name) => openSync(name, 'w'));
  const [command = execPath, ...words] = [
    ...(options.before ?? []),
    execPath,
    join(program.root, 'dist/cli/main.js'),
    ...args,
  ];
  const child = spawn(command, words, {
    cwd: options.cwd ?? options.directory,
    env: { ...plainEnvironment(), ...options.env },
    detached: true,
    stdio: ['ignore', files[0], files[1]],
  });
  for (const file of files) closeSync(file);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    killGroup(pid);
  }, options.patienceMs ?? 120_000);
  const ended = new Promise<Ran>((done, fail) => {
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      void untilGone(pid).then((gone) => {
        const [stdout, stderr] = names.map((name) => readFileSync(name, 'utf8'));
        done({ code, signal, stdout: stdout ?? '', stderr: stderr ?? '', hung: hung || !gone });
      });
    });
  });
  return { pid, ended };
}

/**
 * Waits until the last process of a group has ended; kills those that do not. @returns whether they ended themselves
 */
async function untilGone(pid: number): Promise<boolean> {
  const until = Date.now() + ORPHAN_MS;
  for (;;) {
    if (!isAlive(pid)) return true;
    if (Date.now() > until) {
      killGroup(pid);
      return false;
    }
    await sleep(5);
  }
}

/** Whether any process of a group is at work. One that has ended and waits for its parent to notice holds nothing. */
function isAlive(group: number): boolean {
  try {
    kill(-group, 0);
  } catch {
    return false;
  }
  if (!existsSync('/proc/self/stat')) return true;
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    const { state, group: own } = statOf(name);
    return own === group && state !== 'Z' && state !== 'X';
  });
}

function statOf(pid: string): { readonly state: string; readonly group: number } {
  try {
    // The name of the program, in parentheses, may have spaces in it.
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) (?!.*\) )/s);
    const [state = '', , group] = rest.split(' ');
    return { state, group: Number(group) };
  } catch {
    return { state: 'X', group: 0 };
  }
}

/** Ends a program and its workers at once; nothing where they are gone. */
export function killGroup(pid: number): void {
  try {
    kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

/** Without what the person who runs the tests has set for flotilla itself. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(FLOTILLA_|NODE_OPTIONS|LD_PRELOAD|VITEST)/.test(name),
  );
  return Object.fromEntries(kept);
}
