// Suite J: databases with random damage go through the steps. What is committed is sound; what is refused or fails is
// as it was, to the byte, or where a log or journal was damaged, as any opening by SQLite leaves it.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Outcome } from '../../../src/model/outcome.js';
import { makeBase, putBase, type Base, type Command } from '../harness/bases.js';
import { writeMigrations, type JournalMode } from '../harness/fixture.js';
import { intentOf } from '../harness/fleet-inside.js';
import { openInside, targetAt } from '../harness/inside.js';
import { createRandom, type Random } from '../harness/random.js';
import type { Bench, Finding, OpenSuite, Suite } from '../harness/suite.js';

const COMMANDS: readonly Command[] = ['upgrade', 'upgradeStamp', 'stamp'];
const MODES: readonly JournalMode[] = ['delete', 'wal'];
const PAGE_SIZES = [512, 1024, 4096] as const;

export const mutated: Suite = {
  name: 'mutated',
  unit: 'damaged databases',
  standard: 3000,
  full: 30_000,
  open,
};

async function open({ program, directory, seed, size }: Bench): Promise<OpenSuite> {
  const migrations = writeMigrations(join(directory, 'migrations'));
  const inside = await openInside(program, migrations);
  const bases = new Map<string, Promise<Base>>();

  function baseOf(random: Random): Promise<Base> {
    const [mode, command, pageSize] = [random.pick(MODES), random.pick(COMMANDS), random.pick(PAGE_SIZES)];
    const name = `${mode}-${command}-${pageSize}`;
    const known = bases.get(name) ?? makeBase(join(directory, name), command, { mode, pageSize }, inside);
    bases.set(name, known);
    return known;
  }

  return {
    async points() {
      return Array.from({ length: size }, (_, index) => `${index}`);
    },
    async run(point): Promise<Finding> {
      const random = createRandom(seed, 'mutated', point);
      const base = await baseOf(random);
      const own = mkdtempSync(join(directory, 'mutated-'));
      const path = join(own, 'project_1.db');
      putBase(base, path);
      const isSidecar = mutate(path, random);
      const before = readFileSync(path);
      const twin = join(own, 'twin');
      mkdirSync(twin);
      for (const part of PARTS)
        if (existsSync(path + part)) copyFileSync(path + part, join(twin, `twin.db${part}`));
      const verify = random.pick(['quick', 'full'] as const);
      const options = { backupDir: join(own, 'backups'), verify };
      const outcome = await inside.apply(targetAt(path), intentOf(base.command), options);
      const bad = askOutcome(outcome);
      if (DONE.has(outcome.outcome)) bad.push(...askCommitted(path, verify));
      else if (!isSidecar && !before.equals(readFileSync(path))) bad.push('its bytes have changed');
      else if (isSidecar) bad.push(...askLikeTwin(path, join(twin, 'twin.db')));
      rmSync(own, { recursive: true, force: true });
      return { bad: bad.map((one) => `${one} [${outcome.outcome}: ${outcome.failure?.message ?? ''}]`) };
    },
    async close() {
      inside.close();
    },
  };
}

const PARTS = ['', '-journal', '-wal'] as const;
const DONE: ReadonlySet<Outcome['outcome']> = new Set(['upgraded', 'stamped']);

function askOutcome({ outcome, failure }: Outcome): string[] {
  const bad: string[] = [];
  if (outcome === 'inDoubt') bad.push('it is in doubt');
  if (failure?.code === 'internal') bad.push('the failure is called a defect');
  return bad;
}

function askCommitted(path: string, verify: 'quick' | 'full'): readonly string[] {
  const db = new Database(path, { fileMustExist: true });
  try {
    // Whether an index agrees with its table is what the full check adds (sqlite.org/pragma.html#pragma_quick_check).
    const check = verify === 'full' ? 'integrity_check' : 'quick_check';
    const lines = db.prepare<[], string>(`PRAGMA ${check}`).pluck().all();
    return lines.filter((line) => line !== 'ok').map((line) => `committed, and ${check} says: ${line}`);
  } finally {
    db.close();
  }
}

/** @param twin the same files, which the program has not seen */
function askLikeTwin(path: string, twin: string): readonly string[] {
  const [own, other] = [dump(path), dump(twin)];
  return own === other ? [] : ['its content is not what any opening leaves'];
}

function dump(path: string): string {
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { fileMustExist: true });
    return db.serialize().toString('base64');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    db?.close();
  }
}

/** @returns whether a log or a journal was damaged, or put beside the file */
function mutate(path: string, random: Random): boolean {
  const log = `${path}-wal`;
  if (existsSync(log) && random.chance(0.5)) {
    writeFileSync(log, damage(readFileSync(log), random));
    return true;
  }
  // Without its log a database is another one, and a damaged one where pages are missing.
  rmSync(log, { force: true });
  const content = readFileSync(path);
  if (random.chance(0.1)) {
    writeFileSync(`${path}-journal`, journalOf(content, random));
    return true;
  }
  writeFileSync(path, damage(content, random));
  return false;
}

/** One to four wounds; the file keeps the smallest size that is looked at. */
function damage(content: Buffer, random: Random): Buffer {
  let now = Buffer.from(content);
  for (let wounds = 1 + random.below(4); wounds > 0; wounds--) now = Buffer.from(wound(now, random));
  return now.length < 512 ? Buffer.concat([now, Buffer.alloc(512 - now.length)]) : now;
}

function wound(content: Buffer, random: Random): Buffer {
  const at = random.below(content.length);
  const length = Math.min(content.length - at, 1 + random.below(64));
  switch (random.below(9)) {
    case 0:
      content[at] = (content[at] ?? 0) ^ (1 << random.below(8));
      return content;
    case 1:
      return content.fill(0, at, at + length);
    case 2:
      return content.fill(random.below(256), at, at + length);
    case 3:
      for (let index = at; index < at + length; index++) content[index] = random.below(256);
      return content;
    case 4:
      return content.subarray(0, Math.max(512, at));
    case 5:
      // The file header: sizes, versions, freelist, schema cookie, encoding (sqlite.org/fileformat2.html).
      content[16 + random.below(84)] = random.below(256);
      return content;
    case 6: {
      // One page in the place of another.
      const size = content.readUInt16BE(16) || 512;
      const pages = Math.max(1, Math.floor(content.length / size));
      const [from, to] = [random.below(pages) * size, random.below(pages) * size];
      content.copy(content, to, from, from + size);
      return content;
    }
    case 7: {
      // The header and the cell pointers of a page: where structure is.
      const size = content.readUInt16BE(16) || 512;
      const page = random.below(Math.max(1, Math.floor(content.length / size))) * size;
      content[Math.min(content.length - 1, page + random.below(24))] = random.below(256);
      return content;
    }
    default:
      return Buffer.concat([content, Buffer.alloc(random.below(5000), random.below(256))]);
  }
}

/** A journal that could be hot: a header that is right, and pages with and without their checksum. */
function journalOf(content: Buffer, random: Random): Buffer {
  const pageSize = content.readUInt16BE(16) || 65_536;
  const header = Buffer.alloc(512);
  Buffer.from('d9d505f920a163d7', 'hex').copy(header);
  const records = random.below(4);
  const nonce = random.below(2 ** 31);
  const sizes = [records, nonce, content.length / pageSize, 512, pageSize];
  sizes.forEach((value, index) => header.writeUInt32BE(Math.floor(value), 8 + 4 * index));
  const parts = [header];
  for (let index = 0; index < records; index++) {
    const number = 1 + random.below(content.length / pageSize);
    const page = Buffer.from(content.subarray((number - 1) * pageSize, number * pageSize));
    if (random.chance(0.3)) page[random.below(page.length)] = random.below(256);
    let sum = nonce;
    for (let at = page.length - 200; at > 0; at -= 200) sum = (sum + (page[at] ?? 0)) >>> 0;
    const record = Buffer.alloc(8);
    record.writeUInt32BE(number);
    record.writeUInt32BE(random.chance(0.8) ? sum : random.below(2 ** 31), 4);
    parts.push(record.subarray(0, 4), page, record.subarray(4));
  }
  const journal = Buffer.concat(parts);
  return random.chance(0.3) ? damage(journal, random) : journal;
}
