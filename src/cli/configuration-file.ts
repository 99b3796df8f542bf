// Finds the configuration file and reads it: JSON with comments, or a program that exports the object. Apart because it
// is all that knows of languages. What a language needs is loaded where a file in it is there: most places have none.

import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { assertOwnFile, FleetError } from '../index.js';
import type { Parsed } from './configuration-json.js';

/** What the file is called where nobody says, in the order in which it is looked for. */
export const CONFIG_FILES = ['flotilla.config.json', 'flotilla.config.ts', 'flotilla.config.mjs'] as const;

/** A file that somebody wrote is not larger. */
const BYTES_MAX = 16 * 1024 * 1024;

export interface Content extends Parsed {
  readonly file: string;
}

/**
 * @param given the file that was asked for
 * @param trust directories whose files are taken on
 * @returns null where none was asked for and none is there
 * @throws FleetError `configuration`
 */
export async function readConfigurationFile(
  given: string | undefined,
  trust: readonly string[],
): Promise<Content | null> {
  const file = await findConfiguration(given);
  if (file === null) return null;
  const facts = await stat(file).catch((error: unknown) => {
    throw unreadable(file, messageOf(error), error);
  });
  // Reading a pipe would wait for whoever writes into it.
  if (!facts.isFile()) {
    throw unreadable(file, facts.isDirectory() ? 'it is a directory' : 'it is no regular file');
  }
  if (facts.size > BYTES_MAX) throw unreadable(file, `it has more than ${BYTES_MAX / 1024 / 1024} MiB`);
  const what = `The configuration file ${file}`;
  assertOwnFile(file, trust, { what, directory: dirname(resolve(file)), code: 'configuration' });
  return isProgram(file) ? readModule(file) : readJson(file);
}

/** Whether reading it runs it. */
export function isProgram(file: string): boolean {
  return ['.ts', '.mts', '.js', '.mjs'].includes(extname(file));
}

/**
 * The file that was asked for, or the one of the working directory; null where none is there.
 * @throws FleetError `configuration` where there are several
 */
export async function findConfiguration(given: string | undefined): Promise<string | null> {
  if (given !== undefined) return given;
  const found: string[] = [];
  for (const file of CONFIG_FILES) if (await isThere(file)) found.push(file);
  const [first = null, ...others] = found;
  if (others.length === 0) return first;
  throw new FleetError('configuration', `There are several configuration files: ${found.join(' and ')}`, {
    hint: 'keep one of them, or name the one that is meant with --config',
  });
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw unreadable(file, messageOf(error), error);
  }
}

async function readJson(file: string): Promise<Content> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, messageOf(error), error);
  });
  const { parseConfiguration } = await import('./configuration-json.js');
  return { file, ...parseConfiguration(file, text) };
}

async function readModule(file: string): Promise<Content> {
  const { createJiti } = await import('jiti');
  // Nothing of it is kept elsewhere: what is run is what the file says.
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false });
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await jiti.import(resolve(file));
  } catch (error) {
    throw new FleetError(
      'configuration',
      `The configuration file ${file} cannot be loaded: ${messageOf(error)}`,
      {
        hint: 'mend the file; it is run as a program, and must export the configuration',
        cause: error,
      },
    );
  }
  const values = [exported['default'], exported['config']].filter((value) => value !== undefined);
  if (values.length === 1) return { file, value: values[0], lineOf: () => ({}) };
  throw new FleetError(
    'configuration',
    `The configuration file ${file} exports ${values.length === 0 ? 'no configuration' : 'two configurations'}`,
    {
      hint: "write either `export default { dataDir: 'data' }` or `export const config = { dataDir: 'data' }`",
    },
  );
}

function unreadable(file: string, why: string, cause?: unknown): FleetError {
  return new FleetError('configuration', `The configuration file ${file} cannot be read: ${why}`, {
    hint: 'name a readable file with --config, or leave --config out',
    cause,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
