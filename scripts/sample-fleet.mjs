// Makes the sample fleet anew: `node scripts/sample-fleet.mjs DIRECTORY` the healthy databases, with `--damaged` the
// damaged ones, into `DIRECTORY/damaged`. What was in the place is removed.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit, stderr } from 'node:process';
import { buildDamagedFiles, buildSampleFleet } from '../data-fixtures/build-sample-fleet.mjs';

const [directory, option] = argv.slice(2);
if (directory === undefined || (option !== undefined && option !== '--damaged')) {
  stderr.write('Usage: node scripts/sample-fleet.mjs DIRECTORY [--damaged]\n');
  exit(64);
}
const damaged = join(directory, 'damaged');
rmSync(option === undefined ? directory : damaged, { recursive: true, force: true });
if (option === undefined) buildSampleFleet(directory);
else buildDamagedFiles(damaged);
