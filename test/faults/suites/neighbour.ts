// Suite N: a neighbour on the same machine. Each point plants one thing beside a healthy fleet and runs one command over
// it. Whatever it is, the command ends as the table says and in its words, nothing outside the fleet is changed, made,
// removed or run, and what is refused is as it was.

import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { run } from '../harness/program.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';
import { COMMANDS, type CommandLine, type Place, type Situation } from '../neighbour/situation.js';
import { isRoot, SITUATIONS } from '../neighbour/situations.js';

/** Of each situation so many commands are run with every run of the tests. */
const STANDARD = 2;

export const neighbour: Suite = {
  name: 'neighbour',
  unit: 'planted situations',
  standard: SITUATIONS.length * STANDARD,
  full: SITUATIONS.length * COMMANDS.length,
  abreast: 2,
  open,
};

async function open({ program, directory, size, only }: Bench): Promise<OpenSuite> {
  let last = 0;
  return {
    async points() {
      const every = SITUATIONS.flatMap(({ name }, at) =>
        COMMANDS.map((command, index) => ({
          point: `${name}/${command.replaceAll(' ', '_')}`,
          // Those that change come first; which look is tried differs from situation to situation.
          rank: index === 0 ? 0 : ((index + at) % (COMMANDS.length - 1)) + 1,
        })),
      );
      return every
        .filter(({ point }) => point.startsWith(only))
        .sort((a, b) => a.rank - b.rank)
        .slice(0, Math.max(size, 1))
        .map(({ point }) => point);
    },
    async run(point): Promise<Finding> {
      const at = point.lastIndexOf('/');
      const situation = SITUATIONS.find(({ name }) => name === point.slice(0, at));
      const command = COMMANDS.find((line) => line.replaceAll(' ', '_') === point.slice(at + 1));
      if (situation === undefined || command === undefined) throw new Error(`there is no point ${point}`);
      if (situation.needsRoot === true && !isRoot)
        return { bad: [], skipped: 'only root can give files to another user' };
      const place = makePlace(join(directory, `place-${++last}`));
      const bad = await attempt(situation, command, place);
      if (bad.length === 0) rmSync(join(place.root, '..'), { recursive: true, force: true });
      return { bad };
    },
    async close() {
      // Nothing is kept open.
    },
  };

  async function attempt(
    situation: Situation,
    command: CommandLine,
    place: Place,
  ): Promise<readonly string[]> {
    await situation.plant(place);
    const [canary, others] = [look(place.canary), look(place.data)];
    const places = ['--data-dir', place.data, '--migrations', place.migrations];
    const jobs = command === 'heads' || command === 'lint' ? [] : ['--jobs', '1'];
    const words = [...command.split(' '), ...places, ...jobs];
    const ran = await run(program, [...words, ...(situation.words?.(place) ?? [])], {
      directory: join(place.root, '..', 'out'),
      cwd: place.root,
      env: { TMPDIR: place.tmp, MARK: place.mark },
      patienceMs: 60_000,
    });
    const said = `${ran.stdout} ${ran.stderr}`.replace(/\s+/g, ' ');
    const { codes, words: wanted } = situation.ends(command);
    const isChange = command === 'upgrade --stamp';
    return [
      ...(ran.hung ? ['it does not end'] : []),
      ...(codes.includes(ran.code ?? -1)
        ? []
        : [`exit code ${ran.code ?? '?'}, not ${codes.join(' or ')}: ${said}`]),
      ...(wanted === undefined || wanted.test(said) ? [] : [`it does not say ${String(wanted)}: ${said}`]),
      ...(/internal|defect/.test(said) ? [`it is told as a defect: ${said}`] : []),
      ...(existsSync(place.mark) ? ['code of the neighbour was run'] : []),
      ...differences(canary, look(place.canary), () => false).map((path) => `outside: ${path}`),
      ...differences(
        others,
        look(place.data),
        (path) =>
          path.startsWith('.flotilla') ||
          (isChange && /^(?:\.|eu|eu\/project_1\.db|project_[12]\.db)$/.test(path)),
      ).map((path) => `in the data directory: ${path}`),
    ];
  }
}

function makePlace(directory: string): Place {
  const root = join(directory, 'home');
  const place: Place = {
    root,
    data: join(root, 'data'),
    target: join(root, 'data', 'project_1.db'),
    state: join(root, 'data', '.flotilla'),
    migrations: join(root, 'migrations'),
    tmp: join(directory, 'tmp'),
    canary: join(directory, 'canary'),
    mark: join(directory, 'mark'),
  };
  for (const path of [
    place.data,
    place.migrations,
    place.tmp,
    join(directory, 'out'),
    join(place.canary, 'sub'),
    join(place.canary, 'fleet'),
  ])
    mkdirSync(path, { recursive: true });
  for (const path of [
    place.target,
    join(place.data, 'project_2.db'),
    join(place.canary, 'victim.db'),
    join(place.canary, 'fleet', 'project_8.db'),
  ])
    new Database(path).exec('CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2)').close();
  writeFileSync(join(place.canary, 'victim'), 'keep me\n');
  writeFileSync(join(place.canary, 'sub', 'file'), 'keep me too\n');
  const revision = (up: string, down: string) => `-- migrate:up\n${up};\n-- migrate:down\n${down};\n`;
  writeFileSync(
    join(place.migrations, '0001_t.sql'),
    revision('CREATE TABLE t (a INTEGER PRIMARY KEY)', 'DROP TABLE t'),
  );
  writeFileSync(join(place.migrations, '0002_u.sql'), revision('CREATE TABLE u (a)', 'DROP TABLE u'));
  return place;
}

/** Kind, mode, time and content of all that is there; of what has a second name elsewhere too. */
function look(directory: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string, name: string): void => {
    const stats = lstatSync(path, { bigint: true });
    const kind = stats.isDirectory()
      ? 'directory'
      : stats.isFile()
        ? 'file'
        : stats.isSymbolicLink()
          ? 'link'
          : 'other';
    const content =
      kind === 'file'
        ? createHash('sha256').update(readFileSync(path)).digest('hex')
        : kind === 'link'
          ? readlinkSync(path)
          : '';
    found.set(name, `${kind} ${stats.mode} ${stats.uid} ${stats.mtimeNs} ${content}`);
    if (kind === 'directory')
      for (const entry of readdirSync(path))
        visit(join(path, entry), name === '.' ? entry : `${name}/${entry}`);
  };
  visit(directory, '.');
  return found;
}

function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  isAllowed: (path: string) => boolean,
): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  // The directory has another time once a state directory was made in it.
  const isTop = (path: string): boolean => path === '.' && after.has('.flotilla') && !before.has('.flotilla');
  return paths
    .filter((path) => before.get(path) !== after.get(path) && !isAllowed(path) && !isTop(path))
    .map((path) => `${path}: ${before.get(path) ?? 'nothing'}, then ${after.get(path) ?? 'nothing'}`);
}
