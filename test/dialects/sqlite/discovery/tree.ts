// Data directories for the tests of discovery: files of any name, and a search with the usual settings.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { discover } from '../../../../src/dialects/sqlite/discovery/discover.js';
import type { Discovery } from '../../../../src/model/discovery.js';

export const PATTERN = '**/project_*.db';

/** As small as a database can be. */
export const CONTENT = Buffer.alloc(512, 'x');

/** Writes a file and the directories above it; returns its path. */
export function put(dataDir: string, name: string, content: Buffer | string = CONTENT): string {
  const path = join(dataDir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

export async function find(
  dataDir: string,
  pattern = PATTERN,
  stateDir = join(dataDir, '.flotilla'),
): Promise<Discovery> {
  return discover({ dataDir, pattern, stateDir });
}
