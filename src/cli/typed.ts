// What was typed, as data: for the commands that are suggested, which keep it as it was.

import type { CommandOptions, FlotillaCommand } from '../index.js';
import type { Arguments } from './arguments.js';

/** The options that say which fleet it is, as they were typed. */
export function placeOf({ flags, config }: Arguments): CommandOptions {
  const { dataDir, pattern, stateDir, migrations, env } = flags;
  return given({ dataDir, pattern, stateDir, migrations, config, env });
}

/** The options that say which of its targets were asked for. */
export function scopeOf({ flags: { only, exclude, limit } }: Arguments): CommandOptions {
  return given({ only, exclude, limit });
}

export function typedCommand(parsed: Arguments): FlotillaCommand {
  const { command, argument, flags, switches, config, color } = parsed;
  const on = Object.fromEntries([...switches].map((name) => [name, true]));
  return {
    verb: command.name,
    ...(argument === undefined ? {} : { argument }),
    options: given({ ...flags, ...on, config, color }),
  };
}

function given(options: { readonly [name: string]: CommandOptions[string] | undefined }): CommandOptions {
  const entries = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}
