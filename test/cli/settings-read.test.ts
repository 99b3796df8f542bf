// A setting that a command offers reaches the library: one that is accepted and ignored is the worst fault that a
// tool like this can have. Every command is run with a fleet that only notes what it is called with.

import { describe, expect, test } from 'vitest';
import type { Call, Command } from '../../src/cli/command.js';
import { COMMANDS } from '../../src/cli/command-list.js';
import { namesOf, SWITCHES } from '../../src/cli/options.js';
import type { SwitchName } from '../../src/cli/options.js';
import { fleetOptions, selectOptions } from '../../src/cli/settings.js';
import { checkedSettings, CHOICE_SETTINGS, PLACE_SETTINGS, SETTINGS } from '../../src/index.js';
import type { Fleet, Setting } from '../../src/index.js';
import { checkCall } from '../../src/model/check-call.js';
import { CALL_OPTIONS, type CallName } from '../../src/model/call-options.js';

/** Each setting with a value that nothing else has. */
const VALUES = checkedSettings(
  Object.fromEntries(
    Object.entries<Setting>(SETTINGS).map(([name, setting], index) => [name, valueFor(name, setting, index)]),
  ),
);

/** What a setting is called by the library, where that is not its own name. */
const CALLED: Readonly<Record<string, string>> = { rule: 'rules' };

/** What the command line does itself. */
const OF_THE_COMMAND_LINE = ['report'];

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
  expect(Object.keys(options).sort()).toEqual(namesOf(PLACE_SETTINGS).sort());
});

describe.each(COMMANDS.map((command) => [command.name, command] as const))('%s', (_name, command) => {
  const choices = command.looks === 'never' ? [] : namesOf(CHOICE_SETTINGS);
  const names = [...choices, ...command.settings].filter((name) => !OF_THE_COMMAND_LINE.includes(name));

  test('hands every setting that it offers to the library, as it was given.', async () => {
    const calls = await callsOf(command);
    for (const name of names) {
      const received = calls.map((options) => options[CALLED[name] ?? name]);
      expect(received, `${name} of ${command.name}`).toContainEqual(VALUES[name as keyof typeof VALUES]);
    }
  });
});

/** What the library is called with, over the switches of a command, alone and together. */
async function callsOf(command: Command): Promise<Options[]> {
  const calls: Options[] = [];
  const noted =
    (name: CallName) =>
    async (...given: readonly unknown[]) => {
      calls.push({ ...checkCall(name, given) });
      throw new Noted();
    };
  const methods = Object.fromEntries(
    Object.keys(CALL_OPTIONS).map((name) => [name, noted(name as CallName)]),
  );
  const fleet = methods as unknown as Fleet;
  const sets: SwitchName[][] = [[], ...command.switches.map((name) => [name]), namesOf(SWITCHES)];
  for (const switches of sets) {
    const call: Call = {
      settings: VALUES,
      switches: new Set(switches),
      select: selectOptions(VALUES),
      argument: 'head',
    };
    await expect(command.run(fleet, call)).rejects.toBeInstanceOf(Noted);
  }
  return calls;
}

type Options = Readonly<Record<string, unknown>>;

/** Ends a command where its call was noted. */
class Noted extends Error {}

function valueFor(name: string, { type, default: usual, choices }: Setting, index: number): unknown {
  switch (type) {
    case 'number':
      return 1000 + index;
    case 'boolean':
      return usual !== true;
    case 'list':
      return [`${name} of the test`];
    case 'path':
    case 'string':
      return choices?.find((choice) => choice !== usual) ?? `${name} of the test`;
  }
}
