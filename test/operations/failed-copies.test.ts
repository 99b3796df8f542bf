// What a failed attempt leaves among the backups: nothing, where the target is proved to be as it was; its copy, wherever
// that is not sure.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProjects } from '../support/fleet.js';
import { look, run, writeMigrations } from '../support/revisions.js';

const LEGACY = `CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO tasks VALUES (1, 'a');`;
const FIRST = {
  '0001_tasks.sql':
    '-- migrate:up\nCREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT);\n-- migrate:down\nDROP TABLE tasks;\n',
};
const FAILS = {
  ...FIRST,
  '0002_one.sql':
    '-- migrate:up\nCREATE UNIQUE INDEX one ON tasks (title);\n-- migrate:down\nDROP INDEX one;\n',
  '0003_two.sql': `-- migrate:up\nINSERT INTO tasks (title) SELECT title FROM tasks;\n-- migrate:down\n`,
};
/** A program that does this where there are rows, and nothing in the replay. */
const program = (then: string) => `import { renameSync, unlinkSync, copyFileSync } from 'node:fs';
export function up(db) {
  if (db.get('SELECT 1 FROM tasks') === undefined) return;
  const { file } = db.get('SELECT file FROM pragma_database_list');
  ${then}
}
export function down() {}\n`;

async function fleet(files: Readonly<Record<string, string>>, count = 1) {
  const migrations = writeMigrations(files);
  const dataDir = makeProjects(count, LEGACY);
  await run(dataDir, migrations, ['stamp', '0001', '--no-backup']);
  return { dataDir, migrations };
}

const copiesOf = (dataDir: string) => {
  const directory = join(dataDir, '.flotilla', 'backups');
  return existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }) : [];
};

describe('a target that fails and is as it was', () => {
  test('leaves no copy and no directory, however often it is tried', async () => {
    const { dataDir, migrations } = await fleet(FAILS);
    for (let attempt = 1; attempt <= 5; attempt++) {
      const { code, report } = await run(dataDir, migrations, ['upgrade']);
      expect(code).toBe(2);
      expect(report.targets).toMatchObject([{ outcome: 'failed', from: '0001', to: '0001', backup: null }]);
    }
    expect(copiesOf(dataDir)).toEqual([]);
    expect((await look(dataDir, migrations, ['backup', 'list'])).stdout).not.toContain(
      dataDir + '/.flotilla/backups/2',
    );
  });

  test('takes no copy of another one with it', async () => {
    const files = { ...FIRST, '0002_one.mjs': program(`if (file.endsWith('project_2.db')) db.exec('BAD');`) };
    const { dataDir, migrations } = await fleet(files, 3);
    const { report } = await run(dataDir, migrations, ['upgrade']);
    expect(report.summary).toEqual({ planned: 3, upgraded: 2, failed: 1 });
    for (const { outcome, backup } of report.targets) {
      expect(backup === null).toBe(outcome === 'failed');
      if (backup !== null) expect(existsSync(backup)).toBe(true);
    }
    expect(copiesOf(dataDir).filter((name) => name.endsWith('.db'))).toHaveLength(2);
  });
});

describe('a copy stays', () => {
  test.each([
    ['where the worker was killed', `process.kill(process.pid, 'SIGKILL');`, 'workerDied'],
    ['where the target was deleted', `unlinkSync(file); throw new Error('no');`, 'gone'],
    [
      'where another file took the place of the target',
      `copyFileSync(file, file + '.new'); renameSync(file + '.new', file); throw new Error('no');`,
      'migrationFailed',
    ],
  ])('%s', async (_, then, code) => {
    const { dataDir, migrations } = await fleet({ ...FIRST, '0002_one.mjs': program(then) });
    const { report } = await run(dataDir, migrations, ['upgrade']);
    const [target] = report.targets;
    expect(target?.failure?.code).toBe(code);
    expect(existsSync(String(target?.backup))).toBe(true);
  });

  test('where a statement ended the transaction by itself', async () => {
    const files = {
      ...FIRST,
      '0002_t.sql': `-- migrate:up\nCREATE TRIGGER t BEFORE INSERT ON tasks BEGIN SELECT RAISE(ROLLBACK, 'no'); END;\nINSERT INTO tasks (title) SELECT title FROM tasks;\n-- migrate:down\n`,
    };
    const { dataDir, migrations } = await fleet(files);
    const { code, report } = await run(dataDir, migrations, ['upgrade']);
    expect(code).toBe(2);
    expect(existsSync(String(report.targets[0]?.backup))).toBe(true);
  });
});
