// A shell in which printed commands are typed: as they stand, by the built program.

import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from './cli.js';
import { temporaryDirectory } from './fleet.js';

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
