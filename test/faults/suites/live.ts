// Suite G: applications write and read all the time while two runs at once, each with a state directory of its own,
// upgrade the same fleet and are killed at any moment, and applications too. Every write that was acknowledged is there
// at the end, no reader ever sees half of a change, and the last run finds or brings everything to head.

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { makeBase, putBase, type Base } from '../harness/bases.js';
import { findProblems } from '../harness/content.js';
import { HEAD, writeMigrations, type JournalMode } from '../harness/fixture.js';
import { openInside } from '../harness/inside.js';
import { killGroup, run, start, type Program } from '../harness/program.js';
import { createRandom, type Random } from '../harness/random.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';

const APPLICATION = join(import.meta.dirname, '../live/application.mjs');
/** Acknowledged writes of one round. */
const ROUND = 12_500;
const WRITERS = 4;
const READERS = 2;
const MODES: readonly JournalMode[] = ['delete', 'wal'];
/** No round takes as long on any machine. */
const PATIENCE_MS = 240_000;

export const live: Suite = {
  name: 'live',
  unit: 'acknowledged writes of live applications',
  standard: 50_000,
  full: 1_000_000,
  jobs: 1,
  open,
};

async function open({ program, directory, seed, size }: Bench): Promise<OpenSuite> {
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  return {
    async points() {
      return Array.from(
        { length: Math.ceil(size / ROUND) },
        (_, index) => `${MODES[index % 2] ?? 'wal'}/${index}`,
      );
    },
    async run(point): Promise<Finding> {
      const [mode] = point.split('/') as [JournalMode];
      const name = point.replace('/', '-');
      const base = await makeBase(join(directory, `base-${name}`), 'upgrade', { mode }, inside);
      const round = startRound(join(directory, name), base, createRandom(seed, point));
      try {
        const bad = await runRound(round, program, migrations);
        const count = round.acknowledged();
        if (bad.length === 0) rmSync(round.directory, { recursive: true, force: true });
        return { bad, count };
      } finally {
        round.end();
      }
    },
    async close() {
      inside.close();
    },
  };
}

interface Application {
  readonly id: number;
  readonly role: 'write' | 'read';
  /** Of a writer: which tasks are its own. One that is killed hands them on to the next. */
  readonly slot: number;
  readonly process: ChildProcess;
  readonly gone: Promise<void>;
  /** What it has said. */
  readonly output: string;
}

interface Round {
  readonly directory: string;
  readonly data: string;
  readonly base: Base;
  readonly random: Random;
  readonly applications: Application[];
  addProject(): void;
  begin(role: Application['role'], slot: number): void;
  /** Writes that were acknowledged so far. */
  acknowledged(): number;
  end(): void;
}

function startRound(directory: string, base: Base, random: Random): Round {
  const data = join(directory, 'data');
  mkdirSync(data, { recursive: true });
  const applications: Application[] = [];
  let projects = 0;
  let ids = 0;
  return {
    directory,
    data,
    base,
    random,
    applications,
    addProject() {
      // Appears at once and whole, as a project does that is moved in.
      const hidden = join(data, '.new');
      putBase(base, hidden);
      if (existsSync(`${hidden}-wal`)) foldIn(hidden);
      renameSync(hidden, join(data, `project_${++projects}.db`));
    },
    begin(role, slot) {
      const id = ++ids;
      const output = join(directory, `application-${id}`);
      const file = openSync(output, 'w');
      const words = [APPLICATION, role, data, `${random.below(1_000_000)}`, `${id}`, `${slot}`];
      const child = spawn(execPath, words, { stdio: ['ignore', file, 'inherit'] });
      closeSync(file);
      const gone = new Promise<void>((resolve) =>
        child.once('exit', () => {
          resolve();
        }),
      );
      applications.push({ id, role, slot, process: child, gone, output });
    },
    acknowledged: () => applications.reduce((sum, { output }) => sum + acknowledgements(output).length, 0),
    end() {
      for (const { process } of applications) process.kill('SIGKILL');
    },
  };
}

function foldIn(path: string): void {
  const db = new Database(path);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

async function runRound(round: Round, program: Program, migrations: string): Promise<readonly string[]> {
  const { directory, data, random, applications } = round;
  const bad: string[] = [];
  const started = Date.now();
  let over = false;
  for (let index = 0; index < 8; index++) round.addProject();
  for (let index = 0; index < WRITERS; index++) round.begin('write', index);
  for (let index = 0; index < READERS; index++) round.begin('read', index);

  async function orchestrate(name: string): Promise<void> {
    const own = join(directory, name);
    mkdirSync(own);
    const words = ['upgrade', '--data-dir', data, '--migrations', migrations, '--jobs', '2'];
    const state = ['--state-dir', join(own, 'state'), '--json'];
    while (!over) {
      const { pid, ended } = start(program, [...words, ...state], { directory: own });
      const killer = random.chance(0.5)
        ? sleep(200 + random.below(1_500)).then(() => {
            killGroup(pid);
          })
        : null;
      const ran = await ended;
      await killer;
      if (ran.hung) bad.push(`${name} did not end`);
      if (ran.signal === null) bad.push(...askRun(name, ran.code, ran.stdout, ran.stderr));
    }
  }
  async function disturb(): Promise<void> {
    while (!over) {
      await sleep(100 + random.below(150));
      round.addProject();
      if (!random.chance(0.1)) continue;
      const victim = random.pick(
        applications.filter(({ process }) => process.exitCode === null && !process.killed),
      );
      victim.process.kill('SIGKILL');
      await victim.gone;
      round.begin(victim.role, victim.slot);
    }
  }
  async function watch(): Promise<void> {
    while (round.acknowledged() < ROUND) {
      if (Date.now() - started > PATIENCE_MS) {
        bad.push(`the applications came to ${round.acknowledged()} writes in ${PATIENCE_MS} ms`);
        break;
      }
      await sleep(200);
    }
    over = true;
  }
  await Promise.all([orchestrate('first'), orchestrate('second'), disturb(), watch()]);
  for (const { process } of applications) process.kill('SIGTERM');
  await Promise.all(applications.map(({ gone }) => gone));
  const words = ['upgrade', '--data-dir', data, '--migrations', migrations, '--jobs', '2', '--json'];
  const last = await run(program, [...words, '--state-dir', join(directory, 'first/state')], { directory });
  if (last.code !== 0)
    bad.push(`the last run ends with ${last.code ?? 'a signal'}: ${last.stdout}${last.stderr}`);
  return [...bad, ...askApplications(round)];
}

/** A run that was not killed: only locks may have kept it from the end. */
function askRun(name: string, code: number | null, stdout: string, stderr: string): readonly string[] {
  if (code === 0) return [];
  try {
    const report = JSON.parse(stdout) as {
      readonly failures: readonly { readonly code: string; readonly message: string }[];
    };
    const others = report.failures.filter((failure) => failure.code !== 'busy');
    return code === 2 && others.length === 0
      ? []
      : [`${name} ends with ${code ?? '?'}: ${JSON.stringify(report.failures)}`];
  } catch {
    return [`${name} ends with ${code ?? '?'}: ${stdout}${stderr}`];
  }
}

interface Acknowledgement {
  readonly name: string;
  readonly number: number;
  readonly task: number;
}

function acknowledgements(output: string): readonly Acknowledgement[] {
  return readFileSync(output, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [kind, name = '', number, task] = line.split(' ');
      // The last line of one that was killed may be half.
      return kind === 'A' && task !== undefined ? [{ name, number: Number(number), task: Number(task) }] : [];
    });
}

function askApplications({ applications, data }: Round): readonly string[] {
  const bad: string[] = [];
  const written = new Map<string, Write[]>();
  for (const { id, output, role, slot } of applications) {
    for (const line of readFileSync(output, 'utf8').split('\n')) {
      if (line.startsWith('E ')) bad.push(`application ${id} (${role}): ${line}`);
    }
    for (const { name, number, task } of acknowledgements(output)) {
      const list = written.get(name) ?? [];
      list.push({ writer: id, slot, number, task });
      written.set(name, list);
    }
  }
  const slots = new Map(applications.map(({ id, slot }) => [id, slot]));
  for (const [name, writes] of written) {
    const db = new Database(join(data, name), { fileMustExist: true });
    try {
      const found = [...findProblems(db), ...askEntries(db, writes), ...askTitles(db, writes, slots)];
      const last = db.prepare('SELECT max(revision) FROM flotilla_history').pluck().get();
      if (last !== HEAD) found.push(`it is at ${String(last)}`);
      bad.push(...found.map((problem) => `${name}: ${problem}`));
    } finally {
      db.close();
    }
  }
  return bad;
}

/** A write that was acknowledged. */
interface Write {
  readonly writer: number;
  readonly slot: number;
  readonly number: number;
  readonly task: number;
}

function askEntries(db: Database.Database, writes: readonly Write[]): readonly string[] {
  const find = db
    .prepare<[number, number], string>('SELECT body FROM entries WHERE writer = ? AND number = ?')
    .pluck();
  return writes.flatMap(({ writer, number }) =>
    find.get(writer, number) === `writer ${writer} number ${number}`
      ? []
      : [`write ${number} of writer ${writer} is lost`],
  );
}

/** A task has the last title that was acknowledged, or one that its writer was killed too early to acknowledge. */
function askTitles(
  db: Database.Database,
  writes: readonly Write[],
  slots: ReadonlyMap<number, number>,
): readonly string[] {
  // Writers of one slot came one after the other, and so are their writes here.
  const last = new Map(writes.map((write) => [write.task, write]));
  const find = db.prepare<[number], string>('SELECT title FROM tasks WHERE id = ?').pluck();
  return [...last.values()].flatMap(({ writer, slot, number, task }) => {
    const title = find.get(task) ?? '';
    const [, by, count] = /^writer (\d+) number (\d+)$/.exec(title) ?? [];
    const isSame = Number(by) === writer && Number(count) >= number;
    const isLater = Number(by) > writer && slots.get(Number(by)) === slot;
    return isSame || isLater ? [] : [`task ${task} is "${title}", after write ${number} of writer ${writer}`];
  });
}
