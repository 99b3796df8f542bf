// The configuration file: read, checked whole, its paths made relative to the working directory.
// Apart because it is the only settings source with a file to name. An unknown key is an error: it may be a misspelt one.

import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { FleetError, nearest } from '../index.js';
import type { Problem } from '../index.js';
import { namesOf, SETTINGS } from './options.js';
import type { SettingName } from './options.js';
import { allowed, checkedValue } from './value.js';
import type { Value } from './value.js';

export const CONFIG_FILE = 'flotilla.config.json';

export type Values = Partial<Record<SettingName, Value>>;

const KEYS = namesOf(SETTINGS);
/**
 * Reads the settings of a configuration file.
 * @param given the file that was asked for; without it `flotilla.config.json`, which may be absent
 * @throws FleetError `configuration`, with every mistake in the file
 */
export async function readConfiguration(given: string | undefined): Promise<Values> {
  const file = given ?? CONFIG_FILE;
  const text = await readText(file, given !== undefined);
  if (text === null) return {};
  const content = parseJson(file, text);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw invalid(file, [
      { file, message: 'not an object', hint: 'Write { "dataDir": "data" }, for example.' },
    ]);
  const values: Values = {};
  const problems: Problem[] = [];
  for (const [key, found] of Object.entries(content)) {
    if (!isSetting(key)) {
      problems.push(unknownKey(file, key));
      continue;
    }
    const value = checkedValue(SETTINGS[key], found);
    if (value !== undefined) values[key] = fromFile(file, key, value);
    else
      problems.push({
        file,
        message: `${key} has a value that it cannot have`,
        hint: `${key} takes ${allowed(SETTINGS[key])}.`,
      });
  }
  if (problems.length > 0) throw invalid(file, problems);
  return values;
}

async function readText(file: string, required: boolean): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!required && (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new FleetError(
      'configuration',
      `The configuration file ${file} cannot be read: ${(error as Error).message}`,
      {
        hint: 'Name a readable file with --config, or leave --config out.',
        cause: error,
      },
    );
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    const line = position === undefined ? {} : { line: text.slice(0, Number(position)).split('\n').length };
    throw invalid(file, [
      {
        file,
        ...line,
        message: `not JSON: ${message}`,
        hint: 'Keys and texts stand in double quotes; no comma after the last.',
      },
    ]);
  }
}

function isSetting(key: string): key is SettingName {
  return Object.hasOwn(SETTINGS, key);
}

function unknownKey(file: string, key: string): Problem {
  const near = nearest(key, KEYS)[0];
  return {
    file,
    message: `unknown key ${key}`,
    hint: `${near === undefined ? '' : `The nearest known key is ${near}. `}All keys: ${KEYS.join(', ')}.`,
  };
}

function invalid(file: string, problems: readonly Problem[]): FleetError {
  return new FleetError('configuration', `The configuration file ${file} is not valid.`, {
    hint: 'Mend the file; `flotilla --help` explains every setting.',
    problems,
  });
}

/** A relative path in the file means: relative to the file. */
function fromFile(file: string, key: SettingName, value: Value): Value {
  if (SETTINGS[key].type !== 'path' || typeof value !== 'string' || isAbsolute(value)) return value;
  return join(dirname(file), value);
}
