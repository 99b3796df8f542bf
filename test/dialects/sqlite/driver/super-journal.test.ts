import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { readSuperJournal } from '../../../../src/dialects/sqlite/discovery/super-journal.js';
import { openForReading } from '../../../../src/dialects/sqlite/driver/open.js';
import { MIGRATIONS, runCli } from '../../../support/cli.js';
import { sqliteDriver } from '../../../support/driver.js';
import { makeProjects, temporaryDirectory, treeOf } from '../../../support/fleet.js';
import { superJournal, superRecord, type JournalShape } from '../../../support/super-journal.js';

interface Scene {
  readonly dataDir: string;
  readonly database: string;
  readonly victim: string;
}

/** A database, and elsewhere a file that nobody may touch. */
function scene(): Scene {
  const dataDir = makeProjects(1);
  const outside = temporaryDirectory();
  writeFileSync(join(outside, 'victim'), 'keep me\n');
  return { dataDir, database: join(dataDir, 'project_1.db'), victim: join(outside, 'victim') };
}

const pagesOf = (database: string): number => readFileSync(database).byteLength / 4_096;

/** Names that no transaction of this database has given, by what is told of them. */
const FOREIGN: Readonly<Record<string, (scene: Scene) => string | Buffer>> = {
  'a file elsewhere': ({ victim }) => victim,
  'a file elsewhere by a relative name': ({ victim }) => relative(process.cwd(), victim),
  'a file elsewhere by dots': ({ dataDir, victim }) => `${dataDir}/${relative(dataDir, victim)}`,
  'a super-journal elsewhere': ({ victim }) => `${victim}-mj0A1B2C9FF`,
  'a super-journal elsewhere, by dots': ({ dataDir }) => `${dataDir}/../x.db-mj0A1B2C9FF`,
  'a super-journal below': ({ dataDir }) => `${dataDir}/sub/x.db-mj0A1B2C9FF`,
  'a super-journal with two slashes': ({ dataDir }) => `${dataDir}//x.db-mj0A1B2C9FF`,
  'a super-journal by a relative name': () => 'x.db-mj0A1B2C9FF',
  'the database itself': ({ database }) => database,
  'another database beside it': ({ dataDir }) => `${dataDir}/project_2.db`,
  'its own journal': ({ database }) => `${database}-journal`,
  'no name before the mark': ({ dataDir }) => `${dataDir}/-mj0A1B2C9FF`,
  'no digits': ({ dataDir }) => `${dataDir}/x.db-mj`,
  'digits that are none': ({ dataDir }) => `${dataDir}/x.db-mj0A1B2C9FG`,
  'a name with a zero byte': ({ dataDir, victim }) => `${victim}\0${dataDir}/x.db-mj0A1B2C9FF`,
  'a zero byte in its own name': ({ dataDir }) => `${dataDir}/x.db\0-mj0A1B2C9FF`,
  'a line break at its end': ({ dataDir }) => `${dataDir}/x.db-mj0A1B2C9FF\n`,
  'bytes that are no text': ({ dataDir }) =>
    Buffer.concat([Buffer.from(`${dataDir}/`), Buffer.from([0xff, 0xfe]), Buffer.from('-mj0A1B2C9FF')]),
  'an empty text and a dot': () => '.',
};

for (const [what, nameIn] of Object.entries(FOREIGN))
  test(`A journal that names ${what} is found out, before SQLite acts on it.`, async () => {
    const at = scene();
    writeFileSync(`${at.database}-journal`, superJournal(nameIn(at)));
    const before = treeOf(at.dataDir);
    expect(readSuperJournal(`${at.database}-journal`, at.database)?.own).toBeNull();
    expect(() => openForReading(at.database, { readonly: false, busyTimeoutMs: 0 })).toThrow(
      /has a -journal of a transaction over several files, which may have been cut/,
    );
    const [seen] = await sqliteDriver().inspect([{ id: 'project_1', path: at.database }], {
      busyTimeoutMs: 0,
    });
    expect(seen).toMatchObject({ error: { code: 'refusedPath' } });
    expect(treeOf(at.dataDir)).toEqual(before);
    expect(readFileSync(at.victim, 'utf8')).toBe('keep me\n');
  });

const HARMLESS: Readonly<Record<string, JournalShape>> = {
  'that starts with a zero byte': { first: 0 },
  'whose record has a byte after it': { after: Buffer.alloc(1) },
  'whose checksum is wrong': { checksum: (right) => right + 1 },
};

for (const [what, shape] of Object.entries(HARMLESS))
  test(`A journal ${what} names nothing to SQLite, and to us.`, () => {
    const at = scene();
    const text = superJournal(at.victim, shape, pagesOf(at.database));
    writeFileSync(`${at.database}-journal`, text);
    expect(readSuperJournal(`${at.database}-journal`, at.database)).toBeNull();
    const db = openForReading(at.database, { readonly: false, busyTimeoutMs: 0 });
    expect(db.prepare('SELECT count(*) FROM tasks').pluck().get()).toBeGreaterThan(0);
    db.close();
    expect(existsSync(at.victim)).toBe(true);
  });

test('A checksum of a machine on which characters have no sign is right as well.', () => {
  const at = scene();
  const name = `${at.victim}-\u00e4`;
  const unsigned = Buffer.from(name).reduce((sum, byte) => sum + byte, 0);
  writeFileSync(`${at.database}-journal`, superJournal(name, { checksum: () => unsigned }));
  expect(readSuperJournal(`${at.database}-journal`, at.database)?.own).toBeNull();
});

/** Whatever the journal would put back stands in a page of the database: 4096 bytes of an older state. */
function withOldState({ database }: { database: string }, name: string): void {
  const db = new Database(database);
  db.exec('CREATE TABLE IF NOT EXISTS state (a); DELETE FROM state; INSERT INTO state VALUES (1)');
  db.close();
  const old = readFileSync(database);
  const changed = new Database(database);
  changed.exec('UPDATE state SET a = 2');
  changed.close();
  const pages = old.byteLength / 4_096;
  const header = superJournal('x').subarray(0, 512);
  header.writeUInt32BE(pages, 8);
  header.writeUInt32BE(pages, 16);
  const records: Buffer[] = [];
  for (let page = 1; page <= pages; page++) {
    const content = old.subarray((page - 1) * 4_096, page * 4_096);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(page);
    let sum = 0;
    for (let at = 4_096 - 200; at > 0; at -= 200) sum = (sum + (content[at] ?? 0)) >>> 0;
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(sum);
    records.push(number, content, checksum);
  }
  writeFileSync(
    `${database}-journal`,
    Buffer.concat([header, ...records, Buffer.alloc(4), superRecord(name)]),
  );
}

async function stateSeen(database: string): Promise<unknown> {
  const target = { id: 'project_1', path: database };
  let seen: unknown = null;
  const driver = sqliteDriver();
  const [found] = await driver.inspect([target], { busyTimeoutMs: 0 });
  if (found !== undefined && 'error' in found) throw found.error;
  const { dev, ino } = (await import('node:fs')).lstatSync(database, { bigint: true });
  await driver.rehearse(
    { ...target, sizeBytes: 1, identity: `${dev}:${ino}`, version: '', changedAt: 0 },
    async (rehearsed) => {
      const session = await driver.open(rehearsed, { purpose: 'change', busyTimeoutMs: 0 });
      seen = (await session.findRows('SELECT a FROM state', 1)).first;
      await session.close();
    },
  );
  return seen;
}

test('In a private copy a transaction counts as cut while its super-journal is there, and as committed once it is gone.', async () => {
  const dataDir = makeProjects(1);
  const database = join(dataDir, 'project_1.db');
  const superFile = `${database}-mj0A1B2C9FF`;
  withOldState({ database }, superFile);
  writeFileSync(superFile, `${database}-journal\0`);
  const before = treeOf(dataDir);
  expect(await stateSeen(database)).toEqual([['1']]);
  expect(treeOf(dataDir)).toEqual(before);
  renameSync(superFile, `${superFile}.gone`);
  expect(await stateSeen(database)).toEqual([['2']]);
});

test('Cutting off one record does not bring up another one in a private copy.', async () => {
  const at = scene();
  const superFile = `${at.database}-mj0A1B2C9FF`;
  writeFileSync(superFile, '');
  const inner = superRecord(at.victim);
  writeFileSync(`${at.database}-journal`, superJournal(superFile, { before: inner }, pagesOf(at.database)));
  const [seen] = await sqliteDriver().inspect([{ id: 'project_1', path: at.database }], { busyTimeoutMs: 0 });
  expect(seen).toHaveProperty('value');
  expect(existsSync(at.victim)).toBe(true);
  expect(existsSync(superFile)).toBe(true);
});

test('A super-journal that is no plain file is none.', () => {
  const at = scene();
  const superFile = `${at.database}-mj0A1B2C9FF`;
  writeFileSync(`${at.database}-journal`, superJournal(superFile));
  expect(readSuperJournal(`${at.database}-journal`, at.database)?.own).toBe(superFile);
  execFileSync('mkfifo', [superFile]);
  expect(readSuperJournal(`${at.database}-journal`, at.database)?.own).toBeNull();
});

test('A journal that is a link is not followed, and one that is a FIFO not waited for.', () => {
  const at = scene();
  symlinkSync(at.victim, `${at.database}-journal`);
  expect(() => readSuperJournal(`${at.database}-journal`, at.database)).toThrow(/ELOOP/);
  const other = scene();
  execFileSync('mkfifo', [`${other.database}-journal`]);
  expect(readSuperJournal(`${other.database}-journal`, other.database)).toBeNull();
});

/** What ends how, and what is told, where it is not the refusal itself. */
const COMMANDS: readonly (readonly [line: readonly string[], code: number, words?: string])[] = [
  [['upgrade', '--stamp'], 2],
  [['upgrade', '--stamp', '--dry-run'], 2],
  [['stamp', 'head'], 2],
  [['repair'], 2],
  [['downgrade', 'base'], 2],
  [['status'], 0],
  [['check'], 1],
  [['current'], 0, 'unreadable'],
  [['discover'], 1],
  [['doctor'], 1],
  [['drift'], 1, '1 unreadable'],
  [['plan'], 0],
  [['history', '--fleet'], 0],
  [['baseline', 'DATABASE'], 2],
];

test('Under every command the file that a journal names stays, and the words say what may have happened.', async () => {
  const at = scene();
  const elsewhere = temporaryDirectory();
  mkdirSync(join(elsewhere, 'cwd'));
  for (const name of [at.victim, relative(join(elsewhere, 'cwd'), at.victim)]) {
    writeFileSync(`${at.database}-journal`, superJournal(name));
    const before = treeOf(at.dataDir, ['.flotilla']);
    for (const [line, code, words = 'which may have been cut'] of COMMANDS) {
      const result = await runCli(
        [
          ...line.map((word) => (word === 'DATABASE' ? at.database : word)),
          '--data-dir',
          at.dataDir,
          '--migrations',
          MIGRATIONS,
        ],
        { cwd: join(elsewhere, 'cwd') },
      );
      const said = `${line.join(' ')}: ${result.stdout}${result.stderr}`.replace(/\s+/g, ' ');
      expect(result.code, said).toBe(code);
      expect(said).toContain(words);
      expect(readFileSync(at.victim, 'utf8')).toBe('keep me\n');
      expect(treeOf(at.dataDir, ['.flotilla'])).toEqual(before);
    }
  }
});
