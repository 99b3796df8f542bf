// Exits 0 where node_modules is what package-lock.json asks for, and SQLite loads; otherwise 1, with the reason on
// standard output. Reads what npm itself notes at the end of an installation, so that any installation counts.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { exit, stdout } from 'node:process';

/** @typedef {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }>} Packages */

const ROOT = new URL('..', import.meta.url);

const reason = findReason();
if (reason !== null) {
  stdout.write(reason);
  exit(1);
}

function findReason() {
  const installed = readPackages('node_modules/.package-lock.json');
  if (installed === null) return 'none are installed';
  for (const [path, wanted] of Object.entries(readPackages('package-lock.json') ?? {})) {
    if (path === '') continue;
    const found = installed[path];
    if (found === undefined && (wanted.optional || wanted.devOptional)) continue;
    if (found?.version !== wanted.version) return `${path} is not the one that package-lock.json asks for`;
  }
  try {
    const Database = /** @type {typeof import('better-sqlite3')} */ (
      createRequire(import.meta.url)('better-sqlite3')
    );
    new Database(':memory:').close();
    return null;
  } catch (error) {
    return `SQLite does not load: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  }
}

/**
 * @param {string} name
 * @returns {Packages | null}
 */
function readPackages(name) {
  try {
    const lock = /** @type {{ packages: Packages }} */ (
      JSON.parse(readFileSync(new URL(name, ROOT), 'utf8'))
    );
    return lock.packages;
  } catch {
    return null;
  }
}
