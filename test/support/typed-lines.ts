// The commands that the program prints, as a reader would copy them: found in its texts and in its documents, read as
// the program itself would read them, and typed into a real shell.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments } from '../../src/cli/arguments.js';
import { COMMANDS } from '../../src/cli/command-list.js';
import { argvOf, commandText, type Command } from '../../src/model/command.js';
import { PROGRAM } from './cli.js';
import { temporaryDirectory } from './fleet.js';

/** A command stands at the end of a line or of a clause; what it takes for itself is in quotes. */
const LINE = /(?:^|[\s(:;])(flotilla [a-z](?:'[^']*'|\$'(?:\\.|[^'\\])*'|\\.|[^\s;()'$\\]|[ ](?!\s))*)/gm;

/** Command lines in a text for people, each once. */
export function linesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(LINE)].map(([, line = '']) => line.trimEnd()))];
}

/** Commands of Flotilla in a document, wherever they are in it. */
export function commandsIn(document: unknown): readonly Command[] {
  if (typeof document !== 'object' || document === null) return [];
  const own = Object.entries(document).flatMap(([key, value]: [string, unknown]): readonly unknown[] =>
    key === 'commands' && Array.isArray(value) ? value : key === 'command' ? [value] : [],
  );
  return [
    ...own.filter((each): each is Command => typeof each === 'object' && each !== null),
    ...Object.values(document).flatMap(commandsIn),
  ];
}

/** Every hint in a document, with the commands that it says are in it. */
export function hintsIn(
  document: unknown,
): readonly { readonly hint: string; readonly lines: readonly string[] }[] {
  if (typeof document !== 'object' || document === null) return [];
  const { hint, commands = [] } = document as { hint?: unknown; commands?: readonly Command[] };
  const own = typeof hint === 'string' ? [{ hint, lines: commands.map(commandText) }] : [];
  return [...own, ...Object.values(document).flatMap(hintsIn)];
}

/**
 * Reads a command as the program would.
 * @throws FleetError `usage` where the program would refuse it
 */
export function readCommand(command: Command): void {
  const [program, ...words] = argvOf(command);
  if (program === 'flotilla') parseArguments(words, COMMANDS);
}

/** The words that a shell makes of a line. */
export function wordsOf(line: string): readonly string[] {
  const { stdout } = spawnSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

export interface Typed {
  readonly code: number | null;
  readonly output: string;
}

/** A shell in which `flotilla` is the built program. */
export function createShell(): (line: string, cwd: string) => Promise<Typed> {
  const bin = join(temporaryDirectory(), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'flotilla'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  chmodSync(join(bin, 'flotilla'), 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  return (line, cwd) =>
    new Promise((done, fail) => {
      const child = spawn('bash', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.on('error', fail);
      child.on('close', (code) => {
        done({ code, output });
      });
    });
}
