// Suite D: the power fails after any operation of a run. The run is recorded once for every kind of journal; then the
// disk is set up again as a cut may have left it, thousands of times, and everything is asked of it: is the target old
// or new, is what was said true, is the backup there, and does the next run bring it to the end?
// In WAL mode another connection stays open, as an application's would: without it the last one to close syncs
// everything, and the cut proves nothing.

import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { askBatch, convergeBatch, makeBatch } from '../harness/batch.js';
import { lineOf, makeBase, type Base, type Command } from '../harness/bases.js';
import { writeMigrations, type JournalMode } from '../harness/fixture.js';
import { openFleetInside } from '../harness/fleet-inside.js';
import { openInside } from '../harness/inside.js';
import { compilerProblem } from '../harness/native.js';
import { createRandom } from '../harness/random.js';
import { askAfter, converge, makeScene, runScene, type Scene } from '../harness/scene.js';
import { createShim, type LogRecord } from '../harness/shim.js';
import { isWanted, type Bench, type Finding, type OpenSuite, type Suite } from '../harness/suite.js';
import { createDisk, type DirectoryModel, type Image, type Survival } from '../replay/disk.js';

/** `walAlone`: nobody else has it open. */
const SETTINGS = ['delete', 'truncate', 'persist', 'wal', 'walAlone'] as const;
type Setting = (typeof SETTINGS)[number];
/** `batch`: an upgrade of several targets. */
type Kind = Command | 'batch';
const KINDS: readonly Kind[] = ['upgrade', 'stamp', 'upgradeStamp', 'chain', 'batch'];
const MODELS: readonly DirectoryModel[] = ['strict', 'ordered'];
/** Most cuts take a part; it is there that things go wrong. */
const SURVIVALS: readonly Survival[] = ['nothing', 'all', 'part', 'part', 'part', 'part'];

export const power: Suite = {
  name: 'power',
  unit: 'power-loss images',
  standard: 2400,
  full: 50_000,
  abreast: 3,
  lacks: compilerProblem,
  open,
};

interface Recording {
  readonly base: Base;
  /** The data directory of the run. */
  readonly root: string;
  readonly before: Image;
  readonly log: readonly LogRecord[];
}

async function open(bench: Bench): Promise<OpenSuite> {
  const { program, directory, seed, size } = bench;
  const migrations = writeMigrations(join(directory, 'migrations'));
  const chain = writeMigrations(join(directory, 'migrations-chain'), 'chain');
  const inside = await openInside(program, migrations);
  const lines = {
    plain: { migrations, fleet: await openFleetInside(program, migrations) },
    chain: { migrations: chain, fleet: await openFleetInside(program, chain) },
  };
  const recordings = new Map<string, Promise<Recording>>();

  function recordingOf(setting: Setting, kind: Kind): Promise<Recording> {
    const name = `${setting}-${kind}`;
    const known = recordings.get(name) ?? record(setting, kind);
    recordings.set(name, known);
    return known;
  }

  async function record(setting: Setting, kind: Kind): Promise<Recording> {
    const mode: JournalMode = setting === 'walAlone' ? 'wal' : setting;
    const name = `${setting}-${kind}`;
    const command = kind === 'batch' ? 'upgrade' : kind;
    const base = await makeBase(join(directory, 'bases', name), command, { mode }, inside);
    const make = kind === 'batch' ? makeBatch : makeScene;
    const scene = make(join(directory, `recording-${name}`), base);
    const other = setting === 'wal' ? new Database(scene.target) : null;
    try {
      other?.prepare('SELECT count(*) FROM tasks').get();
      const before = imageOf(scene.data);
      const shim = createShim(scene.directory, scene.data);
      shim.disarm();
      shim.record('data');
      const own = lines[lineOf(command)].migrations;
      const ran = await runScene(scene, program, own, { env: shim.env });
      if (ran.code !== 0) throw new Error(`the run to record failed: ${ran.stdout}${ran.stderr}`);
      // The index of a log is made anew after a power cut (sqlite.org/walformat.html).
      const log = shim.log().filter(({ path }) => !path.endsWith('-shm'));
      return { base, root: scene.data, before, log };
    } finally {
      other?.close();
    }
  }

  return {
    async points() {
      const kinds = SETTINGS.flatMap((setting) => KINDS.map((command) => ({ setting, command }))).filter(
        ({ setting, command }) => isWanted(bench, `${setting}/${command}/`),
      );
      const names: string[] = [];
      for (let index = 0; index < size; index++) {
        const { setting, command } = kinds[index % kinds.length] ?? { setting: 'delete', command: 'upgrade' };
        const { log } = await recordingOf(setting, command);
        const random = createRandom(seed, 'power', index);
        const cut = random.below(log.length + 1);
        names.push([setting, command, random.pick(MODELS), random.pick(SURVIVALS), cut, index].join('/'));
      }
      return names;
    },
    async run(point): Promise<Finding> {
      const [setting, kind, model, survival, cut] = point.split('/') as [
        Setting,
        Kind,
        DirectoryModel,
        Survival,
        string,
      ];
      const recording = await recordingOf(setting, kind);
      const done = recording.log.slice(0, Number(cut));
      const disk = createDisk(recording.root, recording.before);
      for (const one of done) disk.apply(one);
      const scene = restore(recording, disk.crash(model, survival, createRandom(seed, point)), directory);
      const output = Buffer.concat(done.filter(({ kind }) => kind === 'output').map(({ data }) => data));
      const { fleet } = lines[lineOf(recording.base.command)];
      const bad =
        kind === 'batch'
          ? [...askBatch(scene, null, output.toString()).bad, ...(await convergeBatch(scene, fleet))]
          : [...askAfter(scene, output.toString()).bad, ...(await converge(scene, fleet))];
      rmSync(scene.directory, { recursive: true, force: true });
      const last = done.at(-1);
      const place = last === undefined ? 'before the first operation' : `after ${last.kind} ${last.path}`;
      return { bad: bad.map((one) => `${one} [cut ${place.replace(recording.root, '')}]`) };
    },
    async close() {
      inside.close();
    },
  };
}

/** What is below a directory, the index of a log aside. */
function imageOf(root: string): Image {
  const image = new Map<string, Buffer>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) image.set(`${path}/`, Buffer.alloc(0));
    else if (!path.endsWith('-shm')) image.set(path, readFileSync(path));
  }
  return image;
}

function restore({ base, root }: Recording, image: Image, place: string): Scene {
  const directory = mkdtempSync(join(place, 'image-'));
  const data = join(directory, 'data');
  mkdirSync(data);
  for (const [path, content] of image) {
    const place = data + path.slice(root.length);
    if (path.endsWith('/')) mkdirSync(place, { recursive: true });
    else {
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, content);
    }
  }
  return { directory, data, target: join(data, 'project_1.db'), stateDir: join(data, '.flotilla'), base };
}
