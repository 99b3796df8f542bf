// Fetches the versions of Node.js that the package promises to run under from the npm registry, and builds the native
// module for each as an installation does. Kept in node_modules/.cache, so that only the first time takes minutes. A
// registry that cannot be reached is no fault of ours: that is said, and the test says what it could not do.
// Exits 1 where the native module does not compile.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { DRIVER, NODES, placeOf } from './list.mjs';

const run = promisify(execFile);
/** What a compiler says by the way is long. */
const MAX_BUFFER = 64 * 2 ** 20;

// Side by side: a compilation uses one processor.
const results = await Promise.all(NODES.map(prepare));
process.exitCode = results.includes('broken') ? 1 : 0;

/** @param {string} version */
async function prepare(version) {
  const place = placeOf(version);
  if (place.isReady()) return 'ready';
  try {
    await fetchNode(version, place);
  } catch (error) {
    say(`Node.js ${version} cannot be had from the registry, and is left out: ${lastLine(error)}`);
    return 'absent';
  }
  try {
    await buildNative(place);
    say(`Node.js ${version} is ready`);
    return 'ready';
  } catch (error) {
    say(`better-sqlite3 does not compile for Node.js ${version}:\n${outputOf(error)}`);
    return 'broken';
  }
}

/**
 * @param {string} version
 * @param {ReturnType<typeof placeOf>} place
 */
async function fetchNode(version, { directory, name, node }) {
  if (existsSync(node)) return;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  const args = [
    'install',
    `${name}@${version}`,
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefer-offline',
    '--fetch-retries=1',
    '--fetch-timeout=60000',
  ];
  await run('npm', args, { cwd: directory });
}

/** @param {ReturnType<typeof placeOf>} place */
async function buildNative({ directory, distribution, node, native }) {
  const { stdout } = await run(node, ['-p', 'process.versions.modules']);
  const built = join('build/Release', 'better_sqlite3.node');
  if (stdout.trim() === process.versions.modules) {
    cpSync(join(DRIVER, built), native);
    return;
  }
  const copy = join(directory, 'better-sqlite3');
  rmSync(copy, { recursive: true, force: true });
  for (const part of ['binding.gyp', 'deps', 'lib', 'package.json', 'src'])
    cpSync(join(DRIVER, part), join(copy, part), { recursive: true });
  await run('npm', ['run', 'build-release'], {
    cwd: copy,
    maxBuffer: MAX_BUFFER,
    // The headers come with the program, so that they are not fetched from elsewhere.
    env: {
      ...process.env,
      PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`,
      npm_config_nodedir: distribution,
    },
  });
  cpSync(join(copy, built), native);
  rmSync(copy, { recursive: true, force: true });
}

/** @param {unknown} error */
function outputOf(error) {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  return said === '' ? String(error) : said.split('\n').slice(-30).join('\n');
}

/** @param {unknown} error */
function lastLine(error) {
  const lines = outputOf(error)
    .split('\n')
    .filter((line) => /npm error/.test(line));
  return lines[0] ?? outputOf(error);
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}
