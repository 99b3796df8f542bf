// What was typed, as data: for the commands that are suggested, which keep it as it was.

import { PLACE_SETTINGS } from '../index.js';
import type { CommandOptions, FlotillaCommand } from '../index.js';
import type { Arguments } from './arguments.js';
import { CHOICES, namesOf, SOURCE_SETTINGS } from './options.js';
import { pick, present } from './settings.js';

/** How a look is made is not which fleet it is: what is suggested next may need more. */
const PLACE_NAMES = [
  ...namesOf(PLACE_SETTINGS).filter((name) => name !== 'programs'),
  'config' as const,
  ...namesOf(SOURCE_SETTINGS),
];

/** The options that say which fleet it is, as they were typed. */
export function placeOf({ flags, config }: Arguments): CommandOptions {
  return present(pick({ ...flags, config }, PLACE_NAMES));
}

/** The same, and the lists that name a file: thousands of names are not to be repeated in a hint. */
export function knownOf(parsed: Arguments): CommandOptions {
  return { ...placeOf(parsed), ...parsed.named };
}

/** The options that say which of its targets were asked for. */
export function scopeOf({ flags, named }: Arguments): CommandOptions {
  return present(pick({ ...flags, ...named }, CHOICES));
}

export function typedCommand(parsed: Arguments): FlotillaCommand {
  const { command, argument, flags, named, switches, config, color } = parsed;
  const on = Object.fromEntries([...switches].map((name) => [name, true]));
  return {
    verb: command.name,
    ...(argument === undefined ? {} : { argument }),
    options: present({ ...flags, ...named, ...on, config, color }),
  };
}
