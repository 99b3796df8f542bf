// Builds the program once before any test, because the command line and the workers are tested as users get them:
// from `dist`. Apart from the tests so that it happens once a run. A build that fails spoils only the tests that need
// it: it is handed to `runCli`, which throws it, so that one folder can be tested while another does not compile.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the compiler said, or empty where the build is sound. */
    buildFailure: string;
  }
}

const ROOT = resolve(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'build/.tsbuildinfo');

/** Called by vitest before the first test. */
export function setup(project: TestProject): void {
  project.provide('buildFailure', isFresh() ? '' : build());
}

/**
 * The last build is newer than everything that goes into it; folders count too, so that a file taken away is noticed.
 */
function isFresh(): boolean {
  if (!existsSync(BUILT) || !existsSync(join(ROOT, 'dist/cli/main.js'))) return false;
  const { mtimeMs } = statSync(BUILT);
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return [
    ...sources.map((path) => join('src', path)),
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'rolldown.config.mjs',
    'scripts/bundle-types.mjs',
  ].every((path) => statSync(join(ROOT, path)).mtimeMs < mtimeMs);
}

/** @returns what the compiler said, or nothing */
function build(): string {
  const started = new Date();
  try {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
    // The compiler leaves this file alone where it found nothing to do.
    utimesSync(BUILT, started, started);
    return '';
  } catch (error) {
    // What was built from sources with errors must not pass for fresh the next time.
    rmSync(BUILT, { force: true });
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}
