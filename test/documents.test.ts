// The README promises what the program has, and the program has nothing that the README does not name.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../src/cli/command-list.js';
import { flagOf, SETTINGS, SWITCHES, variableOf } from '../src/cli/options.js';
import { mergeSettings } from '../src/cli/settings.js';
import { EXIT, type Setting } from '../src/index.js';
import { temporaryDirectory } from './support/fleet.js';

const README = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8');
/** Rows of the README's tables, cells without their padding. */
const ROWS = README.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));

test('Nothing stands before the two commands, and they are scripts.', () => {
  expect(README).toMatch(/^# Flotilla\n\n```\nbash scripts\/quickstart\nbash scripts\/test\n```\n/);
});

test('What the README claims of the fault suites is what their last noted runs came to.', () => {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'claim', '--', '--check'], {
    cwd: resolve(import.meta.dirname, '..'),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('The table of settings in the README is what the program has.', () => {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'settings', '--', '--check'], {
    cwd: resolve(import.meta.dirname, '..'),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test("The README's example of a configuration can be used as it stands.", async () => {
  const [, example] = /```jsonc\n(.*?)```/s.exec(README) ?? [];
  const file = join(temporaryDirectory(), 'flotilla.config.json');
  writeFileSync(file, example ?? '');
  expect(await mergeSettings({ env: 'production' }, {}, file)).toEqual({
    migrations: join(file, '../db/migrations'),
    dataDir: '/srv/app/projects',
    verify: 'full',
  });
});

test('Every setting is in the README with flag, variable and default.', () => {
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const flag = setting.default === true ? `\`--no-${flagOf(name)}\`` : `\`--${flagOf(name)}\``;
    const row = ROWS.find((cells) => cells[1] === flag);
    expect(row, `a row for ${flag}`).toBeDefined();
    expect(row?.[2]).toContain(variableOf(name));
    if (typeof setting.default !== 'boolean' && setting.default !== undefined) {
      expect(row?.[3]).toBe(`\`${setting.default}\``);
    }
  }
});

test('Every switch is named in the README.', () => {
  for (const [name, setting] of Object.entries<Setting>(SWITCHES)) {
    expect(README).toMatch(new RegExp(`--${setting.default === true ? 'no-' : ''}${flagOf(name)}\\b`));
  }
});

test('Every exit code is in the README.', () => {
  for (const code of Object.values(EXIT)) {
    expect(
      ROWS.filter((cells) => cells[1] === String(code)),
      `exit code ${code}`,
    ).toHaveLength(1);
  }
});

test('Every command is named in README and changelog, and no other is.', () => {
  const changelog = readFileSync(resolve(import.meta.dirname, '../CHANGELOG.md'), 'utf8');
  const names = COMMANDS.map(({ name }) => name);
  for (const name of names) {
    expect(README, name).toMatch(new RegExp(`\`(?:flotilla )?${name}\\b|^flotilla ${name}\\b`, 'm'));
    expect(changelog, name).toMatch(new RegExp(`\`(?:flotilla )?${name}\``));
  }
  for (const [, name] of README.matchAll(/^flotilla ([a-z]+)/gm)) expect(names).toContain(name);
});
