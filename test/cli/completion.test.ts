import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { complete } from '../../src/cli/completion/complete.js';
import { COMMANDS } from '../../src/cli/command-list.js';
import { SCRIPTS } from '../../src/cli/completion/scripts.js';
import { MIGRATIONS, PROGRAM, runCli } from '../support/cli.js';
import { makeProjects, temporaryDirectory } from '../support/fleet.js';

const REVISIONS = ['e6e5369fb4d1', '4f0c2a9d7b13', 'b81d57e3c60a'];

/** A working directory with three projects in `data`, one more in `my fleet`, and a command `flotilla` in `bin`. */
let cwd: string;
beforeAll(() => {
  cwd = temporaryDirectory();
  for (const name of ['data', 'my fleet', 'bin', 'none']) mkdirSync(join(cwd, name));
  makeProjects(3, undefined, join(cwd, 'data'));
  makeProjects(1, undefined, join(cwd, 'my fleet'));
  writeFileSync(join(cwd, 'flotilla.config.json'), JSON.stringify({ migrations: MIGRATIONS }));
  writeFileSync(
    join(cwd, 'other.json'),
    JSON.stringify({ dataDir: join(cwd, 'my fleet'), migrations: join(cwd, 'none') }),
  );
  writeFileSync(join(cwd, 'broken.json'), '{');
  const command = join(cwd, 'bin/flotilla');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  chmodSync(command, 0o755);
});

describe('what may stand at the cursor', () => {
  /** The words are those before the cursor; the fleet is that of the working directory. */
  const at = (...words: string[]) =>
    complete(['--data-dir', join(cwd, 'data'), '--migrations', MIGRATIONS, ...words], { HOME: cwd });

  test('is a command first, and none after one', async () => {
    expect(await at('')).toEqual([...COMMANDS.map(({ name }) => name), 'help']);
    expect(await at('d')).toEqual(['discover', 'downgrade', 'drift', 'doctor']);
    expect(await at('status', 'd')).toEqual([]);
    expect(await at('help', 'st')).toEqual(['status', 'stamp']);
    expect(await at('nonsense', '')).toEqual([]);
  });

  test('is an option of the command, unless it was given', async () => {
    const SQLITE = ['--sqlite-extensions', '--sqlite-functions', '--sqlite-oldest'];
    expect(await at('plan', '--s')).toEqual(['--stamp', '--sql', '--state-dir', '--state-mode', ...SQLITE]);
    expect(await at('plan', '--stamp', '--s')).toEqual(['--sql', '--state-dir', '--state-mode', ...SQLITE]);
    expect(await at('plan', '--only', 'a', '--on')).toEqual(['--only']);
    expect(await at('upgrade', '--no')).toEqual(['--no-backup', '--no-programs', '--no-color']);
    expect(await at('show', '--on')).toEqual([]);
    expect(await at('completion', '--')).toEqual(['--help']);
    expect(await at('--v')).toEqual(['--verbose', '--version']);
    expect(await at('new', '--', '--v')).toEqual([]);
  });

  test('is one of the values that an option has', async () => {
    expect(await at('upgrade', '--verify', '')).toEqual(['quick', 'full']);
    expect(await at('upgrade', '--verify=f')).toEqual(['--verify=full']);
    expect(await at('upgrade', '--jobs', '')).toEqual([]);
    expect(await at('completion', '')).toEqual(['bash', 'zsh']);
  });

  test('is a revision where one is wanted', async () => {
    expect(await at('upgrade', '')).toEqual(['head', ...REVISIONS]);
    expect(await at('downgrade', '--dry-run', '4')).toEqual(['4f0c2a9d7b13']);
    expect(await at('downgrade', '--dry-run', '')).toEqual(['base', ...REVISIONS]);
    expect(await at('stamp', 'a')).toEqual(['auto']);
    expect(await at('stamp', '--at', 'b')).toEqual(['b81d57e3c60a']);
    expect(await at('history', 'e')).toEqual(['e6e5369fb4d1']);
    expect(await at('history', '4f0c2a9d7b13:b')).toEqual(['4f0c2a9d7b13:b81d57e3c60a']);
    expect(await at('upgrade', 'head', '')).toEqual([]);
  });

  test('is a target where one is wanted, each once in a list', async () => {
    expect(await at('baseline', 'project_')).toEqual(['project_1', 'project_2', 'project_3']);
    expect(await at('status', '--only', '')).toEqual(['project_1', 'project_2', 'project_3']);
    expect(await at('status', '--exclude', 'project_1,')).toEqual([
      'project_1,project_2',
      'project_1,project_3',
    ]);
    expect(await at('status', '--only=project_3')).toEqual(['--only=project_3']);
  });

  test('is of the fleet that the line is about, as its words stand there', async () => {
    const ids = (...place: string[]) => complete([...place, 'status', '--only', ''], { HOME: cwd });
    expect(await ids('--data-dir', `'${cwd}/my fleet'`)).toEqual(['project_1']);
    expect(await ids('--data-dir', '~/my\\ fleet')).toEqual(['project_1']);
    expect(await ids('--data-dir=~/my\\ fleet')).toEqual(['project_1']);
    expect(await ids('--config', join(cwd, 'other.json'))).toEqual(['project_1']);
    const revisions = await complete(['show', '--config', join(cwd, 'other.json'), ''], {});
    expect(revisions).toEqual(['head']);
    const environment = { FLOTILLA_DATA_DIR: join(cwd, 'my fleet') };
    expect(await complete(['status', '--only', ''], environment)).toEqual(['project_1']);
  });
});

describe('flotilla completion', () => {
  test.each(['bash', 'zsh'])('prints the script for %s', async (shell) => {
    expect(await runCli(['completion', shell])).toMatchObject({
      code: 0,
      stdout: SCRIPTS[shell],
      stderr: '',
    });
  });

  test('says which shells there are where none, or another, is named', async () => {
    expect(await runCli(['completion'], { env: { SHELL: '/bin/zsh' } })).toMatchObject({
      code: 64,
      stdout: '',
      stderr:
        'error: completion needs SHELL: The shell: bash or zsh\nhint: type `flotilla completion --help` for what there is\n',
    });
    expect(await runCli(['completion', 'fish'])).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringContaining("completion takes bash or zsh, and got 'fish'") as string,
    });
  });

  test('asks the program, which is silent about everything that is wrong', async () => {
    for (const wrong of [
      ['status', '--config', 'broken.json', '--only', ''],
      ['status', '--data-dir', 'nowhere', '--only', ''],
      ['upgrade', '--migrations', 'nowhere', '4'],
      ['status', '--frobnicate', ''],
      [],
    ]) {
      const { code, stderr } = await runCli(['--complete', ...wrong], { cwd });
      expect([code, stderr], wrong.join(' ')).toEqual([0, '']);
    }
  });
});

describe('the scripts', () => {
  const shell = async (name: string, script: string) => {
    const PATH = [join(cwd, 'bin'), process.env['PATH']].join(delimiter);
    const args = name === 'zsh' ? ['-f', '-c', script] : ['--norc', '-c', script];
    return (await promisify(execFile)(name, args, { cwd, env: { ...process.env, PATH, HOME: cwd } })).stdout;
  };

  test('bash completes with it, also what it takes apart at = and :', async () => {
    const script = `
      eval "$(flotilla completion bash)"
      complete -p flotilla
      at() { # the line up to the cursor, and the words that bash makes of it
        COMP_LINE=$1 COMP_POINT=\${#1}; shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        _flotilla
        echo "$COMP_LINE -> \${COMPREPLY[*]}"
      }
      at 'flotilla upg' flotilla upg
      at 'flotilla status --only ' flotilla status --only ''
      at 'flotilla status --only=project_1' flotilla status --only = project_1
      at 'flotilla status --only=' flotilla status --only =
      at 'flotilla status --only project_1,project_2' flotilla status --only project_1,project_2
      at 'flotilla history 4f0c2a9d7b13:b' flotilla history 4f0c2a9d7b13 : b
      at 'flotilla history 4f0c2a9d7b13:' flotilla history 4f0c2a9d7b13 :
      at "flotilla --data-dir '~/my fleet' st" flotilla --data-dir "'~/my fleet'" st
      at 'flotilla --data-dir ~/my\\ fleet baseline ' flotilla --data-dir '~/my\\ fleet' baseline ''
      at '~/bin/flotilla upgrade --verify ' '~/bin/flotilla' upgrade --verify ''
      at 'flotilla upgrade --migrations nowhere b' flotilla upgrade --migrations nowhere b`;
    expect(await shell('bash', script)).toMatchInlineSnapshot(`
      "complete -o bashdefault -o default -F _flotilla flotilla
      flotilla upg -> upgrade
      flotilla status --only  -> project_1 project_2 project_3
      flotilla status --only=project_1 -> project_1
      flotilla status --only= -> project_1 project_2 project_3
      flotilla status --only project_1,project_2 -> project_1,project_2
      flotilla history 4f0c2a9d7b13:b -> b81d57e3c60a
      flotilla history 4f0c2a9d7b13: -> e6e5369fb4d1 4f0c2a9d7b13 b81d57e3c60a
      flotilla --data-dir '~/my fleet' st -> status stamp
      flotilla --data-dir ~/my\\ fleet baseline  -> project_1
      ~/bin/flotilla upgrade --verify  -> quick full
      flotilla upgrade --migrations nowhere b -> 
      "
    `);
  });

  const hasZsh = spawnSync('zsh', ['-c', 'true']).status === 0;
  test.skipIf(!hasZsh)('zsh completes with it, read and as a file of its own', async () => {
    const script = `
      compdef() { print "registered: $*" }
      compadd() { print -r -- "$words[*] -> $found[*]" }
      _files() { print -r -- "$words[*] -> files" }
      eval "$(flotilla completion zsh)"
      at() { words=("$@") CURRENT=$#; _flotilla }
      at flotilla upg
      at flotilla status --only=project_1
      at flotilla status --only project_1,project_2
      at flotilla history 4f0c2a9d7b13:b
      at flotilla --data-dir '~/my\\ fleet' baseline ''
      at '~/bin/flotilla' upgrade --verify ''
      at flotilla status --config ''
      unfunction _flotilla
      flotilla completion zsh > _flotilla
      fpath=($PWD $fpath)
      autoload -U _flotilla
      at flotilla upg`;
    expect(await shell('zsh', script)).toMatchInlineSnapshot(`
      "registered: _flotilla flotilla
      flotilla upg -> upgrade
      flotilla status --only=project_1 -> --only=project_1
      flotilla status --only project_1,project_2 -> project_1,project_2
      flotilla history 4f0c2a9d7b13:b -> 4f0c2a9d7b13:b81d57e3c60a
      flotilla --data-dir ~/my\\ fleet baseline  -> project_1
      ~/bin/flotilla upgrade --verify  -> quick full
      flotilla status --config  -> files
      flotilla upg -> upgrade
      "
    `);
  });
});
