import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeSettings } from '../../src/cli/settings.js';
import { FleetError } from '../../src/index.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flotilla-settings-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function config(content: unknown): Promise<string> {
  const file = join(directory, 'flotilla.config.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

async function refusal(settings: Promise<unknown>): Promise<FleetError> {
  const error: unknown = await settings.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FleetError) return error;
  throw new Error('it was not refused', { cause: error });
}

describe('mergeSettings', () => {
  test('takes the flag, then the environment, then the file', async () => {
    const file = await config({ jobs: 1, verify: 'full', only: ['a'], pattern: 'x*' });
    const environment = { FLOTILLA_JOBS: '2', FLOTILLA_VERIFY: 'quick', PATH: '/bin' };
    expect(await mergeSettings({ jobs: 3 }, environment, file)).toEqual({
      jobs: 3,
      verify: 'quick',
      only: ['a'],
      pattern: 'x*',
    });
  });

  test('gives nothing where nothing is set, and needs no file', async () => {
    expect(await mergeSettings({}, {}, undefined)).toEqual({});
  });

  test('reads paths in the file as relative to the file, and leaves absolute ones alone', async () => {
    const file = await config({ dataDir: 'fleet', stateDir: '/var/lib/flotilla', pattern: '*.sqlite' });
    expect(await mergeSettings({}, {}, file)).toEqual({
      dataDir: join(directory, 'fleet'),
      stateDir: '/var/lib/flotilla',
      pattern: '*.sqlite',
    });
  });

  test('reads every type from the environment', async () => {
    const environment = {
      FLOTILLA_DATA_DIR: 'fleet',
      FLOTILLA_BUSY_TIMEOUT: '0',
      FLOTILLA_BACKUP: 'false',
      FLOTILLA_STAMP: '1',
      FLOTILLA_ONLY: 'a,b',
    };
    expect(await mergeSettings({}, environment, undefined)).toEqual({
      dataDir: 'fleet',
      busyTimeout: 0,
      backup: false,
      stamp: true,
      only: ['a', 'b'],
    });
  });

  test('accepts a byte-order mark and a list as text', async () => {
    expect(await mergeSettings({}, {}, await config('\uFEFF{"exclude": "a,b"}'))).toEqual({
      exclude: ['a', 'b'],
    });
  });

  test('names every mistake of the file at once, with what is allowed', async () => {
    const file = await config({
      'data-dir': 'x',
      jobs: 0,
      verify: 'deep',
      limit: '5',
      backup: 'no',
      only: [],
      dataDir: '',
    });
    const error = await refusal(mergeSettings({}, {}, file));
    expect(error.code).toBe('configuration');
    expect(error.message).toContain(file);
    expect(
      error.problems.map(({ file: at, message, hint }) => [at, message, hint.split(' All keys')[0]]).sort(),
    ).toEqual(
      [
        [file, 'backup has a value that it cannot have', 'backup takes true or false'],
        [file, 'dataDir has a value that it cannot have', 'dataDir takes a path'],
        [file, 'jobs has a value that it cannot have', 'jobs takes a whole number from 1'],
        [file, 'limit has a value that it cannot have', 'limit takes a whole number from 1'],
        [file, 'only has a value that it cannot have', 'only takes ids, separated by commas'],
        [file, 'Unknown key data-dir', 'the nearest known key is dataDir'],
        [file, 'verify has a value that it cannot have', 'verify takes quick or full'],
      ].sort(),
    );
  });

  test('names the line where the file is not JSON', async () => {
    const file = await config('{\n  "jobs": 2,\n}\n');
    const error = await refusal(mergeSettings({}, {}, file));
    expect(error.problems).toEqual([expect.objectContaining({ file, line: 3 })]);
  });

  test.each(['[]', '"data"', 'null', '3'])('refuses %s as a configuration', async (content) => {
    const error = await refusal(mergeSettings({}, {}, await config(content)));
    expect(error.problems[0]?.message).toBe('Not an object');
  });

  test('refuses a file that was asked for and is not there', async () => {
    const missing = join(directory, 'missing.json');
    const error = await refusal(mergeSettings({}, {}, missing));
    expect([error.code, error.message]).toEqual(['configuration', expect.stringContaining(missing)]);
  });

  test('names every mistake of the environment at once, and the nearest known variable', async () => {
    const environment = { FLOTILLA_DATADIR: 'x', FLOTILLA_JOBS: 'many', FLOTILLA_BACKUP: 'no' };
    const error = await refusal(mergeSettings({}, environment, undefined));
    expect(error.problems).toEqual([
      {
        message: 'Unknown variable FLOTILLA_DATADIR',
        hint: 'the nearest known one is FLOTILLA_DATA_DIR; unset it, or correct its name',
      },
      { message: "FLOTILLA_JOBS is 'many'", hint: 'it takes a whole number from 1' },
      { message: "FLOTILLA_BACKUP is 'no'", hint: 'it takes true or false' },
    ]);
  });

  test('takes an empty variable as if it were unset, and warns of one that is near to none', async () => {
    const environment = { FLOTILLA_JOBS: '', FLOTILLA_ENV: '', FLOTILLA_LOGS: 'x', FLOTILLA_ROLE: '' };
    const warnings: string[] = [];
    expect(await mergeSettings({}, environment, undefined, { warn: (text) => warnings.push(text) })).toEqual(
      {},
    );
    expect(warnings).toEqual(['FLOTILLA_LOGS is no setting of Flotilla, and is ignored']);
  });
});
