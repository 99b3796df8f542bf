// The check of the waves that a configuration or a program defines. Apart from the settings, because a definition is an
// object of its own.

import * as z from 'zod/mini';
import { writtenSchema } from './setting-schema.js';
import { CHOICE_SETTINGS, CHANGE_SETTINGS } from './settings.js';
import type { WaveDefinition } from './wave.js';

/** What `--waves` says itself, in place of a name. */
const NUMBER = /^\d+(?:\.\d+)?%?$/;

/** A name that a list of words can say, and that is no number. */
const NAME = z.string().check(
  z.regex(/^\S(?:.*\S)?$/s),
  z.refine((name) => !NUMBER.test(name)),
);

export const waveDefinition: z.ZodMiniType<WaveDefinition> = z.readonly(
  z
    .strictObject({
      name: NAME,
      only: z.exactOptional(writtenSchema(CHOICE_SETTINGS.only)),
      maxFailures: z.exactOptional(writtenSchema(CHANGE_SETTINGS.maxFailures)),
    })
    .check(z.refine(({ name, only }) => (name === 'rest') === (only === undefined))),
);

export const waveDefinitions: z.ZodMiniType<readonly WaveDefinition[]> = z.readonly(
  z.array(waveDefinition).check(z.refine((all) => new Set(all.map(({ name }) => name)).size === all.length)),
);

/** What it takes, in words. */
export const WAVES_TAKE =
  'a list of waves, each with a name of its own that is no number and with only; rest has no only; maxFailures may be left out';

/** @returns the waves that a value defines; null where it is not what `WAVES_TAKE` says */
export function wavesIn(value: unknown): readonly WaveDefinition[] | null {
  const checked = waveDefinitions.safeParse(value);
  return checked.success ? checked.data : null;
}
