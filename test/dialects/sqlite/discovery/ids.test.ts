// Targets whose ids are known are found without a search, and are then exactly what a search finds under these ids.

import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { discover } from '../../../../src/dialects/sqlite/discovery/discover.js';
import { select } from '../../../../src/discovery/select.js';
import { temporaryDirectory } from '../../../support/fleet.js';
import { put } from './tree.js';

/** Files of every kind that there are rules for. */
function makeTree(): string {
  const dataDir = temporaryDirectory();
  for (const name of [
    ...[
      'project_1.db',
      'project_1.db-wal',
      'eu/project_2.db',
      'eu/deep/project_3.db',
      'other.db',
      '.project_4.db',
    ],
    ...[
      'project_5.db.db',
      'project_6',
      'project_6.db',
      'project_a[1].db',
      'project_{b}.db',
      '.flotilla/project_7.db',
    ],
    ...['project_8.db', 'project_ .db', 'project_x-journal.db'],
  ])
    put(dataDir, name);
  writeFileSync(join(dataDir, 'project_empty.db'), '');
  linkSync(join(dataDir, 'project_8.db'), join(dataDir, 'project_9.db'));
  symlinkSync('project_1.db', join(dataDir, 'project_link.db'));
  symlinkSync('eu', join(dataDir, 'us'));
  mkdirSync(join(dataDir, 'project_dir.db'));
  execFileSync('mkfifo', [join(dataDir, 'project_fifo.db'), join(dataDir, 'project_2.db-journal')]);
  put(dataDir, 'project_2.db');
  return dataDir;
}

const WORDS = [
  ...[
    'project_1',
    'eu/project_2',
    'eu/deep/project_3',
    'other',
    '.project_4',
    'project_5.db',
    'project_6',
    'project_6.db',
  ],
  ...[
    'project_a[1]',
    'project_{b}',
    '.flotilla/project_7',
    'project_8',
    'project_9',
    'project_ ',
    'project_x-journal',
  ],
  ...[
    'project_empty',
    'project_link',
    'us/project_2',
    'project_dir',
    'project_fifo',
    'project_2',
    'project_1.db',
  ],
  ...[
    './project_1',
    'eu/../project_1',
    '/project_1',
    '',
    '..',
    'eu//project_2',
    'project_*',
    'eu',
    'project_1.db-wal',
  ],
];

test('A known id is the target, or the refusal, that a search finds.', async () => {
  const dataDir = makeTree();
  const options = (pattern: string) => ({ dataDir, pattern, stateDir: join(dataDir, '.flotilla') });
  const outcome = async (pattern: string, only: string[], ids?: string[]) => {
    try {
      return select(await discover(options(pattern), ids), { only });
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('**/project_*.db', '**', '*.db', 'eu/**/*.db', '**/project_*'),
      fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }),
      async (pattern, only) => {
        expect(await outcome(pattern, only, only)).toEqual(await outcome(pattern, only));
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);

test('Nothing else is looked at.', async () => {
  const dataDir = makeTree();
  const found = await discover(
    { dataDir, pattern: '**/project_*.db', stateDir: join(dataDir, '.flotilla') },
    ['project_1', 'eu/project_2'],
  );
  expect(found.targets.map(({ id }) => id)).toEqual(['eu/project_2', 'project_1']);
  expect(found.refused).toEqual([]);
});
