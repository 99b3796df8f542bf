// What a configuration file may have, made from the table of settings: for the schema that editors read. The program
// checks a file key by key instead, in words and with lines; a test holds both to the same files.

import * as z from 'zod';
import { writtenSchema } from '../setting-schema.js';
import { GROUPS, grouped, SETTINGS } from '../settings.js';
import type { Setting } from '../settings.js';
import { waveDefinitions } from '../wave-schema.js';

const keysOf = (table: Readonly<Record<string, Setting>>) =>
  Object.fromEntries(
    Object.entries(table).map(([name, setting]) => {
      const described = z.optional(writtenSchema(setting)).meta({
        description: descriptionOf(setting),
        ...(setting.default === undefined ? {} : { default: setting.default }),
      });
      return [name, described];
    }),
  );

const inGroups = Object.keys(grouped('sqlite', GROUPS.sqlite));
const alone = Object.entries(SETTINGS).filter(([name]) => !inGroups.includes(name));
const keys = {
  ...keysOf(Object.fromEntries(alone)),
  waves: z.optional(waveDefinitions).meta({ description: 'The waves that --waves may name' }),
  sqlite: z
    .strictObject(keysOf(GROUPS.sqlite))
    .optional()
    .describe('What the application gives its own SQLite'),
};

export const configuration = z
  .strictObject({
    $schema: z.string().optional().describe('The schema that this file keeps to'),
    ...keys,
    environments: z
      .record(z.string(), z.strictObject(keys).meta({ id: 'Settings' }))
      .optional()
      .describe('By name: settings that win over those beside it, with --env NAME'),
  })
  .meta({ title: 'Configuration of Flotilla', description: 'Paths are relative to this file' });

function descriptionOf({ describe, defaultText }: Setting): string {
  return defaultText === undefined ? describe : `${describe}; default: ${defaultText}`;
}
