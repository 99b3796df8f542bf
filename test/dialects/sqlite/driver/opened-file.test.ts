import { closeSync, openSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { discover } from '../../../../src/dialects/sqlite/discovery/discover.js';
import { openAgain, openProven } from '../../../../src/dialects/sqlite/driver/opened-file.js';
import type { Target } from '../../../../src/model/target.js';
import { makeProjects, temporaryDirectory } from '../../../support/fleet.js';
import { times } from '../../../support/figures.js';

interface Scene {
  readonly target: Target;
  /** A database elsewhere, that nobody may open. */
  readonly other: string;
}

async function scene(): Promise<Scene> {
  const root = temporaryDirectory();
  const dataDir = makeProjects(1, undefined, join(root));
  const { targets } = await discover({ dataDir, pattern: '*.db', stateDir: join(dataDir, '.flotilla') });
  const [target] = targets;
  if (target === undefined) throw new Error('there is no target');
  return { target, other: join(makeProjects(1), 'project_1.db') };
}

const connect = (path: string) => new Database(path, { fileMustExist: true });
const expected = ({ path: shown, identity }: Target) => ({ shown, identity });

/** Puts something else where a path leads for the time of some work, and everything back. */
const EXCHANGES: Readonly<
  Record<string, (path: string, other: string, work: () => Database.Database) => Database.Database>
> = {
  'a link in its place': (path, other, work) => {
    renameSync(path, `${path}.away`);
    symlinkSync(other, path);
    const db = work();
    unlinkSync(path);
    renameSync(`${path}.away`, path);
    return db;
  },
  'another file in its place': (path, other, work) => {
    renameSync(path, `${path}.away`);
    renameSync(other, path);
    const db = work();
    renameSync(path, other);
    renameSync(`${path}.away`, path);
    return db;
  },
  'a link in the place of its directory': (path, other, work) => {
    const directory = dirname(path);
    renameSync(directory, `${directory}.away`);
    symlinkSync(dirname(other), directory);
    const db = work();
    unlinkSync(directory);
    renameSync(`${directory}.away`, directory);
    return db;
  },
};

for (const [what, exchange] of Object.entries(EXCHANGES)) {
  test(`That SQLite opened ${what} is noticed, though the path leads to the file before and after.`, async () => {
    const { target, other } = await scene();
    for (let time = 0; time < times({ standard: 60, full: 600 }); time++)
      expect(() =>
        openProven(target.path, expected(target), () =>
          exchange(target.path, other, () => connect(target.path)),
        ),
      ).toThrow(/is another file than the one that was planned/);
  });

  test(`That a second connection opened ${what} is noticed, though the first one has the file open.`, async () => {
    const { target, other } = await scene();
    const db = openProven(target.path, expected(target), () => connect(target.path));
    for (let time = 0; time < times({ standard: 10, full: 100 }); time++)
      expect(() => openAgain(db, () => exchange(target.path, other, () => connect(target.path)))).toThrow(
        /is another file than the one that was planned/,
      );
    db.close();
  });
}

test('The right file is opened whatever numbers are free, and though another file is opened in between.', async () => {
  const { target } = await scene();
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 12 }), fc.boolean(), (kept, between) => {
      const files = kept.map(() => openSync('/dev/null', 'r'));
      for (const [at, file] of files.entries()) if (kept[at] !== true) closeSync(file);
      const opened: number[] = [];
      const db = openProven(target.path, expected(target), () => {
        if (between) opened.push(openSync(join(dirname(target.path), '.'), 'r'));
        return connect(target.path);
      });
      expect(basename(db.name)).toBe('project_1.db');
      const again = openAgain(db, () => connect(target.path));
      again.close();
      db.close();
      for (const [at, file] of files.entries()) if (kept[at] === true) closeSync(file);
      for (const file of opened) closeSync(file);
    }),
    { numRuns: times({ standard: 100, full: 1_000 }) },
  );
});

test('A descriptor that SQLite kept, because closing it would have dropped a lock, is the right one.', async () => {
  const { target } = await scene();
  const db = openProven(target.path, expected(target), () => connect(target.path));
  db.exec('BEGIN IMMEDIATE');
  openAgain(db, () => connect(target.path)).close();
  openAgain(db, () => connect(target.path)).close();
  const third = openProven(target.path, expected(target), () => connect(target.path));
  third.close();
  db.close();
});

test('A journal that is planted between look and open is seen before SQLite reads anything.', async () => {
  const { target } = await scene();
  expect(() =>
    openProven(target.path, expected(target), () => {
      const db = connect(target.path);
      symlinkSync('/etc/hostname', `${target.path}-journal`);
      return db;
    }),
  ).toThrow(/has a -journal that is a symbolic link/);
  rmSync(`${target.path}-journal`);
});

test('Of a database that keeps a log a second connection is the right one as well, whatever SQLite kept open.', async () => {
  const { target } = await scene();
  const db = openProven(target.path, expected(target), () => connect(target.path));
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE more (a); BEGIN IMMEDIATE; INSERT INTO more VALUES (1)');
  for (let time = 0; time < 3; time++) {
    const second = openAgain(db, () => {
      const made = connect(target.path);
      made.prepare('SELECT count(*) FROM more').get();
      return made;
    });
    second.close();
  }
  db.close();
});
