// What a command is called with: of all that is set, what the command declares. Apart from the program so that a test
// can hold every command to its declaration.

import type { SelectOptions } from '../index.js';
import type { Call, FleetCommand } from './command.js';
import { CHOICES } from './options.js';
import type { SettingName, SwitchName } from './options.js';
import { selectOptions } from './settings.js';
import type { Settings } from './settings.js';

/** @param watch who watches, and who may stop it */
export function callOf(
  command: FleetCommand,
  {
    settings,
    switches,
    argument,
  }: {
    readonly settings: Settings;
    readonly switches: ReadonlySet<SwitchName>;
    readonly argument?: string | undefined;
  },
  watch: Pick<SelectOptions, 'signal' | 'onEvent'>,
): Call {
  return {
    settings: only(settings, command.settings),
    switches,
    select: { ...selectOptions(only(settings, [...CHOICES, ...command.settings])), ...watch },
    ...(argument === undefined ? {} : { argument }),
  };
}

function only(settings: Settings, names: readonly SettingName[]): Settings {
  const declared: readonly string[] = names;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => declared.includes(name)));
}
