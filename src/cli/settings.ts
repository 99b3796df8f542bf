// Settings from their four sources: flag over environment over configuration file over the library's default. Apart
// from the parsing of flags, because every word of the environment and the file is checked, whichever command runs.

import {
  CHANGE_SETTINGS,
  checkedSettings,
  CHOICE_SETTINGS,
  FleetError,
  nearest,
  WORK_SETTINGS,
} from '../index.js';
import type { FleetOptions, Problem, RunOptions, SelectOptions, Setting, WaveDefinition } from '../index.js';
import { readConfiguration } from './configuration.js';
import { findConfiguration } from './configuration-file.js';
import type { Values } from './configuration.js';
import { namesOf, SETTINGS, variableOf } from './options.js';
import type { SettingName } from './options.js';
import type { Rights } from './rights.js';
import { allowed, valueOf } from './value.js';

/** The settings in force, by their names in the library; what no source gives is absent and has its default. */
export interface Settings extends Checked {
  /** The waves that a configuration defines. */
  readonly definedWaves?: readonly WaveDefinition[];
}

type Checked = ReturnType<typeof checkedSettings>;

type Environment = Readonly<Record<string, string | undefined>>;

interface Surroundings {
  /** Is told of what is passed over, in a sentence. */
  readonly warn?: (warning: string) => void;
  /** Changes those of this process; without it they stay. */
  readonly rights?: Rights;
}

/**
 * Merges the sources.
 * @param flags what the command line gave, checked
 * @param config the file that `--config` names
 * @throws FleetError `configuration` for an unknown or unusable setting in the environment or the file
 */
export async function mergeSettings(
  flags: Values,
  environment: Environment,
  config: string | undefined,
  { warn = () => undefined, rights }: Surroundings = {},
): Promise<Settings> {
  const { env, asRoot = false, ...given } = { ...readEnvironment(environment, warn), ...flags };
  const trust = typeof given.trust === 'object' ? given.trust : [];
  const keep = { asRoot: asRoot === true };
  const dataDir = given.dataDir === undefined ? undefined : String(given.dataDir);
  // Found before rights are changed: the working directory may be closed to the other user.
  const found = await findConfiguration(config);
  rights?.before({ dataDir, ...keep }, found);
  const named = env === undefined ? undefined : String(env);
  const isNone = found === null && named === undefined;
  const { definedWaves, ...file } = isNone
    ? {}
    : await readConfiguration(found ?? undefined, { env: named, trust });
  const settings = { ...checkedSettings({ ...file, ...given }), ...present({ definedWaves }) };
  rights?.after({ ...settings, ...keep });
  return settings;
}

const PREFIX = 'FLOTILLA_';
const SETTABLE = namesOf(SETTINGS).filter((name) => rowOf(name).variable !== false);
const NAMES = new Map(SETTABLE.map((name) => [variableOf(name), name]));
/** What this program itself tells those that it starts. */
const PASSED_OVER = namesOf(SETTINGS)
  .filter((name) => !SETTABLE.includes(name))
  .map(variableOf);

function rowOf(name: SettingName): Setting {
  return SETTINGS[name];
}

function readEnvironment(environment: Environment, warn: (warning: string) => void): Values {
  const values: Values = {};
  const problems: Problem[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    // What is set to nothing is not set: scripts and containers pass variables on that way.
    if (!variable.startsWith(PREFIX) || text === undefined || text === '') continue;
    if (PASSED_OVER.includes(variable)) continue;
    const name = NAMES.get(variable);
    if (name === undefined) {
      const near = nearVariable(variable);
      if (near === undefined) warn(`${variable} is no setting of Flotilla, and is ignored`);
      else {
        problems.push({
          message: `Unknown variable ${variable}`,
          hint: `the nearest known one is ${near}; unset it, or correct its name`,
        });
      }
      continue;
    }
    const value = valueOf(SETTINGS[name], text, name);
    if (value === undefined) {
      problems.push({ message: `${variable} is '${text}'`, hint: `it takes ${allowed(SETTINGS[name])}` });
    } else values[name] = value;
  }
  if (problems.length === 0) return values;
  throw new FleetError('configuration', 'The environment has settings that are not valid', {
    hint: 'unset or correct them; `flotilla --help` explains every setting',
    problems,
  });
}

/** One that was hardly meant to be another's: an application may have variables of this prefix too. */
function nearVariable(variable: string): string | undefined {
  const word = variable.slice(PREFIX.length);
  const known = [...NAMES.keys()].map((name) => name.slice(PREFIX.length));
  const [near] = nearest(word, known, word.length < 6 ? 1 : 2);
  return near === undefined ? undefined : `${PREFIX}${near}`;
}

/** The part of the settings that says which fleet it is. */
export function fleetOptions(settings: Settings): FleetOptions {
  const { sqliteExtensions: extensions, sqliteFunctions: functions, sqliteOldest: oldest } = settings;
  const sqlite = present({ extensions, functions, oldest });
  const { definedWaves: waves } = settings;
  return {
    ...pick(settings, [
      'dataDir',
      'pattern',
      'stateDir',
      'stateMode',
      'migrations',
      'userVersion',
      'trust',
      'programs',
    ]),
    ...(Object.keys(sqlite).length === 0 ? {} : { sqlite }),
    ...present({ waves }),
  };
}

const SELECT_NAMES = namesOf({ ...CHOICE_SETTINGS, ...WORK_SETTINGS });

/** The part that says which targets a call is about. */
export function selectOptions(settings: Settings): SelectOptions {
  return pick(settings, SELECT_NAMES);
}

/** What every command takes that changes targets; what rehearses stands first in its help. */
export const RUN_SETTING_NAMES: readonly (keyof Checked)[] = [
  ...new Set(['dryRun' as const, ...namesOf({ ...WORK_SETTINGS, ...CHANGE_SETTINGS }), 'report' as const]),
];

/** The part that says how targets are changed. */
export function runOptions(settings: Settings): RunOptions {
  return pick(settings, namesOf(CHANGE_SETTINGS));
}

/** Some of an object's keys, where it has them. */
export function pick<T extends object, K extends keyof T>(
  object: T,
  names: readonly K[],
): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const name of names) if (name in object) picked[name] = object[name];
  return picked;
}

/** The object without what is undefined: for the library, absent means default. */
export function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
