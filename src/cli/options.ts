// Every option of the command line: the settings by their flags, and what only the command line knows.
// Apart because parsing, help texts and the configuration must agree on one table.

import { CHOICE_SETTINGS, flagOf, FLEET_SETTINGS, namesOf, SETTINGS as FILE_SETTINGS } from '../index.js';

export { flagOf, namesOf } from '../index.js';
import type { Setting } from '../index.js';

/** What a flag or the environment may say before the configuration file is read, and the file itself may not. */
export const SOURCE_SETTINGS = {
  env: { type: 'string', value: 'NAME', describe: 'Take this environment of the configuration file' },
  asRoot: {
    type: 'boolean',
    default: false,
    describe: "Started as root, do not take the rights of the data directory's owner",
  },
} as const satisfies Record<string, Setting>;

/** Settings by flag and environment. */
export const SETTINGS = { ...FILE_SETTINGS, ...SOURCE_SETTINGS };
export type SettingName = keyof typeof SETTINGS;

/** What only the command line knows: neither the environment nor the configuration file can set these. */
export const SWITCHES = {
  config: {
    type: 'path',
    value: 'FILE',
    defaultText: 'flotilla.config.json, .ts or .mjs',
    describe: 'Read settings from this file',
  },
  json: { type: 'boolean', describe: 'Print one JSON document' },
  ndjson: { type: 'boolean', describe: 'Print one JSON object a line, as it happens' },
  quiet: { type: 'boolean', describe: 'Print errors only' },
  verbose: { type: 'boolean', describe: 'Tell of each target' },
  color: {
    type: 'boolean',
    default: true,
    describe: 'Print in colour',
    off: 'No colour (also with NO_COLOR or CI set, or when piped)',
  },
  help: { type: 'boolean', describe: 'Show this help' },
  force: { type: 'boolean', describe: 'Record it whatever the structure says, and replace a history' },
  fleet: { type: 'boolean', describe: 'Look at the targets too: who has which revision, and since when' },
  graph: { type: 'boolean', describe: 'Print the graph of the revisions, and what each uses of others' },
  mermaid: { type: 'boolean', describe: 'Print that graph as a Mermaid diagram' },
  plan: { type: 'boolean', describe: 'Print the SQL, cohort by cohort; touch nothing' },
  sql: { type: 'boolean', describe: 'Print the SQL, one script a cohort' },
} as const satisfies Record<string, Setting>;
export type SwitchName = keyof typeof SWITCHES;

/** Switches of every command; the others belong to those that name them. */
export const COMMON_SWITCHES = ['config', 'json', 'ndjson', 'quiet', 'verbose', 'color', 'help'] as const;

export type OptionName = SettingName | SwitchName;
export const OPTIONS: Record<OptionName, Setting> = { ...SETTINGS, ...SWITCHES };

/** `dataDir` -> `FLOTILLA_DATA_DIR`. */
export function variableOf(name: string): string {
  return `FLOTILLA_${flagOf(name).replaceAll('-', '_').toUpperCase()}`;
}

/** Settings that choose among the targets: of the commands that look at any. */
export const CHOICES: readonly SettingName[] = namesOf(CHOICE_SETTINGS);

/** Settings of every command. */
export const FLEET_NAMES: readonly SettingName[] = [...namesOf(FLEET_SETTINGS), ...namesOf(SOURCE_SETTINGS)];
