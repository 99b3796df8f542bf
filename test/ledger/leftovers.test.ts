import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { removeLeftovers, type Directories } from '../../src/ledger/leftovers.js';
import { temporaryDirectory, treeOf } from '../support/fleet.js';
import { withoutPrivilege } from '../support/unprivileged.js';

const DEAD = '20261120T101500Z-3f9a1c';
const OTHER = '20261120T111500Z-000000';

function put(stateDir: string, name: string): void {
  mkdirSync(dirname(join(stateDir, name)), { recursive: true });
  writeFileSync(join(stateDir, name), name);
}

function placesOf(stateDir: string): Directories {
  return { stateDir, backupDir: join(stateDir, 'backups') };
}

function filesOf(stateDir: string): readonly string[] {
  return Object.entries(treeOf(stateDir))
    .filter(([, what]) => !what.startsWith('directory'))
    .map(([path]) => path);
}

test('Unfinished backups and private copies of dead runs go; finished backups and other runs stay.', () => {
  const stateDir = temporaryDirectory();
  const gone = [
    `backups/${DEAD}/project_1.base.tmp`,
    `scratch/${DEAD}/rehearse-1/project_1.db`,
    `scratch/${DEAD}/rehearse-1/project_1.db-wal`,
  ];
  const kept = [
    'ledger.db',
    `backups/${DEAD}/project_1.base.0a.db`,
    `backups/${OTHER}/project_1.base.tmp`,
    `reports/${DEAD}.json`,
    `scratch/${OTHER}/project_1.db`,
  ];
  for (const name of [...gone, ...kept]) put(stateDir, name);
  mkdirSync(join(stateDir, `backups/${DEAD}/directory.tmp`));
  const { removed, problems } = removeLeftovers(placesOf(stateDir), [
    { runId: DEAD },
    { runId: 'never-was' },
  ]);
  expect(problems).toEqual([]);
  expect(removed).toEqual([
    join(stateDir, `backups/${DEAD}/project_1.base.tmp`),
    join(stateDir, `scratch/${DEAD}`),
  ]);
  expect(filesOf(stateDir)).toEqual([...kept].sort());
});

test('Nothing outside the state directory is reached, by a run id or by a link.', () => {
  const above = temporaryDirectory();
  const stateDir = join(above, 'state');
  put(above, 'precious/project_1.db');
  put(above, 'precious.tmp');
  mkdirSync(join(stateDir, 'scratch'), { recursive: true });
  mkdirSync(join(stateDir, 'backups', DEAD), { recursive: true });
  symlinkSync('../../precious', join(stateDir, 'scratch', DEAD));
  symlinkSync('../../../precious.tmp', join(stateDir, 'backups', DEAD, 'link.tmp'));
  const before = filesOf(above);
  const { removed, problems } = removeLeftovers(placesOf(stateDir), [
    { runId: DEAD },
    { runId: '../../precious' },
    { runId: '..' },
    { runId: '' },
  ]);
  expect(removed).toEqual([]);
  expect(problems).toEqual(['"../../precious" is no run id', '".." is no run id', '"" is no run id']);
  expect(filesOf(above)).toEqual(before);
});

test('What cannot be removed is told, and the rest is removed.', async () => {
  const stateDir = temporaryDirectory();
  put(stateDir, `scratch/${DEAD}/project_1.db`);
  chmodSync(stateDir, 0o755);
  const { removed, problems } = await withoutPrivilege(() =>
    removeLeftovers(placesOf(stateDir), [{ runId: DEAD }]),
  );
  expect(removed).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/^EACCES/)]);
});
