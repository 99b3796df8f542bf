// Writes the JSON Schemas that the package ships, from the checks in src/model. `npm run schemas`; a test fails where a
// file is not what this makes.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { DOCUMENTS } from '../src/model/documents/all.js';
import { configuration } from '../src/model/documents/configuration.js';
import { LINES } from '../src/model/documents/lines.js';

/** The texts of the files by their names. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return {
    'flotilla.config.schema.json': textOf(
      z.toJSONSchema(configuration, { target: 'draft-07', io: 'input', override: plain }),
    ),
    'documents.schema.json': textOf(
      published(DOCUMENTS, 'Documents of Flotilla', 'What --json prints, and what the library returns'),
    ),
    'lines.schema.json': textOf(
      published(LINES, 'Lines of Flotilla', 'What --ndjson prints, one of these a line'),
    ),
  };
}

/** One of several, each found by its name. New keys may come: who reads a document passes over what it does not know. */
function published(schemas: Readonly<Record<string, z.ZodObject>>, title: string, description: string) {
  const named = Object.entries(schemas).map(([id, schema]) =>
    schema.meta()?.id === id ? schema : schema.meta({ id }),
  );
  return z.toJSONSchema(z.union(named).meta({ title, description }), {
    target: 'draft-07',
    override: (made) => {
      plain(made);
      if (made.jsonSchema.additionalProperties === false) delete made.jsonSchema.additionalProperties;
    },
  });
}

/** Without what is right and tells a reader nothing. */
function plain({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  delete jsonSchema.readOnly;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
}

function textOf(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const directory = resolve(import.meta.dirname, '../schemas');
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(schemaFiles())) writeFileSync(join(directory, name), text);
}
