// The versions of Node.js that the package promises to run under, and where the script beside puts each, for it and for
// the test that uses them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The least that package.json asks for, and the lines that are cared for beside it. */
export const NODES = ['20.19.0', '22.23.5', '24.22.3'];

const ROOT = join(import.meta.dirname, '../..');

/** better-sqlite3 as it is installed here, whose native module is built for each. */
export const DRIVER = join(ROOT, 'node_modules/better-sqlite3');

/** @param {string} version */
export function placeOf(version) {
  const directory = join(ROOT, 'node_modules/.cache/other-nodes', version);
  const { version: driver } = JSON.parse(readFileSync(join(DRIVER, 'package.json'), 'utf8'));
  const name = `node-${process.platform}-${process.arch}`;
  const distribution = join(directory, 'node_modules', name);
  const node = join(distribution, 'bin/node');
  const native = join(directory, `better-sqlite3-${driver}.node`);
  const isReady = () => existsSync(node) && existsSync(native);
  return { directory, name, distribution, node, native, isReady };
}
