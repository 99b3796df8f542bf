// Suite O: the whole program dies before any one of its writes while a copy is put back, by `restore` or by `undo`. The
// target has its old content or that of the copy, to the byte but for what SQLite counts by itself, and never anything
// between; and the same command, typed again, ends well.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makeBase, type Base } from '../harness/bases.js';
import { JOURNAL_MODES, writeMigrations, type JournalMode } from '../harness/fixture.js';
import { openInside } from '../harness/inside.js';
import { compilerProblem } from '../harness/native.js';
import { run, type Program, type Ran, type RunOptions } from '../harness/program.js';
import { createRandom, spread } from '../harness/random.js';
import { leftovers, makeScene, runScene, type Scene } from '../harness/scene.js';
import { createShim, type Victim } from '../harness/shim.js';
import { isWanted, type Bench, type Finding, type OpenSuite, type Suite } from '../harness/suite.js';

const COMMANDS = ['restore', 'undo'] as const;
type Command = (typeof COMMANDS)[number];
const VICTIMS: readonly Victim[] = ['all', 'one', 'leader'];

export const restore: Suite = {
  name: 'restore',
  unit: 'kill points of restores',
  standard: 32,
  full: 1000,
  abreast: 2,
  lacks: compilerProblem,
  open,
};

interface Prepared {
  readonly scene: Scene;
  /** What is typed, each time. */
  readonly words: readonly string[];
  readonly old: string;
  readonly copy: string;
}

async function open(bench: Bench): Promise<OpenSuite> {
  const { program, directory, seed, size } = bench;
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  const bases = new Map<JournalMode, Promise<Base>>();
  let last = 0;

  /** A target that was upgraded, with the copy of what it was before. */
  async function prepare(mode: JournalMode, command: Command): Promise<Prepared> {
    const base = bases.get(mode) ?? makeBase(join(directory, 'bases', mode), 'upgrade', { mode }, inside);
    bases.set(mode, base);
    const scene = makeScene(join(directory, `scene-${++last}`), await base);
    const { code, stdout, stderr } = await runScene(scene, program, migrations);
    const copies = copiesOf(scene);
    const [copy] = copies;
    const [runId] = copy?.split('/') ?? [];
    if (code !== 0 || copies.length !== 1 || copy === undefined || runId === undefined)
      throw new Error(`no copy was made: ${stdout}${stderr}`);
    // A copy that is made of what is there now is newer: each time the same one is meant.
    const words = command === 'undo' ? ['undo', runId] : ['restore', 'project_1', '--run', runId];
    return {
      scene,
      words,
      old: imageOf(scene.target, directory),
      copy: imageOf(join(backupsOf(scene), copy), directory),
    };
  }

  async function type({ scene, words }: Prepared, options: Partial<RunOptions> = {}): Promise<Ran> {
    return typed(program, scene, [...words, '--migrations', migrations], options);
  }

  return {
    async points() {
      const places = JOURNAL_MODES.flatMap((mode) => COMMANDS.map((command) => ({ mode, command }))).filter(
        ({ mode, command }) => isWanted(bench, `${mode}/${command}/`),
      );
      const names: string[] = [];
      for (const { mode, command } of places) {
        const prepared = await prepare(mode, command);
        const shim = createShim(prepared.scene.directory, prepared.scene.data);
        shim.disarm();
        shim.record('data');
        await type(prepared, { env: shim.env });
        const operations = shim.log().filter(({ kind }) => kind !== 'output');
        const { target } = prepared.scene;
        const onTarget = operations.flatMap(({ path }, index) =>
          path.startsWith(target) ? [index + 1] : [],
        );
        rmSync(prepared.scene.directory, { recursive: true, force: true });
        const share = Math.ceil(size / places.length / 2);
        const random = createRandom(seed, mode, command);
        // While pages go into the target is where it matters; anywhere else is tried as often.
        const at = [
          ...spread(onTarget.length, share, random).map((one) => onTarget[one - 1] ?? 1),
          ...spread(operations.length, share, random),
        ];
        names.push(
          ...at.map((one, index) => `${mode}/${command}/${VICTIMS[index % VICTIMS.length] ?? 'all'}/${one}`),
        );
      }
      return names;
    },
    async run(point): Promise<Finding> {
      const [mode, command, who, at] = point.split('/') as [JournalMode, Command, Victim, string];
      const prepared = await prepare(mode, command);
      const { scene, old, copy } = prepared;
      const shim = createShim(scene.directory, scene.data);
      shim.arm({ kind: 'kill', who }, Number(at));
      const killed = await type(prepared, { env: shim.env });
      const found = imageOf(scene.target, directory);
      const again = await type(prepared);
      const bad = [
        ...(killed.hung ? ['it did not end'] : []),
        ...(found === old || found === copy ? [] : ['it is neither what it was nor what the copy is']),
        ...(killed.code === 0 && found !== copy ? ['success, and it was not put back'] : []),
        ...(again.code === 0
          ? []
          : [`typed again it ends with ${again.code ?? 'a signal'}: ${again.stdout}`]),
        ...(imageOf(scene.target, directory) === copy ? [] : ['typed again it does not put it back']),
        ...leftovers(scene),
      ];
      const what = shim.what().replace(scene.directory, '');
      if (bad.length === 0) rmSync(scene.directory, { recursive: true, force: true });
      return { bad: bad.map((one) => `${one} [killed before: ${what}]`) };
    },
    async close() {
      inside.close();
    },
  };
}

function typed(
  program: Program,
  { directory, data }: Scene,
  words: readonly string[],
  options: Partial<RunOptions>,
): Promise<Ran> {
  return run(program, [...words, '--data-dir', data, '--jobs', '1', '--ndjson'], { directory, ...options });
}

const backupsOf = ({ stateDir }: Scene): string => join(stateDir, 'backups');

function copiesOf(scene: Scene): readonly string[] {
  const all = readdirSync(backupsOf(scene), { recursive: true, encoding: 'utf8' });
  return all.filter((name) => name.endsWith('.db'));
}

/**
 * What SQLite changes of itself when it writes: how the journal is kept, its counters and its version
 * (sqlite.org/fileformat2.html#the_database_header).
 */
const OWN_TO_SQLITE = [
  [18, 20],
  [24, 28],
  [40, 44],
  [92, 100],
] as const;

/** All bytes of a database, as whoever opens it next finds them. */
function imageOf(path: string, scratch: string): string {
  const own = mkdtempSync(join(scratch, 'image-'));
  const copy = join(own, 'copy.db');
  for (const part of ['', '-journal', '-wal'])
    if (existsSync(path + part)) copyFileSync(path + part, copy + part);
  const db = new Database(copy);
  try {
    // A journal is rolled back, a log read: then the file says all.
    db.pragma('journal_mode = DELETE');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
  } finally {
    db.close();
  }
  const bytes = readFileSync(copy);
  for (const [from, to] of OWN_TO_SQLITE) bytes.fill(0, from, to);
  rmSync(own, { recursive: true, force: true });
  return createHash('sha256').update(bytes).digest('hex');
}
