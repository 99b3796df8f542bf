// Settings from their four sources: flag over environment over configuration file over the library's default.
// Apart from the parsing of flags, because every word of the environment and the file is checked, whichever command runs.

import { FleetError, nearest } from '../index.js';
import type { FleetOptions, Problem, RunOptions, SelectOptions } from '../index.js';
import { readConfiguration } from './configuration.js';
import type { Values } from './configuration.js';
import { namesOf, SETTINGS, variableOf } from './options.js';
import { allowed, valueOf } from './value.js';

/** The settings in force, by their names in the library; what no source gives is absent and has its default. */
export type Settings = FleetOptions &
  Omit<RunOptions, 'signal' | 'onEvent'> & {
    readonly stamp?: boolean;
    readonly allowDrift?: readonly string[];
    readonly dropExtra?: readonly string[];
    readonly rule?: readonly string[];
    readonly strict?: boolean;
    readonly allowExtra?: boolean;
    readonly at?: string;
    readonly output?: string;
    readonly report?: string;
  };

/**
 * Merges the sources.
 * @param flags what the command line gave, checked
 * @param config the file that `--config` names
 * @throws FleetError `configuration` for an unknown or unusable setting in the environment or the file
 */
export async function mergeSettings(
  flags: Values,
  environment: Readonly<Record<string, string | undefined>>,
  config: string | undefined,
): Promise<Settings> {
  const variables = readEnvironment(environment);
  const file = await readConfiguration(config);
  // Each value was checked against the table of settings, which the library's types mirror.
  return { ...file, ...variables, ...flags } as Settings;
}

const NAMES = new Map(namesOf(SETTINGS).map((name) => [variableOf(name), name]));

function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Values {
  const values: Values = {};
  const problems: Problem[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('FLOTILLA_') || text === undefined) continue;
    const name = NAMES.get(variable);
    if (name === undefined) {
      const near = nearest(variable, NAMES.keys())[0];
      problems.push({
        message: `unknown variable ${variable}`,
        hint: `${near === undefined ? '' : `The nearest known one is ${near}. `}Unset it, or correct its name.`,
      });
      continue;
    }
    const value = valueOf(SETTINGS[name], text);
    if (value === undefined) {
      problems.push({ message: `${variable} is '${text}'`, hint: `It takes ${allowed(SETTINGS[name])}.` });
    } else values[name] = value;
  }
  if (problems.length === 0) return values;
  throw new FleetError('configuration', 'The environment has settings that are not valid.', {
    hint: 'Unset or correct them; `flotilla --help` explains every setting.',
    problems,
  });
}

/** The part of the settings that says which fleet it is. */
export function fleetOptions({ dataDir, pattern, stateDir, migrations }: Settings): FleetOptions {
  return present({ dataDir, pattern, stateDir, migrations });
}

/** The part that says which targets a call is about. */
export function selectOptions({ only, exclude, limit, jobs }: Settings): SelectOptions {
  return present({ only, exclude, limit, jobs });
}

/** What every command takes that changes targets. */
export const RUN_SETTING_NAMES = [
  'dryRun',
  'jobs',
  'verify',
  'backup',
  'backupDir',
  'busyTimeout',
  'timeout',
  'report',
] as const satisfies readonly (keyof Settings)[];

/** The part that says how targets are changed. */
export function runOptions({
  dryRun,
  verify,
  backup,
  backupDir,
  busyTimeout,
  timeout,
}: Settings): RunOptions {
  return present({ dryRun, verify, backup, backupDir, busyTimeout, timeout });
}

/** The object without what is undefined: for the library, absent means default. */
export function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
