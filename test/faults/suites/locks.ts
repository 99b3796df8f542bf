// Suite H: who opens the project's files, and is the write lock held? The command line is traced: every open() with the
// library that made it, and with every write the locks of the process, as the kernel lists them. And the steps are run
// in this process, with a look at the lock table before and after each call on the session.

import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Driver, Session } from '../../../src/dialects/port.js';
import { makeBase, putBase, type Base, type Command } from '../harness/bases.js';
import { JOURNAL_MODES, writeMigrations, type JournalMode } from '../harness/fixture.js';
import { intentOf } from '../harness/fleet-inside.js';
import { openInside, targetAt } from '../harness/inside.js';
import { compilerProblem } from '../harness/native.js';
import { makeScene, runScene, type Scene } from '../harness/scene.js';
import { createShim, type LogRecord } from '../harness/shim.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';

const COMMANDS: readonly Command[] = ['upgrade', 'stamp'];
/** `again`: a run that finds nothing to do. `killed`: a worker dies in its commit, and another one settles it. */
const WAYS = ['traced', 'again', 'killed', 'inside'] as const;
type Way = (typeof WAYS)[number];

/**
 * Bytes of which a writer locks one: RESERVED, or the readers' where a hot journal is rolled back, in the file
 * (sqlite.org/lockingv3.html); WAL_WRITE_LOCK in the index of a log.
 */
const IN_FILE = [0x40000001, 0x40000002] as const;
const IN_INDEX = [120] as const;
type Place = readonly [inode: number, bytes: readonly number[]];

export const locks: Suite = {
  name: 'locks',
  unit: 'looks at the lock table',
  standard: JOURNAL_MODES.length * COMMANDS.length * WAYS.length,
  full: JOURNAL_MODES.length * COMMANDS.length * WAYS.length,
  lacks: () => compilerProblem() ?? lockTableProblem(),
  open,
};

async function open({ program, directory }: Bench): Promise<OpenSuite> {
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  const bases = new Map<string, Base>();
  let last = 0;

  async function baseOf(mode: JournalMode, command: Command): Promise<Base> {
    const name = `${mode}-${command}`;
    const base = bases.get(name) ?? (await makeBase(join(directory, name), command, { mode }, inside));
    bases.set(name, base);
    return base;
  }

  async function trace(base: Base, mode: JournalMode, way: Exclude<Way, 'inside'>): Promise<Finding> {
    const scene = makeScene(join(directory, `scene-${++last}`), base);
    if (way === 'again') await runScene(scene, program, migrations);
    const shim = createShim(scene.directory, scene.data);
    if (way === 'killed') shim.arm({ kind: 'kill', who: 'one' }, await commitOf(base, mode));
    else shim.disarm();
    shim.record('data', 'opens', 'locks');
    const inode = statSync(scene.target).ino;
    const ran = await runScene(scene, program, migrations, { env: shim.env });
    const log = shim.log();
    const { bad, count } = askLocks(log, scene, mode, inode);
    if (ran.code !== 0 && way !== 'killed') bad.push(`the run ended with ${ran.code ?? '?'}`);
    if (way !== 'again' && count === 0) bad.push('nothing was written');
    if (bad.length === 0) rmSync(scene.directory, { recursive: true, force: true });
    return { bad: [...askOpens(log, scene), ...bad], count };
  }

  /** The operation in the middle of the commit. */
  async function commitOf(base: Base, mode: JournalMode): Promise<number> {
    const scene = makeScene(join(directory, `scene-${++last}`), base);
    const shim = createShim(scene.directory, scene.data);
    shim.disarm();
    shim.record('data');
    await runScene(scene, program, migrations, { env: shim.env });
    const log = shim.log().filter(({ kind }) => kind !== 'output');
    const written = scene.target + (mode === 'wal' ? '-wal' : '');
    const at = log.flatMap(({ kind, path }, index) =>
      kind === 'write' && path === written ? [index + 1] : [],
    );
    return at[Math.floor(at.length / 2)] ?? 1;
  }

  async function runInside(base: Base, mode: JournalMode): Promise<Finding> {
    const own = join(directory, `inside-${++last}`);
    mkdirSync(own);
    const path = join(own, 'project_1.db');
    putBase(base, path);
    const watch = createWatch(path, mode);
    const driver: Driver = {
      ...inside.driver,
      open: async (target, options) => watch.over(await inside.driver.open(target, options)),
    };
    const options = { backupDir: join(own, 'backups'), driver };
    const outcome = await inside.apply(targetAt(path), intentOf(base.command), options);
    const bad = outcome.failure === null ? [] : [`it failed: ${outcome.failure.message}`];
    return { bad: [...bad, ...watch.bad], count: watch.count() };
  }

  return {
    async points() {
      return JOURNAL_MODES.flatMap((mode) =>
        COMMANDS.flatMap((command) => WAYS.map((way) => `${mode}/${command}/${way}`)),
      );
    },
    async run(point): Promise<Finding> {
      const [mode, command, way] = point.split('/') as [JournalMode, Command, Way];
      const base = await baseOf(mode, command);
      return way === 'inside' ? runInside(base, mode) : trace(base, mode, way);
    },
    async close() {
      inside.close();
    },
  };
}

/**
 * Only SQLite opens the project's files: closing any other descriptor would drop its locks. It locks no journal, whose
 * last bytes are read before it sees them.
 */
function askOpens(log: readonly LogRecord[], { target }: Scene): readonly string[] {
  return log
    .filter(({ kind, path }) => kind === 'open' && path.startsWith(target) && path !== `${target}-journal`)
    .filter(({ data }) => !data.toString().endsWith('better_sqlite3.node'))
    .map(
      ({ path, data }) =>
        `${path.slice(target.length - 'project_1.db'.length)} was opened by ${data.toString()}`,
    );
}

/** Whoever writes to the project's file, its journal or its log, or makes its backup, holds the write lock. */
function askLocks(log: readonly LogRecord[], scene: Scene, mode: JournalMode, inode: number) {
  const bad: string[] = [];
  let count = 0;
  const held = new Map<number, string>();
  const indexes = new Map<number, bigint>();
  for (const record of log) {
    const { kind, pid, path, data } = record;
    if (kind === 'locks') held.set(pid, data.toString());
    if (kind === 'open' && path === `${scene.target}-shm`) indexes.set(pid, record.inode);
    if (!isWriting(record, scene, mode)) continue;
    count++;
    const index = indexes.get(pid);
    const where: Place = mode === 'wal' ? [Number(index), IN_INDEX] : [inode, IN_FILE];
    if (!isLocked(held.get(pid) ?? '', ...where)) {
      bad.push(
        `${kind} ${path.slice(scene.data.length)} without the write lock; held: ${held.get(pid) ?? 'nothing'}`,
      );
    }
  }
  return { bad, count };
}

function isWriting(
  { kind, path, offset }: LogRecord,
  { target, stateDir }: Scene,
  mode: JournalMode,
): boolean {
  if (!['write', 'truncate', 'sync', 'unlink', 'create', 'rename'].includes(kind)) return false;
  // What a run left is known after the commit, and kept then.
  if (path.startsWith(join(stateDir, 'backups'))) return !path.endsWith('.left');
  switch (mode) {
    case 'wal':
      // The file itself is written by a checkpoint, which has a lock of its own, and the log's first bytes by whoever
      // begins it anew.
      return path === `${target}-wal` && kind === 'write' && offset > 0;
    case 'delete':
    case 'truncate':
    case 'persist':
      // A journal that is found hot is rolled back under the exclusive lock.
      return path === target || (path === `${target}-journal` && kind === 'write');
  }
}

/** The kernel gives out the table in parts, and may skip a line when others go: it is to be read more than once. */
function ownLocks(): string {
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.trim().split(/\s+/)[4] === `${process.pid}`)
    .join('\n');
}

/**
 * @param table lines of /proc/locks
 * @param bytes of which one is to be locked
 */
function isLocked(table: string, inode: number, bytes: readonly number[]): boolean {
  return table.split('\n').some((line) => {
    const [, , , access, , file, start, end] = line.trim().split(/\s+/);
    if (access !== 'WRITE' || file?.split(':')[2] !== `${inode}`) return false;
    return bytes.some((byte) => Number(start) <= byte && (end === 'EOF' || Number(end) >= byte));
  });
}

interface Watch {
  over(session: Session): Session;
  readonly bad: string[];
  count(): number;
}

/** Looks at the lock table around every call on a session, from BEGIN to the end of the transaction. */
function createWatch(path: string, mode: JournalMode): Watch {
  const bad: string[] = [];
  let count = 0;
  let isOpen = false;
  const inode = statSync(path).ino;
  function look(when: string): void {
    if (!isOpen) return;
    count++;
    const where: Place = mode === 'wal' ? [statSync(`${path}-shm`).ino, IN_INDEX] : [inode, IN_FILE];
    const mine = [ownLocks(), ownLocks(), ownLocks()].join('\n');
    if (!isLocked(mine, ...where)) bad.push(`the write lock is missing ${when}; held: ${mine}`);
  }
  return {
    bad,
    count: () => count,
    over(session) {
      const watched = Object.entries(session).map(([name, value]) => {
        const method = value as (...parameters: readonly unknown[]) => Promise<unknown>;
        const call = async (...parameters: readonly unknown[]) => {
          look(`before ${name}`);
          if (name === 'commit' || name === 'rollback' || name === 'close') isOpen = false;
          const result = await method(...parameters);
          if (name === 'lock') isOpen = true;
          look(`after ${name}`);
          return result;
        };
        return [name, call] as const;
      });
      return Object.fromEntries(watched) as unknown as Session;
    },
  };
}

function lockTableProblem(): string | null {
  try {
    readFileSync('/proc/locks');
    return null;
  } catch {
    return 'no table of locks: /proc/locks cannot be read (Linux has it)';
  }
}
