// Which options a command takes. Apart from parsing, which is long to load, because help and completion ask it too.

import type { Command } from './command.js';
import { CHOICES, COMMON_SWITCHES, FLEET_NAMES } from './options.js';
import type { OptionName } from './options.js';

/** The options that a command takes, in the order of the help text. */
export function optionsOf(command: Command): OptionName[] {
  if ('print' in command) return ['help'];
  const { settings, switches, looks } = command;
  const common = FLEET_NAMES.filter((name) => looks !== 'never' || !CHOICES.includes(name));
  return [...settings, ...switches, ...common, ...COMMON_SWITCHES];
}
