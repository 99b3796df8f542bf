// What the commands in hints are completed with in one call of the library: the fleet, the targets that were asked
// for, and the run's own command with its own options. The one place that makes a command out of options.

import type { RunOptions, SelectOptions } from '../model/api.js';
import type { CommandOptions, FlotillaCommand } from '../model/command.js';
import type { About } from '../model/hint.js';
import type { RunCommand } from '../model/report.js';
import { CHANGE_SETTINGS, CHOICE_SETTINGS, namesOf, WORK_SETTINGS } from '../model/settings.js';
import type { Intent } from '../target/intent.js';
import type { Context } from './context.js';

/** @param place options that say which fleet it is */
export function aboutOf({ place, scope }: Pick<Context, 'place' | 'scope'>, options: SelectOptions): About {
  return { place, scope: { ...given(options, namesOf(CHOICE_SETTINGS)), ...scope } };
}

/** The command that asks for a run again, without its targets and its fleet. */
export function commandOf(verb: RunCommand, intent: Intent, options: RunOptions): FlotillaCommand {
  const own = given(options, namesOf({ ...WORK_SETTINGS, ...CHANGE_SETTINGS }));
  const argument = argumentOf(intent);
  return {
    verb,
    ...(argument === null ? {} : { argument }),
    options: { ...optionsOf(intent), ...own },
  };
}

function argumentOf(intent: Intent): string | null {
  switch (intent.kind) {
    case 'upgrade':
      return intent.to === 'head' ? null : intent.to;
    case 'downgrade':
      return intent.to;
    case 'stamp':
      return intent.to === 'auto' ? null : intent.to;
    case 'repair':
    case 'restore':
      return null;
  }
}

function optionsOf(intent: Intent): CommandOptions {
  switch (intent.kind) {
    case 'upgrade': {
      const { stamp, allowDrift, allowExtra, at } = intent;
      return given({
        stamp: stamp || undefined,
        allowDrift,
        allowExtra: allowExtra === true || undefined,
        at,
      });
    }
    case 'downgrade':
      return {};
    case 'stamp': {
      const { force, allowExtra, at } = intent;
      return given({ force: force || undefined, allowExtra: allowExtra === true || undefined, at });
    }
    case 'repair': {
      const { dropExtra, checksums, columns } = intent;
      return given({ dropExtra, checksums, columns: columns === true || undefined });
    }
    case 'restore': {
      const { run, before, from, force } = intent;
      return given({ run, before, from, force: force || undefined });
    }
  }
}

/** Of options, those of these names (default: all) that were given; an empty list says nothing. */
export function given<K extends string>(
  options: { readonly [N in K]?: CommandOptions[string] | undefined },
  names: readonly K[] = Object.keys(options) as K[],
): CommandOptions {
  const found: Record<string, CommandOptions[string]> = {};
  for (const name of names) {
    const value = options[name];
    if (value !== undefined && !(typeof value === 'object' && value.length === 0)) found[name] = value;
  }
  return found;
}
