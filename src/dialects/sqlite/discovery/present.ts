// What is in the data directory, where nothing in it is a target: a name or two show whoever mistyped a pattern what it
// should have been. Looks at names alone, at so many and so deep, and at nothing behind a symbolic link.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Present } from '../../../model/discovery.js';
import { SIDECARS } from './target-files.js';

const DEPTH_MAX = 6;
const ENTRIES_MAX = 20_000;
const EXAMPLES = 3;

const LIKE_DATABASE = /\.(?:db|db3|sqlite|sqlite3)$/i;

/**
 * @param root the data directory
 * @param closed the state directory, where it lies in it
 * @returns null where there is no file
 */
export function presentIn(root: string, closed: string | null): Present | null {
  const files: string[] = [];
  let seen = 0;
  const visit = (prefix: string, depth: number): void => {
    for (const entry of entriesOf(join(root, prefix))) {
      if (seen++ > ENTRIES_MAX) return;
      const name = prefix + entry.name;
      if (join(root, name) === closed) continue;
      if (entry.isDirectory() && depth < DEPTH_MAX) visit(`${name}/`, depth + 1);
      else if (entry.isFile() && !SIDECARS.some((suffix) => name.endsWith(suffix))) files.push(name);
    }
  };
  visit('', 1);
  if (files.length === 0) return null;
  const likely = files.filter((name) => LIKE_DATABASE.test(name));
  const rest = files.filter((name) => !LIKE_DATABASE.test(name));
  return { count: files.length, examples: [...likely, ...rest].slice(0, EXAMPLES) };
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    // What cannot be read is refused, where the pattern leads there.
    return [];
  }
}
