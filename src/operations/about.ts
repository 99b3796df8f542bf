// What the commands in hints are completed with in one call of the library: the fleet, the targets that were asked
// for, and the run's own command with its own options. The one place that makes a command out of options.

import type { RunOptions } from '../model/api.js';
import type { CommandOptions, FlotillaCommand } from '../model/command.js';
import type { About } from '../model/hint.js';
import type { RunCommand } from '../model/report.js';
import { CHANGE_SETTINGS, CHOICE_SETTINGS, namesOf, WORK_SETTINGS } from '../model/settings.js';
import type { Intent } from '../target/intent.js';
import type { Context } from './context.js';

const CHANGE = namesOf({ ...WORK_SETTINGS, ...CHANGE_SETTINGS });

/** A rehearsal is of one command: what it suggests beside itself is meant. */
const LASTING = CHANGE.filter((name) => name !== 'dryRun');

/**
 * @param place options that say which fleet it is
 * @param verb the method that was called
 */
export function aboutOf(
  { place, scope: typed }: Pick<Context, 'place' | 'scope'>,
  options: RunOptions & { readonly allowExtra?: boolean },
  verb?: string,
): About {
  const scope = { ...given(options, namesOf(CHOICE_SETTINGS)), ...typed };
  const own = given(options, CHANGE);
  const change = given(options, LASTING);
  const restore = given(
    options,
    LASTING.filter((name) => name !== 'backup'),
  );
  const matched = { ...change, ...given({ allowExtra: options.allowExtra === true || undefined }) };
  const changing = {
    upgrade: matched,
    stamp: matched,
    downgrade: change,
    repair: change,
    restore,
    undo: change,
  };
  const copies = given(own, ['jobs', 'backupDir']);
  return {
    place,
    scope,
    shared: { ...changing, backup: copies, doctor: copies },
    ...(verb !== undefined && verb in changing ? { run: { verb, options: own } } : {}),
  };
}

/** The command that asks for a run again, without its targets and its fleet. */
export function commandOf(verb: RunCommand, intent: Intent, options: RunOptions): FlotillaCommand {
  const own = given(options, CHANGE);
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
    case 'undo':
      return intent.run;
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
    case 'undo': {
      const { how, force } = intent;
      return given({ how: how === 'auto' ? undefined : how, force: force || undefined });
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
