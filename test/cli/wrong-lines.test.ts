// What is said of wrong command lines, as a transcript that reads as documentation: transcripts/wrong-lines.txt. None
// of them may start anything. Most are tried within one process, some of each kind with the built program.

import { PassThrough } from 'node:stream';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-list.js';
import { optionsOf } from '../../src/cli/offered.js';
import { checkNames } from '../../src/cli/option-names.js';
import { flagOf, OPTIONS } from '../../src/cli/options.js';
import type { Output } from '../../src/cli/output.js';
import { runProgram } from '../../src/cli/program.js';
import { MIGRATIONS, runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';

const LINES: Readonly<Record<string, readonly string[]>> = {
  'Commands that there are not': [
    'stauts',
    'Upgrade',
    'hist',
    'frobnicate',
    'zzz',
    "''",
    "' upgrade'",
    'constructor',
    'stauts upgrade',
    'upgrade-all',
    'help stauts',
    'help up',
  ],
  'Words of other tools': [
    'up',
    'migrate',
    'latest',
    'deploy',
    'down',
    'rollback',
    'migrate:latest',
    'generate "add a column"',
    'upgrade -n',
    'status -v',
    'upgrade -j 4',
    'upgrade -x',
  ],
  'A command is missing': ['--dry-run', '--data-dir upgrade', '-- upgrade'],
  'Options that there are not': [
    'upgrade --dryrun',
    'upgrade --dryRun',
    'upgrade --dry',
    'upgrade --dry_run',
    'upgrade --drr-run head',
    '--dryrun upgrade',
    'upgrade --dry-run --nobackup',
    'upgrade --no-jobs',
    'upgrade --no-dry-run=false',
    'upgrade --data-dri fleet',
    'upgrade --zzz',
    'upgrade --constructor',
    'upgrade --__proto__ x',
    'upgrade --data-dir.x y',
    'upgrade --get-yargs-completions',
    'upgrade -',
    'upgrade -dry-run',
    'upgrade —dry-run',
  ],
  'Options of other commands': ['status --dry-run', 'heads --limit 1', 'completion bash --json'],
  'Values that cannot be': [
    'upgrade --jobs 0',
    'upgrade --jobs abc',
    'upgrade --jobs -1',
    'upgrade --jobs 1.5',
    'upgrade --jobs 99999999999999999999',
    'upgrade --timeout 10s',
    'upgrade --verify deep',
    'upgrade --only ,',
    'upgrade --dry-run=yes',
    'upgrade --json=maybe',
    'completion fish',
  ],
  'Values that are missing': [
    'upgrade --jobs',
    'upgrade --data-dir --json',
    'upgrade --data-dir=',
    "upgrade --data-dir ''",
    'upgrade --only',
    'downgrade',
    'downgrade --dry-run',
    'show',
    'new',
    'baseline',
    'completion',
  ],
  'Too much of a thing': [
    'upgrade head 0042',
    'status head',
    'new add a column',
    'upgrade --jobs 2 --jobs 3',
    'upgrade --data-dir a --data-dir b',
    'downgrade -1 -- -2',
  ],
  'What does not go together': [
    'status --json --ndjson',
    'status --quiet --verbose',
    'history --only a',
    'lint --limit 3',
    'history --jobs 2',
  ],
};

/** The words of a line, as a shell takes them apart. */
function wordsOf(line: string): string[] {
  return (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
}

function capture(): Output & { readonly text: () => string } {
  let text = '';
  return {
    stream: new PassThrough(),
    isTerminal: false,
    columns: undefined,
    write: (more) => {
      text += more;
    },
    text: () => text,
  };
}

async function answerTo(args: readonly string[]) {
  const stdout = capture();
  const stderr = capture();
  const { signal } = new AbortController();
  const code = await runProgram({ args, environment: {}, stdout, stderr, signal, now: Date.now });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

test('each is refused before anything is done, and told what is wrong with it', async () => {
  let screen = '';
  for (const [title, lines] of Object.entries(LINES)) {
    screen += `# ${title}\n\n`;
    for (const line of lines) {
      const { code, stdout, stderr } = await answerTo(wordsOf(line));
      // Who asks for JSON is given the fault in JSON as well.
      expect([line, code, line.includes('json') ? '' : stdout]).toEqual([line, 64, '']);
      expect(stderr).toMatch(/^error: [^\n]+\nhint: type `flotilla .*--help` for what there is\n$/);
      screen += `$ flotilla ${line}\n${stderr.replace(/^hint: type .* for what there is\n/m, '')}\n`;
    }
  }
  await expect(screen).toMatchFileSnapshot('transcripts/wrong-lines.txt');
});

test('the built program says the same, and leaves the fleet alone', async () => {
  const cwd = temporaryDirectory();
  mkdirSync(join(cwd, 'data'));
  makeProjects(2, undefined, join(cwd, 'data'));
  writeFileSync(join(cwd, 'flotilla.config.json'), JSON.stringify({ migrations: MIGRATIONS }));
  for (const line of ['upgrade --dryrun', 'up', 'upgrade --jobs abc', 'upgrade --jobs', 'downgrade']) {
    expect(await runCli(wordsOf(line), { cwd })).toMatchObject(await answerTo(wordsOf(line)));
  }
  // What only the fleet or its revisions can know is refused by the library.
  let screen = '';
  for (const line of [
    'status --only project_9',
    'status --only nothing/like/it',
    'upgrade e6e5369fb4d2',
    'upgrade ""',
    'downgrade zzz',
    'upgrade --allow-drift tabelExtra',
    'upgrade --allow-drift zzz',
    'lint --rule rebuild-loss',
    'lint --rule zzz',
  ]) {
    const { code, stdout, stderr } = await runCli(wordsOf(line), { cwd });
    expect(stdout).toBe('');
    screen += `$ flotilla ${line}\n${stderr}[exit ${code ?? 'by signal'}]\n\n`;
  }
  expect(existsSync(join(cwd, 'data/.flotilla'))).toBe(false);
  await expect(screen).toMatchFileSnapshot('transcripts/unknown-names.txt');
});

describe('a misspelt option never becomes a real run:', () => {
  const flags = new Set(Object.keys(OPTIONS).map(flagOf));
  const isKnown = (flag: string) => {
    const bare = flag.slice(2);
    return flags.has(bare) || (bare.startsWith('no-') && flags.has(bare.slice(3)));
  };

  test('no letter of any can be left out, doubled, changed or put elsewhere', () => {
    const letters = Array.from('abcdefghijklmnopqrstuvwxyz-');
    for (const name of COMMANDS.flatMap(optionsOf)) {
      const flag = `--${flagOf(name)}`;
      for (let at = 2; at < flag.length; at++) {
        const head = flag.slice(0, at);
        const letter = flag.charAt(at);
        const tail = flag.slice(at + 1);
        const edits = [
          head + tail,
          head + letter + letter + tail,
          head + tail.charAt(0) + letter + tail.slice(1),
        ];
        edits.push(...letters.map((other) => head + other + tail));
        for (const wrong of edits.filter((each) => !isKnown(each) && each.length > 2)) {
          expect(() => {
            checkNames([wrong]);
          }, wrong).toThrow(`Unknown option ${wrong}`);
        }
      }
    }
  });

  test('nor can any word that looks like one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const word = `--${text.replaceAll('=', '')}x`;
        fc.pre(!isKnown(word));
        expect(() => {
          checkNames(['upgrade', word]);
        }).toThrow('Unknown option');
      }),
    );
  });
});
