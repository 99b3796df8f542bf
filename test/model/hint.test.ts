// Hints: what a person reads and what a program gets are one, and every command in them is complete.

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.js';
import { COMMANDS } from '../../src/cli/command-list.js';
import { commandText, argvOf } from '../../src/model/command.js';
import { FleetError } from '../../src/model/errors.js';
import {
  again,
  ANYWHERE,
  command,
  foreign,
  hint,
  onFleet,
  onTarget,
  tell,
  type About,
} from '../../src/model/hint.js';
import { times } from '../support/figures.js';

const ABOUT: About = {
  place: { dataDir: 'my fleet', migrations: 'm' },
  scope: { only: ['eu/*'], limit: 3 },
  run: { verb: 'upgrade', argument: '0003', options: { stamp: true, backup: false } },
  target: 'eu/project_1',
};

describe('A hint', () => {
  test('of words alone has no commands.', () => {
    expect(tell('free space', ABOUT)).toEqual({ hint: 'free space' });
  });

  test('names the fleet, and the targets that its commands are about.', () => {
    const said = hint`look: ${onFleet('status')}; this one: ${onTarget('drift')}; files: ${command('lint')}`;
    expect(tell(said, ABOUT)).toEqual({
      hint:
        "look: flotilla status --only 'eu/*' --limit 3 --data-dir 'my fleet' --migrations m; " +
        "this one: flotilla drift --only eu/project_1 --data-dir 'my fleet' --migrations m; " +
        "files: flotilla lint --data-dir 'my fleet' --migrations m",
      commands: [
        { verb: 'status', options: { only: ['eu/*'], limit: 3, ...ABOUT.place } },
        { verb: 'drift', options: { only: ['eu/project_1'], ...ABOUT.place } },
        { verb: 'lint', options: ABOUT.place },
      ],
    });
  });

  test('asks for the run again with its own argument and options, and those of the hint.', () => {
    const { hint: text } = tell(hint`then: ${again({ dryRun: true })}`, ABOUT);
    expect(text).toBe(
      "then: flotilla upgrade 0003 --stamp --no-backup --dry-run --only eu/project_1 --data-dir 'my fleet' --migrations m",
    );
    expect(tell(hint`${again()}`, ANYWHERE).hint).toBe('flotilla upgrade');
  });

  test('keeps the options of the run in the command of its name, and what they share in another.', () => {
    const shared = { repair: { backup: false } };
    const said = hint`${onTarget('upgrade', { allowDrift: ['x'] })}; ${onTarget('repair', { dropExtra: ['b'] })}`;
    const place = { dataDir: 'd' };
    expect(tell(said, { ...ABOUT, place, shared }).hint).toBe(
      'flotilla upgrade 0003 --stamp --no-backup --allow-drift x --only eu/project_1 --data-dir d; ' +
        'flotilla repair --no-backup --drop-extra b --only eu/project_1 --data-dir d',
    );
    const run = { verb: 'repair', options: { dropExtra: ['a'] } };
    expect(tell(said, { ...ABOUT, place, shared, run }).hint).toContain('--drop-extra a,b ');
  });

  test('narrows what was asked for where it names other targets itself.', () => {
    expect(tell(hint`${onFleet('status', { only: ['a'] })}`, ABOUT).hint).toContain('--only a --limit 3');
  });

  test('holds hints, and commands of other programs.', () => {
    const inner = hint`look: ${foreign('sqlite3', 'a b.db', 'SELECT 1')}`;
    expect(tell(hint`${inner}; then wait`, ABOUT)).toEqual({
      hint: "look: sqlite3 'a b.db' 'SELECT 1'; then wait",
      commands: [{ program: 'sqlite3', args: ['a b.db', 'SELECT 1'] }],
    });
  });
});

test('A fault of a whole run is told again with the fleet that it is about, the same in all else.', () => {
  const cause = new Error('why');
  const problems = [{ message: 'p', hint: hint`see ${command('history')}`, file: 'a.sql', line: 3 }];
  const fault = new FleetError('migrations', 'wrong', {
    hint: hint`then: ${command('lint')}`,
    cause,
    problems,
  });
  expect(fault.hint).toBe('then: flotilla lint');
  const told = fault.told({ place: { migrations: 'm' }, scope: {} });
  expect(told).toMatchObject({ code: 'migrations', message: 'wrong', cause, stack: fault.stack });
  expect(told.hint).toBe('then: flotilla lint --migrations m');
  expect(told.problems).toEqual([
    {
      message: 'p',
      file: 'a.sql',
      line: 3,
      hint: 'see flotilla history --migrations m',
      commands: [{ verb: 'history', options: { migrations: 'm' } }],
    },
  ]);
});

test('Options become words that stand for the same values.', () => {
  expect(
    argvOf({ verb: 'stamp', argument: '-1', options: { dryRun: true, backup: false, at: '-x' } }),
  ).toEqual(['flotilla', 'stamp', '-1', '--dry-run', '--no-backup', '--at=-x']);
  expect(argvOf({ verb: 'baseline', argument: '-x', options: { dataDir: 'd' } })).toEqual([
    'flotilla',
    'baseline',
    '--data-dir',
    'd',
    '--',
    '-x',
  ]);
});

/** Names as files and tables may have them: what shells, lists, globs and options read in their own way. */
const NAME = fc
  .array(fc.constantFrom(...'a,b{}[]*?\\ \'"$`!~#&;|<>()-=@%\n\t\u001b\u0080\u2028é𝄞'.split(/(?:)/u)), {
    minLength: 1,
    maxLength: 8,
  })
  .map((chars) => chars.join(''))
  // Blanks around a name that has a backslash beside them cannot be told from blanks that were escaped.
  .filter((name) => name.trim() !== '' && !/^\\\s|\\\s$/.test(name));

test('A command line is read as the command that it was made of.', () => {
  fc.assert(
    fc.property(fc.array(NAME, { minLength: 1, maxLength: 3 }), NAME, (only, name) => {
      const [, ...words] = argvOf({ verb: 'baseline', argument: name, options: { only, pattern: name } });
      const read = parseArguments(words, COMMANDS);
      expect(read.flags).toEqual({ only, pattern: name });
      expect(read.argument).toBe(name);
    }),
    { numRuns: times({ standard: 150, full: 10_000 }) },
  );
});

test('A shell reads a command line back as its words.', () => {
  const names = fc.sample(NAME, times({ standard: 300, full: 5_000 }));
  const line = commandText({ program: 'printf', args: [String.raw`%s\0`, ...names] });
  expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  const { stdout } = spawnSync('bash', ['-c', line], {
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8', ...process.env },
  });
  expect(stdout.split('\0').slice(0, -1)).toEqual(names);
});
