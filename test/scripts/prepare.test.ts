import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/fleet.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** Runs a script of a clone without packages, on a machine that has these programs and no others. */
function runScript(name: string, programs: readonly string[], fakes: Readonly<Record<string, string>> = {}) {
  const clone = temporaryDirectory();
  for (const part of ['scripts', 'package.json', 'package-lock.json']) {
    cpSync(join(ROOT, part), join(clone, part), { recursive: true });
  }
  const bin = join(clone, 'bin');
  mkdirSync(bin);
  for (const program of programs) symlinkSync(find(program), join(bin, program));
  for (const [program, text] of Object.entries(fakes)) {
    writeFileSync(join(bin, program), `#!${find('bash')}\n${text}\n`);
    chmodSync(join(bin, program), 0o755);
  }
  return spawnSync(find('bash'), [join(clone, 'scripts', name)], { env: { PATH: bin }, encoding: 'utf8' });
}

function find(program: string): string {
  if (program === 'node') return process.execPath;
  const places = (process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, program));
  const { stdout } = spawnSync('ls', places, { encoding: 'utf8' });
  return stdout.split('\n')[0] ?? '';
}

describe.each(['quickstart', 'test'])('scripts/%s', (script) => {
  test('says that Node.js is missing, and what to do.', () => {
    const { status, stderr } = runScript(script, ['dirname']);
    expect(stderr).toContain('Cannot go on: Node.js is not installed');
    expect(stderr).toContain('install Node.js 20.19 or later');
    expect(status).toBe(1);
  });

  test('says that Node.js is too old, and which one it is.', () => {
    const old = 'if [[ $1 == --version ]]; then echo v20.18.3; else exit 1; fi';
    const { status, stderr } = runScript(script, ['dirname'], { node: old });
    expect(stderr).toContain('Cannot go on: Node.js v20.18.3 is too old');
    expect(status).toBe(1);
  });

  test('says which tools the installation lacks before it installs anything.', () => {
    const { status, stdout, stderr } = runScript(script, ['dirname', 'node'], { npm: 'echo npm was called' });
    expect(stderr).toContain('the installation needs a C++ compiler, make, python3');
    expect(stderr).toContain('apt-get install g++ make python3');
    expect(stdout).toBe('');
    expect(status).toBe(1);
  });
});
