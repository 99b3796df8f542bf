// Compiles the small C parts of the harness when they are first needed, into a folder named by their source, so that a
// change of the source is never tested with an old object.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pid } from 'node:process';

const SOURCES = join(import.meta.dirname, '../native');

/** Why nothing can be compiled here; null where it can. */
export function compilerProblem(): string | null {
  try {
    execFileSync(compiler(), ['--version'], { stdio: 'pipe' });
    return null;
  } catch {
    return `no C compiler: \`${compiler()}\` cannot be run (set CC, or install gcc)`;
  }
}

/** @returns the path of the shared object made from `native/<name>.c` */
export function compile(name: 'shim' | 'vfs'): string {
  const source = join(SOURCES, `${name}.c`);
  const key = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16);
  const directory = join(tmpdir(), `flotilla-faults-native-${key}`);
  const object = join(directory, `${name}.so`);
  if (existsSync(object)) return object;
  mkdirSync(directory, { recursive: true });
  const headers = join(
    dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json')),
    'deps/sqlite3',
  );
  const half = `${object}.${pid}`;
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-fPIC', '-shared'];
  execFileSync(compiler(), [...flags, '-I', headers, '-o', half, source, '-ldl'], { stdio: 'pipe' });
  renameSync(half, object);
  return object;
}

function compiler(): string {
  return process.env['CC'] ?? 'cc';
}
