// Names of targets from a file: `--only @FILE`. Apart because only the command line and the environment have it; in the
// configuration and in the library a list is a list.

import { readFileSync, statSync } from 'node:fs';
import { FleetError } from '../index.js';

const LISTS: readonly string[] = ['only', 'exclude'];

/** A file of names is no larger. */
const BYTES_MAX = 256 * 1024 * 1024;

/** Whether a setting's text names a file of names. */
export function namesFile(name: string, text: string): boolean {
  return LISTS.includes(name) && /(?:^|,)\s*@/.test(text);
}

/**
 * The value with each `@FILE` replaced by the names in that file, a name a line; empty lines, and those that start with
 * `#`, are passed over. `\\@a` is the name `@a`.
 * @throws FleetError `usage` where a file cannot be read
 */
export function withNames<V>(name: string, value: V | readonly string[]): V | readonly string[] {
  if (!LISTS.includes(name) || !isList(value)) return value;
  return value.flatMap((item) =>
    item.startsWith('@') ? namesIn(item.slice(1), name) : [item.replace(/^\\(?=\\*@)/, '')],
  );
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

function namesIn(path: string, option: string): readonly string[] {
  return readNames(path, option)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function readNames(path: string, option: string): string {
  try {
    const found = statSync(path);
    // A pipe might never come to its end.
    if (!found.isFile()) throw new Error('it is no plain file');
    if (found.size > BYTES_MAX) throw new Error('it is too large for a list of names');
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FleetError('usage', `The names for --${option} cannot be read from ${path}: ${why}`, {
      hint: `name a file with one id, path or glob a line; a name that starts with @ is written \\@`,
    });
  }
}
