// Suite C: SQLite's own calls to the operating system fail, reads and locks included, for every kind of journal and
// small, usual and large pages. In one process, with the steps of the program and a VFS between SQLite and the disk.

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Outcome } from '../../../src/model/outcome.js';
import { makeBase, putBase, type Base, type Command } from '../harness/bases.js';
import { JOURNAL_MODES, writeMigrations, type JournalMode } from '../harness/fixture.js';
import { intentOf } from '../harness/fleet-inside.js';
import { openInside, targetAt } from '../harness/inside.js';
import { judge, judgeBackups, type State } from '../harness/judge.js';
import { compile, compilerProblem } from '../harness/native.js';
import { createRandom, spread } from '../harness/random.js';
import { isWanted, type Bench, type Finding, type OpenSuite, type Suite } from '../harness/suite.js';

interface Setting {
  readonly pageSize: number;
  readonly command: Command;
}
const COMMANDS: readonly Command[] = ['upgrade', 'upgradeStamp', 'stamp'];
/** Of small, usual and large pages. */
const SOME_SETTINGS: readonly Setting[] = [
  { pageSize: 512, command: 'upgradeStamp' },
  { pageSize: 4096, command: 'upgrade' },
  { pageSize: 65_536, command: 'upgradeStamp' },
];
/** The others have about as many calls as these: where more points are wanted than they have, all are used. */
const SOME_SUFFICE = 5_000;
const ALL_SETTINGS: readonly Setting[] = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536].flatMap(
  (pageSize) => COMMANDS.map((command) => ({ pageSize, command })),
);
const DURATIONS = ['once', 'forever'] as const;

/** What a failure may be called, by the kind of fault (see native/vfs.c). */
const CODES = {
  io: ['io'],
  full: ['diskFull'],
  busy: ['busy', 'timeout'],
  memory: ['io'],
  deleted: ['io'],
} as const satisfies Record<string, readonly string[]>;
type Kind = keyof typeof CODES;
const KINDS = Object.keys(CODES) as readonly Kind[];

export const vfs: Suite = {
  name: 'vfs',
  unit: "failures of SQLite's own I/O",
  standard: 2500,
  full: 27_000,
  lacks: compilerProblem,
  open,
};

async function open(bench: Bench): Promise<OpenSuite> {
  const { program, directory, seed, size } = bench;
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  const control = new Database(':memory:');
  control.loadExtension(compile('vfs'));
  const arm = control.prepare('SELECT fault_arm(?, ?, ?)');
  const counted = control.prepare<[], number>('SELECT fault_count()').pluck();
  const met = control.prepare<[], number>('SELECT fault_hits()').pluck();
  const bases = new Map<string, Promise<Base>>();

  function baseOf(mode: JournalMode, pageSize: number, command: Command): Promise<Base> {
    const name = `${mode}-${pageSize}-${command}`;
    const known = bases.get(name) ?? makeBase(join(directory, name), command, { mode, pageSize }, inside);
    bases.set(name, known);
    return known;
  }

  async function apply(base: Base, own: string, name: string): Promise<Outcome> {
    const options = { backupDir: join(own, 'backups', name), runId: name, busyMs: 20 };
    return inside.apply(targetAt(join(own, 'project_1.db')), intentOf(base.command), options);
  }

  function place(base: Base): string {
    const own = mkdtempSync(join(directory, 'vfs-'));
    putBase(base, join(own, 'project_1.db'));
    mkdirSync(join(own, 'scratch'));
    return own;
  }

  return {
    async points() {
      const names: string[] = [];
      const settings = size > SOME_SUFFICE ? ALL_SETTINGS : SOME_SETTINGS;
      const kinds = JOURNAL_MODES.length * settings.length * KINDS.length * DURATIONS.length;
      for (const mode of JOURNAL_MODES) {
        for (const { pageSize, command } of settings) {
          const base = await baseOf(mode, pageSize, command);
          for (const kind of KINDS.filter((one) =>
            isWanted(bench, `${mode}/${pageSize}/${command}/${one}/`),
          )) {
            const own = place(base);
            arm.get(kind, 0, 0);
            await apply(base, own, 'count');
            const total = counted.get() ?? 0;
            arm.get('none', 0, 0);
            rmSync(own, { recursive: true });
            for (const duration of DURATIONS) {
              // SQLite tries to read a log that others hold for ten seconds, whatever the timeout.
              if (mode === 'wal' && kind === 'busy' && duration === 'forever') continue;
              const random = createRandom(seed, mode, pageSize, command, kind, duration);
              for (const at of spread(total, Math.ceil(shareOf(kind) * (size / kinds)), random)) {
                names.push([mode, pageSize, command, kind, duration, at].join('/'));
              }
            }
          }
        }
      }
      return names;
    },
    async run(point): Promise<Finding> {
      const [mode, pageSize, command, kind, duration, at] = point.split('/') as [
        JournalMode,
        string,
        Command,
        Kind,
        (typeof DURATIONS)[number],
        string,
      ];
      const base = await baseOf(mode, Number(pageSize), command);
      const own = place(base);
      const target = join(own, 'project_1.db');
      const scratch = join(own, 'scratch');
      arm.get(kind, Number(at), duration === 'forever' ? 1 : 0);
      const outcome = await apply(base, own, 'first');
      const hits = met.get() ?? 0;
      arm.get('none', 0, 0);
      const state = judge(target, base.truth, scratch);
      const bad = [...askOutcome(outcome, state, kind, hits), ...askLeft(join(own, 'backups'))];
      const again = await apply(base, own, 'second');
      if (!['upgraded', 'stamped', 'current'].includes(again.outcome)) {
        bad.push(`running it again: ${again.outcome}: ${again.failure?.message ?? ''}`);
      }
      const end = judge(target, base.truth, scratch);
      if (end !== 'new') bad.push(`running it again leaves it ${typeof end === 'object' ? end.bad : end}`);
      const backups = judgeBackups(join(own, 'backups'), base.truth, scratch);
      bad.push(...backups.flatMap(({ problem }) => (problem === null ? [] : [problem])));
      if (end === 'new' && backups.length === 0) bad.push('new, and there is no backup');
      rmSync(own, { recursive: true, force: true });
      return { bad };
    },
    async close() {
      inside.close();
    },
  };
}

/** Most calls can fail in their own way; few are locks or deletions. */
function shareOf(kind: Kind): number {
  switch (kind) {
    case 'io':
      return 3;
    case 'memory':
      return 1;
    case 'full':
      return 1.5;
    case 'busy':
    case 'deleted':
      return 1;
  }
}

function askOutcome({ outcome, failure }: Outcome, state: State, kind: Kind, hits: number): string[] {
  if (typeof state === 'object') return [state.bad];
  const words = `${outcome}${failure === null ? '' : ` (${failure.code} in ${failure.step}: ${failure.message})`}`;
  const bad: string[] = [];
  switch (outcome) {
    case 'upgraded':
    case 'stamped':
      if (state === 'old') bad.push(`${words}, and it is old`);
      break;
    case 'failed':
      if (state === 'new') bad.push(`${words}, and it is new`);
      if (failure !== null && !CODES[kind].some((code) => code === failure.code)) bad.push(words);
      break;
    case 'inDoubt':
      if (failure?.code !== 'commitUncertain') bad.push(words);
      break;
    case 'current':
    case 'skipped':
    case 'downgraded':
    case 'repaired':
    case 'restored':
    case 'partial':
      bad.push(words);
  }
  if (hits === 0 && failure !== null) bad.push(`${words}, and no fault was met`);
  return bad;
}

function askLeft(backups: string): readonly string[] {
  return readdirSync(backups, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tmp'))
    .map((name) => `left behind: ${name}`);
}
