// The settings of the configuration file: its top level, and over it the environment that was asked for. Checked
// whole, whatever is taken from it: an unknown key may be a misspelt one, and production is no place to learn of it.
// Apart from reading the file, because what is in it means the same whichever language it is written in.

import { dirname, isAbsolute, join } from 'node:path';
import { FleetError, GROUPS, nameIn, nearest, SETTINGS } from '../index.js';
import type { Problem, WaveDefinition } from '../index.js';
import { readWaves } from './configuration-waves.js';
import { readConfigurationFile } from './configuration-file.js';
import type { Content } from './configuration-file.js';
import { namesOf } from './options.js';
import type { SettingName } from './options.js';
import { allowed, checkedValue } from './value.js';
import type { Value } from './value.js';

export type Values = Partial<Record<SettingName, Value>>;

export interface Configured extends Values {
  /** What the key `waves` defines. */
  readonly definedWaves?: readonly WaveDefinition[];
}

/** The key of a configuration that is no value of the flag of its name. */
const WAVES = 'waves';

/** Keys that are no settings, at the top level alone. */
const SCHEMA = '$schema';
const ENVIRONMENTS = 'environments';
const GROUP_NAMES = namesOf(GROUPS);
const GROUPED = GROUP_NAMES.flatMap((group) => namesOf(GROUPS[group]).map((key) => nameIn(group, key)));
const KEYS = [...namesOf(SETTINGS).filter((name) => !GROUPED.includes(name)), ...GROUP_NAMES];

/**
 * Reads the settings of a configuration file.
 * @param given the file that was asked for; without it the one of the working directory, which may be absent
 * @param how the environment that was asked for, and the directories whose files are taken on
 * @throws FleetError `configuration`, with every mistake in the file
 */
export async function readConfiguration(
  given: string | undefined,
  { env, trust = [] }: { readonly env?: string | undefined; readonly trust?: readonly string[] } = {},
): Promise<Configured> {
  const content = await readConfigurationFile(given, trust);
  if (content === null) {
    if (env === undefined) return {};
    throw new FleetError(
      'configuration',
      `There is no configuration file that could have an environment ${env}`,
      {
        hint: 'name the file with --config, or leave --env (FLOTILLA_ENV) out',
      },
    );
  }
  const problems: Problem[] = [];
  const { [SCHEMA]: schema, [ENVIRONMENTS]: environments, ...top } = objectOf(content, [], problems) ?? {};
  if (schema !== undefined && typeof schema !== 'string') {
    problems.push(problemOf(content, [SCHEMA], 'has a value that it cannot have', `${SCHEMA} takes text`));
  }
  const values = settingsOf(content, { path: [], object: top }, problems);
  const named = new Map<string, Configured>();
  const all = environments === undefined ? {} : objectOf(content, [ENVIRONMENTS], problems);
  for (const name of Object.keys(all ?? {})) {
    const path = [ENVIRONMENTS, name];
    named.set(name, settingsOf(content, { path, object: objectOf(content, path, problems) }, problems));
  }
  if (problems.length > 0) throw invalid(content.file, problems);
  return env === undefined ? values : { ...values, ...environmentOf(content.file, env, named) };
}

/** An object of the file, and the group of settings whose it is; without one, all that stands beside groups. */
interface Part {
  readonly path: Path;
  readonly object: Keys | null;
  readonly group?: keyof typeof GROUPS;
}

function settingsOf(content: Content, { path, object, group }: Part, problems: Problem[]): Configured {
  const values: Configured = {};
  for (const [key, found] of Object.entries(object ?? {})) {
    const at = [...path, key];
    // A program may leave a key without a value.
    if (found === undefined) continue;
    const inner = group === undefined ? GROUP_NAMES.find((name) => name === key) : undefined;
    if (inner !== undefined) {
      Object.assign(
        values,
        settingsOf(content, { path: at, object: objectOf(content, at, problems), group: inner }, problems),
      );
      continue;
    }
    if (group === undefined && key === WAVES) {
      const read = readWaves(found);
      if ('waves' in read) Object.assign(values, { definedWaves: read.waves });
      else
        problems.push(
          ...read.mistakes.map((one) => problemOf(content, [...at, ...one.path], one.what, one.hint)),
        );
      continue;
    }
    const name = group === undefined ? key : nameIn(group, key);
    if (!isSetting(name) || (group === undefined && GROUPED.includes(name))) {
      problems.push(unknownKey(content, at, group));
      continue;
    }
    const value = checkedValue(SETTINGS[name], found);
    if (value !== undefined) values[name] = fromFile(content.file, name, value);
    else {
      const takes = `${key} takes ${allowed(SETTINGS[name])}`;
      problems.push(problemOf(content, at, 'has a value that it cannot have', takes));
    }
  }
  return values;
}

type Path = readonly string[];
type Keys = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at a path, where it is an object. */
function objectOf({ value, file, lineOf }: Content, path: Path, problems: Problem[]): Keys | null {
  let found: unknown = value;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  if (isObject(found)) return found;
  const group = GROUP_NAMES.find((name) => name === path.at(-1));
  const [key, example] =
    group !== undefined
      ? [group, '{ "functions": "functions.mjs" }']
      : path[0] === ENVIRONMENTS
        ? [ENVIRONMENTS, '{ "production": { "dataDir": "data" } }']
        : [null, '{ "dataDir": "data" }'];
  problems.push({
    file,
    ...lineOf(path),
    message: path.length === 0 ? 'Not an object' : `${path.join('.')} is not an object`,
    hint: `write ${key === null ? '' : `"${key}": `}${example}, for example`,
  });
  return null;
}

function environmentOf(file: string, env: string, named: ReadonlyMap<string, Configured>): Configured {
  const values = named.get(env);
  if (values !== undefined) return values;
  const names = [...named.keys()];
  if (names.length === 0) {
    throw new FleetError(
      'configuration',
      `The configuration file ${file} has no environments, so none is ${env}`,
      {
        hint: `write "${ENVIRONMENTS}": { ${JSON.stringify(env)}: { .. } } into it, or leave --env (FLOTILLA_ENV) out`,
      },
    );
  }
  const [near] = nearest(env, names);
  throw new FleetError('configuration', `The configuration file ${file} has no environment ${env}`, {
    hint: `${near === undefined ? '' : `the nearest is ${near}; `}it has ${names.join(', ')}`,
  });
}

function isSetting(key: string): key is keyof typeof SETTINGS {
  return Object.hasOwn(SETTINGS, key);
}

function unknownKey(content: Content, path: Path, group?: keyof typeof GROUPS): Problem {
  const key = path.at(-1) ?? '';
  if (path.length > 1 && key === ENVIRONMENTS) {
    const message = 'stands within an environment';
    return problemOf(content, path, message, 'an environment has settings alone: put it beside this one');
  }
  const known =
    group !== undefined ? namesOf(GROUPS[group]) : path.length > 1 ? KEYS : [...KEYS, ENVIRONMENTS];
  const [near] = nearest(key, known);
  const hint = near === undefined ? `all keys: ${known.join(', ')}` : `the nearest known key is ${near}`;
  return {
    ...problemOf(content, path, '', hint),
    message: `Unknown key ${path.join('.')}`,
  };
}

function problemOf({ file, lineOf }: Content, path: Path, what: string, hint: string): Problem {
  return { file, ...lineOf(path), message: `${path.join('.')} ${what}`, hint };
}

/** The file cannot be used as it is. */
function invalid(file: string, problems: readonly Problem[]): FleetError {
  return new FleetError('configuration', `The configuration file ${file} is not valid`, {
    hint: 'mend the file; `flotilla --help` explains every setting',
    problems,
  });
}

/** A relative path in the file means: relative to the file. */
function fromFile(file: string, key: keyof typeof SETTINGS, value: Value): Value {
  const { type } = SETTINGS[key];
  const placed = (path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));
  if (type === 'path' && typeof value === 'string') return placed(value);
  return type === 'paths' && typeof value === 'object' ? value.map(placed) : value;
}
