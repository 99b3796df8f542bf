import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.js';
import { optionsOf } from '../../src/cli/offered.js';
import { COMMANDS } from '../../src/cli/command-list.js';
import { commandHelp, EXIT_WORDS, programHelp } from '../../src/cli/help.js';
import { flagOf, OPTIONS } from '../../src/cli/options.js';
import { EXIT } from '../../src/index.js';
import { runCli } from '../support/cli.js';

test('every command has a name of its own', () => {
  const names = COMMANDS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('all help texts read as documentation: transcripts/help.txt', async () => {
  const texts = await Promise.all(
    COMMANDS.map(async (each) => [`${each.name} --help`, await commandHelp(each)]),
  );
  const screens = [['--help', await programHelp(COMMANDS)], ...texts];
  const transcript = screens.map(([line = '', text = '']) => `$ flotilla ${line}\n${text}`).join('\n');
  await expect(transcript).toMatchFileSnapshot('transcripts/help.txt');
});

test('the built program prints them, however help is asked for', async () => {
  const [upgrade] = COMMANDS.filter(({ name }) => name === 'upgrade');
  if (upgrade === undefined) throw new Error('there is no upgrade');
  const text = await commandHelp(upgrade);
  for (const line of [
    'upgrade --help',
    'help upgrade',
    '--dryrun upgrade -h',
    'upgrade --jobs --help',
    '--data-dir status --help upgrade',
  ]) {
    expect(await runCli(line.split(' '))).toMatchObject({ code: 0, stdout: text, stderr: '' });
  }
  const all = { code: 0, stdout: await programHelp(COMMANDS), stderr: '' };
  for (const line of ['--help', '-h', 'help']) expect(await runCli([line])).toMatchObject(all);
  expect(await runCli([])).toMatchObject({ code: 64, stdout: '', stderr: all.stdout });
});

describe('flotilla --help', async () => {
  const text = await programHelp(COMMANDS);

  test('lists every command with its summary, and every exit code', () => {
    const flat = text.replace(/\s+/g, ' ');
    for (const { name, summary } of COMMANDS)
      expect(flat).toMatch(new RegExp(`flotilla ${name}( [[<][A-Z:.]+[>\\]])? ${summary}`));
    for (const code of Object.values(EXIT))
      expect(flat).toContain(` ${code} ${EXIT_WORDS[code] ?? 'missing'}`);
  });

  test('fits a terminal of 80 columns', () => {
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe.each(COMMANDS.map((command) => [command.name, command] as const))(
  'flotilla %s --help',
  async (_name, command) => {
    const text = await commandHelp(command);
    const flat = text.replace(/\s+/g, ' ');

    test('describes the command and every option of it, with its default', () => {
      expect(flat).toContain(command.description.join(' '));
      for (const name of optionsOf(command)) {
        const { describe: common, off, default: fallback } = OPTIONS[name];
        const words = command.optionTexts?.[name] ?? common;
        expect(flat).toContain(off === undefined ? `--${flagOf(name)} ` : `--no-${flagOf(name)} ${off}`);
        if (off === undefined) expect(flat).toContain(words);
        if (typeof fallback === 'string' || typeof fallback === 'number') {
          expect(flat).toContain(`${words} [default: ${fallback}]`);
        }
      }
    });

    test('gives examples, and each of them is a command line that can be typed', () => {
      expect(command.examples.length).toBeGreaterThan(0);
      for (const { args: words, does } of command.examples) {
        expect(flat).toContain(`flotilla ${words} ${does}`);
        const args = (words.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) =>
          word.replace(/^(['"])(.*)\1$/, '$2'),
        );
        expect(parseArguments(args, COMMANDS).command).toBe(command);
      }
    });

    test('tells the exit codes: its own, and those that every command has', () => {
      for (const [code, words] of Object.entries(command.exitCodes))
        expect(flat).toContain(` ${code} ${words}`);
      for (const code of 'run' in command ? [64, 70, 75, 78, 130] : [64, 70])
        expect(flat).toContain(` ${code} ${command.exitCodes[code] ?? EXIT_WORDS[code] ?? 'missing'}`);
    });

    test('fits a terminal of 80 columns', () => {
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    });
  },
);
