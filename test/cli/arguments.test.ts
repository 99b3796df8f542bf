import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.js';
import { COMMANDS } from '../../src/cli/command-list.js';
import { takeApart } from '../../src/cli/parser.js';
import { flagOf, namesOf, OPTIONS, variableOf } from '../../src/cli/options.js';
import { splitList } from '../../src/cli/value.js';
import { FleetError } from '../../src/index.js';

const parse = (line: string) =>
  parseArguments(
    line.split(' ').filter((word) => word !== ''),
    COMMANDS,
  );

function refusal(line: string): FleetError {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof FleetError) return error;
  }
  throw new Error(`'${line}' was not refused`);
}

describe('parseArguments', () => {
  test('reads settings and switches wherever they stand', () => {
    const line =
      '--data-dir fleet upgrade --dry-run 0042 --jobs 4 --only a,b --json --only c --no-backup --no-color';
    expect(parse(line)).toEqual({
      command: expect.objectContaining({ name: 'upgrade' }) as unknown,
      argument: '0042',
      flags: { dataDir: 'fleet', dryRun: true, jobs: 4, only: ['a', 'b', 'c'], backup: false },
      named: {},
      switches: new Set(['json']),
      color: false,
    });
  });

  test.each(['+1', '-1', 'head', '0042+1', 'e6e5', '10'])(
    'takes the revision argument %s as it is',
    (revision) => {
      expect(parse(`upgrade ${revision} --jobs 2`).argument).toBe(revision);
      expect(parse(`upgrade --dry-run ${revision}`).argument).toBe(revision);
    },
  );

  test('lets history and lint choose among targets where they look at them', () => {
    expect(parse('history --fleet --only a').flags).toEqual({ only: ['a'] });
    expect(parse('lint --limit 3 --fleet').flags).toEqual({ limit: 3 });
  });

  test.each([
    ['', 'A command is missing'],
    ['stauts', "Unknown command 'stauts'; the nearest is status, of discover, status"],
    ['upgrade --dryrun', 'Unknown option --dryrun; the nearest is --dry-run'],
    ['upgrade --dryRun', 'Unknown option --dryRun; the nearest is --dry-run'],
    ['upgrade --nobackup', 'Unknown option --nobackup; the nearest is --no-backup'],
    ['upgrade --no-jobs', 'Unknown option --no-jobs'],
    ['upgrade --no-dry-run=false', 'Unknown option --no-dry-run'],
    ['upgrade -n', 'Unknown option -n'],
    ['upgrade --constructor', 'Unknown option --constructor'],
    ['upgrade --__proto__ x', 'Unknown option --__proto__'],
    ['upgrade --data-dir.x y', 'Unknown option --data-dir.x; the nearest is --data-dir'],
    ['upgrade --dry-run=yes', "--dry-run takes no value but true or false, and got 'yes'"],
    ['upgrade --dry-run=', "--dry-run takes no value but true or false, and got ''"],
    ['upgrade head 0042', "upgrade does not take '0042'"],
    ['status head', "status does not take 'head'"],
    ['status --dry-run', '--dry-run is not an option of status, which takes --jobs'],
    ['discover --jobs 2', '--jobs is not an option of discover'],
    ['upgrade --jobs 0', "--jobs takes a whole number from 1, and got '0'"],
    ['upgrade --jobs 1.5', "--jobs takes a whole number from 1, and got '1.5'"],
    ['upgrade --jobs 0x10', "--jobs takes a whole number from 1, and got '0x10'"],
    ['upgrade --jobs 99999999999999999999', '--jobs takes a whole number from 1'],
    ['upgrade --limit -1', "--limit takes a whole number from 1, and got '-1'"],
    ['upgrade --timeout abc', "--timeout takes a whole number from 1, and got 'abc'"],
    ['upgrade --busy-timeout -5', "--busy-timeout takes a whole number from 0, and got '-5'"],
    ['upgrade --verify deep', "--verify takes quick or full, and got 'deep'"],
    ['upgrade --jobs', '--jobs needs a value: a whole number from 1'],
    ['upgrade --data-dir --json', '--data-dir needs a value: a path'],
    ['upgrade --data-dir=', '--data-dir needs a value: a path'],
    ['upgrade --only ,', "--only takes ids, separated by commas, and got ','"],
    ['upgrade --allow-drift', '--allow-drift needs a value: kinds, separated by commas'],
    ['upgrade --jobs 2 --jobs 3', '--jobs is given 2 times'],
    ['heads --limit 1', '--limit is not an option of heads'],
    ['show head --only a', '--only is not an option of show'],
    ['new words --exclude a', '--exclude is not an option of new'],
    ['history --only a', '--only chooses among targets, and history looks at them with --fleet only'],
    ['lint --limit 3', '--limit chooses among targets, and lint looks at them with --fleet only'],
    ['status --json --ndjson', '--json and --ndjson exclude each other'],
    ['status --quiet --verbose', '--quiet and --verbose exclude each other'],
  ])('refuses: flotilla %s', (line, message) => {
    const error = refusal(line);
    expect(error.code).toBe('usage');
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/^type `flotilla .*--help`/);
  });
});

test('the parser refuses by itself what the check of names might let pass', () => {
  const lines = [
    ['upgrade', '--dryrun'],
    ['--dryrun', 'upgrade'],
    ['upgrade', '-n'],
    ['upgrade', '--argument', 'x'],
  ];
  for (const line of lines) expect(() => takeApart(line, COMMANDS), line.join(' ')).toThrow(FleetError);
  expect(takeApart(['upgrade', '--dry-run', '007'], COMMANDS)).toEqual({
    command: expect.objectContaining({ name: 'upgrade' }) as unknown,
    args: ['007'],
    given: new Map([['dryRun', [true]]]),
  });
});

test('words keep their form, whatever they look like', () => {
  const words = ['007', '99999999999999999999', '-1', '+1', '0x10', '1e3', 'true', '', 'a=b', '"quoted"'];
  for (const word of words) {
    expect(parseArguments(['downgrade', word], COMMANDS).argument, word).toBe(word);
    expect(parseArguments(['downgrade', '--', word], COMMANDS).argument, word).toBe(word);
  }
  const { argument, flags } = parseArguments(['downgrade', '--', '--dry-run'], COMMANDS);
  expect([argument, flags]).toEqual(['--dry-run', {}]);
  expect(parseArguments(['upgrade', '--data-dir', '007', '--only', '1,2'], COMMANDS).flags).toEqual({
    dataDir: '007',
    only: ['1', '2'],
  });
});

test('commas within the braces of a glob do not separate ids', () => {
  expect(splitList('a, b,project_{1,2}*,,{x,{y,z}}')).toEqual(['a', 'b', 'project_{1,2}*', '{x,{y,z}}']);
});

test('every option has its own flag and variable, and they can be told apart', () => {
  const names = namesOf(OPTIONS);
  for (const of of [flagOf, variableOf]) expect(new Set(names.map(of)).size).toBe(names.length);
  expect(flagOf('busyTimeout')).toBe('busy-timeout');
  expect(variableOf('busyTimeout')).toBe('FLOTILLA_BUSY_TIMEOUT');
});
