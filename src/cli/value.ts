// A setting's value, from text (flags, environment) or from JSON (the configuration file), checked by its row of the
// table. Apart because all three sources must refuse the same values in the same words.

import { checkSetting } from '../index.js';
import type { Setting } from '../index.js';
import { withNames } from './name-lists.js';

export { allowed, splitList } from '../index.js';

export type Value = string | number | boolean | readonly string[];

/** The value as the program uses it; undefined where the setting takes no such value. */
export function checkedValue(setting: Setting, value: unknown): Value | undefined {
  return checkSetting(setting, value);
}

/** The value that the text of a setting of this name stands for; undefined where the setting takes no such text. */
export function valueOf(setting: Setting, text: string, name = ''): Value | undefined {
  return withNames(name, checkSetting(setting, typed(setting, text)));
}

function typed({ type }: Setting, text: string): unknown {
  switch (type) {
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
    case 'list':
    case 'path':
    case 'paths':
    case 'string':
    case 'duration':
    case 'share':
    case 'version':
      return text;
  }
}
