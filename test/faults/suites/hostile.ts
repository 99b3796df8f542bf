// Suite I: hostile files and names, one at a time beside healthy neighbours, and all at once. Each is refused or done
// as its case says, at the latest at the deadline; what is not done is as it was, to the byte; nothing outside the data
// directory is touched; and the neighbours are upgraded.

import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RunReport } from '../../../src/model/report.js';
import { makeBase, putBase, type Base } from '../harness/bases.js';
import { writeMigrations } from '../harness/fixture.js';
import { openInside } from '../harness/inside.js';
import { judge } from '../harness/judge.js';
import { run } from '../harness/program.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';
import type { HostileCase } from '../hostile/case.js';
import { CONTENT_CASES } from '../hostile/content.js';
import { KIND_CASES } from '../hostile/kinds.js';
import { NAME_CASES } from '../hostile/names.js';
import { SCHEMA_CASES } from '../hostile/schemas.js';
import { runSwap, SWAP_NAMES } from '../hostile/swaps.js';

const CASES = [...CONTENT_CASES, ...NAME_CASES, ...KIND_CASES, ...SCHEMA_CASES];
const NEIGHBOURS = ['project_1', 'project_2'] as const;
/** Cases in one fleet. */
const BATCH = 12;

export const hostile: Suite = {
  name: 'hostile',
  unit: 'hostile files',
  standard: CASES.length + SWAP_NAMES.length,
  full: CASES.length + SWAP_NAMES.length,
  disk: true,
  open,
};

async function open({ program, directory }: Bench): Promise<OpenSuite> {
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  const base = await makeBase(join(directory, 'base'), 'upgrade', { mode: 'delete' }, inside);
  let last = 0;

  async function runFleet(cases: readonly HostileCase[]): Promise<Finding> {
    const fleet = makeFleet(join(directory, `fleet-${++last}`), base);
    const made: { readonly one: HostileCase; readonly own: string }[] = [];
    const missing: string[] = [];
    for (const [index, one] of cases.entries()) {
      const own = join(fleet.data, `case-${index}`);
      mkdirSync(own);
      const target = join(own, 'project_9.db');
      try {
        await one.make({ own, outside: fleet.outside, target, healthy: fleet.healthy });
        made.push({ one, own });
      } catch (error) {
        missing.push(
          `${one.name} cannot be made here: ${error instanceof Error ? error.message : String(error)}`,
        );
        rmSync(own, { recursive: true });
      }
    }
    const [first] = cases;
    const revisions =
      first?.revisions === undefined ? migrations : ownMigrations(fleet.directory, first.revisions);
    const [before, outside] = [look(fleet.data), look(fleet.outside)];
    const places = ['--data-dir', fleet.data, '--migrations', revisions];
    const words = [
      'upgrade',
      ...places,
      '--jobs',
      '1',
      '--json',
      '--timeout',
      `${first?.timeoutMs ?? 60_000}`,
    ];
    const ran = await run(program, words, { directory: fleet.directory });
    const document = parse(ran.stdout);
    if (ran.hung || document === null)
      return { bad: [`exit code ${ran.code ?? '?'}: ${ran.stdout}${ran.stderr}`] };
    const ends = made.map(({ one, own }) => ({ one, ends: endsOf(document, own) }));
    const bad = [
      ...ends.flatMap(({ one, ends: found }) => askEnds(one, found)),
      ...askExitCode(
        ran.code,
        ends.flatMap(({ ends: found }) => found),
      ),
      ...(first?.revisions === undefined ? askNeighbours(fleet, base) : []),
      ...changes(outside, look(fleet.outside), () => false),
      ...changes(before, look(fleet.data), (path) => isDone(document, join(fleet.data, path))),
    ];
    if (bad.length === 0) rmSync(fleet.directory, { recursive: true, force: true });
    return { bad, count: made.length, ...(missing.length === 0 ? {} : { missing }) };
  }

  return {
    async points() {
      const alone = CASES.filter(
        ({ revisions, timeoutMs }) => revisions !== undefined || timeoutMs !== undefined,
      );
      const others = CASES.filter((one) => !alone.includes(one)).map(({ name }) => name);
      const batches = Array.from({ length: Math.ceil(others.length / BATCH) }, (_, index) =>
        others.slice(index * BATCH, (index + 1) * BATCH).join(),
      );
      return [...alone.map(({ name }) => name), ...batches, ...SWAP_NAMES];
    },
    async run(point): Promise<Finding> {
      if (point.startsWith('swaps/')) {
        return { bad: await runSwap(point, join(directory, `swap-${++last}`), base, inside) };
      }
      return runFleet(point.split(',').map(caseNamed));
    },
    async close() {
      inside.close();
    },
  };
}

function caseNamed(name: string): HostileCase {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no case ${name}`);
  return found;
}

/** Revision 0001 as usual, and others behind it. */
function ownMigrations(directory: string, revisions: readonly string[]): string {
  const place = join(directory, 'migrations');
  writeMigrations(place);
  for (const name of readdirSync(place)) if (!name.startsWith('0001')) rmSync(join(place, name));
  revisions.forEach((text, index) => {
    writeFileSync(join(place, `000${index + 2}_own.sql`), `-- migrate:up\n${text}\n`);
  });
  return place;
}

interface HostileFleet {
  readonly directory: string;
  readonly data: string;
  readonly outside: string;
  readonly healthy: (path: string) => void;
}

function makeFleet(directory: string, base: Base): HostileFleet {
  const data = join(directory, 'data');
  const outside = join(directory, 'outside');
  for (const path of [data, outside]) mkdirSync(path, { recursive: true });
  const healthy = (path: string): void => {
    putBase(base, path);
  };
  for (const id of NEIGHBOURS) healthy(join(data, `${id}.db`));
  healthy(join(outside, 'project_1.db'));
  return { directory, data, outside, healthy };
}

/** The report of a run, or the error document of one that was refused as a whole. */
type Document =
  Pick<RunReport, 'targets'> | { readonly error: { readonly code: string; readonly message: string } };

interface End {
  readonly end: string;
  readonly step: string;
  readonly words: string;
}

/** How the targets below a directory ended. */
function endsOf(document: Document, own: string): readonly End[] {
  if ('error' in document)
    return [{ end: `run:${document.error.code}`, step: '', words: document.error.message }];
  const targets = document.targets.filter(({ path }) => path === own || path.startsWith(`${own}/`));
  if (targets.length === 0) return [{ end: 'absent', step: '', words: '' }];
  return targets.map(({ outcome, failure }) => ({
    end: failure === null ? outcome : `${outcome}:${failure.code}`,
    step: failure?.step ?? '',
    words: failure?.message ?? '',
  }));
}

function askEnds({ name, ends, steps }: HostileCase, found: readonly End[]): readonly string[] {
  return found
    .filter(({ end, step }) => !ends.includes(end) || (steps !== undefined && !steps.includes(step)))
    .map(({ end, step, words }) => `${name} ended ${end} in ${step}, not ${ends.join(' or ')}: ${words}`);
}

function askExitCode(code: number | null, ends: readonly End[]): readonly string[] {
  const any = (kind: string) => ends.some(({ end }) => end.startsWith(kind));
  const expected = any('run') ? 78 : any('failed') ? 2 : any('skipped') ? 1 : 0;
  return code === expected ? [] : [`exit code ${code ?? '?'}, not ${expected}`];
}

function askNeighbours({ data, directory }: HostileFleet, base: Base): readonly string[] {
  return NEIGHBOURS.flatMap((id) => {
    const state = judge(join(data, `${id}.db`), base.truth, directory);
    return state === 'new' ? [] : [`the neighbour ${id} is ${typeof state === 'object' ? state.bad : state}`];
  });
}

function isDone(document: Document, path: string): boolean {
  if ('error' in document) return false;
  const own = document.targets.find((target) => path === target.path || path.startsWith(`${target.path}-`));
  return own?.outcome === 'upgraded';
}

/**
 * Kind, content, and where a link leads to, of everything below a directory, the state directory aside. A journal whose
 * header was never synced is no journal to SQLite, and what a process leaves that is killed
 * (sqlite.org/fileformat2.html).
 */
function look(directory: string, found = new Map<string, string>(), below = ''): ReadonlyMap<string, string> {
  for (const entry of readdirSync(join(directory, below), { withFileTypes: true })) {
    const name = join(below, entry.name);
    const path = join(directory, name);
    // A name that is no UTF-8 cannot be looked at by it.
    if (name === '.flotilla' || name.includes('\ufffd')) continue;
    if (entry.isDirectory()) look(directory, found, name);
    const content = entry.isFile() ? readFileSync(path) : null;
    if (content !== null && name.endsWith('-journal') && content.subarray(0, 8).every((byte) => byte === 0))
      continue;
    const hash = content === null ? '' : createHash('sha256').update(content).digest('hex');
    const link = entry.isSymbolicLink() ? readlinkSync(path) : '';
    found.set(name, `${lstatSync(path).mode} ${hash}${link}`);
  }
  return found;
}

function changes(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  mayChange: (path: string) => boolean,
): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .filter((name) => before.get(name) !== after.get(name) && !mayChange(name))
    .map((name) => `${JSON.stringify(name)} was changed, and is no target that was upgraded`);
}

function parse(text: string): Document | null {
  try {
    return JSON.parse(text) as Document;
  } catch {
    return null;
  }
}
