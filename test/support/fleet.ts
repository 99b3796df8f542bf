// Fleets of real SQLite files in temporary directories, and fingerprints of whole directory trees. A test file that
// imports this gets its temporary directories removed after its last test.

import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { afterAll } from 'vitest';
import { buildDatabase, buildSampleFleet } from '../../data-fixtures/build-sample-fleet.mjs';

const made: string[] = [];

afterAll(() => {
  for (const directory of made.splice(0)) {
    makeWritable(directory);
    rmSync(directory, { recursive: true, force: true });
  }
});

/** A new, empty directory, gone after the last test of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'flotilla-test-'));
  made.push(directory);
  return directory;
}

/**
 * The sample fleet (see data-fixtures) in a new directory: eleven healthy databases, and three damaged ones if asked.
 */
export function sampleFleet(options: { refused?: boolean } = {}): string {
  const directory = temporaryDirectory();
  buildSampleFleet(directory, options);
  return directory;
}

/** The text of a project database without version table; `.read` is explained in data-fixtures. */
export const LEGACY_PROJECT = '.read shared/orm-initial.sql\n.read shared/rows.sql\n';

/**
 * Makes `project_1.db` to `project_<count>.db`, equal to the byte: one is built, the others are copies.
 * @param text SQL, as in data-fixtures; default: LEGACY_PROJECT
 * @returns the directory
 */
export function makeProjects(count: number, text = LEGACY_PROJECT, directory = temporaryDirectory()): string {
  const first = join(directory, 'project_1.db');
  buildDatabase(text, first);
  for (let number = 2; number <= count; number++)
    copyFileSync(first, join(directory, `project_${number}.db`));
  return directory;
}

/**
 * Everything there is to see of a directory tree, to compare before and after: path -> kind, mode, time of last
 * change in nanoseconds, and for files size and SHA-256. Nothing in it may be open in this process.
 * @param except entries right under the directory to leave out (`.flotilla`); the directory itself is then listed
 *   without its time, which changes when they are made
 */
export function treeOf(directory: string, except: readonly string[] = []): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {};
  const visit = (path: string): void => {
    const stat = lstatSync(path, { bigint: true });
    const name = relative(directory, path).split(sep).join('/') || '.';
    const mode = (stat.mode & 0o7777n).toString(8);
    if (stat.isDirectory()) {
      const isTop = path === directory;
      tree[name] = `directory ${mode}${isTop && except.length > 0 ? '' : ` ${stat.mtimeNs}`}`;
      for (const entry of readdirSync(path).sort())
        if (!isTop || !except.includes(entry)) visit(join(path, entry));
    } else if (stat.isFile()) {
      const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
      tree[name] = `file ${mode} ${stat.mtimeNs} ${stat.size} ${hash}`;
    } else {
      tree[name] = `other ${mode} ${stat.mtimeNs}`;
    }
  };
  visit(directory);
  return tree;
}

/** A test may have taken the permission to write away. */
function makeWritable(directory: string): void {
  chmodSync(directory, 0o700);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(join(directory, entry.name));
  }
}
