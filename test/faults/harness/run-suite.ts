// Runs the points of a suite in child processes, so that one that hangs or dies is a finding and not the end of the
// tests. Points are handed out one by one: a slow one keeps no other waiting.

import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { fastDirectory, slowDirectory } from './fast-directory.js';
import { installProgram } from './program.js';
import { createShim } from './shim.js';
import type { BadPoint, Bench, Finding, Suite, SuiteResult } from './suite.js';

/** After so long a point counts as hung, in milliseconds. */
const PATIENCE_MS = 300_000;

export type Question =
  | {
      readonly do: 'open';
      readonly suite: string;
      readonly bench: Omit<Bench, 'shim'>;
      readonly preload: boolean;
    }
  | { readonly do: 'points' }
  | { readonly do: 'run'; readonly point: string }
  | { readonly do: 'close' };
export type ToChild = Question & { readonly id: number };

export type Answer =
  | { readonly done: 'open' | 'close' }
  | { readonly done: 'points'; readonly points: readonly string[] }
  | { readonly done: 'run'; readonly finding: Finding }
  | { readonly done: 'error'; readonly message: string };
export type FromChild = Answer & { readonly id: number };

export interface RunSuiteOptions {
  readonly seed: number;
  readonly full: boolean;
  /** Only this point. */
  readonly point?: string;
  /** Folder of the program; default: this one. */
  readonly root?: string;
  /** How many points; default: the suite's own figure. */
  readonly size?: number;
  /** Only points whose names begin so. */
  readonly only?: string;
  /** Ends at the first bad point. */
  readonly untilBad?: boolean;
  readonly onPoint?: (done: number, total: number) => void;
}

export async function runSuite(suite: Suite, options: RunSuiteOptions): Promise<SuiteResult> {
  const { seed, full, point } = options;
  const base = { name: suite.name, unit: suite.unit, seed };
  const why = suite.lacks?.() ?? null;
  if (why !== null) return { ...base, count: 0, bad: [], skipped: [{ point: 'all', why }] };
  const directory = suite.disk === true ? slowDirectory() : fastDirectory();
  const program = installProgram(join(directory, 'program'), options.root);
  const size = options.size ?? (full ? suite.full : suite.standard);
  const children: Child[] = [];
  const bad: BadPoint[] = [];
  const skipped: { point: string; why: string }[] = [];
  let count = 0;
  let done = 0;

  async function open(name: string): Promise<Child> {
    const own = join(directory, name);
    const hurt = join(own, 'hurt');
    mkdirSync(hurt, { recursive: true });
    const preload = suite.preload ?? false;
    const child = startChild(preload ? createShim(own, hurt).env : {});
    children.push(child);
    await child.ask({
      do: 'open',
      suite: suite.name,
      bench: { program, directory: own, hurt, seed, size, only: options.only ?? '' },
      preload,
    });
    return child;
  }

  try {
    const first = await open('1');
    const all = point === undefined ? await pointsOf(first) : [point];
    const points = all.filter((name) => name.startsWith(options.only ?? ''));
    const queue = points.values();
    /** Takes points to one process, and to another one where that is lost. */
    const work = async (name: string, started: Child | null): Promise<void> => {
      let child = started === null ? null : Promise.resolve(started);
      let restarts = 0;
      const abreast = Array.from({ length: suite.abreast ?? 1 }, () =>
        takePoints(async (one) => {
          const mine = (child ??= open(`${name}-${restarts++}`));
          const finding = await runPoint(await mine, one);
          if (finding === null) {
            (await mine).kill();
            if (child === mine) child = null;
          }
          return finding;
        }),
      );
      await Promise.all(abreast);
      await (await child)?.end();
    };
    const takePoints = async (runOne: (point: string) => Promise<Finding | null>): Promise<void> => {
      for (const one of queue) {
        if (options.untilBad === true && bad.length > 0) break;
        const finding = await runOne(one);
        const { bad: what, count: worth = 1, skipped: reason, missing = [] } = finding ?? LOST;
        for (const why of missing) skipped.push({ point: one, why });
        if (reason === undefined) count += worth;
        else skipped.push({ point: one, why: reason });
        if (what.length > 0) {
          const full_ = full ? ' --full' : '';
          const command = `npm run test:faults -- --suite ${suite.name} --seed ${seed} --point '${one}'${full_}`;
          bad.push({ point: one, what, command });
        }
        options.onPoint?.(++done, points.length);
      }
    };
    const jobs = Math.min(suite.jobs ?? 2, points.length);
    await Promise.all(
      Array.from({ length: jobs }, (_, index) => work(`${index + 2}`, index === 0 ? first : null)),
    );
    return { ...base, count, bad, skipped };
  } finally {
    for (const child of children) child.kill();
    remove(directory);
  }
}

const LOST: Finding = { bad: ['the process that ran this point died or did not end'] };

async function pointsOf(child: Child): Promise<readonly string[]> {
  const reply = await child.ask({ do: 'points' });
  return reply.done === 'points' ? reply.points : [];
}

/** @returns null where the process is lost */
async function runPoint(child: Child, point: string): Promise<Finding | null> {
  try {
    const reply = await child.ask({ do: 'run', point });
    return reply.done === 'run' ? reply.finding : null;
  } catch (error) {
    if (error instanceof ChildLost) return null;
    return { bad: [error instanceof Error ? error.message : String(error)] };
  }
}

class ChildLost extends Error {}

interface Child {
  ask(question: Question): Promise<Answer>;
  end(): Promise<void>;
  kill(): void;
}

function startChild(added: Readonly<Record<string, string>>): Child {
  const entry = join(import.meta.dirname, 'suite-process.ts');
  const execArgv = ['--import', import.meta.resolve('jiti/register')];
  const child: ChildProcess = fork(entry, [], {
    execArgv,
    env: { ...env, ...added },
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const waiting = new Map<number, (reply: Answer | null) => void>();
  let last = 0;
  const lose = () => {
    for (const settle of waiting.values()) settle(null);
  };
  child.on('message', (reply: FromChild) => waiting.get(reply.id)?.(reply));
  child.on('exit', lose);
  child.on('error', lose);
  return {
    async ask(question) {
      const id = ++last;
      const reply = await new Promise<Answer | null>((resolve) => {
        const timer = setTimeout(() => resolve(null), PATIENCE_MS);
        waiting.set(id, (found) => {
          clearTimeout(timer);
          resolve(found);
        });
        if (!child.connected) waiting.get(id)?.(null);
        else child.send({ ...question, id } satisfies ToChild);
      });
      waiting.delete(id);
      if (reply === null) throw new ChildLost();
      if (reply.done === 'error') throw new Error(reply.message);
      return reply;
    },
    async end() {
      await this.ask({ do: 'close' });
      child.disconnect();
    },
    kill: () => child.kill('SIGKILL'),
  };
}

/** A test may have made files immutable, or taken the right to write away. */
function remove(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    execFileSync('chmod', ['-R', 'u+rwX', directory]);
    rmSync(directory, { recursive: true, force: true });
  }
}
