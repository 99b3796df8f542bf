// From a row of the table of settings to its check, for every source: flags and environment (text), the configuration
// file (JSON) and calls of the library. The one place where a row becomes a check; whatever refuses a value asks here.

import * as z from 'zod/mini';
import { SETTINGS } from './settings.js';
import type { Setting, SettingsOf, SettingTable, SettingValue } from './settings.js';

// Each check is used once or twice a process; compiling it first would cost more.
z.config({ jitless: true });

/** Text that is not empty. */
const TEXT = z.string().check(z.minLength(1));
/** Of SQLite, whose every version begins with 3. */
const VERSION = z.string().check(z.regex(/^3\.\d{1,3}(\.\d{1,3}){0,2}$/));
const SHARE = z.string().check(z.regex(/^(?:\d{1,9}|(?:\d{1,2}(?:\.\d{1,4})?|100)%)$/));

/** The check of a setting in a program. An empty list is a list there: of targets it means none. */
export function settingSchema<S extends Setting>(setting: S): z.ZodMiniType<SettingValue<S>>;
export function settingSchema(setting: Setting): z.ZodMiniType<SettingValue<Setting>> {
  switch (setting.type) {
    case 'number':
      return z.int().check(z.minimum(setting.least ?? 0));
    case 'boolean':
      return z.boolean();
    case 'list':
    case 'paths':
      return z.readonly(z.array(TEXT));
    case 'path':
      return TEXT;
    case 'version':
      return VERSION;
    case 'duration':
      return z.int().check(z.minimum(0));
    case 'share':
      return z.union([z.int().check(z.minimum(0)), SHARE]);
    case 'string': {
      if (setting.choices !== undefined) return z.enum(setting.choices);
      return setting.form === undefined ? TEXT : TEXT.check(z.regex(setting.form));
    }
  }
}

/** The check of a setting as a person writes it: a list has at least one item, or is text with commas. */
export function writtenSchema<S extends Setting>(setting: S): z.ZodMiniType<SettingValue<S>>;
export function writtenSchema(setting: Setting): z.ZodMiniType<SettingValue<Setting>> {
  if (setting.type === 'duration') {
    const text = z.string().check(z.regex(/^\d{1,12}(ms|s|m|h|d)?$/));
    return z.union([settingSchema(setting), z.pipe(text, z.transform(milliseconds))]);
  }
  if (setting.type !== 'list' && setting.type !== 'paths') return settingSchema(setting);
  const items = z.array(TEXT).check(z.minLength(1));
  const text = z.pipe(TEXT, z.pipe(z.transform(splitList), items));
  if (setting.pairs !== true) return z.readonly(z.union([items, text]));
  const pairs = z.pipe(z.record(z.string(), TEXT), z.pipe(z.transform(joinPairs), items));
  return z.readonly(z.union([items, text, pairs]));
}

function joinPairs(object: Readonly<Record<string, string>>): string[] {
  return Object.entries(object).map(([key, value]) => `${key}=${value}`);
}

/** What an option of a call takes, in words, by its check. */
export const TAKES = z.registry<{ readonly takes: string }>();

/** An option that may be left out, but not be `undefined`: checkCall removes such an option first. */
export function optional<T extends z.ZodMiniType>(takes: string, schema: T): z.ZodMiniExactOptional<T> {
  const option = z.exactOptional(schema);
  TAKES.add(option, { takes });
  return option;
}

/** A setting as an option of a call. */
export function settingOption<S extends Setting>(setting: S): SettingOption<S> {
  return optional(allowed(setting, 'program'), settingSchema(setting));
}

type SettingOption<S extends Setting> = z.ZodMiniExactOptional<z.ZodMiniType<SettingValue<S>>>;

/** Each row of a table as an option of its name. */
export function settingOptions<T extends SettingTable>(
  table: T,
): { readonly [K in keyof T]: SettingOption<T[K]> } {
  const entries = Object.entries(table).map(([name, row]) => [name, settingOption(row)]);
  // TypeScript does not follow names through `fromEntries`.
  return Object.fromEntries(entries) as { readonly [K in keyof T]: SettingOption<T[K]> };
}

/** The value of a setting as the program uses it; undefined where it takes no such value. */
export function checkSetting(setting: Setting, value: unknown): SettingValue<Setting> | undefined {
  return z.safeParse(writtenSchema(setting), value).data;
}

/** All settings, checked once more: from here on their type is the table's. */
export function checkedSettings(values: object): SettingsOf<typeof SETTINGS> {
  return z.parse(z.readonly(z.strictObject(settingOptions(SETTINGS))), values);
}

/** What a setting takes, in words: `a whole number from 1`. In text, items of a list are separated by commas. */
export function allowed(
  { type, least, choices, value, pairs, takes }: Setting,
  source: 'text' | 'program' = 'text',
): string {
  switch (type) {
    case 'number':
      return `a whole number from ${least ?? 0}`;
    case 'boolean':
      return 'true or false';
    case 'list':
    case 'paths': {
      if (pairs === true) return source === 'text' ? 'pairs such as 3=0003' : 'a list of pairs';
      const items = `${value?.replace(',..', '').toLowerCase() ?? 'value'}s`;
      return source === 'text' ? `${items}, separated by commas` : `a list of ${items}`;
    }
    case 'duration':
      return source === 'text' ? 'a time such as 30s, 10m or 1h' : 'a whole number of milliseconds';
    case 'path':
      return 'a path';
    case 'version':
      return source === 'text'
        ? 'a version of SQLite, such as 3.40'
        : "the text of a version, such as '3.40'";
    case 'share':
      return 'a whole number from 0, or a percentage such as 2%';
    case 'string':
      return choices?.join(' or ').replace(/^(?=\d)/, 'the text ') ?? takes ?? 'text';
  }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10m` -> 600000; a number alone is in milliseconds. */
function milliseconds(text: string): number {
  const unit = text.replace(/^\d+/, '');
  return Number.parseInt(text, 10) * (UNITS[unit] ?? 1);
}

/**
 * `a,{b,c}` -> `a` and `{b,c}`: commas within the braces of a glob do not separate, nor do those behind a backslash.
 * Braces behind one are no glob's. Blanks around an item are not part of it, except behind a backslash.
 */
export function splitList(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [char] of text.matchAll(/\\[,{}]|./gs)) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (char === ',' && depth <= 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${char === '\\,' && depth <= 0 ? ',' : char}`);
  }
  return parts
    .map((part) => part.trimStart().replace(/(?<!\\)\s+$/, ''))
    .map((part) => part.replace(/^\\(?=\s)/, '').replace(/\\(?=\s$)/, ''))
    .filter((part) => part !== '');
}
