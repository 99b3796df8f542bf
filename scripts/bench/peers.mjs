// The tools that a loop over the files is written with elsewhere: which, and how they are had for one run of the bench.

import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** By the word that peer-loop.mjs knows it by: its name, and what npm installs. */
export const PEERS = {
  drizzle: { title: 'drizzle-orm', install: 'drizzle-orm@0.45.4' },
  knex: { title: 'knex', install: 'knex@3.3.0' },
  dbmate: { title: 'dbmate, run for each', install: 'dbmate@2.36.0' },
};

/**
 * Installs them into an empty directory; they use the driver of this project.
 * @param {string} directory
 * @returns {boolean} false where npm could not
 */
export function installPeers(directory) {
  const flags = ['--no-save', '--no-audit', '--no-fund', '--legacy-peer-deps', '--ignore-scripts'];
  const packages = Object.values(PEERS).map(({ install }) => install);
  try {
    execFileSync('npm', ['install', '--prefix', directory, ...flags, ...packages], { stdio: 'ignore' });
  } catch {
    return false;
  }
  const driver = join(import.meta.dirname, '../../node_modules/better-sqlite3');
  symlinkSync(driver, join(directory, 'node_modules/better-sqlite3'));
  return true;
}
