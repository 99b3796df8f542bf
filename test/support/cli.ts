// Runs the built command line as a user does: a process of its own, its streams, its exit code.

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { inject, vi } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** The built program, for tests that start it themselves: `node [PROGRAM]`. */
export const PROGRAM = resolve(ROOT, 'dist/cli/main.js');

/** The sample application's revisions, as an absolute path. */
export const MIGRATIONS = resolve(ROOT, 'migrations');

export interface CliOptions {
  /** Working directory; default: the repository. */
  readonly cwd?: string;
  /** Added to the environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The program and all its children are killed after so many milliseconds; default 50000. */
  readonly timeout?: number;
  /** Runs as another user, which only root can ask for; the groups of the process are `gid` alone. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface CliResult {
  /** The exit code, or null where a signal ended the program. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as one JSON document. @throws with both streams where it is none */
  json(): unknown;
}

/** @throws where the program did not compile */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).result;
}

/**
 * As runCli, for tests that meddle with a running program: `pid` is also the id of its process group, and `said` waits
 * until one of its streams has these words.
 */
export function startCli(
  args: readonly string[],
  { cwd = ROOT, env = {}, timeout = 50_000, ...user }: CliOptions = {},
): {
  readonly pid: number;
  readonly result: Promise<CliResult>;
  readonly said: (words: string) => Promise<void>;
} {
  const failure = inject('buildFailure');
  if (failure !== '') throw new Error(`The program does not compile, so it cannot be run:\n${failure}`);
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    // Whose the repository is says nothing here: who builds it may have got it from another user.
    env: { FLOTILLA_TRUST: ROOT, ...process.env, ...env },
    ...user,
    // A group of its own, so that a test can signal the program and its workers together.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} could not be started`);
  const timer = setTimeout(() => {
    killGroup(pid);
  }, timeout);
  let stdout = '';
  let stderr = '';
  const result = new Promise<CliResult>((done, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', fail);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, stdout, stderr, json: () => parse(stdout, stderr) });
    });
  }).then(async (ended) => {
    await assertPrinted(args, ended);
    return ended;
  });
  const said = (words: string): Promise<void> =>
    vi.waitFor(
      () => {
        if (![stdout, stderr].some((text) => text.includes(words)))
          throw new Error(`The program has not said "${words}":\n${stdout}${stderr}`);
      },
      { timeout, interval: 5 },
    );
  return { pid, result, said };
}

/** Whatever is tested: a command that was printed is one, and about the same fleet. */
async function assertPrinted(args: readonly string[], { stdout, stderr }: CliResult): Promise<void> {
  if (
    args.includes('--help') ||
    args[0] === 'completion' ||
    ![stdout, stderr].some((text) => text.includes('flotilla '))
  )
    return;
  const { faultsOfPrinted } = await import('./printed-lines.js');
  const faults = [stdout, stderr].flatMap((text) => faultsOfPrinted(args, text));
  if (faults.length > 0) throw new Error(`Commands were printed that cannot be typed:\n${faults.join('\n')}`);
}

/** Ends a program and its workers at once, as a power cut does; nothing where they are gone. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

function parse(stdout: string, stderr: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`Standard output is not JSON:\n${stdout}\nStandard error:\n${stderr}`, { cause });
  }
}
