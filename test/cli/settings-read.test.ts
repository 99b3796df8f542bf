// Every setting reaches somebody: one that is accepted and ignored is the worst fault that a tool like this can have.
// That each command uses what it declares, declared.test.ts sees.

import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-list.js';
import { namesOf } from '../../src/cli/options.js';
import { fleetOptions } from '../../src/cli/settings.js';
import { checkedSettings, CHOICE_SETTINGS, GROUPS, PLACE_SETTINGS, SETTINGS } from '../../src/index.js';
import type { Setting } from '../../src/index.js';
import { grouped } from '../../src/model/settings.js';
import { checkCall } from '../../src/model/check-call.js';

/** Each setting with a value that nothing else has. */
const VALUES = checkedSettings(
  Object.fromEntries(
    Object.entries<Setting>(SETTINGS).map(([name, setting], index) => [name, valueFor(name, setting, index)]),
  ),
);

test('Every setting but those of all commands is offered by some command.', () => {
  const offered = new Set([
    ...namesOf(PLACE_SETTINGS),
    ...namesOf(CHOICE_SETTINGS),
    ...COMMANDS.flatMap(({ settings }) => settings),
  ]);
  expect([...offered].sort()).toEqual(namesOf(SETTINGS).sort());
});

test('The settings of the place reach openFleet, all of them.', () => {
  const options = checkCall('openFleet', [fleetOptions(VALUES)]);
  const { sqlite = {}, ...others } = options;
  expect(Object.keys(sqlite).sort()).toEqual(namesOf(GROUPS.sqlite).sort());
  const names = [...Object.keys(others), ...Object.keys(grouped('sqlite', sqlite))];
  expect(names.sort()).toEqual(namesOf(PLACE_SETTINGS).sort());
});

function valueFor(name: string, { type, default: usual, choices, form }: Setting, index: number): unknown {
  switch (type) {
    case 'duration':
    case 'number':
    case 'share':
      return 1000 + index;
    case 'boolean':
      return usual !== true;
    case 'version':
      return '3.40';
    case 'paths':
    case 'list':
      return [`${name} of the test`];
    case 'path':
    case 'string':
      if (form !== undefined) return 'size';
      return choices?.find((choice) => choice !== usual) ?? `${name} of the test`;
  }
}
