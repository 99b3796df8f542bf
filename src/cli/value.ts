// A setting's value, from text (flags, environment) or from JSON (the configuration file), checked against the table.
// Apart because all three sources must refuse the same values in the same words.

import type { Setting } from '../index.js';

export type Value = string | number | boolean | readonly string[];

/** What a setting takes, in words: `a whole number from 1`. */
export function allowed({ type, least, choices, value }: Setting): string {
  switch (type) {
    case 'number':
      return `a whole number from ${least ?? 0}`;
    case 'boolean':
      return 'true or false';
    case 'list':
      return `${value?.replace(',..', '').toLowerCase() ?? 'value'}s, separated by commas`;
    case 'path':
      return 'a path';
    case 'string':
      return choices?.join(' or ') ?? 'text';
  }
}

/** The value as the program uses it; undefined where the setting takes no such value. */
export function checkedValue({ type, least, choices }: Setting, value: unknown): Value | undefined {
  switch (type) {
    case 'number':
      return Number.isSafeInteger(value) && Number(value) >= (least ?? 0) ? Number(value) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'list': {
      const ids = typeof value === 'string' ? splitList(value) : value;
      return Array.isArray(ids) && ids.length > 0 && ids.every(isText) ? ids : undefined;
    }
    case 'path':
      return isText(value) ? value : undefined;
    case 'string':
      return isText(value) && (choices?.includes(value) ?? true) ? value : undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The value that a text stands for; undefined where the setting takes no such text. */
export function valueOf(setting: Setting, text: string): Value | undefined {
  return checkedValue(setting, typed(setting, text));
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
