// Every call of the library is checked before anything is read: the interfaces are what the checks accept, and what a
// check refuses leaves no trace.

import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { FleetError, openFleet, type Fleet, type FleetOptions } from '../../src/index.js';
import { WAVES_TAKE } from '../../src/model/wave-schema.js';
import { CALL_OPTIONS, type CallName, type CallOptions } from '../../src/model/call-options.js';
import { makeProjects, temporaryDirectory, treeOf } from '../support/fleet.js';
import { MIGRATIONS, runCli } from '../support/cli.js';

type Method = Exclude<CallName, 'openFleet'>;
const METHODS = Object.keys(CALL_OPTIONS).filter((name): name is Method => name !== 'openFleet');

test('The interfaces are what the checks accept, for the compiler to see.', () => {
  expectTypeOf<Method>().toEqualTypeOf<keyof Fleet>();
  expectTypeOf<CallOptions<'openFleet'>>().toEqualTypeOf<Flat<FleetOptions>>();
  // A method that takes nothing takes an object without keys.
  type Taken = { [N in Method]: Flat<NonNullable<Parameters<Fleet[N]>[0]>> };
  type Checked = {
    [N in Method]: Parameters<Fleet[N]> extends [] ? Flat<undefined & object> : Flat<CallOptions<N>>;
  };
  expectTypeOf<Checked>().toEqualTypeOf<Taken>();
  // Whether the options may be left out is whether one of them must be given.
  type Optional = { [N in Method]: [] extends Parameters<Fleet[N]> ? true : false };
  type Needless = {
    [N in Method]: Parameters<Fleet[N]> extends [] ? true : object extends CallOptions<N> ? true : false;
  };
  expectTypeOf<Needless>().toEqualTypeOf<Optional>();
});

/** One object type, however it was put together. */
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** What an option does not take, and what it takes, by the words of the check. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  'true or false': ['yes', 1, null],
  text: [1, null, ['a']],
  'a path': ['', 1, null, true],
  'a revision': [3, null, ['head']],
  'a range of revisions, A:B': [3, null, {}],
  'the id of a target or the path of a database': [1, null, ['a']],
  'quick or full': ['deep', true],
  'the id of a run': [3, null, ['a']],
  'auto or restore or downgrade': ['pass', true],
  'status or check': ['discover', 1],
  'fail or skip': ['pass', true],
  'the text 0700 or 0750': ['0770', '700', 750, 0o750],
  'a function': ['log', {}],
  'an AbortSignal': [true, new AbortController(), { aborted: true }],
  'a whole number from 1': [0, -1, 1.5, NaN, Infinity, '2', null],
  'a whole number from 0': [-1, 0.5, NaN, '0'],
  'an object with extensions, functions and oldest, of which each may be left out': ['f.mjs', [1], null],
  'an object of options': ['--data-dir x', [1], { dataDir: {} }],
  'a whole number of milliseconds': [-1, 0.5, NaN, '10m'],
  'a list of ids': ['a', [''], [1], null, new Set(['a'])],
  'a list of kinds': ['indexExtra', [null]],
  'a list of dirs': ['/tmp', [''], [1], null],
  'a list of names': ['t', [{}]],
  'a list of revisions': ['0001', [1]],
  'a list of rules': ['no-such', [1]],
  'a list of waves': ['1,rest', [1], ['']],
  'a whole number from 0, or a percentage such as 2%': [-1, 0.5, NaN, '', '101%', '2 %', null],
  'id, size or shuffle:SEED': ['', 'shuffle', 'shuffle:', 'name', 7, null],
  [WAVES_TAKE]: [
    'a',
    ['a', 'rest'],
    [{ name: 'a' }],
    [{ name: 'rest', only: ['a'] }],
    [{ name: '10%', only: ['a'] }],
    [{ name: 'a', only: ['a'], group: 'b' }],
    [
      { name: 'a', only: ['a'] },
      { name: 'a', only: ['b'] },
    ],
  ],
  'a list of pairs': ['3=0003', { 3: '0003' }, [3]],
};

describe.each([...METHODS, 'openFleet' as const])('%s', (name) => {
  const shape: Readonly<Record<string, unknown>> = CALL_OPTIONS[name].def.innerType.shape;
  const needed = {
    downgrade: { to: 'base' },
    baseline: { target: 'x' },
    restore: { only: ['x'] },
    restoreTo: { only: ['x'], to: 'x' },
    undo: { run: 'x' },
    show: { revision: 'head' },
    newRevision: { message: 'm' },
  };
  const least: object = name in needed ? needed[name as keyof typeof needed] : {};

  test('refuses a name that it does not know, with the nearest.', async () => {
    const [near] = Object.keys(shape);
    const misspelt = near === undefined ? 'only' : `${near}s`;
    const error = await refusal(name, { ...least, [misspelt]: true });
    expect(error.message).toContain(`${name} has no option ${misspelt} (given true)`);
    if (near !== undefined)
      expect(error.message).toMatch(new RegExp(`; the nearest is ${near}, which takes ..`));
    const far = await refusal(name, { ...least, zzzzzzzz: true });
    expect(far.message).toBe(`${name} has no option zzzzzzzz (given true)`);
    expect(far.hint).toContain(Object.keys(shape).join(', '));
  });

  test('refuses what is no plain object, and more than one argument.', async () => {
    class Options {
      readonly dryRun = true;
    }
    for (const options of [
      null,
      'head',
      3,
      [],
      ['a'],
      new Options(),
      Promise.resolve({}),
      new Map(),
      Object.create({ dryRun: true }),
      () => ({}),
    ]) {
      expect((await refusal(name, options)).message).toContain(
        `${name} takes a plain object with options, and got`,
      );
    }
    expect((await refusal(name, { ...least }, { dryRun: true })).message).toContain('got 2 arguments');
  });

  test.each(Object.keys(shape))('refuses what %s does not take, and says what it takes.', async (option) => {
    const { message } = await refusal(name, { ...least, [option]: Symbol('wrong') });
    const takes = new RegExp(`^${name}: ${option} takes (.*), and got Symbol\\(wrong\\)$`).exec(message)?.[1];
    expect(WRONG).toHaveProperty([takes ?? message]);
    for (const value of WRONG[takes ?? ''] ?? []) {
      const error = await refusal(name, { ...least, [option]: value });
      expect(error.message).toContain(`${name}: ${option} takes ${takes ?? ''}, and got `);
    }
  });

  test.each(Object.keys(least))('refuses to go without %s, and takes undefined for that.', async (option) => {
    const message = new RegExp(`(^|; )${name} needs the option ${option}, which takes `);
    for (const options of [undefined, {}, { [option]: undefined }])
      expect((await refusal(name, options)).message).toMatch(message);
  });
});

test('A call is refused with all that is wrong in it, and as a rejection.', async () => {
  const fleet = await openFleet();
  const options: object = { dryrun: true, jobs: 0, verfy: 'full', [Symbol('x')]: 1 };
  const error = await fleet.upgrade(options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FleetError);
  expect(error).toMatchObject({
    code: 'usage',
    problems: [
      { message: 'upgrade: jobs takes a whole number from 1, and got 0' },
      {
        message:
          'upgrade has no option dryrun (given true); the nearest is dryRun, which takes true or false',
      },
      {
        message:
          'upgrade has no option verfy (given "full"); the nearest is verify, which takes quick or full',
      },
      { message: 'upgrade has no option Symbol(x) (given 1)' },
    ],
  });
});

test('An option that is undefined counts as left out.', async () => {
  const fleet = await openFleet({ dataDir: makeProjects(2) });
  const options: object = {
    only: undefined,
    limit: undefined,
    onEvent: undefined,
    signal: AbortSignal.timeout(60_000),
  };
  expect((await fleet.discover(options)).targets).toHaveLength(2);
});

test('A real fleet is as it was, to the byte, after every call that is refused.', async () => {
  const dataDir = makeProjects(2);
  const fleet = await openFleet({ dataDir, migrations: MIGRATIONS });
  // Makes a state directory.
  const status = await runCli(['upgrade', '--dry-run', '--data-dir', dataDir]);
  expect(status.code).toBe(1);
  const before = treeOf(dataDir);
  for (const name of METHODS) {
    for (const options of [{ dryrun: true }, { jobs: '1', to: 'head' }, ['head'], null]) {
      await expect(call(fleet, name, options), name).rejects.toMatchObject({ code: 'usage' });
    }
  }
  expect(treeOf(dataDir)).toEqual(before);
});

/** Nothing of this fleet exists: whatever reads anything says so instead. */
async function refusal(name: CallName, ...given: readonly unknown[]): Promise<FleetError> {
  const nowhere = join(temporaryDirectory(), 'nothing');
  const places = { dataDir: nowhere, migrations: join(nowhere, 'migrations') };
  const answer: unknown =
    name === 'openFleet'
      ? Reflect.apply(openFleet, null, given)
      : call(await openFleet(places), name, ...given);
  const error: unknown = await Promise.resolve(answer).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FleetError && error.code === 'usage') return error;
  throw new Error(`${name} was not refused as usage`, { cause: error });
}

/** A call as JavaScript makes it, where no compiler looks. @returns what it returned, always a promise */
function call(fleet: Fleet, name: Method, ...given: readonly unknown[]): Promise<unknown> {
  const methods: Readonly<Record<Method, (...given: never[]) => unknown>> = fleet;
  const answer: unknown = Reflect.apply(methods[name], fleet, given);
  if (answer instanceof Promise) return answer;
  throw new Error(`${name} did not return a promise`);
}
