// Ids of revisions and targets, of the fleet that a line is about as far as it is typed. Apart because only for them
// the fleet is asked. Whoever types is not to be disturbed by what is wrong with it: then there is none.

import { openFleet } from '../../index.js';
import type { Fleet } from '../../index.js';
import { namesOf, SETTINGS } from '../options.js';
import { rightsOf } from '../rights.js';
import { fleetOptions, mergeSettings } from '../settings.js';
import type { TypedLine } from '../typed-line.js';
import { valueOf } from '../value.js';

/** Nobody waits longer for a list of targets. */
const PATIENCE_MS = 2_000;

export type Environment = Readonly<Record<string, string | undefined>>;

/** The revisions there are, oldest first; none where they cannot be read. */
export async function revisionIds(typed: TypedLine, environment: Environment): Promise<string[]> {
  const report = await ask(typed, environment, (fleet) => fleet.history());
  return report?.revisions.map(({ id }) => id) ?? [];
}

/** The targets there are; none where they cannot be listed, or not soon. */
export async function targetIds(typed: TypedLine, environment: Environment): Promise<string[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const report = await ask(typed, environment, (fleet) => fleet.discover({ signal }));
  return report?.targets.map(({ id }) => id) ?? [];
}

/** Asks the fleet that the line so far is about; null where it has no answer. */
async function ask<T>(
  { given }: TypedLine,
  environment: Environment,
  question: (fleet: Fleet) => Promise<T>,
): Promise<T | null> {
  const flags = Object.fromEntries(
    namesOf(SETTINGS).flatMap((name) => {
      const value = given.has(name) ? valueOf(SETTINGS[name], given.get(name) ?? '') : undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
  try {
    const rights = rightsOf(() => undefined);
    const settings = await mergeSettings(flags, environment, given.get('config'), { rights });
    const fleet = await openFleet(fleetOptions(settings));
    try {
      return await question(fleet);
    } finally {
      await fleet.close();
    }
  } catch {
    // What is wrong is told by the command, once it is run.
    return null;
  }
}
