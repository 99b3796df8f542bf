// A setting's value, from text (flags, environment) or from JSON (the configuration file), checked against the table.
// Apart because all three sources must refuse the same values in the same words.

import { z } from 'zod';
import type { Setting } from '../index.js';

export type Value = string | number | boolean | readonly string[];

/** What a setting takes, in words: `a whole number from 1`. */
export function allowed({ type, least, choices }: Setting): string {
  switch (type) {
    case 'number':
      return `a whole number from ${least ?? 0}`;
    case 'boolean':
      return 'true or false';
    case 'list':
      return 'ids and globs, separated by commas';
    case 'path':
      return 'a path';
    case 'string':
      return choices?.join(' or ') ?? 'text';
  }
}

/** The shape of a setting's value in the configuration file. */
export function valueSchema({ type, least, choices }: Setting): z.ZodType<Value> {
  switch (type) {
    case 'number':
      return z.int().min(least ?? 0);
    case 'boolean':
      return z.boolean();
    case 'list':
      return z
        .union([z.string().transform(splitList), z.array(z.string().min(1))])
        .refine((ids) => ids.length > 0);
    case 'path':
      return z.string().min(1);
    case 'string':
      return choices === undefined ? z.string().min(1) : z.enum(choices);
  }
}

/** The value that a text stands for; undefined where the setting takes no such text. */
export function valueOf(setting: Setting, text: string): Value | undefined {
  const result = valueSchema(setting).safeParse(typed(setting, text));
  return result.success ? result.data : undefined;
}

function typed({ type }: Setting, text: string): unknown {
  switch (type) {
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
    case 'list':
    case 'path':
    case 'string':
      return text;
  }
}

/** `a,{b,c}` -> `a` and `{b,c}`: commas within the braces of a glob do not separate. */
export function splitList(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const char of text) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (char === ',' && depth <= 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${char}`);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
