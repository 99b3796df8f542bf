// Room for the copies of a run: told before anything is written, and only where it is sure that there is none.

import { readdirSync, statfsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { makeProjects } from '../support/fleet.js';
import { run, writeMigrations } from '../support/revisions.js';

const TASKS = 'CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT)';
const FILES = {
  '0001_tasks.sql': `-- migrate:up\n${TASKS};\n-- migrate:down\nDROP TABLE tasks;\n`,
  '0002_note.sql':
    '-- migrate:up\nALTER TABLE tasks ADD COLUMN note TEXT;\n-- migrate:down\nALTER TABLE tasks DROP COLUMN note;\n',
};

/** Two targets at 0001, of which the second is larger than what is free, with nothing in the most of it. */
async function fleet() {
  const migrations = writeMigrations(FILES);
  const dataDir = makeProjects(2, `${TASKS};`);
  expect((await run(dataDir, migrations, ['stamp', '0001'])).code).toBe(0);
  const { bfree, bsize } = statfsSync(dataDir);
  truncateSync(join(dataDir, 'project_2.db'), 2 * bfree * bsize);
  return { dataDir, migrations };
}

test('A run whose backups cannot fit is refused before anything is written, and so is its rehearsal.', async () => {
  const { dataDir, migrations } = await fleet();
  const runs = readdirSync(join(dataDir, '.flotilla', 'backups'));
  const place = ['--data-dir', dataDir, '--migrations', migrations];
  for (const args of [['upgrade'], ['upgrade', '--dry-run'], ['downgrade', 'base']]) {
    const { code, stderr } = await runCli([...args, ...place]);
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /There is no room for 2 backups of [\d.]+ \w+: \S+ has [\d.]+ \w+ free; no target/,
    );
    for (const words of ['--backup-dir', '--no-backup', 'flotilla backup list'])
      expect(stderr).toContain(words);
  }
  expect(readdirSync(join(dataDir, '.flotilla', 'backups'))).toEqual(runs);
});

test('What is there already, left out or not backed up needs no room.', async () => {
  const { dataDir, migrations } = await fleet();
  expect((await run(dataDir, migrations, ['upgrade', '--only', 'project_1'])).code).toBe(0);
  expect((await run(dataDir, migrations, ['stamp', '0001', '--only', 'project_2'])).code).toBe(0);
  const upgraded = await run(dataDir, migrations, ['upgrade', '--no-backup']);
  expect(upgraded.report.summary).toEqual({ planned: 2, upgraded: 1, current: 1 });
  expect((await run(dataDir, migrations, ['upgrade'])).code).toBe(0);
});
