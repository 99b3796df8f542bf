// The configuration file in each language that it may be written in, and its environments.

import { execFileSync } from 'node:child_process';
import { Ajv } from 'ajv';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mergeSettings } from '../../src/cli/settings.js';
import { FleetError } from '../../src/index.js';
import { runCli } from '../support/cli.js';
import { LEGACY_PROJECT, makeProjects, temporaryDirectory } from '../support/fleet.js';

function written(name: string, text: string): string {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, text);
  return file;
}

async function refusal(settings: Promise<unknown>): Promise<FleetError> {
  const error: unknown = await settings.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FleetError && error.code === 'configuration') return error;
  throw new Error('it was not refused as a configuration', { cause: error });
}

const ENVIRONMENTS = `{
  // Ours.
  "$schema": "node_modules/flotilla/schemas/flotilla.config.schema.json",
  "jobs": 2, /* "jobs": 3, */
  "only": "a,b",
  "environments": {
    "production": { "dataDir": "fleet", "jobs": 8 },
    "staging": {}
  }
}`;

describe('A configuration in JSON', () => {
  test('may have comments and name its schema, and no comma after the last key.', async () => {
    expect(await mergeSettings({}, {}, written('a.json', ENVIRONMENTS))).toEqual({
      jobs: 2,
      only: ['a', 'b'],
    });
    const error = await refusal(mergeSettings({}, {}, written('a.json', '{ "jobs": 1,\n\n}')));
    expect(error.problems).toEqual([expect.objectContaining({ line: 3 })]);
  });

  test.each(['', '{', '{ "jobs": 1 } }', '{ jobs: 1 }', '// nothing'])(
    'is refused with a line where it is %j.',
    async (text) => {
      const file = written('a.json', text);
      const { problems } = await refusal(mergeSettings({}, {}, file));
      expect(problems).toMatchObject([{ file, line: 1 }]);
      expect(problems[0]?.message).toMatch(/^Not JSON: /);
    },
  );

  test('has the line of each mistake, within environments too, and guesses no key that is far.', async () => {
    const text =
      '{\n"jbs": 1,\n"zebra": 2,\n"$schema": 1,\n"environments": {\n"p": { "jobs":\n 0, "environments": {} },\n"q": [],\n"r": {"$schema": ""} } }';
    const file = written('a.json', text);
    const { problems } = await refusal(mergeSettings({ env: 'p' }, {}, file));
    expect(
      problems.map(({ line, message, hint }) => [line, message, hint.replace(/(all keys:).*/, '$1')]),
    ).toEqual([
      [4, '$schema has a value that it cannot have', '$schema takes text'],
      [2, 'Unknown key jbs', 'the nearest known key is jobs'],
      [3, 'Unknown key zebra', 'all keys:'],
      [6, 'environments.p.jobs has a value that it cannot have', 'jobs takes a whole number from 1'],
      [
        7,
        'environments.p.environments stands within an environment',
        'an environment has settings alone: put it beside this one',
      ],
      [
        8,
        'environments.q is not an object',
        'write "environments": { "production": { "dataDir": "data" } }, for example',
      ],
      [9, 'Unknown key environments.r.$schema', 'all keys:'],
    ]);
  });
});

describe('Environments', () => {
  test('win over the top level, by flag or by variable, and their paths are relative to the file.', async () => {
    const file = written('a.json', ENVIRONMENTS);
    const production = { dataDir: join(file, '../fleet'), jobs: 8, only: ['a', 'b'] };
    expect(await mergeSettings({ env: 'production' }, {}, file)).toEqual(production);
    expect(await mergeSettings({}, { FLOTILLA_ENV: 'production', FLOTILLA_JOBS: '3' }, file)).toEqual({
      ...production,
      jobs: 3,
    });
    expect(await mergeSettings({ env: 'staging', limit: 1 }, { FLOTILLA_ENV: 'production' }, file)).toEqual({
      jobs: 2,
      only: ['a', 'b'],
      limit: 1,
    });
  });

  test('are named where another is asked for, with the nearest.', async () => {
    const file = written('a.json', ENVIRONMENTS);
    const near = await refusal(mergeSettings({ env: 'prodution' }, {}, file));
    expect([near.message, near.hint]).toEqual([
      `The configuration file ${file} has no environment prodution`,
      'the nearest is production; it has production, staging',
    ]);
    expect((await refusal(mergeSettings({ env: 'constructor' }, {}, file))).hint).toBe(
      'it has production, staging',
    );
  });

  test('must be there where one is asked for.', async () => {
    const file = written('a.json', '{ "jobs": 1 }');
    expect((await refusal(mergeSettings({ env: 'x' }, {}, file))).message).toContain('has no environments');
    expect((await refusal(mergeSettings({ env: 'x' }, {}, undefined))).message).toContain(
      'There is no configuration file',
    );
  });
});

describe('A configuration that is a program', () => {
  test.each([
    ['a.ts', 'const limit: number = 3; export default { limit, dataDir: "x", stateDir: undefined };'],
    ['a.ts', 'export const config = { limit: 3, dataDir: "x" } satisfies object;'],
    ['a.mjs', 'export const config = { limit: await 3, dataDir: "x" };'],
    ['a.mjs', 'export default { limit: 1, environments: { e: { limit: 3, dataDir: "x" } } };'],
  ])('is loaded from %s: %s', async (name, text) => {
    const file = written(name, text);
    const env = text.includes('environments') ? { env: 'e' } : {};
    expect(await mergeSettings(env, {}, file)).toEqual({ limit: 3, dataDir: join(file, '../x') });
  });

  test.each([
    ['export const other = {};', 'exports no configuration'],
    ['export default {}; export const config = {};', 'exports two configurations'],
    ['throw new Error("no luck");', 'cannot be loaded: no luck'],
    ['export default {', 'cannot be loaded'],
    ['export default () => ({});', 'is not valid'],
    ['export default { limit: "1" };', 'is not valid'],
  ])('is refused where it is %s', async (text, message) => {
    expect((await refusal(mergeSettings({}, {}, written('a.mjs', text)))).message).toContain(message);
  });
});

describe('In the working directory', () => {
  test.each(['flotilla.config.ts', 'flotilla.config.mjs'])('a file called %s is found.', async (name) => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, 'data'));
    makeProjects(3, LEGACY_PROJECT, join(cwd, 'data'));
    writeFileSync(join(cwd, name), 'export default { limit: 2 };');
    const found = await runCli(['discover', '--json'], { cwd });
    expect(found.json()).toMatchObject({ targets: [{ id: 'project_1' }, { id: 'project_2' }] });
  });

  test('two files at once are refused, and both are named.', async () => {
    const cwd = temporaryDirectory();
    for (const name of ['json', 'mjs']) writeFileSync(join(cwd, `flotilla.config.${name}`), '{}');
    const { code, stderr } = await runCli(['discover'], { cwd });
    expect([code, stderr]).toEqual([
      78,
      expect.stringContaining(
        'error: There are several configuration files: flotilla.config.json and flotilla.config.mjs\n',
      ),
    ]);
  });

  test('a pipe or a directory is refused at once.', async () => {
    const cwd = temporaryDirectory();
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    const pipe = await runCli(['discover', '--config', 'pipe'], { cwd, timeout: 10_000 });
    expect([pipe.code, pipe.stderr]).toEqual([
      78,
      expect.stringContaining('pipe cannot be read: it is no regular file'),
    ]);
    mkdirSync(join(cwd, 'flotilla.config.json'));
    const directory = await runCli(['discover'], { cwd });
    expect([directory.code, directory.stderr]).toEqual([
      78,
      expect.stringContaining('cannot be read: it is a directory'),
    ]);
  });

  test('an unknown variable is a warning, which --quiet keeps silent, and nothing else changes.', async () => {
    const cwd = makeProjects(1);
    const args = ['discover', '--data-dir', '.', '--json'];
    const env = { FLOTILLA_SOMETHING: '1' };
    const told = await runCli(args, { cwd, env });
    expect([told.code, told.stderr]).toEqual([
      0,
      'warning: FLOTILLA_SOMETHING is no setting of Flotilla, and is ignored\n',
    ]);
    const silent = await runCli([...args, '--quiet'], { cwd, env });
    expect([silent.code, silent.stderr]).toEqual([0, '']);
  });
});

describe('The published schema of the configuration', () => {
  const schema = join(import.meta.dirname, '../../schemas/flotilla.config.schema.json');
  const fits = new Ajv().compile(JSON.parse(readFileSync(schema, 'utf8')) as object);

  test.each([
    {},
    { $schema: 'x', dataDir: 'd', jobs: 1, only: 'a,b', exclude: ['a'], verify: 'full', backup: false },
    { environments: {} },
    { environments: { p: { dataDir: 'd', busyTimeout: 0 }, q: {} } },
  ])('takes %j, as the program does.', async (content) => {
    expect(fits(content)).toBe(true);
    await expect(mergeSettings({}, {}, written('a.json', JSON.stringify(content)))).resolves.toBeDefined();
  });

  test.each([
    [],
    { $schema: 1 },
    { env: 'p' },
    { 'data-dir': 'd' },
    { dataDir: '' },
    { jobs: 0 },
    { jobs: '1' },
    { jobs: 1.5 },
    { only: [] },
    { only: [1] },
    { only: '' },
    { verify: 'deep' },
    { backup: 'no' },
    { environments: [] },
    { environments: { p: { jbs: 1 } } },
    { environments: { p: { environments: {} } } },
  ])('refuses %j, as the program does.', async (content) => {
    expect(fits(content)).toBe(false);
    await refusal(mergeSettings({}, {}, written('a.json', JSON.stringify(content))));
  });
});
