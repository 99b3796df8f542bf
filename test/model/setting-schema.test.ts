// From a row of the table to its check and its type: both are the row's, whichever source a value comes from.

import { describe, expect, expectTypeOf, test } from 'vitest';
import { allowed, checkedSettings, checkSetting, settingSchema } from '../../src/model/setting-schema.js';
import { SETTINGS, type Setting } from '../../src/model/settings.js';
import * as z from 'zod/mini';

type Settings = ReturnType<typeof checkedSettings>;

test('The type of all settings is that of their rows.', () => {
  expectTypeOf<keyof Settings>().toEqualTypeOf<keyof typeof SETTINGS>();
  expectTypeOf<Required<Settings>['verify']>().toEqualTypeOf<'quick' | 'full'>();
  expectTypeOf<Required<Settings>['only' | 'rule']>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<Required<Settings>['jobs' | 'busyTimeout']>().toEqualTypeOf<number>();
  expectTypeOf<Required<Settings>['dryRun' | 'backup']>().toEqualTypeOf<boolean>();
  expectTypeOf<Required<Settings>['dataDir' | 'at']>().toEqualTypeOf<string>();
});

/** By type: what a row of that type takes, and what it does not. */
const SAMPLES: Readonly<Record<Setting['type'], readonly [right: unknown[], wrong: unknown[]]>> = {
  number: [
    [1, 7, Number.MAX_SAFE_INTEGER],
    [-1, 1.5, NaN, Infinity, 2 ** 53, '1', null, [1]],
  ],
  boolean: [
    [true, false],
    [1, 'true', null],
  ],
  duration: [
    [0, 1, 600_000],
    [-1, 1.5, NaN, Infinity, '10m', null, [1]],
  ],
  list: [
    [['a'], ['a', 'b']],
    ['a', [''], [1], [null], null, { 0: 'a' }],
  ],
  path: [
    ['a', '/b c'],
    ['', 1, null, ['a']],
  ],
  paths: [
    [['a'], ['a', '/b c']],
    ['a', [''], [1], [null], null, { 0: 'a' }],
  ],
  share: [
    [0, 5, '5', '2%', '0.5%', '100%'],
    [-1, 1.5, NaN, '', '-1', '1.5', '101%', '%', 'a', null, [1]],
  ],
  string: [['a'], ['', 1, null, ['a']]],
  version: [
    ['3.40', '3.8.11.1', '3.40.1'],
    ['', '3', '4.0', '3.40.x', 'v3.40', 3.4, null, ['3.40']],
  ],
};

describe.each(Object.entries<Setting>(SETTINGS))('%s', (_name, setting) => {
  const [right, wrong] = SAMPLES[setting.type];
  const { choices = [], form, least = 0 } = setting;

  test('takes what its row says, and nothing else.', () => {
    const taken = choices.length > 0 ? choices : form === undefined ? right : ['id', 'size', 'shuffle:7'];
    for (const value of taken)
      expect(z.safeParse(settingSchema(setting), value).data, String(value)).toEqual(value);
    const refused = choices.length > 0 ? [...wrong, `${choices[0] ?? ''}s`] : wrong;
    for (const value of refused)
      expect(z.safeParse(settingSchema(setting), value).success, String(value)).toBe(false);
    if (setting.type === 'number') expect(z.safeParse(settingSchema(setting), least - 1).success).toBe(false);
  });

  test('has a default that it takes, if any, and words for what it takes.', () => {
    if (setting.default !== undefined) expect(checkSetting(setting, setting.default)).toBe(setting.default);
    for (const source of ['text', 'program'] as const) expect(allowed(setting, source)).toMatch(/^[a-z]/);
  });
});

test('A list may be empty in a program, and not where a person writes it; there it may be text.', () => {
  expect(z.safeParse(settingSchema(SETTINGS.only), []).success).toBe(true);
  expect(checkSetting(SETTINGS.only, [])).toBeUndefined();
  expect(checkSetting(SETTINGS.only, 'a, {b,c}')).toEqual(['a', '{b,c}']);
  expect(checkSetting(SETTINGS.only, ' , ')).toBeUndefined();
});

test('A time is written with its unit, and is in milliseconds without one and in a program.', () => {
  const wait = (written: unknown) => checkSetting(SETTINGS.wait, written);
  expect(['250', '250ms', '3s', '10m', '2h', '1d', 7].map(wait)).toEqual([
    ...[250, 250, 3_000, 600_000, 7_200_000, 86_400_000, 7],
  ]);
  for (const wrong of ['', 's', '1.5s', '-1s', '1 s', '1w', '10M', null]) expect(wait(wrong)).toBeUndefined();
});

test('No setting is passed on that is not in the table.', () => {
  expect(() => checkedSettings({ jobs: 1, jbs: 1 })).toThrow();
  expect(checkedSettings({ jobs: 1 })).toEqual({ jobs: 1 });
});
