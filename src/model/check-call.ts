// Holds what a caller gives a method against the checks of call-options.ts, before anything is read or touched, and
// says in words what is wrong. Apart from the checks, because this is about callers: more than one argument, a promise
// that nobody awaited, a class with getters, all of which would otherwise count as no options at all.

import * as z from 'zod/mini';
import { CALL_OPTIONS } from './call-options.js';
import type { CallName, CallOptions } from './call-options.js';
import { FleetError } from './errors.js';
import type { Problem } from './errors.js';
import { nearest } from './nearest.js';
import { allowed, TAKES } from './setting-schema.js';
import { GROUPS } from './settings.js';
import type { GroupName, Setting } from './settings.js';

const SHOWN_MAX = 60;

/**
 * @param given the arguments of the call
 * @returns the options, as they were when they were checked; an option that is undefined counts as left out
 * @throws FleetError `usage`
 */
export function checkCall<N extends CallName>(name: N, given: readonly unknown[]): CallOptions<N>;
export function checkCall(name: CallName, given: readonly unknown[]): CallOptions<CallName> {
  const known = Object.keys(CALL_OPTIONS[name].def.innerType.shape);
  const [options = {}, ...more] = given;
  const takes = known.length === 0 ? `${name} takes no options` : `${name} takes ${known.join(', ')}`;
  if (more.length > 0) {
    const message = `${name} takes one object with options, and got ${given.length} arguments`;
    throw new FleetError('usage', message, { hint: `put all options into one object; ${takes}` });
  }
  if (!isPlainObject(options)) {
    const message = `${name} takes a plain object with options, and got ${shown(options)}`;
    throw new FleetError('usage', message, { hint: `write ${name}({ .. }); ${takes}` });
  }
  const values = present(options);
  const result = z.safeParse(CALL_OPTIONS[name], values);
  if (result.success) return result.data;
  const messages = result.error.issues.flatMap((issue) => {
    const inside = isGroup(issue.path[0]) && isPlainObject(values[issue.path[0]]) ? issue.path[0] : null;
    if (inside !== null) return mistakesInside(name, inside, issue, values);
    return issue.code === 'unrecognized_keys' && issue.path.length === 0
      ? issue.keys.map((key) => unknownOption(name, key, values))
      : [wrongValue(name, String(issue.path[0]), values)];
  });
  const problems: Problem[] = [...new Set(messages)].map((message) => ({ message, hint: takes }));
  throw new FleetError('usage', problems.map(({ message }) => message).join('; '), { hint: takes, problems });
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Its own prototype is none or a realm's `Object.prototype`: no class, promise, list or copy with inherited options.
 */
function isPlainObject(value: unknown): value is Values {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Hidden names and symbols too, so that nothing that was meant is passed over. */
function present(options: Values): Values {
  const entries = Reflect.ownKeys(options).map((key): [string, unknown] => [
    String(key),
    Reflect.get(options, key),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function unknownOption(name: CallName, key: string, values: Values): string {
  const takes = takesOf(name);
  const [near] = nearest(key, takes.keys());
  const rest = near === undefined ? '' : `; the nearest is ${near}, which takes ${takes.get(near) ?? ''}`;
  return `${name} has no option ${key} (given ${shown(values[key])})${rest}`;
}

function wrongValue(name: CallName, key: string, values: Values): string {
  const takes = takesOf(name).get(key) ?? '';
  if (!(key in values)) return `${name} needs the option ${key}, which takes ${takes}`;
  return `${name}: ${key} takes ${takes}, and got ${shown(values[key])}`;
}

const isGroup = (key: PropertyKey | undefined): key is GroupName =>
  typeof key === 'string' && Object.hasOwn(GROUPS, key);

/** What is wrong within the object of a group of settings. */
function mistakesInside(
  name: CallName,
  group: GroupName,
  issue: z.core.$ZodIssue,
  values: Values,
): readonly string[] {
  const table: Readonly<Record<string, Setting>> = GROUPS[group];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const [near] = nearest(key, Object.keys(table));
      const rest = near === undefined ? '' : `; the nearest is ${near}`;
      return `${name}: ${group} has no option ${key}${rest}`;
    });
  }
  const key = String(issue.path[1]);
  const setting = table[key];
  const given: unknown = isPlainObject(values[group]) ? values[group][key] : undefined;
  if (setting === undefined) return [wrongValue(name, group, values)];
  return [`${name}: ${group}.${key} takes ${allowed(setting, 'program')}, and got ${shown(given)}`];
}

function takesOf(name: CallName): ReadonlyMap<string, string> {
  const shape: Readonly<Record<string, z.core.$ZodType>> = CALL_OPTIONS[name].def.innerType.shape;
  return new Map(Object.entries(shape).map(([key, schema]) => [key, TAKES.get(schema)?.takes ?? '']));
}

/** A value in few words. */
function shown(value: unknown): string {
  switch (typeof value) {
    case 'function':
      return 'a function';
    case 'undefined':
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'symbol':
      return String(value);
    case 'string':
      return cut(JSON.stringify(value));
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return cut(`[${value.map(shown).join(', ')}]`);
      if (isPlainObject(value)) return 'an object';
      const { name } = value.constructor;
      return name === '' ? 'an object of a class' : `an object of the class ${name}`;
    }
  }
}

function cut(text: string): string {
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX - 2)}..`;
}
