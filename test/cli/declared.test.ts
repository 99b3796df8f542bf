// What a command offers it must use: an option that is accepted and ignored is the worst fault of a tool like this.
// Every command is run with a fleet that only writes down what it is asked.

import { describe, expect, test } from 'vitest';
import { callOf } from '../../src/cli/call.js';
import type { Call, FleetCommand } from '../../src/cli/command.js';
import { defineCommand } from '../../src/cli/command.js';
import { COMMANDS } from '../../src/cli/command-list.js';
import { OPTIONS } from '../../src/cli/options.js';
import type { SettingName, SwitchName } from '../../src/cli/options.js';
import type { Settings } from '../../src/cli/settings.js';
import type { AnyReport, Fleet, Setting } from '../../src/index.js';

/** The report is written by the program: that it is, program.test.ts sees. */
const BY_THE_PROGRAM: readonly SettingName[] = ['report'];

const fleetCommands = COMMANDS.filter((command): command is FleetCommand => 'run' in command);

/** A value of the setting that is not its default. */
function valueFor({ type, default: fallback, choices }: Setting) {
  switch (type) {
    case 'boolean':
      return fallback !== true;
    case 'duration':
    case 'number':
    case 'share':
      return 7;
    case 'list':
    case 'paths':
      return ['one', 'two'];
    case 'version':
      return '3.40';
    case 'path':
    case 'string':
      return choices?.find((choice) => choice !== fallback) ?? 'some-value';
  }
}

/** What the fleet was asked, and which settings and switches were looked at on the way. */
async function runOf(command: FleetCommand, settings: Settings, switches: readonly SwitchName[]) {
  const asked: unknown[] = [];
  const read = new Set<string>();
  const watched = <T extends object>(values: T): T =>
    new Proxy(values, {
      get(target, key) {
        read.add(String(key));
        return Reflect.get(target, key) as unknown;
      },
    });
  const on = new Set(switches);
  const call = callOf(command, { settings, switches: on, argument: 'argument' }, {});
  const recorded: Call = {
    argument: 'argument',
    settings: watched(call.settings),
    select: watched(call.select),
    switches: {
      has(name) {
        read.add(name);
        return on.has(name);
      },
    },
  };
  const { text } = await command.run(
    fleetThat((method, options) => asked.push([method, options])),
    recorded,
  );
  try {
    // Some switches choose among texts.
    const about = { place: {}, scope: {} };
    const typed = { verb: command.name };
    text({ colour: false, width: 80, verbose: false, typed, about, dataDir: '', pattern: '' });
  } catch {
    // There is nothing in the report to tell.
  }
  return { asked: JSON.stringify(asked), read };
}

function fleetThat(write: (method: string, options: unknown) => void): Fleet {
  const report = { graph: {} } as unknown as AnyReport;
  return new Proxy({} as Fleet, {
    get: (_, method) => async (options: unknown) => {
      write(String(method), options);
      return report;
    },
  });
}

/**
 * Declared settings that do not reach the fleet, and switches that are not looked at, whatever the other switches say.
 */
async function ignoredBy(command: FleetCommand): Promise<string[]> {
  const ways: SwitchName[][] = [[], ...command.switches.map((name) => [name])];
  const ignored: string[] = [];
  for (const name of command.settings) {
    if (BY_THE_PROGRAM.includes(name)) continue;
    const settings = { [name]: valueFor(OPTIONS[name]) } as Settings;
    const reaches = await Promise.all(
      ways.map(async (way) => {
        const { asked, read } = await runOf(command, settings, way);
        return read.has(name) && asked !== (await runOf(command, {}, way)).asked;
      }),
    );
    if (!reaches.includes(true)) ignored.push(name);
  }
  const reads = await Promise.all(ways.map(async (way) => (await runOf(command, {}, way)).read));
  ignored.push(...command.switches.filter((name) => !reads.some((read) => read.has(name))));
  return ignored;
}

describe('every option that a command declares is used:', () => {
  test.each(fleetCommands.map((command) => [command.name, command] as const))('%s', async (_, command) => {
    expect(await ignoredBy(command)).toEqual([]);
  });
});

describe('every choice among targets reaches the fleet:', () => {
  const looking = fleetCommands.filter(({ looks }) => looks !== 'never');
  test.each(looking.map((command) => [command.name, command] as const))('%s', async (_, command) => {
    const way: SwitchName[] = command.looks === 'withFleet' ? ['fleet'] : [];
    const { asked } = await runOf(command, { only: ['a'], exclude: ['b'], limit: 3 }, way);
    expect(asked).toContain('"only":["a"],"exclude":["b"],"limit":3');
  });
});

test('a command is given what it declares, and nothing else that is set', async () => {
  const { asked } = await runOf(
    command('discover'),
    { dataDir: 'data', jobs: 3, dryRun: true, limit: 1 },
    [],
  );
  expect(asked).toBe('[["discover",{"limit":1}]]');
});

test('an option that is declared and ignored is found', async () => {
  const words = command('status');
  const careless = defineCommand({
    ...words,
    settings: ['jobs', 'strict', 'verify'],
    switches: ['sql', 'plan'],
    async run(fleet, { settings: { verify }, switches }) {
      // Reading alone is not using.
      const report = await fleet.status(verify === undefined ? {} : {});
      return { report, text: () => String(switches.has('plan')) };
    },
  });
  expect(await ignoredBy(careless)).toEqual(['jobs', 'strict', 'verify', 'sql']);
});

test('an option that is used and not declared does not compile', () => {
  const careful = defineCommand({
    ...command('status'),
    settings: ['jobs'],
    switches: ['sql'],
    async run(fleet, { settings, switches }) {
      // @ts-expect-error -- fleet is not declared
      if (switches.has('fleet') || switches.has('sql')) return run(await fleet.status());
      // @ts-expect-error -- dryRun is not declared
      const undeclared: unknown = settings.dryRun;
      const failures = undeclared === true || switches.has('verbose');
      return run(await fleet.status({ ...settings, failures }));
    },
  });
  const run = (report: AnyReport) => ({ report, text: () => '' });
  expect(careful.settings).toEqual(['jobs']);
});

function command(wanted: string): FleetCommand {
  const found = fleetCommands.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`there is no command ${wanted}`);
  return found;
}
